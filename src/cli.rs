//! The command line, and nothing else.

mod init;
mod local;
mod logs;
mod release;
mod tips;

use crate::deployer::Task;
use clap::{Args, Parser, Subcommand};
pub(crate) use init::InitArgs;
#[cfg(feature = "local")]
pub(crate) use local::Consistency;
pub(crate) use local::LocalArgs;
pub(crate) use logs::LogsArgs;
pub(crate) use release::{ReleaseArgs, RollbackArgs};
use std::path::{Path, PathBuf};
pub(crate) use tips::tipped;

/// What is said below the options of `--help`.
const AFTER: &str = "\
Start with:
  lambdeploy init           writes a first stack file; --template hello: with code that runs
  lambdeploy up --local     everything on this machine, no AWS account needed
  lambdeploy plan           what `up` would do on AWS; changes nothing
  lambdeploy destroy        deletes what the stack made, and nothing else

Exit codes:
  0    done, or nothing to do
  1    failed; the message says what was done
  2    changes pending (plan --exit-code, status), something is left (destroy), or something will fail (doctor)
  3    the contract does not hold
  64   wrong usage, or a wrong stack file
  130  interrupted

Results go to stdout, progress and errors to stderr. NO_COLOR is respected.";

/// The version; a release's has the commit that it was built from, and the commit's date.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), env!("LAMBDEPLOY_COMMIT"));

/// One stack.yaml in, a running HTTPS endpoint out.
#[derive(Debug, Parser)]
#[command(name = "lambdeploy", version = VERSION, arg_required_else_help = true, after_help = AFTER)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "these are flags")]
pub(crate) struct Common {
    /// The stack file
    #[arg(short, long, global = true, default_value = "stack.yaml", value_name = "FILE")]
    pub file: PathBuf,
    /// Use the local AWS (started in the background if none runs)
    #[arg(long, global = true)]
    pub local: bool,
    /// Print events and results as JSON lines; the last one is the result
    #[arg(long, global = true)]
    pub json: bool,
    /// Print results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print every note and build line, also of what goes well
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Agree to the plan without being asked
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// AWS profile, instead of the stack file's
    #[arg(long, global = true)]
    pub profile: Option<String>,
    /// AWS region, instead of the stack file's
    #[arg(long, global = true)]
    pub region: Option<String>,
}

