//! AWS's own limits, and what our tags can hold.

use super::shape::Rule;

/// Days that CloudWatch Logs can keep log events, and our word for not deleting any.
pub const RETENTION: &[&str] = &[
    "1", "3", "5", "7", "14", "30", "60", "90", "120", "150", "180", "365", "400", "545", "731", "1096",
    "1827", "2192", "2557", "2922", "3288", "3653", "never",
];

/// Methods of API Gateway.
pub const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Seconds API Gateway waits for a function.
pub const GATEWAY_TIMEOUT: u32 = 29;

/// Seconds a function may run (Lambda's model since November 2026).
pub const TIMEOUT: u64 = 1_800;
/// Seconds that hold for every kind of call, whichever of AWS's pages is right.
pub const SURE_TIMEOUT: u32 = 900;

/// Bytes of a function's environment, as JSON.
pub const ENVIRONMENT_BYTES: usize = 4096;

/// Of one REST API; AWS raises it on request.
pub const API_RESOURCES: usize = 300;

/// AWS allows 50 tags; of these, ten are kept for ours.
pub const TAGS: usize = 40;
pub const AWS_TAGS: usize = 50;
/// Our tags besides the inventory: the stack, the id, the region, whether it was adopted.
pub const OWN_TAGS: usize = 4;
/// Managed policies of a role.
pub const ROLE_POLICIES: usize = 10;

/// AWS's integers.
pub const WHOLE: u64 = i32::MAX as u64;

/// Stands for a region that the file does not name: as long as the longest (`ap-northeast-1`), and none of them.
pub const SOME_REGION: &str = "<-the-region->";

pub const STACK_NAME: Rule = Rule::new(
    "a lower-case letter, then up to 30 lower-case letters, digits or `-`",
    "^[a-z][a-z0-9-]{0,30}$",
);
pub const REGION: Rule = Rule::new("a region, such as `us-east-2`", "^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$");
pub const ACCOUNT: Rule = Rule::new("the account's twelve digits, in quotes", "^[0-9]{12}$").spelled();

/// What may be in the tags of every service involved: AWS's `[\p{L}\p{Z}\p{N}_.:/=+\-@]`. The patterns see to ASCII;
/// which of the other characters are letters is for the reader to see ([`is_for_tags`]).
pub const TAG_KEY: Rule = Rule::new(
    "1 to 128 letters, digits, spaces or `+-=._:/@`, not beginning with `aws:` or `lambdeploy:`",
    "^[^!-*,;<>?\\[-\\^`{-\\x7f\\x00-\\x1f]{1,128}$",
)
.except("^([aA][wW][sS]|lambdeploy):");
pub const TAG_VALUE: Rule = Rule::new(
    "up to 256 letters, digits, spaces or `+-=._:/@`",
    "^[^!-*,;<>?\\[-\\^`{-\\x7f\\x00-\\x1f]{0,256}$",
)
.spelled();

/// Whether a tag may hold this character.
pub fn is_for_tags(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || "+-=._:/@".contains(c)
}

pub const FUNCTION_KEY: Rule =
    Rule::new("a letter, then up to 62 letters, digits, `-` or `_`", "^[A-Za-z][A-Za-z0-9_-]{0,62}$");
pub const FUNCTION_NAME: Rule = Rule::new("1 to 64 letters, digits, `-` or `_`", "^[a-zA-Z0-9_-]{1,64}$")
    .hint(|text| text.starts_with("arn:").then_some("write the name alone, without the ARN"));
