//! `output --env`: a client's variables in a file of the person's.

use crate::{docker::CLIENT_ENV_MARK, outputs::Outputs, ui::Printer};
use anyhow::{Context as _, Result};
use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    path::Path,
    process::{Command, Stdio},
};

/// Names and values, for the guide's client with the prefix `NEXT_PUBLIC_`.
pub(super) fn variables(outputs: &Outputs, prefix: &str) -> BTreeMap<String, String> {
    let url = outputs.url.as_ref().map(|url| (format!("{prefix}LAMBDA_API_URL"), format!("{url}/")));
    let key = outputs.secrets().next().map(|value| (format!("{prefix}API_KEY"), value));
    url.into_iter().chain(key).collect()
}

/// Sets the variables in `file`, whose other lines stay, and says so.
///
/// # Errors
/// When it can't be read or written.
pub(super) fn write(file: &Path, variables: &BTreeMap<String, String>, printer: &Printer) -> Result<()> {
    let writing = || format!("writing {}", file.display());
    if fs::metadata(file).is_ok_and(|it| !it.is_file()) {
        // A device or a pipe is written to; to replace it by a file would be a surprise.
        let mut device = OpenOptions::new().write(true).open(file).with_context(writing)?;
        return device.write_all(merged("", variables).as_bytes()).with_context(writing);
    }
    let known = match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read.with_context(|| format!("reading {}", file.display()))?,
    };
    write_private(file, &merged(&known, variables)).with_context(writing)?;
    printer.answer(format!("wrote {} (only you can read it)", file.display()));
    if git_would_take(file) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        printer.warn(format!(
            "{} holds a key, and git does not ignore it: add `{name}` to .gitignore",
            file.display()
        ));
    }
    Ok(())
}

/// The file's text with these variables set: where they stand already, else at its end. Marked, so that no build takes it.
fn merged(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut missing = variables.clone();
    let marked = text.lines().any(|line| line == CLIENT_ENV_MARK);
    let mut lines: Vec<String> = (!marked).then(|| CLIENT_ENV_MARK.to_owned()).into_iter().collect();
    for line in text.lines() {
        match name(line).filter(|name| variables.contains_key(*name)) {
            // A second line of the same name would win over the first.
            Some(name) => lines.extend(missing.remove(name).map(|value| format!("{name}={value}"))),
            None => lines.push(line.to_owned()),
        }
    }
    lines.extend(missing.into_iter().map(|(name, value)| format!("{name}={value}")));
    lines.join("\n") + "\n"
}

/// `NAME` of `NAME=value` and `export NAME=value`.
fn name(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let name = name.trim();
    Some(name.strip_prefix("export ").map_or(name, str::trim))
}

/// A file that holds a secret is its owner's alone from its first byte on. A link stays one.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    temporary.persist(target)?;
    Ok(())
}

/// Whether the file is in a git tree that does not ignore it. Without git nothing is known.
fn git_would_take(file: &Path) -> bool {
    let (Some(name), Ok(path)) = (file.file_name(), fs::canonicalize(file)) else { return false };
    let Some(folder) = path.parent() else { return false };
    let mut git = Command::new("git");
    let asked = git.current_dir(folder).args(["check-ignore", "--quiet", "--"]).arg(name);
    let status = asked.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    // 0: it is ignored; 128: there is no git tree.
    status.is_ok_and(|status| status.code() == Some(1))
}

#[cfg(test)]
mod tests {
    use super::merged;
    use std::collections::BTreeMap;

    #[test]
    fn other_lines_stay_and_known_variables_are_set_in_place() {
        let new = BTreeMap::from(
            [("URL", "http://new/"), ("KEY", "k2")].map(|(n, v)| (n.to_owned(), v.to_owned())),
        );
        let mark = super::CLIENT_ENV_MARK;
        assert_eq!(merged("", &new), format!("{mark}\nKEY=k2\nURL=http://new/\n"));
        assert_eq!(merged(&merged("", &new), &new), merged("", &new));
        let file = "# mine\nexport URL=http://old/\nOTHER=1\n\nKEY = k1\nKEY=k0\nNOKEY=x";
        let merged = merged(file, &new);
        assert_eq!(merged, format!("{mark}\n# mine\nURL=http://new/\nOTHER=1\n\nKEY=k2\nNOKEY=x\n"));
    }
}
