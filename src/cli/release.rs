//! What the command line says of releases.

use clap::Args;

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ReleaseArgs {
    /// Do not call new versions before they are live
    #[arg(long)]
    pub no_smoke: bool,
    /// Give new versions this share of the calls first, and watch their errors (instead of the stack file's canary)
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub canary: Option<u32>,
    /// How long new versions are watched before they get all calls: 30s, 10m, 2h
    #[arg(long = "for", value_name = "TIME", value_parser = seconds, requires = "canary")]
    pub watch: Option<u32>,
    /// Leave new versions at their share; `promote` or `rollback` ends it
    #[arg(long)]
    pub hold: bool,
}

/// `10%` or `10`.
fn percent(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse().ok();
    number.filter(|n| (1..=100).contains(n)).ok_or_else(|| "write 1% to 100%".to_owned())
}

fn seconds(text: &str) -> Result<u32, String> {
    crate::stack::seconds(text).ok_or_else(|| "write 30s, 10m or 2h".to_owned())
}

#[derive(Debug, Args)]
pub(crate) struct RollbackArgs {
    /// A function by its key in the stack file (default: all that the last `up` released)
    pub function: Option<String>,
    /// The version that is to be live (default: the one that was before); FUNCTION is needed where the stack has several
    #[arg(long, value_name = "VERSION")]
    pub to: Option<u64>,
}
