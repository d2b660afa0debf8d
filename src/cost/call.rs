//! What one call costs.

use crate::{
    health::FunctionNumbers,
    prices::Each,
    stack::{Architecture, Function},
};
use serde::Serialize;

/// What one call of a function costs.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct CallCost {
    /// Its key.
    pub function: String,
    /// However short it is.
    pub request: f64,
    /// Each second that it runs.
    pub second: f64,
    /// One that starts anew and runs to its time-out.
    pub longest: f64,
    /// As it was, where somebody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<MeasuredCost>,
}

/// What one call of a function did cost on average.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct MeasuredCost {
    pub call: f64,
    /// Milliseconds, starts included.
    pub billed_ms: f64,
    /// MB, at most.
    pub memory_used: Option<u32>,
    /// MB that are paid.
    pub memory: u32,
}

/// Seconds that a start may take before it is ended (`docs/aws.md` 19); billed since August 2025.
const LONGEST_START: f64 = 10.0;

impl CallCost {
    pub(super) fn of(function: &Function, prices: &Each) -> Self {
        let second = second_of(function, prices);
        let request = (prices.api_requests + prices.function_requests) / 1e6;
        let longest = request + longest_of(function, prices);
        Self { function: function.key.clone(), request, second, longest, measured: None }
    }

    /// Takes over how long the function's calls were, by its log.
    pub(super) fn measure(&mut self, of: &FunctionNumbers) {
        self.measured = of.billed_ms.map(|billed_ms| MeasuredCost {
            call: self.request + self.second * billed_ms / 1000.0,
            billed_ms,
            memory_used: of.memory_used,
            memory: of.memory,
        });
    }
}

pub(super) fn gb(mb: u32) -> f64 {
    f64::from(mb) / 1024.0
}

/// The time of one that starts anew and runs to its time-out, and the snapshot that it starts from.
pub(super) fn longest_of(function: &Function, prices: &Each) -> f64 {
    let restored = if function.snapstart { restored_of(function, prices) } else { 0.0 };
    second_of(function, prices) * longest_seconds(function) + restored
}

/// What a start from a snapshot costs besides its time.
pub(super) fn restored_of(function: &Function, prices: &Each) -> f64 {
    gb(function.memory) * prices.snapstart_restored
}

fn longest_seconds(function: &Function) -> f64 {
    f64::from(function.timeout) + LONGEST_START
}

/// What a function costs each second that it runs.
pub(super) fn second_of(function: &Function, prices: &Each) -> f64 {
    let of_memory = match function.architecture {
        Architecture::X86_64 => prices.x86_64_second,
        Architecture::Arm64 => prices.arm64_second,
    };
    gb(function.memory) * of_memory
        + gb(function.ephemeral_storage.saturating_sub(512)) * prices.ephemeral_second
}
