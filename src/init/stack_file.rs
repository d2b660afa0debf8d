//! The text of a stack file that somebody can go on from.

use super::{NewFile, name::quoted};

/// For editors; made from the table of keys that the check goes by.
const SCHEMA: &str = include_str!("../../stack.schema.json");

/// Editors know the keys by its first line. The rest is for who opens it for the first time.
const HEAD: &str = "\
# yaml-language-server: $schema=stack.schema.json
#
#   lambdeploy up --local          makes it on this machine, no AWS account needed
#   lambdeploy up                  makes it on AWS
";

/// Where comments begin, in characters.
const COLUMN: usize = 35;

/// AWS's own 128 MB and 3 s end most of what loads a library or asks another service.
const BODY: &str = "\
functions:
  main:                            # routes below call it by this name
    image:
      context: CONTEXT
    memory: 1024                   # MB; the processor's share grows with it
    timeout: 29                    # seconds; API Gateway waits no longer
    # environment:                 # what the function finds in its environment
    #   TOKEN: ${TOKEN:?export it, or write it into .env}

api:
  routes:
    POST /: main                   # more, such as: GET /health: {function: main, auth: none}
  auth: api_key                    # without a key that is in the plan: 403
  keys: KEYS
  usage_plan:
    rate: 10                       # requests a second
    burst: 20                      # requests at once
    quota: 1000/day
  # cors:                          # web pages that may call it; the function sees them as ALLOWED_ORIGINS
  #   origins: [\"http://localhost:3000\"]
";

/// Of a stack whose one function is built from the folder `context`.
pub(super) fn for_context(stack: &str, region: Option<&str>, context: &str) -> String {
    let context = aligned(&quoted_path(context), "      context: ", "the folder with the Dockerfile");
    let keys = format!("[{}]", quoted(stack));
    let keys = aligned(&keys, "  keys: ", "who calls; `lambdeploy output --show-key` shows its value");
    let body = BODY.replace("CONTEXT", &context).replace("KEYS", &keys);
    format!("{HEAD}{}{}\n{body}", stack_line(stack), region_line(region))
}

/// An example's file under a name of its own; its head is about the repository, and its region somebody else's.
pub(super) fn of_template(text: &str, stack: &str, region: Option<&str>) -> String {
    let own = text.split_inclusive('\n').skip_while(|line| line.starts_with('#'));
    let line = |line: &str| match line {
        line if line.starts_with("stack:") => stack_line(stack),
        line if line.starts_with("region:") => region_line(region),
        line => line.to_owned(),
    };
    HEAD.to_owned() + &own.map(line).collect::<String>()
}

/// The file, and the schema that its first line names.
pub(super) fn with_schema(text: String) -> [NewFile; 2] {
    let schema = NewFile::text("stack.schema.json", SCHEMA.to_owned());
    [NewFile::text("stack.yaml", text), schema.optional()]
}

fn stack_line(stack: &str) -> String {
    let about = "what everything is found by; two stacks of one name are the same stack";
    format!("stack: {}\n", aligned(&quoted(stack), "stack: ", about))
}

/// Without a region the one of whoever deploys counts; no guess is better than that.
fn region_line(region: Option<&str>) -> String {
    let about = "left out: that of AWS_REGION or of the profile";
    match region {
        Some(region) => format!("region: {region}\n"),
        None => format!("# region: {}\n", aligned("us-east-2", "# region: ", about)),
    }
}

fn quoted_path(path: &str) -> String {
    if path == "." { path.to_owned() } else { quoted(path) }
}

/// `value`, which stands behind `key`, with a comment at [`COLUMN`] where there is room.
fn aligned(value: &str, key: &str, comment: &str) -> String {
    let width = (COLUMN - key.len()).max(value.chars().count() + 1);
    format!("{value:width$}# {comment}")
}
