//! The `.env` beside the stack file. The process's own environment is never changed.

use std::{collections::HashMap, io, path::Path};

use super::{Lookup, Mistake, StackError};

/// The variables of a `.env` file. Their values are secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DotEnv(HashMap<String, String>);

impl DotEnv {
    /// The `.env` in the folder of `stack_file`; empty if there is none.
    ///
    /// # Errors
    /// It is there and cannot be read; which line, never what is in it.
    pub fn beside(stack_file: &Path) -> Result<Self, StackError> {
        let file = stack_file.with_file_name(".env");
        if !file.is_file() {
            return Ok(Self::default());
        }
        let fail = |error| StackError::new(&file.display().to_string(), "", vec![unreadable(&file, &error)]);
        dotenvy::from_path_iter(&file).map_err(fail)?.collect::<Result<_, _>>().map(Self).map_err(fail)
    }

    /// A variable, from `env` or else from the file.
    pub fn get(&self, name: &str, env: Lookup) -> Option<String> {
        env(name).or_else(|| self.0.get(name).cloned())
    }
}

impl std::fmt::Debug for DotEnv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn unreadable(file: &Path, error: &dotenvy::Error) -> Mistake {
    let name = file.display();
    match error {
        dotenvy::Error::LineParse(..) => Mistake::of_file(format!("{name} has a line that cannot be read"))
            .help("write `NAME=value` in each line; put a value with spaces or `#` in quotes"),
        dotenvy::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            Mistake::of_file(format!("{name} is not a text in UTF-8"))
        }
        dotenvy::Error::Io(error) => Mistake::of_file(format!("{name} cannot be read: {error}")),
        _ => Mistake::of_file(format!("{name} cannot be read")),
    }
}