pub const FUNCTION_DESCRIPTION: Rule = Rule::any("text of up to 256 characters").max(256);
pub const ENVIRONMENT_KEY: Rule = Rule::new(
    "a letter, then at least one letter, digit or `_`; not one of the names Lambda sets itself",
    "^[a-zA-Z][a-zA-Z0-9_]+$",
)
.except(
    "^(AWS_(DEFAULT_REGION|REGION|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN\
     |LAMBDA_(FUNCTION_NAME|FUNCTION_MEMORY_SIZE|FUNCTION_VERSION|INITIALIZATION_TYPE|LOG_GROUP_NAME\
     |LOG_STREAM_NAME|RUNTIME_API))|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$",
);
pub const ENVIRONMENT_VALUE: Rule = Rule::any("text").spelled();
pub const WORKING_DIRECTORY: Rule =
    Rule::new("an absolute path in the image, up to 1000 characters", "^/.*$").max(1000);
pub const SUBNET: Rule = Rule::new("the id of a subnet: `subnet-…`", "^subnet-[0-9a-z]+$");
pub const SECURITY_GROUP: Rule = Rule::new("the id of a security group: `sg-…`", "^sg-[0-9a-zA-Z]+$");

pub const REPOSITORY: Rule = Rule::new(
    "2 to 256 lower-case letters and digits, in parts that `/`, `-`, `.` or `_` join",
    "^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*$",
)
.except("^.?$")
.max(256);
pub const IMAGE_URI: Rule = Rule::new(
    "an image in ECR: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>`, then `:<tag>` or `@sha256:<digest>`",
    "^[0-9]{12}\\.dkr[.-]ecr\\.[a-z0-9-]+\\.[a-z0-9.:-]+/[a-z0-9]+([._/-]+[a-z0-9]+)*\
     (:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})$",
)
.hint(|text| {
    text.starts_with("public.ecr.aws/")
        .then_some("Lambda runs images from your own ECR only; a public image is a base to build from")
});
pub const PATH: Rule = Rule::new("a path, from the folder of this file", "^[^\\r\\n]+$");
pub const DOCKERFILE: Rule = Rule::new("a path, from the context", "^[^\\r\\n]+$");
pub const BUILD_TARGET: Rule = Rule::new("the name of a build stage", "^[A-Za-z0-9][A-Za-z0-9_.-]*$");
pub const VARIABLE: Rule = Rule::new("the name of a variable", "^[A-Za-z_][A-Za-z0-9_]*$")
    .hint(|text| text.contains('$').then_some("write the name alone, without `${}`"));
pub const SECRET_ID: Rule = Rule::new("letters, digits, `_`, `.` or `-`", "^[A-Za-z0-9_.-]+$");

/// IAM also takes `,`; the tag that lists what a stack has does not.
pub const ROLE_NAME: Rule = Rule::new("1 to 64 letters, digits or `_+=.@-`", "^[A-Za-z0-9_+=.@-]{1,64}$");
pub const ROLE_ARN: Rule = Rule::new(
    "the ARN of a role: `arn:aws:iam::<account>:role/<name>`",
    "^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$",
)
.max(2048);
pub const POLICY: Rule = Rule::new(
    "the name of a policy of AWS, such as `AmazonS3ReadOnlyAccess`, or the ARN of a policy",
    "^(arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/)?[A-Za-z0-9_+=,.@/-]+$",
)
.except("^arn:aws[a-z-]*:iam::[^/]*$")
.max(2048);
pub const POLICY_ARN: Rule = Rule::new(
    "the ARN of a policy: `arn:aws:iam::<account>:policy/<name>`",
    "^arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$",
)
.max(2048);
pub const ACTION: Rule = Rule::new("an action, such as `s3:GetObject`", "^(\\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$");
pub const RESOURCE: Rule =
    Rule::new("`*` or an ARN, such as `arn:aws:s3:::bucket/*`", "^(\\*|arn:[^:]+:[^:]+:[^:]*:[^:]*:.+)$");

pub const LABEL: Rule = Rule::new("text in one line", "^[^\\r\\n]+$");
pub const STAGE: Rule =
    Rule::new("1 to 128 letters, digits, `_` or `-`", "^[A-Za-z0-9_-]{1,128}$").hint(|text| {
        (text == "$default").then_some("`$default` belongs to HTTP APIs; a REST API's stage has a name")
    });
