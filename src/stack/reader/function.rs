//! Functions.

use std::collections::BTreeMap;

use super::{Reader, flag, secret, set, text, texts, whole};
use crate::stack::{
    Values, defaults, limits,
    mistake::Mistake,
    node::{Entry, Node, Value},
    types::{Architecture, Function, Text, Vpc},
};

impl Reader<'_> {
    pub(super) fn functions(&mut self, root: &Node) -> BTreeMap<String, Function> {
        let entries = root.get("functions").map(Node::entries).unwrap_or_default();
        let mut functions: BTreeMap<_, _> =
            entries.iter().map(|entry| (entry.key.clone(), self.function(entry))).collect();
        share_repositories(entries, &mut functions);
        functions
    }

    fn function(&mut self, entry: &Entry) -> Function {
        let node = &entry.value;
        Function {
            key: entry.key.clone(),
            name: text(node, "name").unwrap_or_else(|| self.default_names().function(&entry.key)),
            description: text(node, "description").unwrap_or_default(),
            image: self.image(entry),
            architecture: architecture(node),
            memory: whole(node, "memory").unwrap_or(defaults::MEMORY),
            timeout: whole(node, "timeout").unwrap_or(defaults::TIMEOUT),
            ephemeral_storage: whole(node, "ephemeral_storage").unwrap_or(defaults::EPHEMERAL_STORAGE),
            reserved_concurrency: whole(node, "reserved_concurrency"),
            environment: self.environment(node),
            entrypoint: self.words(node, "entrypoint"),
            command: self.words(node, "command"),
            working_directory: text(node, "working_directory"),
            role: self.role(node.get("role")),
            log_retention: log_retention(node),
            tracing: flag(node, "tracing").unwrap_or(false),
            vpc: node.get("vpc").map(vpc),
        }
    }

    fn environment(&mut self, node: &Node) -> BTreeMap<String, Text> {
        let Some(node) = node.get("environment") else { return BTreeMap::new() };
        let scalars = node.entries().iter().filter_map(|entry| Some((entry, entry.value.scalar()?)));
        let environment: BTreeMap<_, _> =
            scalars.map(|(entry, scalar)| (entry.key.clone(), secret(scalar))).collect();
        let bytes = json_bytes(&environment);
        if self.values == Values::Needed && bytes > limits::ENVIRONMENT_BYTES {
            let message = format!("`environment` has {bytes} bytes");
            self.tell(
                Mistake::at(node.place, message)
                    .expected(format!("Lambda takes {} bytes, counted as JSON", limits::ENVIRONMENT_BYTES))
                    .help("large values belong into the image, S3 or Parameter Store"),
            );
        }
        environment
    }

    /// The words of a command line.
    fn words(&mut self, node: &Node, key: &str) -> Option<Vec<String>> {
        let line = match &node.get(key)?.value {
            Value::List(_) => return texts(node, key),
            _ => set(node.get(key))?,
        };
        let words = shlex::split(&line.text);
        if words.is_none() {
            let place = node.get(key).map_or(node.place, |node| node.place);
            self.tell(Mistake::at(place, format!("`{key}` has a quote that is not closed")));
        }
        words
    }
}

/// Equal images are built and pushed once: what names no repository is in that of the first function of the file which is
/// built from the same.
fn share_repositories(entries: &[Entry], functions: &mut BTreeMap<String, Function>) {
    for (n, entry) in entries.iter().enumerate() {
        let written = entry.value.get("image").is_some_and(|image| image.get("repository").is_some());
        let Some(own) = functions.get(&entry.key).filter(|own| !written && own.image.is_pushed()) else {
            continue;
        };
        let earlier = entries.iter().take(n).filter_map(|earlier| functions.get(&earlier.key));
        let same =
            earlier.into_iter().find(|it| it.has_the_image_of(own)).map(|it| it.image.repository.clone());
        if let (Some(repository), Some(own)) = (same, functions.get_mut(&entry.key)) {
            own.image.repository = repository;
        }
    }
}

/// As Lambda counts: the variables as a JSON object.
fn json_bytes(environment: &BTreeMap<String, Text>) -> usize {
    let values: BTreeMap<_, _> = environment.iter().map(|(key, text)| (key, &text.value)).collect();
    serde_json::to_vec(&values).map_or(0, |json| json.len())
}

fn architecture(node: &Node) -> Architecture {
    match text(node, "architecture").as_deref().unwrap_or(defaults::ARCHITECTURE) {
        "arm64" => Architecture::Arm64,
        _ => Architecture::X86_64,
    }
}

fn log_retention(node: &Node) -> Option<u32> {
    match text(node, "log_retention") {
        None => Some(defaults::LOG_RETENTION),
        Some(days) => days.parse().ok(),
    }
}

fn vpc(node: &Node) -> Vpc {
    Vpc {
        subnets: texts(node, "subnets").unwrap_or_default(),
        security_groups: texts(node, "security_groups").unwrap_or_default(),
    }
}
