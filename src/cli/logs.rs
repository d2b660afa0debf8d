//! What the command line says of logs.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct LogsArgs {
    /// Functions by their key in the stack file (default: all)
    pub functions: Vec<String>,
    /// Keep showing new lines, until Ctrl-C
    #[arg(long)]
    pub follow: bool,
    /// How far back: 30s, 10m, 2h, 1d
    #[arg(long, default_value = "10m", value_name = "AGE")]
    pub since: String,
    /// A CloudWatch Logs filter pattern
    #[arg(long, value_name = "PATTERN")]
    pub filter: Option<String>,
    /// Show at most this many of the last lines first
    #[arg(long, short = 'n', default_value_t = 100)]
    pub lines: usize,
}
