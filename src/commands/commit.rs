//! What git says that the stack's folder is at: a word for people in `releases`, and nothing that any decision is made by.

use std::{
    path::Path,
    process::{Command, Stdio},
};

/// Seven hexadecimal digits; `None`: there is no git, or no commit.
pub(super) fn of(folder: &Path) -> Option<String> {
    let mut git = Command::new("git");
    let asked = git.arg("-C").arg(folder).args(["rev-parse", "HEAD"]);
    let answer = asked.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    let digits = text.trim().get(..7).filter(|_| answer.status.success())?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| digits.to_owned())
}
