use std::process::ExitCode;

fn main() -> ExitCode {
    lambdeploy::run()
}
