//! `init`: the first stack file. It asks nobody and overwrites nothing.

use crate::{
    Exit, cli,
    exit::Usage,
    init::{Beginning, Template, for_code},
    ui::{Begun, Outcome, Printer},
};
use anyhow::{Context as _, Result};
use std::path::Path;

pub(super) fn run(common: &cli::Common, args: &cli::InitArgs, printer: &Printer) -> Result<Exit> {
    ensure_usual_file(common)?;
    if args.template == Some(None) {
        printer.answer(Template::list());
        return Ok(Exit::Done);
    }
    let beginning = begin(common, args)?;
    let written = beginning.files.write(&args.folder)?;
    beginning.remarks.iter().for_each(|remark| printer.warn(remark.as_str()));
    printer.show(Outcome::Begun(&Begun {
        stack: beginning.stack,
        written: written.iter().map(|path| typed(path).display().to_string()).collect(),
        next: next(common, &args.folder),
    }));
    Ok(Exit::Done)
}

/// What a stack file names is relative to it: another one would be for another folder.
fn ensure_usual_file(common: &cli::Common) -> Result<(), Usage> {
    if common.file == Path::new("stack.yaml") {
        return Ok(());
    }
    Err(Usage("`init` writes stack.yaml: name its folder instead of `-f`: `lambdeploy init FOLDER`".into()))
}

fn begin(common: &cli::Common, args: &cli::InitArgs) -> Result<Beginning> {
    let region = super::session::region(None, common, &|name| std::env::var(name).ok());
    let folder = &args.folder;
    let whole = || format!("cannot read the folder {}", folder.display());
    match &args.template {
        // Its folder is made where it is not there yet.
        Some(Some(name)) => {
            let template = Template::named(name)?;
            let whole = folder.canonicalize().or_else(|_| std::path::absolute(folder)).with_context(whole)?;
            Ok(template.begin(&whole, region.as_deref()))
        }
        _ if !folder.exists() => Err(no_folder(folder).into()),
        _ => for_code(&folder.canonicalize().with_context(whole)?, region.as_deref()),
    }
}

fn no_folder(folder: &Path) -> Usage {
    let folder = folder.display();
    Usage(format!(
        "there is no folder {folder}; `init` looks for code in a folder, and \
         `lambdeploy init --template hello {folder}` makes one with code"
    ))
}

/// The command that makes what was written, without an account.
fn next(common: &cli::Common, folder: &Path) -> String {
    let file = typed(&folder.join("stack.yaml")).to_owned();
    // The region is in the file.
    cli::Common { file, local: true, region: None, ..common.clone() }.again("up")
}

/// As a person types it: nobody writes `./` in front.
fn typed(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}