pub const ROUTE: Rule = Rule::new(
    "a method and a path, such as `GET /items/{id}`",
    "^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY) /[^ ]*$",
)
.hint(|text| match text.split_once(' ') {
    None => Some("write the method, one space, the path; `ANY` takes every method"),
    Some((method, _)) if method.chars().any(|c| c.is_ascii_lowercase()) => {
        Some("write the method in capital letters")
    }
    _ => None,
});
/// `*` is possible, but alone: the reader sees to that.
pub const ORIGIN: Rule = Rule::new(
    "`scheme://host` or `scheme://host:port` in lower case, or `*`",
    "^(\\*|[a-z][a-z0-9+.-]*://([a-z0-9_-]+(\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?)$",
)
.hint(origin_hint);
/// HTTP allows `'` too, which would end the mapping expression that the name is put into.
pub const HEADER: Rule =
    Rule::new("the name of a header: letters, digits or `!#$%&*+-.^_`|~`", "^[A-Za-z0-9!#$%&*+.^_`|~-]+$");
pub const MEDIA_TYPE: Rule = Rule::new(
    "a media type, such as `image/png`, `image/*` or `*/*`",
    "^(\\*/\\*|[A-Za-z0-9!#$&^_.+-]+/(\\*|[A-Za-z0-9!#$&^_.+-]+))$",
);
pub const USER_POOL: Rule = Rule::new(
    "the ARN of a user pool: `arn:aws:cognito-idp:<region>:<account>:userpool/<id>`",
    "^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/[A-Za-z0-9_-]+$",
);
/// Whether it is one in truth is for the reader to see.
pub const ADDRESSES: Rule = Rule::new(
    "an address or a range of addresses, such as `203.0.113.0/24`",
    "^([0-9]{1,3}(\\.[0-9]{1,3}){3}(/[0-9]{1,2})?|[0-9a-fA-F:]*:[0-9a-fA-F:]*(/[0-9]{1,3})?)$",
);
/// What a check calls.
pub const CALLED: Rule = Rule::new("a path as it is called, such as `/items/7?full=yes`", "^/[^ #{}]*$");
pub const JSON_PATH: Rule = Rule::new(
    "a way into the answer's JSON, such as `$.items[0].name`",
    "^\\$(\\.[A-Za-z0-9_$@-]+|\\['[^']+'\\]|\\[[0-9]{1,9}\\])*$",
)
.hint(|text| (!text.starts_with('$')).then_some("begin with `$`, which is the whole answer"));
pub const ANYTHING: Rule = Rule::any("text").spelled();
/// A key's name stands in tags: in its id, and in the list of what a stack has.
pub const KEY_NAME: Rule = Rule::new("1 to 200 letters, digits or `+-._/@`", "^[A-Za-z0-9+._/@-]{1,200}$");
pub const QUOTA: Rule =
    Rule::new("`<number>/day`, `/week` or `/month`, such as `100/day`", "^[1-9][0-9]{0,9}/(day|week|month)$")
        .hint(|text| {
            text.starts_with("0").then_some("a quota of 0 lets nobody in; leave `quota` out for no quota")
        });

fn origin_hint(text: &str) -> Option<&'static str> {
    let Some((_, rest)) = text.split_once("://") else {
        return Some("a browser sends the scheme too: `https://…`");
    };
    if text.contains(['\'', '"', ' ']) {
        return Some("write the origin without quotes or spaces inside");
    }
    if rest.contains('*') {
        return Some("API Gateway answers no patterns: list each origin");
    }
    match rest.split_once('/') {
        Some((_, "")) => Some("leave out the `/` at the end: browsers send none"),
        Some(_) => Some("an origin has no path"),
        None if text.chars().any(char::is_uppercase) => Some("browsers send origins in lower case"),
        None => None,
    }
}
