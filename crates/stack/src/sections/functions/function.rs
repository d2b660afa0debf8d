//! A function.

use super::{
    Architecture, Image, ReleaseRules, Role, Vpc,
    architecture::ARCHITECTURE,
    command_line, environment,
    environment::ENVIRONMENT,
    image::IMAGE,
    log_retention,
    log_retention::LOG_RETENTION,
    release::RELEASE,
    role::ROLE,
    starts,
    starts::{PROVISIONED_CONCURRENCY, SNAPSTART},
    vpc::VPC,
};
use crate::{
    DefaultNames, Text, inventory,
    node::Entry,
    reader::Reader,
    rule::Rule,
    sections::Api,
    shape::{DefaultValue, Field, Fields, Shape},
    unit::Unit,
    warnings::{Warnings, is_from_outside},
    written::WithDefault,
};
use std::collections::BTreeMap;

pub(crate) const FUNCTION: Fields = Fields::new(&[
    NAME,
    DESCRIPTION,
    IMAGE,
    ARCHITECTURE.field,
    MEMORY.field,
    TIMEOUT.field,
    EPHEMERAL_STORAGE.field,
    RESERVED_CONCURRENCY,
    SNAPSTART,
    PROVISIONED_CONCURRENCY,
    ENVIRONMENT,
    ENTRYPOINT,
    COMMAND,
    WORKING_DIRECTORY,
    ROLE,
    LOG_RETENTION.field,
    TRACING,
    VPC,
    RELEASE,
]);

pub(crate) const NAME: Field =
    Field::new("name", Shape::Text(&FUNCTION_NAME), "The function's name. Default: <stack>-<key>.").needed();
pub(crate) const FUNCTION_NAME: Rule =
    Rule::new("1 to 64 letters, digits, `-` or `_`", "^[a-zA-Z0-9_-]{1,64}$")
        .hint(|text| text.starts_with("arn:").then_some("write the name alone, without the ARN"));

const DESCRIPTION: Field = Field::new(
    "description",
    Shape::Text(&Rule::any("text of up to 256 characters").max(256)),
    "Shown in the console.",
)
.or_empty();

const MEMORY: WithDefault<u32> =
    Field::new("memory", Shape::Whole { min: 128, max: 10_240 }, "MB; the share of CPU grows with it.")
        .in_unit(Unit::Megabytes)
        .shown()
        .or_whole(128);

/// A function may run 1800 seconds (Lambda's model since November 2026).
const TIMEOUT: WithDefault<u32> = Field::new(
    "timeout",
    Shape::Whole { min: 1, max: 1_800 },
    "Seconds. Behind a route, API Gateway waits no longer than 29.",
)
.in_unit(Unit::Seconds)
.shown()
.or_whole(3);
/// Seconds API Gateway waits for a function.
const GATEWAY_TIMEOUT: u32 = 29;
/// Seconds that hold for every kind of call, whichever of AWS's pages is right.
const SURE_TIMEOUT: u32 = 900;

pub(crate) const EPHEMERAL_STORAGE: WithDefault<u32> =
    Field::new("ephemeral_storage", Shape::Whole { min: 512, max: 10_240 }, "MB of /tmp.")
        .in_unit(Unit::Megabytes)
        .shown()
        .or_whole(512);

pub(crate) const RESERVED_CONCURRENCY: Field = Field::new(
    "reserved_concurrency",
    Shape::Nullable(&Shape::whole_from(0)),
    "How many run at once, at most and for sure. Default: what the account has free.",
)
.shown();

const ENTRYPOINT: Field = Field::new(
    "entrypoint",
    command_line::WORDS,
    "Shown in plans and in the console. Default: the image's ENTRYPOINT.",
);
const COMMAND: Field = Field::new(
    "command",
    command_line::WORDS,
    "Shown in plans and in the console. Default: the image's CMD.",
);
const WORKING_DIRECTORY: Field = Field::new(
    "working_directory",
    Shape::Text(&Rule::new("an absolute path in the image, up to 1000 characters", "^/.*$").max(1000)),
    "Where the function starts. Default: the image's WORKDIR.",
);

const TRACING: Field =
    Field::new("tracing", Shape::Flag, "Whether X-Ray traces the function.").or(DefaultValue::Flag(false));

#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// The key in `functions:`.
    pub key: String,
    /// AWS's function name; default `<stack>-<key>`.
    pub name: String,
    pub description: String,
    pub image: Image,
    pub architecture: Architecture,
    /// MB.
    pub memory: u32,
    /// Seconds.
    pub timeout: u32,
    /// MB.
    pub ephemeral_storage: u32,
    /// Default: none reserved.
    pub reserved_concurrency: Option<u32>,
    /// Containers start from a snapshot of their version.
    pub snapstart: bool,
    /// Containers of the live version that are kept ready; at least 1. Default: none.
    pub provisioned_concurrency: Option<u32>,
    pub environment: BTreeMap<String, Text>,
    /// Not secret, also what comes from outside the file. `None`: what the image says.
    pub entrypoint: Option<Vec<String>>,
    pub command: Option<Vec<String>>,
    pub working_directory: Option<String>,
    /// Default: managed, with nothing but its own log.
    pub role: Role,
    /// Days; `None`: never expire.
    pub log_retention: Option<u32>,
    pub tracing: bool,
    /// Default: Lambda's own network.
    pub vpc: Option<Vpc>,
    pub release: ReleaseRules,
}

