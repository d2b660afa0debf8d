//! The command line, and nothing else.

mod tips;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};
pub use tips::tipped;

/// What is said below the options of `--help`.
const AFTER: &str = "\
Begin with:
  lambdeploy up --local     everything on this machine, no AWS account needed
  lambdeploy plan           what `up` would do on AWS; changes nothing
  lambdeploy destroy        deletes what the stack made, and nothing else

Exit codes:
  0    done, or nothing to do
  1    failed; the message says what was done
  2    changes pending (plan --exit-code, status), or something left (destroy)
  3    the contract does not hold
  64   wrong usage, or a wrong stack file
  130  interrupted

Results go to stdout, progress and errors to stderr. NO_COLOR is respected.";

/// One stack.yaml in, a running HTTPS endpoint out.
#[derive(Debug, Parser)]
#[command(name = "lambdeploy", version, arg_required_else_help = true, after_help = AFTER)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The stack file
    #[arg(short, long, global = true, default_value = "stack.yaml", value_name = "FILE")]
    pub file: PathBuf,
    /// Use the local AWS (started in the background if none runs)
    #[arg(long, global = true)]
    pub local: bool,
    /// Results and events as JSON lines, ending in one result object
    #[arg(long, global = true)]
    pub json: bool,
    /// Results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Every note and build line, also of what goes well
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Agree to the plan without being asked
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// AWS profile; wins over the stack file's
    #[arg(long, global = true)]
    pub profile: Option<String>,
    /// AWS region; wins over the stack file's
    #[arg(long, global = true)]
    pub region: Option<String>,
}

impl Common {
    /// How to call `command` for the same stack in the same place, as a person would type it.
    pub fn again(&self, command: &str) -> String {
        let mut line = format!("lambdeploy {command}");
        if self.local {
            line += " --local";
        }
        if self.file != Path::new("stack.yaml") {
            let file = self.file.to_string_lossy();
            line += &format!(" -f {}", shlex::try_quote(&file).unwrap_or_default());
        }
        for (flag, value) in [("--profile", &self.profile), ("--region", &self.region)] {
            if let Some(value) = value {
                line += &format!(" {flag} {value}");
            }
        }
        line
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make AWS match the stack file, and check the result from outside
    Up(UpArgs),
    /// Show what `up` would do
    Plan(PlanArgs),
    /// Compare what is with what should be, and prove the chains that break silently
    Status,
    /// Delete everything that the stack made
    Destroy(DestroyArgs),
    /// The stack's URL, ids and (when asked for) keys
    Output(OutputArgs),
    /// Ask the live URL for what the stack file promises to the outside
    Verify(VerifyArgs),
    /// The functions' log lines
    Logs(LogsArgs),
    /// The stacks of the account in the region; needs no stack file
    List,
    /// Serve the local AWS
    Local(LocalArgs),
}

#[derive(Debug, Clone, Args)]
pub struct Consent {
    /// Take over what is there under the stack's names: all of it, or by id (api=ID, key=ID, plan=ID)
    #[arg(long, num_args = 0..=1, default_missing_value = "", value_name = "KIND=ID")]
    pub adopt: Vec<String>,
    /// Accept what is lost when something must be replaced (the plan says what)
    #[arg(long)]
    pub replace: bool,
    /// Build every image anew, from bases pulled anew
    #[arg(long)]
    pub rebuild: bool,
    /// Deploy the API definition to the stage even if it serves it already
    #[arg(long)]
    pub redeploy: bool,
}

#[derive(Debug, Args)]
pub struct UpArgs {
    #[command(flatten)]
    pub consent: Consent,
    /// Skip the check of the contract from outside
    #[arg(long)]
    pub no_verify: bool,
    /// Agree, by the stack's name, that none of the functions which it has now stays
    #[arg(long, value_name = "STACK")]
    pub end_all: Option<String>,
}

#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub consent: Consent,
    /// Exit with 2 when there is something to do
    #[arg(long)]
    pub exit_code: bool,
}

#[derive(Debug, Args)]
pub struct DestroyArgs {
    /// Delete adopted resources too
    #[arg(long)]
    pub include_adopted: bool,
}

#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Show the values of the API keys
    #[arg(long)]
    pub show_key: bool,
    /// Print the value of one key alone (default: the first), for `$(…)`
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    pub key: Option<Option<String>>,
    /// Set a client's variables (URL and key) in FILE, readable by you alone; its other lines stay
    #[arg(long, value_name = "FILE")]
    pub env: Option<PathBuf>,
    /// What the names of these variables begin with: VITE_, REACT_APP_, or nothing
    #[arg(long, value_name = "PREFIX", default_value = "NEXT_PUBLIC_", requires = "env")]
    pub env_prefix: String,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Ask too what sends bursts, megabytes, and uses up the quota of the first key
    #[arg(long)]
    pub load: bool,
}

#[derive(Debug, Args)]
pub struct LogsArgs {
    /// Functions by their key in the stack file (default: all)
    pub functions: Vec<String>,
    /// Go on as lines come in, until Ctrl-C
    #[arg(long)]
    pub follow: bool,
    /// How far back: 30s, 10m, 2h, 1d
    #[arg(long, default_value = "10m", value_name = "AGE")]
    pub since: String,
    /// A CloudWatch Logs filter pattern
    #[arg(long, value_name = "PATTERN")]
    pub filter: Option<String>,
    /// At most this many of the last lines, to begin with
    #[arg(long, short = 'n', default_value_t = 100)]
    pub lines: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Consistency {
    Instant,
    Realistic,
}

#[derive(Debug, Args)]
pub struct LocalArgs {
    /// The port on 127.0.0.1 (4510); 0 takes any that is free
    #[arg(long)]
    pub port: Option<u16>,
    /// Added to every AWS request
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub latency_ms: u64,
    /// How soon it agrees with what it was told
    #[arg(long, value_enum, default_value_t = Consistency::Instant)]
    pub consistency: Consistency,
    /// Decides ids, key values and the exact delays (default: random)
    #[arg(long)]
    pub seed: Option<u64>,
    /// The account, twelve digits
    #[arg(long, default_value = "000000000000")]
    pub account: String,
    /// Executions that the account may have at once; new accounts have 10
    #[arg(long, default_value_t = 1000, value_name = "N", hide_short_help = true)]
    pub concurrency: u32,
    /// List those that run
    #[arg(long, conflicts_with = "stop")]
    pub status: bool,
    /// End the one that runs; --port says which of several
    #[arg(long)]
    pub stop: bool,
    /// Started by --local, with nobody who reads along
    #[arg(long, hide = true)]
    pub background: bool,
}
