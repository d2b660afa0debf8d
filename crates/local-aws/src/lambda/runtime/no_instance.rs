//! Why there is no container for an invocation.

use super::instance::FailedLaunch;
use crate::error::AwsError;

pub(crate) enum NoInstance {
    /// The function's own fault.
    FunctionFault(Box<FailedLaunch>),
    Refused(AwsError),
}
