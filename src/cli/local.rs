//! What the command line says of the local AWS.

use clap::{Args, ValueEnum};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Consistency {
    Instant,
    Realistic,
}

#[derive(Debug, Args)]
pub(crate) struct LocalArgs {
    /// The port on 127.0.0.1 (4510); 0 takes any that is free
    #[arg(long)]
    pub port: Option<u16>,
    /// Milliseconds added to every AWS request
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub latency_ms: u64,
    /// How soon a change is seen everywhere: at once, or as late as on AWS
    #[arg(long, value_enum, default_value_t = Consistency::Instant)]
    pub consistency: Consistency,
    /// Makes the same ids, key values and delays each time (default: random)
    #[arg(long)]
    pub seed: Option<u64>,
    /// The account number, twelve digits
    #[arg(long, default_value = "000000000000")]
    pub account: String,
    /// Executions that the account may have at once; new accounts have 10
    #[arg(long, default_value_t = 1000, value_name = "N", hide_short_help = true)]
    pub concurrency: u32,
    /// List the local AWSs that are running
    #[arg(long, conflicts_with = "stop")]
    pub status: bool,
    /// Stop the one that is running; --port says which of several
    #[arg(long)]
    pub stop: bool,
    /// Started by --local, with nobody who reads along
    #[arg(long, hide = true)]
    pub background: bool,
}
