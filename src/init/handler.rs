//! Which function of which file Lambda is to call.

use anyhow::{Context as _, Result};
use regex_lite::Regex;
use std::{fs, path::Path};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Node,
}

/// A function that takes an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Handler {
    pub language: Language,
    pub file: String,
    /// As Lambda's CMD names it: `app.handler`.
    pub name: String,
}

const PYTHON: &str = r"(?m)^def\s+(lambda_handler|handler)\s*\(";
/// `export` of a module, `exports` of a script.
const NODE: &str = r"(?m)^\s*(?:export\s+(?:async\s+)?(?:const|let|function)\s+handler\b|export\s*\{[^}]*\bhandler\b|(?:module\.)?exports\.handler\s*=|module\.exports\s*=\s*\{[^}]*\bhandler\b)";
/// How handlers' files are called most; of several, the earliest is taken.
const USUAL: [&str; 5] = ["lambda_function", "index", "app", "main", "handler"];

/// All handlers of the files right in `folder`, the likeliest first.
///
/// # Errors
/// The folder or a file of it can't be read.
pub(super) fn in_folder(folder: &Path) -> Result<Vec<Handler>> {
    let mut all = Vec::new();
    for file in names(folder)? {
        let Some((stem, language)) = code(&file) else { continue };
        let path = folder.join(&file);
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if let Some(function) = function(&String::from_utf8_lossy(&text), language)? {
            all.push(Handler { language, name: format!("{stem}.{function}"), file });
        }
    }
    all.sort_by_cached_key(|handler| (rank(&handler.file), handler.file.clone()));
    Ok(all)
}

/// The names of the files right in `folder`; one that is no text can't be named in a stack file or a Dockerfile.
fn names(folder: &Path) -> Result<Vec<String>> {
    let why = || format!("cannot read the folder {}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(why)? {
        let entry = entry.with_context(why)?;
        if entry.path().is_file() {
            names.extend(entry.file_name().into_string().ok());
        }
    }
    Ok(names)
}

/// A file's name without its ending, if it may hold a handler: no test of one.
fn code(file: &str) -> Option<(&str, Language)> {
    let (stem, ending) = file.rsplit_once('.')?;
    let language = match ending {
        "py" => Language::Python,
        "js" | "mjs" | "cjs" => Language::Node,
        _ => return None,
    };
    let is_test = stem.starts_with("test_") || stem.ends_with("_test") || stem == "conftest";
    (!is_test && !stem.contains('.')).then_some((stem, language))
}

fn function(text: &str, language: Language) -> Result<Option<String>> {
    Ok(match language {
        Language::Python => Regex::new(PYTHON)?.captures(text).map(|found| found[1].to_owned()),
        Language::Node => Regex::new(NODE)?.is_match(text).then(|| "handler".to_owned()),
    })
}

fn rank(file: &str) -> usize {
    let stem = file.split('.').next().unwrap_or_default();
    USUAL.iter().position(|usual| *usual == stem).unwrap_or(USUAL.len())
}
