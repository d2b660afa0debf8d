//! What a build's context holds after `.dockerignore`, in an order that does not depend on the machine.

use super::ignore::{Ignore, Match};
use anyhow::{Context as _, Result, bail};
use lambdeploy_stack::Build;
use std::{
    fs::{DirEntry, Metadata},
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// The name in the tar of a Dockerfile that is not a file of the context.
const FOREIGN_DOCKERFILE: &[u8] = b".lambdeploy.Dockerfile";

/// Left out of every context, in any folder, unless the ignore file has a `!` line for it: it differs between two clones
/// of one commit, and after each commit.
const HISTORY: &str = "**/.git";

/// A line of every file that `output --env` writes: such a file stays out of every context.
pub const CLIENT_ENV_MARK: &str = "# written by `lambdeploy output --env`";

/// Bytes of a file that is looked at for the mark.
const LARGEST_CLIENT_ENV: u64 = 64 * 1024;

/// A context, listed but not read.
#[derive(Debug)]
pub(super) struct BuildContext {
    /// Folders stand before what is in them.
    pub entries: Vec<ContextEntry>,
    /// Index of the Dockerfile in `entries`.
    pub dockerfile: usize,
    /// Whether there is a file that says what is no part of it.
    pub has_ignore_file: bool,
}

#[derive(Debug)]
pub(crate) struct ContextEntry {
    /// Relative to the context, with `/`, as the file system has it (on Unix: any bytes).
    pub name: Vec<u8>,
    pub path: PathBuf,
    pub(crate) kind: EntryKind,
    /// When it was last written, since 1970; not before that.
    pub modified: Duration,
    /// Not part of the context: sent only because the builder needs it.
    pub builders_own: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EntryKind {
    Folder,
    File { size: u64, executable: bool },
    Link { target: Vec<u8> },
}

impl BuildContext {
    /// Lists the context of `build`.
    ///
    /// # Errors
    /// No such folder or Dockerfile, a malformed ignore file, what can't be read, and devices and pipes (by path).
    pub(super) fn list(build: &Build) -> Result<Self> {
        let root = root(&build.context)?;
        let dockerfile = dockerfile(&build.dockerfile)?;
        let ignore_file = ignore_file(&root, &dockerfile);
        let written = Ignore::read(&ignore_file)?;
        let has_ignore_file = written.is_some();
        let mut walk = ContextWalk { ignore: with_ours(&root, build, written)?, entries: Vec::new() };
        walk.folder(&root, b"", None)?;
        let mut context = Self { entries: walk.entries, dockerfile: 0, has_ignore_file };
        context.dockerfile = context.find_or_add(&root, &dockerfile)?;
        context.keep_for_the_builder(&root, &ignore_file)?;
        Ok(context)
    }

    /// The path in the context under which the builder finds the Dockerfile.
    ///
    /// # Errors
    /// No such folder or Dockerfile.
    pub(super) fn dockerfile_name(build: &Build) -> Result<Vec<u8>> {
        name_in_context(&canonical(&build.context)?, &dockerfile(&build.dockerfile)?)
    }

    /// Whether the Dockerfile is no part of the context: excluded, a link or elsewhere.
    ///
    /// # Errors
    /// No such folder or Dockerfile, a malformed ignore file.
    pub(super) fn is_without_dockerfile(build: &Build) -> Result<bool> {
        let (root, dockerfile) = (root(&build.context)?, dockerfile(&build.dockerfile)?);
        let name = name_in_context(&root, &dockerfile)?;
        let ignore = with_ours(&root, build, Ignore::read(&ignore_file(&root, &dockerfile))?)?;
        Ok(name == FOREIGN_DOCKERFILE || ignore.excludes(&String::from_utf8_lossy(&name)))
    }

    /// The Dockerfile's entry; one that is excluded, a link or elsewhere is added for the builder.
    fn find_or_add(&mut self, root: &Path, dockerfile: &Path) -> Result<usize> {
        let name = name_in_context(root, dockerfile)?;
        match self.entries.iter().position(|e| e.name == name) {
            Some(at) => Ok(at),
            None => self.add(name, dockerfile),
        }
    }

    /// The classic builder takes an excluded Dockerfile out of the context itself, if it sees the rule.
    fn keep_for_the_builder(&mut self, root: &Path, ignore_file: &Path) -> Result<()> {
        let own = root.join(".dockerignore");
        let listed = self.entries.iter().any(|e| e.name == b".dockerignore");
        if self.entries[self.dockerfile].builders_own && own == ignore_file && own.is_file() && !listed {
            self.add(b".dockerignore".to_vec(), &own)?;
        }
        Ok(())
    }

    fn add(&mut self, name: Vec<u8>, path: &Path) -> Result<usize> {
        let metadata = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        let kind = EntryKind::File { size: metadata.len(), executable: false };
        let modified = modified(&metadata);
        self.entries.push(ContextEntry { name, path: path.to_owned(), kind, modified, builders_own: true });
        Ok(self.entries.len() - 1)
    }
}

impl EntryKind {
    /// Bytes of content.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::File { size, .. } => *size,
            _ => 0,
        }
    }
}

