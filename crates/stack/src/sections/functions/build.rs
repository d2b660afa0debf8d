//! What `docker build` is told.

use crate::{
    node::Node,
    reader::Reader,
    rule::Rule,
    shape::{Field, Fields, Shape},
    written::WithDefault,
};
use std::{collections::BTreeMap, path::PathBuf};

pub(crate) const CONTEXT: Field = Field::new("context", Shape::Text(&PATH), "The folder to build from.");
pub(crate) const DOCKERFILE: WithDefault<&str> = Field::new(
    "dockerfile",
    Shape::Text(&Rule::new("a path, from the context", "^[^\\r\\n]+$")),
    "In the context.",
)
.or_text("Dockerfile");
pub(crate) const TARGET: Field = Field::new(
    "target",
    Shape::Text(&Rule::new("the name of a build stage", "^[A-Za-z0-9][A-Za-z0-9_.-]*$")),
    "The build stage to stop at. Default: the last one.",
);
pub(crate) const ARGS: Field = Field::new(
    "args",
    Shape::map(&VARIABLE, &Shape::Text(&Rule::PLAIN)),
    "Build arguments. They stay readable in the image's history; for secrets there is `image.secrets`.",
)
.or_empty();
pub(crate) const SECRETS: Field = Field::new(
    "secrets",
    Shape::map(
        &Rule::new("letters, digits, `_`, `.` or `-`", "^[A-Za-z0-9_.-]+$"),
        &Shape::Fields(&Fields::new(&[SECRET_ENV, SECRET_FILE]).one_of(&[SECRET_ENV.name, SECRET_FILE.name])),
    ),
    "What `RUN --mount=type=secret,id=…` sees.",
)
.or_empty();

/// What only an image that is built has.
pub(crate) const KEYS: [&str; 4] = [DOCKERFILE.field.name, TARGET.name, ARGS.name, SECRETS.name];

const SECRET_ENV: Field = Field::new("env", Shape::Text(&VARIABLE), "The name of a variable.")
    .closed("write the name of the variable alone, without `${}`");
pub(crate) const SECRET_FILE: Field = Field::new("file", Shape::Text(&PATH), "A file.");

pub(crate) const PATH: Rule = Rule::new("a path, from the folder of this file", "^[^\\r\\n]+$");
const VARIABLE: Rule = Rule::new("the name of a variable", "^[A-Za-z_][A-Za-z0-9_]*$")
    .hint(|text| text.contains('$').then_some("write the name alone, without `${}`"));

/// What `docker build` is told. Paths are absolute.
#[derive(Debug, Clone, PartialEq)]
pub struct Build {
    pub context: PathBuf,
    /// In the file relative to the context, as in compose files; default `Dockerfile`.
    pub dockerfile: PathBuf,
    pub target: Option<String>,
    /// Not secret, also what comes from outside the file: they stay in the image's history.
    pub args: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, SecretSource>,
    /// The stack file, the `.env` and the schema beside it: they say how to deploy and are no part of what is deployed, so an edit of
    /// theirs builds nothing and an image never holds their secrets. A `!` line of the ignore file brings them back.
    pub left_out: Vec<PathBuf>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum SecretSource {
    /// A variable of this process (or of `.env`), by name.
    Env(String),
    File(PathBuf),
}

impl Build {
    pub(crate) fn read(reader: &Reader, image: &Node) -> Self {
        let context = reader.path(CONTEXT.text(image));
        let secrets = SECRETS.entries(image).iter();
        Self {
            dockerfile: context.join(DOCKERFILE.read(image)),
            context,
            target: TARGET.text(image),
            args: ARGS.map(image),
            secrets: secrets.map(|it| (it.key.clone(), SecretSource::read(reader, &it.value))).collect(),
            left_out: Vec::new(),
        }
    }
}

impl SecretSource {
    fn read(reader: &Reader, secret: &Node) -> Self {
        match SECRET_ENV.text(secret) {
            Some(name) => Self::Env(name),
            None => Self::File(reader.path(SECRET_FILE.text(secret))),
        }
    }
}
