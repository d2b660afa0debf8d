//! The keys of a function, its image and its role.

use crate::stack::{
    defaults, limits,
    shape::{Default, Field, Fields, Rule, Shape},
    unit::Unit,
};

pub const FUNCTION: Fields = Fields::new(&[
    Field::new("name", Shape::Text(&limits::FUNCTION_NAME), "The function's name. Default: <stack>-<key>.")
        .needed(),
    Field::new("description", Shape::Text(&limits::FUNCTION_DESCRIPTION), "Shown in the console.")
        .default(Default::Text("")),
    Field::new("image", Shape::Fields(&IMAGE), "What the function runs.").required(),
    Field::new(
        "architecture",
        Shape::Choice(&["x86_64", "arm64"]),
        "Of the build, of the image and of the function.",
    )
    .default(Default::Text(defaults::ARCHITECTURE)),
    Field::new("memory", Shape::Whole { min: 128, max: 10_240 }, "MB; the share of CPU grows with it.")
        .in_unit(Unit::Megabytes)
        .default(Default::Whole(defaults::MEMORY)),
    Field::new(
        "timeout",
        Shape::Whole { min: 1, max: limits::TIMEOUT },
        "Seconds. Behind a route, API Gateway waits no longer than 29.",
    )
    .in_unit(Unit::Seconds)
    .default(Default::Whole(defaults::TIMEOUT)),
    Field::new("ephemeral_storage", Shape::Whole { min: 512, max: 10_240 }, "MB of /tmp.")
        .in_unit(Unit::Megabytes)
        .default(Default::Whole(defaults::EPHEMERAL_STORAGE)),
    Field::new(
        "reserved_concurrency",
        Shape::Nullable(&Shape::Whole { min: 0, max: limits::WHOLE }),
        "How many run at once, at most and for sure. Default: what the account has free.",
    ),
    Field::new("environment", ENVIRONMENT, "Variables of the function; 4 KB together.")
        .default(Default::EmptyMap),
    Field::new(
        "entrypoint",
        words(),
        "Instead of the image's ENTRYPOINT. Shown in plans and in the console.",
    ),
    Field::new("command", words(), "Instead of the image's CMD. Shown in plans and in the console."),
    Field::new(
        "working_directory",
        Shape::Text(&limits::WORKING_DIRECTORY),
        "Instead of the image's WORKDIR.",
    ),
    Field::new(
        "role",
        Shape::Either(&[Shape::Text(&limits::ROLE_ARN), Shape::Fields(&ROLE)]),
        "What the function may do: the ARN of a role that exists, or the role to make. Default: a role that may \
         write the function's log.",
    ),
    Field::new(
        "log_retention",
        Shape::Choice(limits::RETENTION),
        "Days that log events are kept, or `never` to delete any.",
    )
    .in_unit(Unit::Days)
    .default(Default::Whole(defaults::LOG_RETENTION)),
    Field::new("tracing", Shape::Flag, "Whether X-Ray traces the function.").default(Default::Flag(false)),
    Field::new("vpc", Shape::Fields(&VPC), "The network the function is in. Default: Lambda's own."),
]);

const ENVIRONMENT: Shape = Shape::Map {
    keys: &limits::ENVIRONMENT_KEY,
    of: &Shape::Text(&limits::ENVIRONMENT_VALUE),
    min: 0,
    max: usize::MAX,
};

/// A command line: a list of words, or text that is split as a shell would.
const fn words() -> Shape {
    const WORD: Rule = Rule::any("text").spelled();
    const LINE: Rule = Rule::new("a list of words, or one line that a shell could split", "[^ ]");
    Shape::Either(&[Shape::Text(&LINE), Shape::List { of: &Shape::Text(&WORD), min: 1, max: 1500 }])
}

const VPC: Fields = Fields::new(&[
    Field::new(
        "subnets",
        Shape::List { of: &Shape::Text(&limits::SUBNET), min: 1, max: 16 },
        "Ids of subnets, of different zones.",
    )
    .required(),
    Field::new(
        "security_groups",
        Shape::List { of: &Shape::Text(&limits::SECURITY_GROUP), min: 1, max: 5 },
        "Ids of security groups.",
    )
    .required(),
]);

const IMAGE: Fields = Fields::new(&[
    Field::new("context", Shape::Text(&limits::PATH), "The folder to build from."),
    Field::new("dockerfile", Shape::Text(&limits::DOCKERFILE), "In the context.")
        .default(Default::Text(defaults::DOCKERFILE)),
    Field::new(
        "target",
        Shape::Text(&limits::BUILD_TARGET),
        "The build stage to stop at. Default: the last one.",
    ),
    Field::new(
        "args",
        Shape::Map {
            keys: &limits::VARIABLE,
            of: &Shape::Text(&limits::ENVIRONMENT_VALUE),
            min: 0,
            max: usize::MAX,
        },
        "Build arguments. They stay readable in the image's history; for secrets there is `image.secrets`.",
    )
    .default(Default::EmptyMap),
    Field::new(
        "secrets",
        Shape::Map { keys: &limits::SECRET_ID, of: &Shape::Fields(&SECRET), min: 0, max: usize::MAX },
        "What `RUN --mount=type=secret,id=…` sees.",
    )
    .default(Default::EmptyMap),
    Field::new("uri", Shape::Text(&limits::IMAGE_URI), "An image that is already in ECR: of this account, or of another that lets this one pull."),
    Field::new(
        "archive",
        Shape::Text(&limits::PATH),
        "A tar file: an OCI layout, or what `docker save` writes. It is pushed without Docker.",
    ),
    Field::new(
        "repository",
        Shape::Text(&limits::REPOSITORY),
        "The ECR repository; functions may share one. Default: <stack>/<key>, or that of an earlier function which is \
         built from the same.",
    )
    .needed(),
    Field::new(
        "keep",
        Shape::Whole { min: 1, max: limits::WHOLE },
        "How many own images stay in the repository, besides those in use; functions that share it add up.",
    )
    .default(Default::Whole(defaults::KEEP)),
])
.one_of(&["context", "uri", "archive"]);

const SECRET: Fields = Fields::new(&[
    Field::new("env", Shape::Text(&limits::VARIABLE), "The name of a variable.")
        .closed("write the name of the variable alone, without `${}`"),
    Field::new("file", Shape::Text(&limits::PATH), "A file."),
])
.one_of(&["env", "file"]);

const ROLE: Fields = Fields::new(&[
    Field::new("name", Shape::Text(&limits::ROLE_NAME), "The role's name. Default: <stack>-<key>-<region>.")
        .needed(),
    Field::new(
        "policies",
        Shape::List { of: &Shape::Text(&limits::POLICY), min: 0, max: limits::ROLE_POLICIES },
        "Managed policies to attach: names of AWS's, or ARNs.",
    )
    .default(Default::EmptyList),
    Field::new(
        "statements",
        Shape::List { of: &Shape::Fields(&STATEMENT), min: 0, max: usize::MAX },
        "What else the function may do.",
    )
    .default(Default::EmptyList),
    Field::new("boundary", Shape::Text(&limits::POLICY_ARN), "The ARN of a permissions boundary."),
]);

const STATEMENT: Fields = Fields::new(&[
    Field::new(
        "actions",
        Shape::List { of: &Shape::Text(&limits::ACTION), min: 1, max: usize::MAX },
        "Such as s3:GetObject.",
    )
    .required(),
    Field::new(
        "resources",
        Shape::List { of: &Shape::Text(&limits::RESOURCE), min: 1, max: usize::MAX },
        "ARNs, or `*`.",
    )
    .required(),
]);
