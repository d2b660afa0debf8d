//! What a function runs, and the repository where it is kept.

use super::{
    build::{self, Build},
    release::{self, RELEASE},
};
use crate::{
    mistake::Mistake,
    node::{Entry, Node},
    reader::Reader,
    rule::Rule,
    shape::{Field, Fields, Shape},
    warnings::{Warnings, is_from_outside},
    written::WithDefault,
};
use std::path::PathBuf;

pub(crate) const IMAGE: Field = Field::new(
    "image",
    Shape::Fields(
        &Fields::new(&[
            build::CONTEXT,
            build::DOCKERFILE.field,
            build::TARGET,
            build::ARGS,
            build::SECRETS,
            URI,
            ARCHIVE,
            REPOSITORY,
            KEEP.field,
        ])
        .one_of(&[build::CONTEXT.name, URI.name, ARCHIVE.name]),
    ),
    "What the function runs.",
)
.required();

const URI: Field = Field::new(
    "uri",
    Shape::Text(&IMAGE_URI),
    "An image that is already in ECR: of this account, or of another that lets this one pull.",
);
const IMAGE_URI: Rule = Rule::new(
    "an image in ECR: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>`, then `:<tag>` or `@sha256:<digest>`",
    "^[0-9]{12}\\.dkr[.-]ecr\\.[a-z0-9-]+\\.[a-z0-9.:-]+/[a-z0-9]+([._/-]+[a-z0-9]+)*\
     (:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})$",
)
.hint(|text| {
    text.starts_with("public.ecr.aws/")
        .then_some("Lambda runs images from your own ECR only; a public image is a base to build from")
});

pub(crate) const ARCHIVE: Field = Field::new(
    "archive",
    Shape::Text(&build::PATH),
    "A tar file: an OCI layout, or what `docker save` writes. It is pushed without Docker.",
);

const REPOSITORY: Field = Field::new(
    "repository",
    Shape::Text(&REPOSITORY_NAME),
    "The ECR repository; functions may share one. Default: <stack>/<key>, or that of an earlier function which is \
     built from the same.",
)
.needed();
const REPOSITORY_NAME: Rule = Rule::new(
    "2 to 256 lower-case letters and digits, in parts that `/`, `-`, `.` or `_` join",
    "^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*$",
)
.except("^.?$")
.max(256);

const KEEP: WithDefault<u32> = Field::new(
    "keep",
    Shape::whole_from(1),
    "The former name of `release.keep`: how many own images stay in the repository, besides those in use.",
)
.shown()
.or_whole(10);

#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    pub source: ImageSource,
    /// ECR repository name, which functions may share; default `<stack>/<key>`, or the repository of the first function of the
    /// file that is built from the same. With `uri` the repository is not ours and this is its name.
    pub repository: String,
    /// Own images that pruning leaves, besides those in use; at least 1.
    pub keep: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ImageSource {
    Context(Build),
    /// An image that is already in ECR, of this account or another, by tag or digest.
    Uri(String),
    /// A file: OCI layout as tar, or what `docker save` writes.
    Archive(PathBuf),
}

impl Image {
    pub(crate) fn read(reader: &mut Reader, function: &Entry) -> Self {
        let node = IMAGE.node(&function.value).unwrap_or(&function.value);
        tell_out_of_place(reader, node);
        let kept = RELEASE.node(&function.value).and_then(|release| release::KEEP.whole(release));
        Self {
            source: ImageSource::read(reader, node),
            repository: repository(reader, function, node),
            keep: kept.unwrap_or_else(|| KEEP.read(node)),
        }
    }

    /// `image.keep`, where it is written.
    pub(crate) fn written_keep(function: &Node) -> Option<u32> {
        KEEP.field.whole(IMAGE.node(function)?)
    }

    /// Whether this tool puts it into its repository.
    pub fn is_pushed(&self) -> bool {
        !matches!(self.source, ImageSource::Uri(_))
    }

    /// Values from outside the file are secrets elsewhere; here everybody can read them.
    pub(crate) fn warn(function: &str, warnings: &mut Warnings) {
        let path = ["functions", function, IMAGE.name, build::ARGS.name];
        let args = warnings.find(&path).map(Node::entries).unwrap_or_default();
        for arg in args.iter().filter(|arg| is_from_outside(&arg.value)) {
            let text = format!(
                "`args.{}` of `{function}` comes from outside the file and stays readable in the image's history: for a \
                 secret there is `image.secrets`",
                arg.key
            );
            warnings.tell(&[&path[..], &[&arg.key]].concat(), text);
        }
    }
}

impl ImageSource {
    fn read(reader: &Reader, image: &Node) -> Self {
        if URI.node(image).is_some() {
            Self::Uri(URI.text(image).unwrap_or_default())
        } else if ARCHIVE.node(image).is_some() {
            Self::Archive(reader.path(ARCHIVE.text(image)))
        } else {
            Self::Context(Build::read(reader, image))
        }
    }
}

/// Whether a function's repository is written.
pub(crate) fn names_repository(function: &Node) -> bool {
    IMAGE.node(function).is_some_and(|image| REPOSITORY.node(image).is_some())
}

/// Keys that only mean something beside `context`, and beside an image that we push.
fn tell_out_of_place(reader: &mut Reader, image: &Node) {
    let mut tell = |keys: &[&str], why: &str| {
        for entry in image.entries().iter().filter(|entry| keys.contains(&entry.key.as_str())) {
            let message = format!("`{}` has no place here", entry.key);
            reader.tell(Mistake::at(entry.key_place, message).expected(why));
        }
    };
    if build::CONTEXT.node(image).is_none() {
        tell(&build::KEYS, "only an image that is built from `context` has it");
    }
    if URI.node(image).is_some() {
        tell(&[REPOSITORY.name, KEEP.field.name], "an image by `uri` stays in the repository where it is");
    }
}

fn repository(reader: &mut Reader, function: &Entry, image: &Node) -> String {
    if let Some(uri) = URI.text(image) {
        return repository_of(&uri).to_owned();
    }
    REPOSITORY.text(image).unwrap_or_else(|| {
        let name = reader.default_names().repository(&function.key);
        if !reader.stack.is_empty() && !REPOSITORY_NAME.fits(&name) {
            let message = format!("`{name}` cannot be the name of a repository");
            reader.tell(
                Mistake::at(function.key_place, message)
                    .expected(format!("expected {}", REPOSITORY_NAME.expected))
                    .help("give the repository a name of its own: `image.repository`"),
            );
        }
        name
    })
}

/// `host/team/app:tag` → `team/app`
fn repository_of(uri: &str) -> &str {
    let path = uri.split_once('/').map_or(uri, |(_, path)| path);
    path.split(['@', ':']).next().unwrap_or(path)
}
