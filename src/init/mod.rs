//! `init`: the files that a stack begins with, from a template or for the code in a folder.
//!
//! [`template`] and [`code`] say which files, [`new_files`] writes them and overwrites nothing.

mod code;
mod docker_file;
mod handler;
mod name;
mod new_files;
mod stack_file;
mod template;

#[cfg(test)]
mod tests;

pub(crate) use code::for_code;
use new_files::NewFile;
pub(crate) use new_files::NewFiles;
pub(crate) use template::Template;

/// What a stack begins with, before anything is written.
pub(crate) struct Beginning {
    /// The stack's name.
    pub stack: String,
    pub files: NewFiles,
    /// What was chosen or left out, and what the person may want otherwise.
    pub remarks: Vec<String>,
}
