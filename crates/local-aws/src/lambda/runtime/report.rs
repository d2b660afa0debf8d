//! The REPORT line of an invocation.

use super::{
    fault::{Exit, FunctionFault},
    initialization::Startup,
};
use std::{fmt::Write, time::Duration};

/// What one invocation took.
#[derive(Debug, Clone)]
pub(crate) struct InvocationReport {
    pub request_id: String,
    pub duration: Duration,
    /// Of the invocation for which the container was started.
    pub startup: Option<Startup>,
    /// MB.
    pub memory_size: u32,
    pub status: Option<&'static str>,
    /// It was killed for want of memory: no sample can have seen the most it used.
    pub memory_full: bool,
}

impl InvocationReport {
    pub(crate) fn new(
        request_id: &str,
        duration: Duration,
        memory_size: u32,
        fault: Option<&FunctionFault>,
    ) -> Self {
        let status = fault.map(FunctionFault::status);
        let memory_full = matches!(fault, Some(FunctionFault::Exited(Exit::OutOfMemory)));
        Self { request_id: request_id.to_owned(), duration, startup: None, memory_size, status, memory_full }
    }

    /// The line, with the most memory (in MB) that was seen in use.
    pub(crate) fn line(&self, memory_used: u64) -> String {
        let init = match self.startup {
            Some(Startup::Init(init)) => Some(init),
            _ => None,
        };
        let billed = self.duration + init.unwrap_or_default();
        let memory_used = if self.memory_full { self.memory_size.into() } else { memory_used };
        let mut line = format!(
            "REPORT RequestId: {}\tDuration: {:.2} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: {memory_used} MB\t",
            self.request_id,
            milliseconds(self.duration),
            milliseconds(billed).ceil(),
            self.memory_size,
        );
        // Writing to a String can't fail.
        if let Some(init) = init {
            _ = write!(line, "Init Duration: {:.2} ms\t", milliseconds(init));
        }
        if let Some(Startup::Restore(restore)) = self.startup {
            let (took, billed) = (milliseconds(restore), milliseconds(restore).ceil());
            _ = write!(line, "Restore Duration: {took:.2} ms\tBilled Restore Duration: {billed} ms\t");
        }
        if let Some(status) = self.status {
            _ = write!(line, "Status: {status}\t");
        }
        line
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_killed_for_memory_had_used_all_of_it() {
        let used = |exit| {
            InvocationReport::new("1", Duration::ZERO, 128, Some(&FunctionFault::Exited(exit))).line(40)
        };
        assert!(used(Exit::OutOfMemory).contains("Max Memory Used: 128 MB"));
        assert!(used(Exit::Signal("killed")).contains("Max Memory Used: 40 MB"));
    }
}
