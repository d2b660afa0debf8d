//! What a person should know of a build context before it is built.

use super::context::{BuildContext, ContextEntry, EntryKind};
use std::{collections::BTreeMap, fs::File, io::Read};

/// Bytes of a context that is worth a warning.
const LARGE: u64 = 100_000_000;

/// Folders that tools fill on a machine and that no image is meant to have.
const NEEDLESS: [&str; 10] = [
    "__pycache__",
    ".venv",
    "venv",
    "node_modules",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
    ".idea",
    ".vscode",
];

/// Things that are named in one warning.
const NAMED: usize = 3;

/// Bytes of a script's first line that are looked at.
const FIRST_LINE: u64 = 256;

/// A size that makes every build slow, folders that were meant for nobody, a file whose values everybody could read who can
/// pull the image, and scripts that Linux can't start.
pub(super) fn of(context: &BuildContext) -> Vec<String> {
    [large(context), needless(context), dotenv(context), windows_scripts(context)]
        .into_iter()
        .flatten()
        .collect()
}

fn entries(context: &BuildContext) -> impl Iterator<Item = &ContextEntry> {
    context.entries.iter().filter(|entry| !entry.builders_own)
}

fn large(context: &BuildContext) -> Option<String> {
    let bytes: u64 = entries(context).map(|entry| entry.kind.size()).sum();
    (bytes > LARGE).then(|| {
        let top = |name: &str| Some(name.split('/').next()?.to_owned());
        format!(
            "the build context has {}: {}; name what the image does not need in .dockerignore",
            size(bytes),
            largest(context, top)
        )
    })
}

/// Where nobody has said yet what is no part of the context.
fn needless(context: &BuildContext) -> Option<String> {
    let folder = |name: &str| {
        let at = name.split('/').position(|part| NEEDLESS.contains(&part))?;
        Some(name.split('/').take(at + 1).collect::<Vec<_>>().join("/"))
    };
    let named = if context.has_ignore_file { String::new() } else { largest(context, folder) };
    (!named.is_empty()).then(|| {
        format!(
            "the build context holds {named}: each change in there builds anew; name what the image does not need in a file \
             .dockerignore"
        )
    })
}

/// The largest groups of entries with their sizes; `group` gives the group of a name, if it is in one.
fn largest(context: &BuildContext, group: impl Fn(&str) -> Option<String>) -> String {
    let mut sizes = BTreeMap::<String, u64>::new();
    for entry in entries(context) {
        if let Some(group) = group(&String::from_utf8_lossy(&entry.name)) {
            *sizes.entry(group).or_default() += entry.kind.size();
        }
    }
    let mut sizes: Vec<_> = sizes.into_iter().collect();
    sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    sizes.truncate(NAMED);
    sizes.iter().map(|(name, bytes)| format!("{name} {}", size(*bytes))).collect::<Vec<_>>().join(", ")
}

fn size(bytes: u64) -> String {
    if bytes < 1_000_000 {
        return format!("{} kB", bytes.div_ceil(1000));
    }
    format!("{} MB", bytes / 1_000_000)
}

fn dotenv(context: &BuildContext) -> Option<String> {
    let is_dotenv = |entry: &&ContextEntry| entry.name.rsplit(|byte| *byte == b'/').next() == Some(b".env");
    let entry = entries(context).find(is_dotenv)?;
    Some(format!(
        "the build context holds {}: once it is copied, who can pull the image can read its values; name it in .dockerignore",
        String::from_utf8_lossy(&entry.name)
    ))
}

fn windows_scripts(context: &BuildContext) -> Option<String> {
    let mut scripts = entries(context).filter(|entry| has_windows_first_line(entry));
    let first = String::from_utf8_lossy(&scripts.next()?.name).into_owned();
    let more = match scripts.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!(
        "{first}{more} has Windows line endings (CRLF): Linux can't start it (\"no such file or directory\"); save it with LF"
    ))
}

/// Whether it is a script whose `#!` line ends in CRLF: Linux looks for a program whose name ends in CR.
fn has_windows_first_line(entry: &ContextEntry) -> bool {
    let EntryKind::File { executable, .. } = entry.kind else { return false };
    if !(entry.name.ends_with(b".sh") || cfg!(unix) && executable) {
        return false;
    }
    let mut start = Vec::new();
    // What can't be read is told when all of it is read.
    let read = File::open(&entry.path).and_then(|file| file.take(FIRST_LINE).read_to_end(&mut start));
    let line = start.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    read.is_ok() && line.starts_with(b"#!") && line.ends_with(b"\r\n")
}

#[cfg(test)]
#[path = "context_warnings_tests.rs"]
mod tests;
