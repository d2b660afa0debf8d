//! A stack, complete: every key of `stack.yaml` with its written default. Names are AWS's own.

use super::{default_names::DefaultNames, json_path::JsonPath};
use std::{collections::BTreeMap, path::PathBuf};

/// One `stack.yaml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// `[a-z][a-z0-9-]{0,30}`
    pub name: String,
    /// `None`: what `--region`, the environment or the profile say.
    pub region: Option<String>,
    pub profile: Option<String>,
    /// The line that names the profile.
    pub profile_line: Option<usize>,
    /// Twelve digits: any other account is refused before the first change.
    pub account: Option<String>,
    /// Default: none. At most 40, because ours come on top.
    pub tags: BTreeMap<String, String>,
    /// By key; at least one.
    pub functions: BTreeMap<String, Function>,
    pub api: Api,
    /// What `verify` asks of the functions themselves. Default: nothing.
    pub checks: Vec<Check>,
    pub retain: Retain,
    /// The folder of the file: what relative paths start from.
    pub folder: PathBuf,
    /// What AWS accepts and what will hurt all the same.
    pub warnings: Vec<super::Warning>,
    /// Values that came from outside the file, but for those that say where and how large: never printed.
    pub outside: super::Outside,
}

impl Stack {
    /// What must not be printed: see [`super::Outside`].
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.outside.values()
    }
}

/// What `destroy` keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retain {
    pub logs: bool,
    pub images: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// The key in `functions:`.
    pub key: String,
    /// AWS's function name; default `<stack>-<key>`.
    pub name: String,
    /// Default: empty.
    pub description: String,
    pub image: Image,
    /// Default: x86_64.
    pub architecture: Architecture,
    /// MB, 128 to 10240; default 128.
    pub memory: u32,
    /// Seconds, 1 to 1800; default 3.
    pub timeout: u32,
    /// MB, 512 to 10240; default 512.
    pub ephemeral_storage: u32,
    /// Default: none reserved.
    pub reserved_concurrency: Option<u32>,
    /// Default: empty. 4096 bytes as JSON.
    pub environment: BTreeMap<String, Text>,
    /// Not secret, also what comes from outside the file. `None`: what the image says.
    pub entrypoint: Option<Vec<String>>,
    pub command: Option<Vec<String>>,
    pub working_directory: Option<String>,
    /// Default: managed, with nothing but its own log.
    pub role: Role,
    /// Days; default 30; `None`: never expire.
    pub log_retention: Option<u32>,
    /// Default: false.
    pub tracing: bool,
    /// Default: Lambda's own network. Neither list is empty.
    pub vpc: Option<Vpc>,
}

impl Function {
    /// Whether both are made from one image, wherever that is.
    pub fn has_the_image_of(&self, other: &Self) -> bool {
        self.image.source == other.image.source && self.architecture == other.architecture
    }

    /// A function of which nothing but its names matters any more.
    pub fn bare(key: &str, name: &str) -> Self {
        let role = ManagedRole { name: None, policies: Vec::new(), statements: Vec::new(), boundary: None };
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            description: String::new(),
            image: Image { source: ImageSource::Uri(String::new()), repository: String::new(), keep: 0 },
            architecture: Architecture::X86_64,
            memory: 128,
            timeout: 3,
            ephemeral_storage: 512,
            reserved_concurrency: None,
            environment: BTreeMap::new(),
            entrypoint: None,
            command: None,
            working_directory: None,
            role: Role::Managed(role),
            log_retention: None,
            tracing: false,
            vpc: None,
        }
    }
}

/// A scalar that may have come from outside the file. What came from outside is a secret, also when only part of it
/// did. (A name or a tag from outside is a plain field for AWS, which shows it to whoever may list;
/// it is not printed either.)
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    pub value: String,
    pub secret: bool,
}

