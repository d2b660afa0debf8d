//! What a request says about a function's settings, and what AWS's model and Lambda demand of it.

use super::{
    errors::invalid,
    settings::{Environment, ImageConfig, Settings, Vpc},
};
use crate::{
    constraint::{Failures, matches},
    error::AwsError,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a request says about settings; what it leaves out stays as it is.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Changes {
    role: Option<String>,
    description: Option<String>,
    timeout: Option<i64>,
    memory_size: Option<i64>,
    ephemeral_storage: Option<Size>,
    environment: Option<Variables>,
    #[serde(rename = "KMSKeyArn")]
    kms_key_arn: Option<String>,
    image_config: Option<ImageConfig>,
    tracing_config: Option<Tracing>,
    vpc_config: Option<Vpc>,
    logging_config: Option<Logging>,
    snap_start: Option<SnapStart>,
    runtime: Option<String>,
    handler: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Size {
    size: Option<i64>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Variables {
    variables: Option<Environment>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tracing {
    mode: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SnapStart {
    apply_on: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Logging {
    log_format: Option<String>,
    application_log_level: Option<String>,
    system_log_level: Option<String>,
    log_group: Option<String>,
}

impl Logging {
    /// Levels are for logs in JSON only.
    fn is_json(&self) -> bool {
        let levels = [&self.application_log_level, &self.system_log_level];
        levels.iter().any(|l| l.is_some()) || self.log_format.as_deref().is_some_and(|f| f != "Text")
    }
}

const ROLE: &str = r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+";
const KMS_KEY: &str = r"(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()";
const RUNTIMES: [&str; 25] = [
    "nodejs20.x",
    "python3.14",
    "provided.al2023",
    "python3.12",
    "python3.13",
    "nodejs24.x",
    "nodejs22.x",
    "java25",
    "python3.10",
    "python3.11",
    "java21",
    "ruby3.3",
    "ruby3.4",
    "ruby3.2",
    "python3.8",
    "python3.9",
    "java17",
    "nodejs16.x",
    "dotnet10",
    "dotnet8",
    "java11",
    "dotnet6",
    "nodejs18.x",
    "provided.al2",
    "java8.al2",
];
/// Names of environment variables that Lambda sets itself.
const RESERVED: [&str; 19] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];
/// Bytes that all environment variables may take together, as JSON.
const ENVIRONMENT_LIMIT: usize = 4096;
/// Members whose meaning is not emulated: accepting them would be a silent lie.
const NOT_EMULATED: [&str; 7] = [
    "DeadLetterConfig",
    "Layers",
    "FileSystemConfigs",
    "CodeSigningConfigArn",
    "DurableConfig",
    "TenancyConfig",
    "PublishTo",
];

const SNAP_START: [&str; 2] = ["PublishedVersions", "None"];

/// Those for which an empty value has no meaning either.
const NOT_EMULATED_AT_ALL: [&str; 3] = ["AcceleratorConfig", "CapacityProviderConfig", "RuntimeConfig"];

impl Settings {
    /// Takes over what a checked request says.
    pub(crate) fn apply(&mut self, changes: Changes) {
        let number = |value: i64| u32::try_from(value).unwrap_or_default();
        set(&mut self.role, changes.role);
        set(&mut self.description, changes.description);
        set(&mut self.timeout, changes.timeout.map(number));
        set(&mut self.memory_size, changes.memory_size.map(number));
        set(&mut self.ephemeral_storage, changes.ephemeral_storage.and_then(|s| s.size).map(number));
        set(&mut self.tracing, changes.tracing_config.and_then(|t| t.mode));
        let applies = changes.snap_start.and_then(|s| s.apply_on).map(|on| on == SNAP_START[0]);
        set(&mut self.snap_start, applies);
        set(&mut self.log_group, changes.logging_config.and_then(|l| l.log_group));
        set(&mut self.environment, changes.environment.map(|e| Some(e.variables.unwrap_or_default())));
        set(&mut self.kms_key, changes.kms_key_arn.map(|k| Some(k).filter(|k| !k.is_empty())));
        set(&mut self.vpc, changes.vpc_config.map(Some));
        set(&mut self.runtime, changes.runtime.map(Some));
        set(&mut self.handler, changes.handler.map(Some));
        if let Some(config) = changes.image_config {
            self.image_config = (config != ImageConfig::default()).then_some(config);
        }
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

impl Changes {
    /// Reads and checks what a request says about settings.
    ///
    /// # Errors
    /// Members that are not emulated, wrong types, broken failures (into `failures`, which the caller ends).
    pub(crate) fn read(input: &Value, failures: &mut Failures) -> Result<Self, AwsError> {
        refuse_not_emulated(input)?;
        let changes: Self = serde_json::from_value(input.clone())
            .map_err(|e| AwsError::new(400, "SerializationException", e))?;
        changes.constrain(failures);
        Ok(changes)
    }

    fn constrain(&self, c: &mut Failures) {
        c.length("role", self.role.as_deref(), 10_000);
        c.pattern("role", self.role.as_deref(), ROLE);
        c.length("description", self.description.as_deref(), 256);
        c.range("timeout", self.timeout, 1..=1800);
        c.length("kMSKeyArn", self.kms_key_arn.as_deref(), 10_000);
        c.pattern("kMSKeyArn", self.kms_key_arn.as_deref(), KMS_KEY);
        c.range("memorySize", self.memory_size, 128..=32768);
        if let Some(storage) = &self.ephemeral_storage {
            c.required("ephemeralStorage.size", storage.size.as_ref());
            c.range("ephemeralStorage.size", storage.size, 512..=10240);
        }
        c.length("handler", self.handler.as_deref(), 128);
        c.pattern("handler", self.handler.as_deref(), r"[^\s]+");
        let mode = self.tracing_config.as_ref().and_then(|t| t.mode.as_deref());
        c.one_of("tracingConfig.mode", mode, &["Active", "PassThrough"]);
        let applies = self.snap_start.as_ref().and_then(|s| s.apply_on.as_deref());
        c.one_of("snapStart.applyOn", applies, &SNAP_START);
        let group = self.logging_config.as_ref().and_then(|l| l.log_group.as_deref());
        c.length("loggingConfig.logGroup", group, 512);
        c.pattern("loggingConfig.logGroup", group, r"[\.\-_/#A-Za-z0-9]+");
        if let Some(vpc) = &self.vpc_config {
            constrain_vpc(vpc, c);
        }
        if let Some(config) = &self.image_config {
            let directory = Some(config.working_directory.as_str());
            c.length("imageConfig.workingDirectory", directory, 1000);
            for (member, list) in [("entryPoint", &config.entry_point), ("command", &config.command)] {
                c.list(&format!("imageConfig.{member}"), list, 1500, "", |_| true);
            }
        }
        let names_fit = self.variables().0.keys().all(|k| matches("[a-zA-Z]([a-zA-Z0-9_])+", k));
        let rule = "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]";
        c.secret("environment.variables", names_fit, rule);
    }

    /// Rules that AWS's model doesn't have.
    ///
    /// # Errors
    /// `InvalidParameterValueException` with AWS's text.
    pub(crate) fn check(&self) -> Result<(), AwsError> {
        if self.memory_size.is_some_and(|m| m > 10240) {
            return Err(invalid(
                "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 10240",
            ));
        }
        if let Some(runtime) = self.runtime.as_ref().filter(|r| !RUNTIMES.contains(&r.as_str())) {
            let known = RUNTIMES.join(", ");
            return Err(invalid(format!(
                "Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [{known}] or be a valid ARN"
            )));
        }
        if self.logging_config.as_ref().is_some_and(Logging::is_json) {
            return Err(AwsError::not_implemented("LoggingConfig.LogFormat other than Text"));
        }
        check_environment(&self.variables())
    }

    pub(crate) fn names_zip_settings(&self) -> bool {
        self.runtime.is_some() || self.handler.is_some()
    }

    pub(crate) fn has_runtime_and_handler(&self) -> bool {
        self.runtime.is_some() && self.handler.is_some()
    }

    pub(crate) fn names_image_config(&self) -> bool {
        self.image_config.as_ref().is_some_and(|c| *c != ImageConfig::default())
    }

    pub(crate) fn role(&self) -> Option<&String> {
        self.role.as_ref()
    }

    fn variables(&self) -> Environment {
        self.environment.as_ref().and_then(|e| e.variables.clone()).unwrap_or_default()
    }
}

fn refuse_not_emulated(input: &Value) -> Result<(), AwsError> {
    let given = |member: &&str| !input[*member].is_null();
    let is_empty = |value: &Value| *value == json!({}) || *value == json!([]) || *value == json!("");
    let named = NOT_EMULATED.into_iter().filter(given).find(|m| !is_empty(&input[*m]));
    if let Some(member) = named.or_else(|| NOT_EMULATED_AT_ALL.into_iter().find(given)) {
        return Err(AwsError::not_implemented(format!("the member {member} of a function")));
    }
    Ok(())
}

fn constrain_vpc(vpc: &Vpc, c: &mut Failures) {
    let rule = |pattern: &str| {
        format!(
            "Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy regular expression pattern: {pattern}"
        )
    };
    let (subnet, group) = ("subnet-[0-9a-z]*", "sg-[0-9a-zA-Z]*");
    c.list("vpcConfig.subnetIds", &vpc.subnet_ids, 16, &rule(subnet), |i| {
        i.len() <= 1024 && matches(subnet, i)
    });
    c.list("vpcConfig.securityGroupIds", &vpc.security_group_ids, 5, &rule(group), |i| {
        i.len() <= 1024 && matches(group, i)
    });
}

fn check_environment(environment: &Environment) -> Result<(), AwsError> {
    const CAUSE: &str = "Lambda was unable to configure your environment variables because the environment variables you have provided";
    let reserved: Vec<_> =
        environment.0.keys().filter(|k| RESERVED.contains(&k.as_str())).map(String::as_str).collect();
    if !reserved.is_empty() {
        return Err(invalid(format!(
            "{CAUSE} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    let measured = json!(environment).to_string();
    if measured.len() > ENVIRONMENT_LIMIT {
        // AWS repeats the values, secrets and all: what shows this error to a person has to hide them.
        return Err(invalid(format!("{CAUSE} exceeded the 4KB limit. String measured: {measured}")));
    }
    Ok(())
}
