//! A stack for the code that is in a folder: with a Dockerfile, or with a handler in Python or Node.

use super::{
    Beginning, NewFile, NewFiles, docker_file,
    handler::{self, Handler},
    name,
    new_files::is_there,
    stack_file,
};
use crate::exit::Usage;
use anyhow::{Context as _, Result};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What an image can be built from.
struct Code {
    /// Relative to the stack's folder.
    context: String,
    /// Likeliest first; asked for where there is no Dockerfile.
    handlers: Vec<Handler>,
}

/// The files of a stack for the code in `folder` (absolute), or in the one folder of it that has code.
///
/// # Errors
/// There is no such folder, no code in it or several folders with code; a stack file is there already; what can't be read.
pub(crate) fn for_code(folder: &Path, region: Option<&str>) -> Result<Beginning> {
    ensure_no_stack(folder)?;
    let code = find(folder)?;
    let stack = name::of_folder(folder);
    let text = stack_file::for_context(&stack, region, &code.context);
    let mut files: Vec<NewFile> = stack_file::with_schema(text).into();
    files.extend(code.docker_files(folder));
    let remarks = code.remarks(folder)?;
    Ok(Beginning { stack, files: NewFiles(files), remarks })
}

/// Before anything is looked for: who has a stack file wants another command.
fn ensure_no_stack(folder: &Path) -> Result<(), Usage> {
    let found =
        ["stack.yaml", "stack.yml"].map(|name| folder.join(name)).into_iter().find(|path| is_there(path));
    found.map_or(Ok(()), |path| {
        let path = path.display();
        Err(Usage(format!(
            "nothing was written: {path} is there already, and `init` overwrites nothing; \
             `lambdeploy plan -f {path}` shows what it would make"
        )))
    })
}

fn find(folder: &Path) -> Result<Code> {
    if let Some(code) = code_in(folder, ".")? {
        return Ok(code);
    }
    let mut below = Vec::new();
    for name in folders(folder)? {
        below.extend(code_in(&folder.join(&name), &name)?);
    }
    if below.len() > 1 {
        let names: Vec<&str> = below.iter().map(|code| code.context.as_str()).collect();
        let text = format!(
            "nothing was written: several folders in {} have code: {}; name one: `lambdeploy init {}`",
            folder.display(),
            names.join(", "),
            shlex::try_quote(&folder.join(names[0]).to_string_lossy()).unwrap_or_default()
        );
        return Err(Usage(text).into());
    }
    below.pop().ok_or_else(|| Usage(nothing_in(folder)).into())
}

fn nothing_in(folder: &Path) -> String {
    format!(
        "nothing was written: {} has neither a Dockerfile nor a file with a handler (`def lambda_handler(` or \
         `def handler(` in Python, an exported `handler` in JavaScript); `lambdeploy init --template hello` begins with \
         a function that runs",
        folder.display()
    )
}

fn code_in(folder: &Path, context: &str) -> Result<Option<Code>> {
    let context = context.to_owned();
    if folder.join("Dockerfile").is_file() {
        return Ok(Some(Code { context, handlers: Vec::new() }));
    }
    let handlers = handler::in_folder(folder)?;
    Ok((!handlers.is_empty()).then_some(Code { context, handlers }))
}

/// The folders right in `folder` that may hold code of its own, in the order of their names. A path in a stack file is one line.
fn folders(folder: &Path) -> Result<Vec<String>> {
    let why = || format!("cannot read the folder {}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(why)? {
        let entry = entry.with_context(why)?;
        if entry.path().is_dir() {
            names.extend(entry.file_name().into_string().ok());
        }
    }
    let is_code = |name: &String| {
        !name.starts_with('.')
            && !name.contains(['\n', '\r'])
            && !["node_modules", "venv", "tests"].contains(&name.as_str())
    };
    names.retain(is_code);
    names.sort();
    Ok(names)
}

impl Code {
    /// What is missing for a build.
    fn docker_files(&self, folder: &Path) -> Vec<NewFile> {
        let Some(handler) = self.handlers.first() else { return Vec::new() };
        let below =
            |name: &str| if self.context == "." { name.into() } else { Path::new(&self.context).join(name) };
        let dockerfile: PathBuf = below("Dockerfile");
        let text = docker_file::of(handler, &folder.join(&self.context));
        let ignored = NewFile::text(below(".dockerignore"), docker_file::IGNORED.to_owned());
        vec![NewFile::text(dockerfile, text), ignored.optional()]
    }

    fn remarks(&self, folder: &Path) -> Result<Vec<String>> {
        let folder = folder.join(&self.context);
        match self.handlers.as_slice() {
            [] => of_docker_file(&folder.join("Dockerfile")),
            [first, others @ ..] => {
                let all = [of_others(first, others), of_requirements(&folder)];
                Ok(all.into_iter().flatten().collect())
            }
        }
    }
}

/// A web server is what most Dockerfiles make, and Lambda can't talk to one.
fn of_docker_file(path: &Path) -> Result<Vec<String>> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let names_lambda = String::from_utf8_lossy(&text).to_lowercase().contains("lambda");
    let remark = "nothing in the Dockerfile is about Lambda, which gives its calls to a Runtime API and not to a web server: \
                  build on one of AWS's images (`FROM public.ecr.aws/lambda/python:3.13`), or add a runtime client or \
                  the Lambda Web Adapter";
    Ok(if names_lambda { Vec::new() } else { vec![remark.to_owned()] })
}

fn of_others(first: &Handler, others: &[Handler]) -> Option<String> {
    let names: Vec<&str> = others.iter().map(|handler| handler.name.as_str()).collect();
    let text = || {
        format!(
            "Lambda calls {}; there are others, which CMD in the Dockerfile can name: {}",
            first.name,
            names.join(", ")
        )
    };
    (!names.is_empty()).then(text)
}

fn of_requirements(folder: &Path) -> Option<String> {
    let is_left_out = folder.join("pyproject.toml").is_file() && !folder.join("requirements.txt").is_file();
    let text = "the Dockerfile installs nothing of pyproject.toml: write requirements.txt \
                (`uv export --no-dev > requirements.txt`), and into the Dockerfile a line that installs it";
    is_left_out.then(|| text.to_owned())
}
