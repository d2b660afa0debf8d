//! From a path to a stack.

use std::{cell::RefCell, collections::BTreeSet, fs::File, io, io::Read, path::Path};

use super::{
    DotEnv, ImageSource, Lookup, Mistake, Outside, Stack, StackError, Values, Warning, check::check,
    interpolate::interpolate, node::Node, prepare::prepare, sections, yaml,
};

/// Reads the stack file and the `.env` beside it. `env` answers for the environment and comes before `.env`. What of `.env`
/// can't be read is a warning to commands that need no values.
///
/// # Errors
/// Everything that is wrong with the file, at once; what of `.env` can't be read.
pub fn load(file: &Path, values: Values, env: Lookup) -> Result<Stack, StackError> {
    let name = file.display().to_string();
    let alone = |mistake| StackError::new(&name, "", vec![mistake]);
    let text = text(file).map_err(|error| alone(unreadable(file, &error)))?;
    let folder = std::path::absolute(file.parent().unwrap_or(Path::new("")).join("."))
        .map_err(|error| alone(unreadable(file, &error)))?;
    let (dotenv, unreadable) = DotEnv::in_folder(&folder);
    if values == Values::Needed && !unreadable.is_empty() {
        return Err(StackError::new(&folder.join(".env").display().to_string(), "", unreadable));
    }
    let left_out = [file.file_name().unwrap_or_default(), ".env".as_ref(), "stack.schema.json".as_ref()]
        .map(|name| folder.join(name));
    let (mut stack, root) = tree(&text, &name, &folder, values, &|name| dotenv.get(name, env))?;
    let missing = if values == Values::Needed { sections::missing_files(&stack, &root) } else { Vec::new() };
    if !missing.is_empty() {
        return Err(StackError::new(&name, without_mark(&text), missing));
    }
    let dotenv_file = folder.join(".env").display().to_string();
    stack.warnings.extend(unreadable.into_iter().map(|mistake| Warning::new(&dotenv_file, "", mistake)));
    for function in stack.functions.values_mut() {
        if let ImageSource::Context(build) = &mut function.image.source {
            build.left_out = left_out.to_vec();
        }
    }
    Ok(stack)
}

/// The same from `text`, which relative paths in it take for a file in `folder` (absolute); `file_name` is what
/// mistakes call it.
///
/// # Errors
/// Everything that is wrong with the text, at once.
#[cfg(feature = "testing")]
pub fn read(
    text: &str,
    file_name: &str,
    folder: &Path,
    values: Values,
    lookup: Lookup,
) -> Result<Stack, StackError> {
    tree(text, file_name, folder, values, lookup).map(|(stack, _)| stack)
}

/// The stack, and the tree that it was read from.
fn tree(
    text: &str,
    file_name: &str,
    folder: &Path,
    values: Values,
    lookup: Lookup,
) -> Result<(Stack, Node), StackError> {
    let text = without_mark(text);
    let fail = |mistakes| StackError::new(file_name, text, mistakes);
    let (mut root, mut mistakes) = yaml::parse(text).map_err(|mistake| fail(vec![mistake]))?;
    let used = RefCell::new(BTreeSet::new());
    let recorded = |name: &str| lookup(name).inspect(|value| _ = used.borrow_mut().insert(value.clone()));
    mistakes.extend(interpolate(&mut root, text, &recorded));
    mistakes.extend(prepare(&mut root, &sections::STACK));
    mistakes.extend(check(&root, &sections::STACK, values));
    let (stack, found) = sections::read(&root, folder, values);
    mistakes.extend(found);
    if !mistakes.is_empty() {
        return Err(fail(mistakes));
    }
    let warnings = sections::warnings(&stack, &root).into_iter();
    let warnings = warnings.map(|it| Warning::new(file_name, text, it)).collect();
    Ok((Stack { warnings, outside: Outside::of(&root, &sections::STACK, used.into_inner()), ..stack }, root))
}

/// Without the byte order mark that some editors write.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The file's text; no more of it than can be a stack file, and one byte to tell that it is more.
fn text(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(file)?.take(yaml::MAX_BYTES as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

fn unreadable(file: &Path, error: &io::Error) -> Mistake {
    let name = file.display();
    match error.kind() {
        io::ErrorKind::NotFound => {
            Mistake::of_file(format!("there is no file {name}")).help(where_it_could_be(file))
        }
        io::ErrorKind::InvalidData => Mistake::of_file(format!("{name} is not a text in UTF-8")),
        io::ErrorKind::IsADirectory => Mistake::of_file(format!("{name} is a folder"))
            .help(format!("name the file in it: `-f {}`", file.join("stack.yaml").display())),
        _ => Mistake::of_file(format!("{name} cannot be read: {error}")),
    }
}

fn where_it_could_be(file: &Path) -> String {
    let other = file.with_extension("yml");
    if other.is_file() {
        return format!("there is a {0}: `-f {0}`", other.display());
    }
    "run this in the folder of your stack.yaml, or name the file with `-f`; `lambdeploy init` writes a first one".into()
}
