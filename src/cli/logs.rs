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
    /// Only requests that failed
    #[arg(long)]
    pub errors: bool,
    /// Only this request, by its id or the beginning of it
    #[arg(long, value_name = "ID")]
    pub request: Option<String>,
    /// A CloudWatch Logs filter pattern
    #[arg(long, value_name = "PATTERN", conflicts_with_all = ["errors", "request"])]
    pub filter: Option<String>,
    /// Show at most this many of the last lines first
    #[arg(long, short = 'n', default_value_t = 100)]
    pub lines: usize,
}