impl Function {
    /// What of it the inventory lists: what others own is not the stack's to find again.
    pub(crate) fn entries(&self, defaults: DefaultNames) -> Vec<inventory::Entry> {
        let mut entries = vec![inventory::Entry::new("function", &self.key, &self.name)];
        if let Role::Managed(role) = &self.role {
            let name = role.name_or_default(&self.key, defaults);
            entries.push(inventory::Entry::new("role", &self.key, &name));
        }
        if self.provisioned_concurrency.is_some() {
            entries.push(inventory::Entry::new("provisioned-concurrency", &self.key, &self.name));
        }
        if self.image.is_pushed() {
            entries.push(inventory::Entry::new("repository", &self.key, &self.image.repository));
        }
        entries
    }

    pub(crate) fn read(reader: &mut Reader, entry: &Entry) -> Self {
        let node = &entry.value;
        let snapstart = SNAPSTART.flag(node);
        let release = ReleaseRules::read(reader, node, Image::written_keep(node), snapstart);
        let function = Self {
            key: entry.key.clone(),
            name: NAME.text(node).unwrap_or_else(|| reader.default_names().function(&entry.key)),
            description: DESCRIPTION.text(node).unwrap_or_default(),
            image: Image::read(reader, entry),
            architecture: Architecture::read(node),
            memory: MEMORY.read(node),
            timeout: TIMEOUT.read(node),
            ephemeral_storage: EPHEMERAL_STORAGE.read(node),
            reserved_concurrency: RESERVED_CONCURRENCY.whole(node),
            snapstart,
            provisioned_concurrency: PROVISIONED_CONCURRENCY.whole(node),
            environment: environment::read(reader, node),
            entrypoint: command_line::read(reader, &ENTRYPOINT, node),
            command: command_line::read(reader, &COMMAND, node),
            working_directory: WORKING_DIRECTORY.text(node),
            role: Role::read(node),
            log_retention: log_retention::read(node),
            tracing: TRACING.flag(node),
            vpc: VPC.node(node).map(Vpc::read),
            release,
        };
        starts::check(reader, node, &function);
        function
    }

    /// Whether it takes any executions at once out of what the account's functions share.
    pub fn takes_concurrency(&self) -> bool {
        self.reserved_concurrency.or(self.provisioned_concurrency).is_some()
    }

    /// Executions at once that it takes out of what the account's functions share.
    pub fn taken_concurrency(&self) -> u32 {
        self.reserved_concurrency.or(self.provisioned_concurrency).unwrap_or_default()
    }

    /// Whether both are made from one image, wherever that is.
    pub fn has_the_image_of(&self, other: &Self) -> bool {
        self.image.source == other.image.source && self.architecture == other.architecture
    }
}

/// What is worth a warning.
impl Function {
    pub(crate) fn warn(&self, api: &Api, warnings: &mut Warnings) {
        self.warn_of_timeout(api, warnings);
        self.role.warn(&self.key, warnings);
        Image::warn(&self.key, warnings);
        self.warn_of_words_from_outside(warnings);
    }

    fn warn_of_timeout(&self, api: &Api, warnings: &mut Warnings) {
        let (key, seconds) = (&self.key, self.timeout);
        let route = api.routes.iter().find(|route| route.function == *key);
        if let Some(route) = route.filter(|_| seconds > GATEWAY_TIMEOUT) {
            let text = format!(
                "`{key}` may run {seconds} seconds, but API Gateway answers `{} {}` with 504 after {GATEWAY_TIMEOUT}",
                route.method, route.path
            );
            warnings.tell(&["functions", key, TIMEOUT.field.name], text);
        }
        if seconds > SURE_TIMEOUT {
            let text = format!(
                "AWS's pages differ on whether a call that waits for `{key}` may take longer than {SURE_TIMEOUT} seconds; \
                 events may"
            );
            warnings.tell(&["functions", key, TIMEOUT.field.name], text);
        }
    }

    /// Values from outside the file are secrets elsewhere; here everybody can read them.
    fn warn_of_words_from_outside(&self, warnings: &mut Warnings) {
        for name in [ENTRYPOINT.name, COMMAND.name, WORKING_DIRECTORY.name] {
            let path = ["functions", &self.key, name];
            if warnings.find(&path).is_some_and(is_from_outside) {
                let text = format!(
                    "`{name}` of `{}` comes from outside the file and is shown in plans and in the console: a secret \
                     belongs into `environment`",
                    self.key
                );
                warnings.tell(&path, text);
            }
        }
    }
}
