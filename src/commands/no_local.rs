//! `local` and `--local` in a build without the local AWS: they say so.

use crate::{Exit, cli, exit::Usage, ui::Printer};
use anyhow::Result;

const ABSENT: &str = "this build of lambdeploy has no local AWS: build it with the cargo feature `local` (on by default), or use AWS itself without --local";

/// # Errors
/// Always.
pub(super) async fn run(_: &cli::LocalArgs, _: &Printer) -> Result<Exit> {
    Err(Usage(ABSENT.to_owned()).into())
}

/// There is none to expect.
pub(super) async fn usual_port() -> Option<(u16, Option<String>)> {
    None
}

pub(super) mod background {
    use super::{ABSENT, Printer, Result, Usage};

    /// # Errors
    /// Always.
    pub(in crate::commands) async fn find_or_start(_: &Printer) -> Result<String> {
        Err(Usage(ABSENT.to_owned()).into())
    }

    /// AWS itself never does.
    pub(in crate::commands) async fn agrees_at_once(_: &str) -> bool {
        false
    }
}
