use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    lambdeploy::run(lambdeploy::cli::Cli::try_parse())
}
