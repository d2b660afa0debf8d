//! Gives `--version` the commit and its date. Without git, or outside of the repository (a source package), there is none,
//! and the version stands alone; who packages from there may say it: `LAMBDEPLOY_COMMIT="1a2b3c4d5 2026-11-29"`.
//!
//! Development builds have none either: everything would be compiled anew after each commit.

use std::{env, path::Path, process::Command};

fn main() {
    println!("cargo::rerun-if-env-changed=LAMBDEPLOY_COMMIT");
    println!("cargo::rerun-if-changed=build.rs");
    let said = env::var("LAMBDEPLOY_COMMIT").ok().filter(|said| !said.is_empty());
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = said.or_else(|| if is_release { of_git() } else { None });
    println!(
        "cargo::rustc-env=LAMBDEPLOY_COMMIT={}",
        commit.map(|it| format!(" ({it})")).unwrap_or_default()
    );
}

/// The commit of this folder's own repository and its date, such as `1a2b3c4d5 2026-11-29`; `1a2b3c4d5-dirty` with changes
/// that are in no commit.
fn of_git() -> Option<String> {
    let folder = env::var_os("CARGO_MANIFEST_DIR")?;
    // A package inside of another repository has no commit of its own.
    let top = git(&["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != Path::new(&folder).canonicalize().ok()? {
        return None;
    }
    // Written at each commit and checkout.
    println!("cargo::rerun-if-changed={}", git(&["rev-parse", "--git-path", "logs/HEAD"])?);
    let commit = git(&["describe", "--always", "--dirty", "--exclude=*", "--abbrev=9"])?;
    Some(format!("{commit} {}", git(&["log", "-1", "--format=%cs"])?))
}

/// What git answers; nothing where there is no git, or where it refuses.
fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
