//! The schema, the check and the reader are about the same keys.

use std::path::Path;

use serde_json::Value as Json;

use super::{FULL, HELLO, OURS, parse, stack_with};
use crate::{
    Stack, Values, examples,
    interpolate::interpolate,
    node::{Node, Value},
    prepare::prepare,
    rule::Rule,
    schema, sections,
    shape::{Field, Shape},
    yaml,
};

/// What [`FULL`] writes for a route, for the API.
const OTHER_AUTH: [&str; 2] = [
    "api: {auth: {cognito: ['arn:aws:cognito-idp:eu-central-1:012345678901:userpool/eu-central-1_a']}}",
    "api: {auth: {authorizer: {function: gate, type: request, header: X-Token, ttl: 60}}}",
];

fn schema() -> Json {
    let files = [FULL].into_iter().chain(OTHER_AUTH).map(|text| yaml::parse(text).unwrap().0);
    schema::schema(&files.collect::<Vec<_>>())
}

fn valid(text: &str) -> bool {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    validator.is_valid(&serde_saphyr::from_str::<Json>(text).unwrap())
}

/// `LAMBDEPLOY_WRITE_SCHEMA=1 cargo test schema` writes it anew.
#[test]
fn the_shipped_schema_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stack.schema.json");
    let want = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("LAMBDEPLOY_WRITE_SCHEMA").is_some() {
        std::fs::write(&file, &want).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), want, "run with LAMBDEPLOY_WRITE_SCHEMA=1");
}

/// Who writes the file in an editor sees what a key is for, what holds without it, and how it is written.
#[test]
fn each_key_has_a_description_a_default_and_an_example() {
    let mut keys = 0;
    each_key(&schema(), "", &mut |place, key, said| {
        keys += 1;
        let about = key["description"].as_str().unwrap_or_default();
        assert!(about.len() > 5 && about.ends_with('.'), "{place} has no description: {about}");
        assert!(
            said || key.get("default").is_some() || about.contains("Default"),
            "{place} has no default: {about}"
        );
        let has_keys = examples::holds(key, "properties");
        assert!(has_keys || key.get("examples").is_some(), "{place} has no example: write it into full.yaml");
    });
    assert!(keys > 80, "{keys}");
}

/// Calls `see` with each known key below a schema: its place, its schema, and whether it must be there anyhow.
fn each_key(schema: &Json, place: &str, see: &mut dyn FnMut(&str, &Json, bool)) {
    let Json::Object(map) = schema else {
        schema.as_array().into_iter().flatten().for_each(|each| each_key(each, place, see));
        return;
    };
    let alternatives = map.get("oneOf").and_then(Json::as_array).into_iter().flatten();
    let must: Vec<&Json> = [schema]
        .into_iter()
        .chain(alternatives)
        .filter_map(|it| it["required"].as_array())
        .flatten()
        .collect();
    for (name, key) in map.get("properties").and_then(Json::as_object).into_iter().flatten() {
        let place = format!("{place}.{name}");
        see(&place, key, must.iter().any(|it| *it == name));
        each_key(key, &place, see);
    }
    for below in ["additionalProperties", "items", "anyOf"] {
        map.get(below).into_iter().for_each(|each| each_key(each, place, see));
    }
}

#[test]
fn the_schema_is_one_and_takes_what_the_reader_takes() {
    assert!(jsonschema::draft7::meta::is_valid(&schema()));
    for text in [OURS, HELLO, FULL, &stack_with("", ""), &stack_with("memory: ${NUMBER}", "keys: '${TOKEN}'")]
    {
        assert!(valid(text) && parse(text).is_ok(), "{text}");
    }
}

#[test]
fn what_one_refuses_the_other_refuses() {
    for (function, api) in [
        ("memory: 64", ""),
        ("memory: '512'", ""),
        ("architecture: arm", ""),
        ("log_retention: 8", ""),
        ("environment: {A: b}", ""),
        ("environment: {AWS_REGION: b}", ""),
        ("role: {name: 'a,b'}", ""),
        ("vpc: {subnets: [subnet-1]}", ""),
        ("", "allow_from: [everywhere]"),
        ("", "cors: {origins: ['https://a.b/']}"),
        ("", "auth: digest"),
        ("", "auth: {cognito: []}"),
        (
            "",
            "auth: {cognito: [arn:aws:cognito-idp:eu-central-1:012345678901:userpool/a], authorizer: {function: f}}",
        ),
        ("", "auth: {authorizer: {}}"),
        ("", "auth: {authorizer: {function: f, ttl: 3601}}"),
        ("", "usage_plan: {rate: 1}"),
        ("", "usage_plan: {quota: 0/day}"),
        ("", "keys: [a, a]"),
    ] {
        let text = stack_with(function, api);
        assert!(!valid(&text) && parse(&text).is_err(), "{text}");
    }
}

/// In every mapping with known keys, a key that is not known is refused by both; each known key is known to both.
#[test]
fn both_know_the_same_keys() {
    let json = serde_saphyr::from_str::<Json>(FULL).unwrap();
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut places = Vec::new();
    mappings(&json, &sections::STACK, String::new(), &mut places);
    assert!(places.len() > 15, "{places:?}");
    for place in places {
        let mut broken = json.clone();
        let Some(Json::Object(map)) = broken.pointer_mut(&place) else { panic!("{place}") };
        map.insert("unheard_of".into(), 1.into());
        assert!(!validator.is_valid(&broken), "the schema takes an unknown key in {place}");
        let text = serde_json::to_string(&broken).unwrap().replace("12345678901,", "\"012345678901\",");
        let told = parse(&text).unwrap_err().mistakes;
        assert!(told.iter().any(|it| it.message.contains("unknown key `unheard_of`")), "{place}: {told:?}");
    }
}

