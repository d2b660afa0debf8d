//! How AWS describes a function or one of its versions: the output shape `FunctionConfiguration`.

use super::{
    function::{Function, LATEST, Seen},
    history,
    settings::Vpc,
};
use crate::stable_id;
use serde_json::{Value, json};

impl Function {
    /// The output shape `FunctionConfiguration`.
    pub(crate) fn configuration(&self, seen: Seen) -> Value {
        let settings = &self.settings;
        let mut shape = json!({
            "FunctionName": self.id.name,
            "FunctionArn": self.id.arn,
            "Role": settings.role,
            "CodeSize": self.source.size(),
            "CodeSha256": self.source.sha256(),
            "Description": settings.description,
            "Timeout": settings.timeout,
            "MemorySize": settings.memory_size,
            "LastModified": self.last_modified.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string(),
            "Version": self.version,
            "TracingConfig": { "Mode": settings.tracing },
            "RevisionId": self.revision_seen(seen),
            "PackageType": self.source.package_type(),
            "Architectures": [self.architecture],
            "EphemeralStorage": { "Size": settings.ephemeral_storage },
            "SnapStart": self.snap_start(seen),
            "LoggingConfig": { "LogFormat": "Text", "LogGroup": settings.log_group },
        });
        if let Value::Object(members) = &mut shape {
            members.extend(self.optional_members().into_iter().filter(|(_, v)| !v.is_null()));
            members.extend(self.states(seen).into_iter().map(|(k, v)| (k.to_owned(), json!(v))));
        }
        shape
    }

    fn optional_members(&self) -> Vec<(String, Value)> {
        let settings = &self.settings;
        let member = |name: &str, value: Option<Value>| (name.to_owned(), value.unwrap_or_default());
        vec![
            member("Environment", settings.environment.as_ref().map(|e| json!({ "Variables": e }))),
            member("KMSKeyArn", settings.kms_key.as_ref().map(|k| json!(k))),
            member(
                "ImageConfigResponse",
                settings.image_config.as_ref().map(|c| json!({ "ImageConfig": c })),
            ),
            member("VpcConfig", settings.vpc.as_ref().map(vpc_response)),
            member("Runtime", settings.runtime.as_ref().map(|r| json!(r))),
            member("Handler", settings.handler.as_ref().map(|h| json!(h))),
            member("RuntimeVersionConfig", settings.runtime.as_ref().map(|r| self.runtime_version(r))),
        ]
    }

    /// Only a published version is optimized, once it has its snapshot.
    fn snap_start(&self, seen: Seen) -> Value {
        let wanted = self.settings.snap_start;
        let on = wanted && self.version != LATEST && self.is_active(seen);
        json!({
            "ApplyOn": if wanted { "PublishedVersions" } else { "None" },
            "OptimizationStatus": if on { "On" } else { "Off" },
        })
    }

    fn is_active(&self, seen: Seen) -> bool {
        match seen {
            Seen::Created | Seen::Updated => false,
            Seen::At(now) | Seen::Listed(now) => self.ensure_active(now).is_ok(),
        }
    }

    fn runtime_version(&self, runtime: &str) -> Value {
        let id = stable_id::hex(&[runtime]);
        json!({ "RuntimeVersionArn": format!("arn:aws:lambda:{}::runtime:{id}", self.id.region) })
    }

    fn revision_seen(&self, seen: Seen) -> String {
        match seen {
            Seen::Created | Seen::Updated => self.history.revision.clone(),
            Seen::At(now) | Seen::Listed(now) => self.revision_id(now),
        }
    }

    fn states(&self, seen: Seen) -> Vec<(&'static str, String)> {
        match seen {
            Seen::Listed(_) => Vec::new(),
            Seen::Created => history::pending(),
            Seen::Updated => history::updating(),
            Seen::At(now) => self.history.states(now),
        }
    }
}

fn vpc_response(vpc: &Vpc) -> Value {
    let subnets: Vec<&str> = vpc.subnet_ids.iter().map(String::as_str).collect();
    let id = format!("vpc-{}", &stable_id::hex(&subnets)[..17]);
    let mut response = json!(vpc);
    response["VpcId"] = json!(if subnets.is_empty() { String::new() } else { id });
    response
}