impl Text {
    pub fn plain(value: impl Into<String>) -> Self {
        Self { value: value.into(), secret: false }
    }
    pub fn secret(value: impl Into<String>) -> Self {
        Self { value: value.into(), secret: true }
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.secret { f.write_str("***") } else { self.value.fmt(f) }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    pub source: ImageSource,
    /// ECR repository name, which functions may share; default `<stack>/<key>`, or the repository of the first function of the
    /// file that is built from the same. With `uri` the repository is not ours and this is its name.
    pub repository: String,
    /// Own images that pruning leaves, besides those in use; default 10, at least 1.
    pub keep: u32,
}

impl Image {
    /// Whether this tool puts it into its repository.
    pub fn is_pushed(&self) -> bool {
        !matches!(self.source, ImageSource::Uri(_))
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum ImageSource {
    Context(Build),
    /// An image that is already in ECR, of this account or another, by tag or digest.
    Uri(String),
    /// A file: OCI layout as tar, or what `docker save` writes.
    Archive(PathBuf),
}

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
    /// The stack file and the `.env` beside it: they say how to deploy and are no part of what is deployed, so an edit of
    /// theirs builds nothing and an image never holds their secrets. A `!` line of the ignore file brings them back.
    pub left_out: Vec<PathBuf>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum SecretSource {
    /// A variable of this process (or of `.env`), by name.
    Env(String),
    File(PathBuf),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    X86_64,
    Arm64,
}

impl Architecture {
    /// Lambda's name.
    pub fn lambda(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
    /// OCI's name.
    pub fn oci(self) -> &'static str {
        match self {
            Self::X86_64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }
    /// Docker's platform: `linux/amd64`.
    pub fn platform(self) -> String {
        format!("linux/{}", self.oci())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Role {
    /// Ours: made and kept as described.
    Managed(ManagedRole),
    /// Somebody else's, by ARN: used, never touched.
    Existing(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct ManagedRole {
    /// `None`: not written, see [`ManagedRole::name_or_default`].
    pub name: Option<String>,
    /// ARNs, or names of AWS-managed policies.
    pub policies: Vec<String>,
    pub statements: Vec<Statement>,
    /// ARN of a permissions boundary.
    pub boundary: Option<String>,
}

impl ManagedRole {
    /// The name in AWS; the region of `defaults` is the one that is deployed to.
    pub fn name_or_default(&self, key: &str, defaults: DefaultNames) -> String {
        self.name.clone().unwrap_or_else(|| defaults.role(key))
    }
}

/// An `Allow` statement of the role's own inline policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub actions: Vec<String>,
    pub resources: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Vpc {
    pub subnets: Vec<String>,
    pub security_groups: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Api {
    /// Default `<stack>`.
    pub name: String,
    /// Default: empty.
    pub description: String,
    /// Default `default`.
    pub stage: String,
    /// In the order of the file; at least one.
    pub routes: Vec<Route>,
    /// Default: none. Routes have it already.
    pub auth: Auth,
    /// Ranges of addresses that may call. Default: empty, which is all.
    pub allow_from: Vec<String>,
    /// Default: none, so no page of another origin can call.
    pub cors: Option<Cors>,
    /// Default: empty.
    pub binary_types: Vec<String>,
    /// Of the stage, for each method, everybody together; default: the account's.
    pub throttle: Option<Throttle>,
    /// Names of the API keys. Default: one named `<stack>` if a route asks for a key, else none.
    pub keys: Vec<String>,
    /// A key works only in a plan. Default where there are keys: one named `<stack>`, without throttle and quota.
    pub usage_plan: Option<UsagePlan>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// GET … or ANY.
    pub method: String,
    /// `/items/{id}`
    pub path: String,
    /// Key in `functions:`.
    pub function: String,
    /// Default: the API's.
    pub auth: Auth,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    None,
    ApiKey,
    /// Requests signed with AWS credentials.
    Iam,
    /// Tokens of these user pools, by ARN.
    Cognito(Vec<String>),
    /// A function decides.
    Authorizer(Authorizer),
}

impl Auth {
    /// The headers in which a caller shows what is asked for, in lower case.
    pub fn headers(&self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::ApiKey => vec!["x-api-key".to_owned()],
            Self::Iam => ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]
                .map(str::to_owned)
                .into(),
            Self::Cognito(_) => vec!["authorization".to_owned()],
            Self::Authorizer(authorizer) => vec![authorizer.header.to_lowercase()],
        }
    }
}

/// A function of the stack that says who may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorizer {
    /// Key in `functions:`.
    pub function: String,
    /// Default: token.
    pub kind: AuthorizerKind,
    /// What identifies the caller; default `Authorization`.
    pub header: String,
    /// Seconds that an answer is kept, up to 3600; default 300.
    pub ttl: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizerKind {
    /// It gets the header's value.
    Token,
    /// It gets the whole request but the body.
    Request,
}

/// A request of one's own, and what the function must answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// `POST /items/{id}`: one of the API's.
    pub route: String,
    /// What is called; default: the route's own path, which then has no variables.
    pub path: String,
    pub headers: BTreeMap<String, Text>,
    pub body: Option<Text>,
    /// Default: 200.
    pub status: u32,
    /// What must be where in the answer's body.
    pub json: Vec<(JsonPath, serde_json::Value)>,
    /// A variable in it is not set, so it can't be asked.
    pub unset: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Cors {
    /// `scheme://host[:port]`, or the one entry `*`.
    pub origins: Vec<String>,
    /// Besides those that follow from the routes (`content-type`, `x-api-key`, …).
    pub headers: Vec<String>,
    /// Empty: the methods that the path has.
    pub methods: Vec<String>,
    /// Seconds, up to 86400; default 600.
    pub max_age: u32,
    /// Default: false; never with `*`.
    pub credentials: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Throttle {
    /// Requests a second.
    pub rate: f64,
    pub burst: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct UsagePlan {
    /// Default `<stack>`.
    pub name: String,
    pub throttle: Option<Throttle>,
    pub quota: Option<Quota>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Requests; at least 1.
    pub limit: u32,
    pub period: Period,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Day,
    Week,
    Month,
}

impl Period {
    /// API Gateway's name.
    pub fn aws(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Week => "WEEK",
            Self::Month => "MONTH",
        }
    }
}
