//! What is remembered of an invocation, for the metrics.

use super::{execution::Execution, initialization::Startup, pool::Pool, report::InvocationReport};
use crate::lambda::{
    invocation::Callee,
    metrics::{InvocationRecord, InvocationResult},
    sandbox::Sandbox,
};
use jiff::Timestamp;
use std::time::Duration;

/// An execution is over.
pub(crate) fn ended(execution: &Execution, report: &InvocationReport, failed: bool, provisioned: bool) {
    let record = InvocationRecord {
        duration: report.duration,
        init: report.startup.map(Startup::took),
        provisioned,
        result: if failed { InvocationResult::Failed } else { InvocationResult::Succeeded },
        concurrent: execution.concurrent,
        ..refused(&execution.callee, &execution.sandbox, execution.at)
    };
    add(&execution.pool, &execution.callee, record);
}

/// A call was refused for concurrency.
pub(crate) fn throttled(pool: &Pool, callee: &Callee, sandbox: &Sandbox, at: Timestamp) {
    add(pool, callee, refused(callee, sandbox, at));
}

fn refused(callee: &Callee, sandbox: &Sandbox, at: Timestamp) -> InvocationRecord {
    InvocationRecord {
        at,
        function: callee.function.clone(),
        qualifier: callee.qualifier.clone(),
        executed_version: sandbox.version.clone(),
        duration: Duration::ZERO,
        init: None,
        memory_size: sandbox.memory,
        result: InvocationResult::Throttled,
        concurrent: 0,
        provisioned: false,
    }
}

fn add(pool: &Pool, callee: &Callee, record: InvocationRecord) {
    pool.shared.world().region(&callee.account, &callee.region).lambda.invocations.add(record);
}
