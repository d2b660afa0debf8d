//! Stacks that run as they are: the repository's examples, in the program.

use super::{Beginning, NewFile, NewFiles, name, stack_file};
use crate::exit::Usage;
use std::path::Path;

pub(crate) struct Template {
    pub(super) name: &'static str,
    about: &'static str,
    stack_file: &'static str,
    /// Path and content of each other file.
    files: &'static [(&'static str, &'static [u8])],
}

/// An example's file: its path below `$folder`, and its content.
macro_rules! example {
    ($folder:literal, [$($path:literal),+ $(,)?]) => {
        &[$(($path, include_bytes!(concat!("../../examples/", $folder, "/", $path)))),+]
    };
}

pub(super) const TEMPLATES: &[Template] = &[
    Template {
        name: "hello",
        about: "the smallest: a Python function that greets, behind a URL with a key",
        stack_file: include_str!("../../examples/hello/stack.yaml"),
        files: example!("hello", ["Dockerfile", "lambda_function.py"]),
    },
    Template {
        name: "hieroglyphs",
        about: "a model of your own: ONNX in Python, which says what a picture shows",
        stack_file: include_str!("../../examples/hieroglyphs/stack.yaml"),
        files: example!(
            "hieroglyphs",
            [
                "function/.dockerignore",
                "function/Dockerfile",
                "function/cors.py",
                "function/lambda_function.py",
                "function/model.onnx",
                "function/picture_request.py",
                "function/preparation.py",
                "function/recognition.py",
                "function/requirements.txt",
                "function/signs.py",
                "function/signs.tsv",
            ]
        ),
    },
];

impl Template {
    /// # Errors
    /// There is none of that name.
    pub(crate) fn named(name: &str) -> Result<&'static Self, Usage> {
        let found = TEMPLATES.iter().find(|template| template.name == name);
        found.ok_or_else(|| Usage(format!("there is no template {name}; there are:\n{}", Self::list())))
    }

    /// All of them, a line each.
    pub(crate) fn list() -> String {
        let line = |it: &Self| format!("  {:12} {}", it.name, it.about);
        TEMPLATES.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The template for the stack in `folder` (absolute), which need not be there yet.
    pub(crate) fn begin(&self, folder: &Path, region: Option<&str>) -> Beginning {
        let stack = name::of_folder(folder);
        let text = stack_file::of_template(self.stack_file, &stack, region);
        let copies = self.files.iter().map(|&(path, content)| NewFile {
            path: path.into(),
            content: content.into(),
            optional: false,
        });
        let files = stack_file::with_schema(text).into_iter().chain(copies).collect();
        Beginning { stack, files: NewFiles(files), remarks: Vec::new() }
    }
}
