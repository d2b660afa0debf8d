//! The variables of a function.

use crate::{
    Text, Values,
    mistake::Mistake,
    node::Node,
    reader::Reader,
    rule::Rule,
    shape::{Field, Shape},
};
use std::collections::BTreeMap;

pub(crate) const ENVIRONMENT: Field = Field::new(
    "environment",
    Shape::map(&KEY, &Shape::Text(&Rule::PLAIN)),
    "Variables of the function; 4 KB together.",
)
.or_empty();

const KEY: Rule = Rule::new(
    "a letter, then at least one letter, digit or `_`; not one of the names Lambda sets itself",
    "^[a-zA-Z][a-zA-Z0-9_]+$",
)
.except(
    "^(AWS_(DEFAULT_REGION|REGION|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN\
     |LAMBDA_(FUNCTION_NAME|FUNCTION_MEMORY_SIZE|FUNCTION_VERSION|INITIALIZATION_TYPE|LOG_GROUP_NAME\
     |LOG_STREAM_NAME|RUNTIME_API))|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$",
);

/// Bytes of all of it, as JSON.
const MAX_BYTES: usize = 4096;

/// What is unset is an empty secret.
pub(crate) fn read(reader: &mut Reader, function: &Node) -> BTreeMap<String, Text> {
    let Some(node) = ENVIRONMENT.node(function) else { return BTreeMap::new() };
    let scalars = node.entries().iter().filter_map(|entry| Some((entry, entry.value.scalar()?)));
    let environment: BTreeMap<_, _> =
        scalars.map(|(entry, scalar)| (entry.key.clone(), Text::of(scalar))).collect();
    let bytes = json_bytes(&environment);
    if reader.values == Values::Needed && bytes > MAX_BYTES {
        let message = format!("`environment` has {bytes} bytes");
        reader.tell(
            Mistake::at(node.place, message)
                .expected(format!("Lambda takes {MAX_BYTES} bytes, counted as JSON"))
                .help("large values belong into the image, S3 or Parameter Store"),
        );
    }
    environment
}

/// As Lambda counts: the variables as a JSON object.
fn json_bytes(environment: &BTreeMap<String, Text>) -> usize {
    let values: BTreeMap<_, _> = environment.iter().map(|(key, text)| (key, &text.value)).collect();
    serde_json::to_vec(&values).map_or(0, |json| json.len())
}