/// JSON pointers to the mappings with known keys.
fn mappings(json: &Json, shape: &Shape, at: String, places: &mut Vec<String>) {
    let below = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match (shape, json) {
        (Shape::Fields(fields), Json::Object(map)) => {
            places.push(at.clone());
            for (key, value) in map {
                mappings(value, &fields.get(key).unwrap().shape, below(key), places);
            }
        }
        (Shape::Map { of, .. }, Json::Object(map)) => {
            map.iter().for_each(|(key, value)| mappings(value, of, below(key), places));
        }
        (Shape::List { of, .. }, Json::Array(items)) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| mappings(item, of, below(&at.to_string()), places));
        }
        (Shape::Either(shapes), _) => {
            shapes.iter().for_each(|shape| mappings(json, shape, at.clone(), places));
        }
        _ => {}
    }
}

/// Every key of the table is in the full file, and without it the file reads as something else: no key is known to
/// the table alone.
#[test]
fn every_key_has_an_effect() {
    let mut root = yaml::parse(FULL).unwrap().0;
    assert_eq!(interpolate(&mut root, FULL, &super::environment), []);
    assert_eq!(prepare(&mut root, &sections::STACK), []);
    let whole = sections::read(&root, Path::new("/project"), Values::Needed).0;
    let mut paths = Vec::new();
    fields(&sections::STACK, Vec::new(), &mut paths);
    assert!(paths.len() > 50, "{}", paths.len());
    for path in paths {
        // One place takes one of the two; both are in routes, which take the same shape.
        let path = match &path[..] {
            ["api", "auth", rest @ ..] if !rest.is_empty() => {
                [&["api", "routes", "*", "auth"], rest].concat()
            }
            _ => path,
        };
        let without: Vec<Stack> = cuts(&root, &path)
            .iter()
            .map(|root| sections::read(root, Path::new("/project"), Values::Needed).0)
            .collect();
        assert!(!without.is_empty(), "{} is not in full.yaml", path.join("."));
        assert!(without.iter().all(|stack| *stack != whole), "the reader does not know {}", path.join("."));
    }
}

/// The way to every known key; `*` stands for any key or item.
fn fields(shape: &Shape, at: Vec<&'static str>, paths: &mut Vec<Vec<&'static str>>) {
    let to = |name| at.iter().copied().chain([name]).collect::<Vec<_>>();
    match shape {
        Shape::Fields(known) => known.fields.iter().for_each(|Field { name, shape, .. }| {
            paths.push(to(name));
            fields(shape, to(name), paths);
        }),
        Shape::Map { of, .. } | Shape::List { of, .. } => fields(of, to("*"), paths),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| fields(shape, at.clone(), paths)),
        _ => {}
    }
}

/// The tree without what `path` leads to, once for each place it leads to.
fn cuts(node: &Node, path: &[&str]) -> Vec<Node> {
    let Some((step, rest)) = path.split_first() else { return Vec::new() };
    let mut cuts = Vec::new();
    for (index, entry) in
        node.entries().iter().enumerate().filter(|(_, entry)| *step == "*" || entry.key == *step)
    {
        let put = |change: &dyn Fn(&mut Vec<crate::node::Entry>)| {
            let mut entries = node.entries().to_vec();
            change(&mut entries);
            Node { value: Value::Map(entries), ..node.clone() }
        };
        if rest.is_empty() && !(entry.value.is_null()) {
            cuts.push(put(&|entries| drop(entries.remove(index))));
        }
        cuts.extend(cuts_below(&entry.value, rest, |value| {
            put(&|entries| entries[index].value = value.clone())
        }));
    }
    for (index, item) in node.items().iter().enumerate().filter(|_| *step == "*") {
        cuts.extend(cuts_below(item, rest, |value| {
            let mut items = node.items().to_vec();
            items[index] = value;
            Node { value: Value::List(items), ..node.clone() }
        }));
    }
    cuts
}

fn cuts_below(node: &Node, rest: &[&str], put: impl Fn(Node) -> Node) -> Vec<Node> {
    cuts(node, rest).into_iter().map(put).collect()
}

#[test]
fn every_pattern_compiles() {
    let mut rules = Vec::new();
    collect(&sections::STACK, &mut rules);
    assert!(rules.len() > 30);
    for rule in rules {
        for pattern in [rule.pattern, rule.except].into_iter().flatten() {
            regex_lite::Regex::new(pattern).expect(pattern);
        }
    }
}

fn collect(shape: &Shape, rules: &mut Vec<&'static Rule>) {
    match shape {
        Shape::Text(rule) => rules.push(rule),
        Shape::Fields(known) => known.fields.iter().for_each(|field| collect(&field.shape, rules)),
        Shape::Map { keys, of, .. } => {
            rules.push(keys);
            collect(of, rules);
        }
        Shape::List { of, .. } | Shape::Nullable(of) => collect(of, rules),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| collect(shape, rules)),
        _ => {}
    }
}