struct ContextWalk {
    ignore: Ignore,
    entries: Vec<ContextEntry>,
}

impl ContextWalk {
    fn folder(&mut self, path: &Path, name: &[u8], verdict: Option<&Match>) -> Result<()> {
        let mut children = Vec::new();
        for child in
            std::fs::read_dir(path).with_context(|| format!("cannot read the folder {}", path.display()))?
        {
            let child = child.with_context(|| format!("cannot read the folder {}", path.display()))?;
            children.push((join(name, &child)?, child));
        }
        children.sort_by(|a, b| a.0.cmp(&b.0));
        children.into_iter().try_for_each(|(name, child)| self.child(name, &child, verdict))
    }

    fn child(&mut self, name: Vec<u8>, child: &DirEntry, below: Option<&Match>) -> Result<()> {
        let path = child.path();
        let metadata = match child.metadata() {
            Ok(metadata) => metadata,
            // It went between the listing of its folder and now.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let shown = String::from_utf8_lossy(&name).into_owned();
        let verdict = self.ignore.judge(&shown, below);
        let nothing_of_it = verdict.out && !(metadata.is_dir() && self.ignore.may_include_below(&shown));
        if nothing_of_it || is_socket(&metadata) || is_client_env(&path, &metadata) {
            return Ok(());
        }
        let (kind, modified) = (kind(&path, &metadata)?, modified(&metadata));
        let before = self.entries.len();
        self.entries.push(ContextEntry {
            name: name.clone(),
            path: path.clone(),
            kind,
            modified,
            builders_own: false,
        });
        if metadata.is_dir() {
            self.folder(&path, &name, Some(&verdict))?;
        }
        if verdict.out && self.entries.len() == before + 1 {
            self.entries.pop();
        }
        Ok(())
    }
}

fn kind(path: &Path, metadata: &Metadata) -> Result<EntryKind> {
    if metadata.is_dir() {
        return Ok(EntryKind::Folder);
    }
    if metadata.is_symlink() {
        let target =
            std::fs::read_link(path).with_context(|| format!("cannot read the link {}", path.display()))?;
        return Ok(EntryKind::Link { target: name_of(&target)? });
    }
    if !metadata.is_file() {
        bail!(
            "{} is neither file, folder nor link: it can't be in an image. Name it in .dockerignore",
            path.display()
        );
    }
    Ok(EntryKind::File { size: metadata.len(), executable: executable(metadata) })
}

fn modified(metadata: &Metadata) -> Duration {
    let time = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// A program that runs has it there; nothing could be done with it in an image. Docker's client leaves it out too.
#[cfg(unix)]
fn is_socket(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_socket()
}

#[cfg(not(unix))]
fn is_socket(_: &Metadata) -> bool {
    false
}

#[cfg(unix)]
fn executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

/// Windows has no such bit: all are, as Docker's own client does it.
#[cfg(not(unix))]
fn executable(_: &Metadata) -> bool {
    true
}

/// Whether `output --env` wrote it: it holds a key, and what is deployed does not depend on it.
fn is_client_env(path: &Path, metadata: &Metadata) -> bool {
    let named = path.file_name().is_some_and(|name| name.to_string_lossy().contains("env"));
    // What can't be read is told when all of it is read.
    let text = || std::fs::read_to_string(path).unwrap_or_default();
    (named && metadata.is_file() && metadata.len() <= LARGEST_CLIENT_ENV)
        && text().lines().any(|line| line == CLIENT_ENV_MARK)
}

fn root(context: &Path) -> Result<PathBuf> {
    if !context.try_exists().unwrap_or(true) {
        bail!(
            "there is no folder {}: `image.context` names one, as seen from the stack file",
            context.display()
        );
    }
    let root = canonical(context).context("build context")?;
    if !root.is_dir() {
        bail!("build context {} is not a folder", root.display());
    }
    Ok(root)
}

fn canonical(path: &Path) -> Result<PathBuf> {
    path.canonicalize().with_context(|| format!("{} can't be read", path.display()))
}

/// What stays out of every context, and then what the ignore file says.
fn with_ours(root: &Path, build: &Build, written: Option<Ignore>) -> Result<Ignore> {
    let ours = Ignore::parse(HISTORY)?.then(Ignore::names(left_out(root, build)?));
    Ok(ours.then(written.unwrap_or_default()))
}

/// What the build leaves out of this context, as names in it.
fn left_out(root: &Path, build: &Build) -> Result<impl Iterator<Item = String>> {
    let mut names = Vec::new();
    for path in build.left_out.iter().filter(|p| p.exists()) {
        let folder = canonical(path.parent().unwrap_or(Path::new(".")))?;
        if let (Ok(inside), Some(name)) = (folder.strip_prefix(root), path.file_name()) {
            names.push(String::from_utf8_lossy(&name_of(&inside.join(name))?).into_owned());
        }
    }
    Ok(names.into_iter())
}

/// The Dockerfile, its folder without links; itself a link it may be.
fn dockerfile(path: &Path) -> Result<PathBuf> {
    if !path.is_file() {
        bail!("there is no Dockerfile at {}; `image.dockerfile` can name another", path.display());
    }
    let folder = canonical(path.parent().unwrap_or(Path::new(".")))?;
    Ok(folder.join(path.file_name().context("`image.dockerfile` names no file")?))
}

/// One that is elsewhere, or a link, is sent under a name of its own.
fn name_in_context(root: &Path, dockerfile: &Path) -> Result<Vec<u8>> {
    match dockerfile.strip_prefix(root) {
        Ok(inside) if !dockerfile.is_symlink() => name_of(inside),
        _ => Ok(FOREIGN_DOCKERFILE.to_vec()),
    }
}

/// `<Dockerfile>.dockerignore` beside the Dockerfile goes before the context's own.
fn ignore_file(root: &Path, dockerfile: &Path) -> PathBuf {
    let mut own = dockerfile.as_os_str().to_owned();
    own.push(".dockerignore");
    let own = PathBuf::from(own);
    if own.is_file() { own } else { root.join(".dockerignore") }
}

fn join(folder: &[u8], child: &DirEntry) -> Result<Vec<u8>> {
    let own = name_of(Path::new(&child.file_name()))?;
    Ok(if folder.is_empty() { own } else { [folder, b"/", &own].concat() })
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere a name may be no name here")]
fn name_of(path: &Path) -> Result<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt;
    Ok(path.as_os_str().as_bytes().to_vec())
}

#[cfg(not(unix))]
fn name_of(path: &Path) -> Result<Vec<u8>> {
    let text = path.to_str().with_context(|| format!("{} has a name that is not Unicode", path.display()))?;
    Ok(text.replace('\\', "/").into_bytes())
}

#[cfg(test)]
#[path = "context_tests.rs"]
pub(super) mod tests;
