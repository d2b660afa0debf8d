//! How a command ended, and which errors mean which end.

use crate::{engine::Interrupted, stack::StackError};
use anyhow::Error;
use std::process::ExitCode;

/// How a command ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Failed; the message says what was done.
    Failed = 1,
    /// `plan --exit-code`: changes pending; `destroy`: something is left; `doctor`: something will fail.
    Pending = 2,
    /// The contract does not hold.
    Broken = 3,
    /// Wrong usage or a wrong stack file.
    Usage = 64,
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// What an error that ends a command means to the shell.
    pub fn of(error: &Error) -> Self {
        if error.is::<StackError>() || error.is::<Usage>() {
            Self::Usage
        } else if error.is::<Interrupted>() {
            Self::Interrupted
        } else {
            Self::Failed
        }
    }
}

/// The command line asks for something that can't be.
#[derive(Debug)]
pub(crate) struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}
