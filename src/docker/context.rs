//! What a build's context holds after `.dockerignore`, in an order that does not depend on the machine.

use super::ignore::{Ignore, Verdict};
use crate::stack::Build;
use anyhow::{Context as _, Result, bail};
use std::{
    fs::{DirEntry, FileType, Metadata},
    path::{Path, PathBuf},
};

/// The name in the tar of a Dockerfile that is not a file of the context.
const FOREIGN_DOCKERFILE: &[u8] = b".lambdeploy.Dockerfile";

/// Bytes of a context that is worth a warning.
const LARGE: u64 = 100_000_000;

/// A context, listed but not read.
#[derive(Debug)]
pub struct Context {
    /// Folders stand before what is in them.
    pub entries: Vec<Entry>,
    /// Index of the Dockerfile in `entries`.
    pub dockerfile: usize,
}

#[derive(Debug)]
pub struct Entry {
    /// Relative to the context, with `/`, as the file system has it (on Unix: any bytes).
    pub name: Vec<u8>,
    pub path: PathBuf,
    pub kind: Kind,
    /// Not part of the context: sent only because the builder needs it.
    pub builders_own: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Folder,
    File { size: u64, executable: bool },
    Link { target: Vec<u8> },
}

impl Context {
    /// Lists the context of `build`.
    ///
    /// # Errors
    /// No such folder or Dockerfile, a malformed ignore file, what can't be read, and sockets, devices and pipes (by path).
    pub fn list(build: &Build) -> Result<Self> {
        let root = root(&build.context)?;
        let dockerfile = dockerfile(&build.dockerfile)?;
        let ignore_file = ignore_file(&root, &dockerfile);
        let ignore = Ignore::read(&ignore_file)?.unwrap_or_default().and_first(left_out(&root, build)?);
        let mut walk = Walk { ignore, entries: Vec::new() };
        walk.folder(&root, b"", None)?;
        let mut context = Self { entries: walk.entries, dockerfile: 0 };
        context.dockerfile = context.find_or_add(&root, &dockerfile)?;
        context.keep_for_the_builder(&root, &ignore_file)?;
        Ok(context)
    }

    /// The path in the context under which the builder finds the Dockerfile.
    ///
    /// # Errors
    /// No such folder or Dockerfile.
    pub fn dockerfile_name(build: &Build) -> Result<Vec<u8>> {
        name_in_context(&canonical(&build.context)?, &dockerfile(&build.dockerfile)?)
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
        let kind = Kind::File { size: metadata.len(), executable: false };
        self.entries.push(Entry { name, path: path.to_owned(), kind, builders_own: true });
        Ok(self.entries.len() - 1)
    }

    /// A size that makes every build slow, and a file whose values everybody could read who can pull the image.
    pub fn warnings(&self) -> Vec<String> {
        let bytes: u64 = self.entries.iter().filter(|e| !e.builders_own).map(|e| e.kind.size()).sum();
        let mega = |bytes: u64| format!("{} MB", bytes / 1_000_000);
        let largest =
            || self.largest().iter().map(|(n, b)| format!("{n} {}", mega(*b))).collect::<Vec<_>>().join(", ");
        let large = (bytes > LARGE).then(|| {
            format!(
                "the build context has {}: {}; what the image does not need belongs into .dockerignore",
                mega(bytes),
                largest()
            )
        });
        let is_dotenv = |e: &&Entry| !e.builders_own && e.name.rsplit(|b| *b == b'/').next() == Some(b".env");
        let dotenv = self.entries.iter().find(is_dotenv).map(|e| {
            format!(
                "the build context holds {}: once it is copied, who can pull the image can read its values; name it in .dockerignore",
                String::from_utf8_lossy(&e.name)
            )
        });
        large.into_iter().chain(dotenv).collect()
    }

    /// The three largest things directly in the context, with what is in them, in bytes.
    fn largest(&self) -> Vec<(String, u64)> {
        let mut sizes = std::collections::BTreeMap::<String, u64>::new();
        for entry in self.entries.iter().filter(|e| !e.builders_own) {
            let name = String::from_utf8_lossy(&entry.name);
            let top = name.split('/').next().unwrap_or_default();
            *sizes.entry(top.to_owned()).or_default() += entry.kind.size();
        }
        let mut sizes: Vec<_> = sizes.into_iter().collect();
        sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
        sizes.truncate(3);
        sizes
    }
}

impl Kind {
    /// Bytes of content.
    pub fn size(&self) -> u64 {
        match self {
            Self::File { size, .. } => *size,
            _ => 0,
        }
    }
}

struct Walk {
    ignore: Ignore,
    entries: Vec<Entry>,
}

impl Walk {
    fn folder(&mut self, path: &Path, name: &[u8], verdict: Option<&Verdict>) -> Result<()> {
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

    fn child(&mut self, name: Vec<u8>, child: &DirEntry, below: Option<&Verdict>) -> Result<()> {
        let path = child.path();
        let file_type = child.file_type().with_context(|| format!("cannot read {}", path.display()))?;
        let shown = String::from_utf8_lossy(&name).into_owned();
        let verdict = self.ignore.judge(&shown, below);
        if verdict.out && !(file_type.is_dir() && self.ignore.may_include_below(&shown)) {
            return Ok(());
        }
        let kind = kind(&path, file_type)?;
        let before = self.entries.len();
        self.entries.push(Entry { name: name.clone(), path: path.clone(), kind, builders_own: false });
        if file_type.is_dir() {
            self.folder(&path, &name, Some(&verdict))?;
        }
        if verdict.out && self.entries.len() == before + 1 {
            self.entries.pop();
        }
        Ok(())
    }
}

fn kind(path: &Path, file_type: FileType) -> Result<Kind> {
    if file_type.is_dir() {
        return Ok(Kind::Folder);
    }
    if file_type.is_symlink() {
        let target =
            std::fs::read_link(path).with_context(|| format!("cannot read the link {}", path.display()))?;
        return Ok(Kind::Link { target: name_of(&target)? });
    }
    if !file_type.is_file() {
        bail!(
            "{} is neither file, folder nor link: it can't be in an image. Name it in .dockerignore",
            path.display()
        );
    }
    let metadata = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Kind::File { size: metadata.len(), executable: executable(&metadata) })
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
    Ok(folder.join(path.file_name().context("a Dockerfile has a name")?))
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
mod tests;