impl Common {
    /// How to call `command` for the same stack in the same place, as a person would type it.
    pub(crate) fn again(&self, command: &str) -> String {
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
pub(crate) enum Command {
    /// Write a first stack file: for the code in a folder, or with a template's code
    Init(InitArgs),
    /// Make AWS match the stack file, then check the result from outside
    Up(UpArgs),
    /// Show what `up` would do; changes nothing
    Plan(PlanArgs),
    /// Compare AWS with the stack file, and check the links that every call needs
    Status,
    /// Delete everything that the stack made, and nothing else
    Destroy(DestroyArgs),
    /// Show the stack's URL and keys (their values only when asked for)
    Output(OutputArgs),
    /// Call the live URL and check everything that the stack file promises
    Verify(VerifyArgs),
    /// Call the live URL with the stack's key and show the answer
    Call(CallArgs),
    /// Show the functions' log lines
    Logs(LogsArgs),
    /// Show calls, errors, times, quotas, alarms and the budget, on one screen
    Metrics(MetricsArgs),
    /// Say what will go wrong before it does: credentials, rights, account, Docker, disk, open doors; changes nothing
    Doctor,
    /// Show what the stack can cost at most, and why; asks nobody (but with --measured)
    Cost(CostArgs),
    /// Shut the door at once: no key works and no function runs, until `resume`
    Pause,
    /// Open the door again, as the stack file says
    Resume,
    /// Give an API key a second value, end the first
    Key(KeyArgs),
    /// Show each function's versions: what is live, what was before, what did not pass
    Releases,
    /// Make live again what was live before; `up` does not release the taken-back version unasked
    Rollback(RollbackArgs),
    /// Give all calls to the version that has a share of them (see up --canary)
    Promote,
    /// List the stacks of the account in the region; needs no stack file
    List,
    /// Run the local AWS
    Local(LocalArgs),
    /// Print the IAM policy of whoever deploys the stack: what they need, and no more
    Policy(PolicyArgs),
    /// Print the JSON Schema of the stack file, for editors
    Schema,
    /// Print the script by which a shell completes command lines
    Completions(CompletionsArgs),
    /// Print the manual's page, or write all of its pages
    Man(ManArgs),
}

#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "these are flags")]
pub(crate) struct Consent {
    /// Take over what exists under the stack's names: all of it, or one thing by its id (api=ID, key=ID, plan=ID)
    #[arg(long, num_args = 0..=1, default_missing_value = "", value_name = "KIND=ID")]
    pub adopt: Vec<String>,
    /// Agree to what is lost when something must be replaced (the plan says what)
    #[arg(long)]
    pub replace: bool,
    /// Build every image again, from base images pulled again
    #[arg(long)]
    pub rebuild: bool,
    /// Deploy the API definition again, even if the stage serves it already
    #[arg(long)]
    pub redeploy: bool,
    /// Release again what `rollback` took back
    #[arg(long)]
    pub again: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UpArgs {
    #[command(flatten)]
    pub consent: Consent,
    /// Do not check the contract from outside
    #[arg(long)]
    pub no_verify: bool,
    /// Agree, by the stack's name, that all functions which it has now are deleted
    #[arg(long, value_name = "STACK")]
    pub end_all: Option<String>,
    #[command(flatten)]
    pub release: ReleaseArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub consent: Consent,
    /// Exit with 2 if there is something to do
    #[arg(long)]
    pub exit_code: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DestroyArgs {
    /// Also delete what existed before the stack and was adopted
    #[arg(long)]
    pub include_adopted: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Show the values of the API keys
    #[arg(long)]
    pub show_key: bool,
    /// Print the value of one key alone (default: the first), for `$(…)`
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "left out, alone, or with a name")]
    pub key: Option<Option<String>>,
    /// Set a client's variables (URL and key) in FILE, which only you can read; its other lines stay
    #[arg(long, value_name = "FILE")]
    pub env: Option<PathBuf>,
    /// How the names of these variables begin: VITE_, REACT_APP_, or nothing
    #[arg(long, value_name = "PREFIX", default_value = "NEXT_PUBLIC_", requires = "env")]
    pub env_prefix: String,
}

#[derive(Debug, Args)]
pub(crate) struct MetricsArgs {
    /// How far back: 10m, 2h, 1d, 7d
    #[arg(long, default_value = "24h", value_name = "AGE")]
    pub since: String,
    /// Look again and again, until Ctrl-C: each minute, on the local AWS every two seconds
    #[arg(long)]
    pub watch: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CostArgs {
    /// Also what calls did cost, by what AWS has of the last week
    #[arg(long)]
    pub measured: bool,
}

#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub action: KeyAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyAction {
    /// Make a second value beside the first; both work
    Rotate {
        /// The key's name in the stack file
        name: String,
    },
    /// End the first value, once nobody uses it any more
    Retire {
        /// The key's name in the stack file
        name: String,
        /// Though somebody still uses it
        #[arg(long)]
        now: bool,
    },
    /// Let a key in again that was disabled by hand
    Enable {
        /// The key's name in the stack file
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Also send bursts and megabytes, and use up the quota of the first key
    #[arg(long)]
    pub load: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CallArgs {
    /// A path, or a method and a path: `POST /items` (default: the first check, or the first route that needs no more than a key)
    #[arg(num_args = 0..=2, value_name = "ROUTE")]
    pub route: Vec<String>,
    /// The body: JSON, @FILE, or @- for stdin (default: that of the route's check, or {})
    #[arg(short, long, value_name = "BODY")]
    pub data: Option<String>,
    /// Send a picture, as base64 in the body's key `image`
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,
    /// A header: 'name: value'
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    pub headers: Vec<String>,
    /// Call with this key of the stack (default: the first)
    #[arg(long, value_name = "NAME", conflicts_with = "no_key")]
    pub key: Option<String>,
    /// Call without a key
    #[arg(long)]
    pub no_key: bool,
    /// Write the answer's body into FILE as it came
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    /// For this command alone
    #[arg(long = "for", value_enum, default_value_t = Task::Up, value_name = "COMMAND")]
    pub task: Task,
    /// Before there is anything: ids are not known, and stand as `*` (the default)
    #[arg(long, conflicts_with = "pinned")]
    pub before: bool,
    /// For the stack as it is in AWS: with its ids, and with what the file no longer names
    #[arg(long)]
    pub pinned: bool,
    /// Print the permissions boundary for the functions' roles instead (`role.boundary` in the stack file)
    #[arg(long, conflicts_with = "github")]
    pub boundary: bool,
    /// Print the trust policy of a role that GitHub Actions of this repository assume (OWNER@ID/REPO@ID: by its ids)
    #[arg(long, value_name = "OWNER/REPO")]
    pub github: Option<String>,
    /// Only runs of this branch (default: main)
    #[arg(long, requires = "github", conflicts_with = "environment")]
    pub branch: Option<String>,
    /// Only runs of this environment
    #[arg(long, requires = "github")]
    pub environment: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The command whose page is wanted (default: the program's page)
    pub command: Option<String>,
    /// Write all pages into this folder, such as ~/.local/share/man/man1
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    pub folder: Option<PathBuf>,
}
