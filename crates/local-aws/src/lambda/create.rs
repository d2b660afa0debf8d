//! CreateFunction and DeleteFunction.

use super::{
    attached::Attached,
    changes::Changes,
    dependencies,
    errors::{invalid, refuse},
    function::{Function, LATEST, Seen, Serving},
    history::{Attempt, FailedAttempt, History},
    identity::FunctionIdentity,
    name::FunctionRef,
    network, publish,
    sandbox::Sandbox,
    settings::Settings,
    snap_start,
    source::{ImageSource, Source},
    tags,
};
use crate::{
    call::{Call, Effect, Reply},
    clock::later,
    constraint::Failures,
    error::AwsError,
    stable_id,
};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) fn create_function(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::to_change(call, &input)?;
    let (changes, architecture) = read(&input)?;
    ensure_short(&target.name)?;
    let tags = tags::read(&input["Tags"])?;
    if call.region_mut().lambda.functions.contains_key(&target.name) {
        let why = format!("Function already exist: {}", target.name);
        return Err(AwsError::new(409, "ResourceConflictException", why));
    }
    let mut settings = Settings::new(&target.name);
    settings.apply(changes);
    dependencies::ensure_role(call, &settings)?;
    let source = source(call, &input["Code"], &input["PackageType"], &target)?;
    snap_start::ensure_possible(&settings, &source)?;
    let id = FunctionIdentity {
        account: call.account.clone(),
        region: call.region.clone(),
        name: target.name,
        arn: target.arn,
    };
    let sandbox = Arc::new(Sandbox::new(&id, LATEST, &settings, &source, &architecture));
    let mut function = Function {
        history: History {
            active_from: later(call.now, call.delays.function_pending),
            updated_from: None,
            revision: stable_id::uuid(&[&id.arn, &call.request_id]),
            failure: FailedAttempt::of(&source, Attempt::Creation),
            used: call.now,
            woken: false,
        },
        grantee: dependencies::grantee(call, &settings),
        id,
        version: LATEST.to_owned(),
        settings,
        source,
        architecture,
        tags,
        statements: Vec::new(),
        reserved_concurrency: None,
        attached: Attached::default(),
        created: call.now,
        last_modified: call.now,
        versions: Default::default(),
        last_version: 0,
        published_of: String::new(),
        serving: Serving { now: sandbox, next: None },
    };
    let mut reply = function.configuration(Seen::Created);
    if input["Publish"] == json!(true) {
        let version = publish::with_change(&mut function, call);
        // AWS shows the version under the function's own ARN.
        reply["Version"] = json!(version);
    }
    call.region_mut().lambda.functions.insert(function.id.name.clone(), function);
    Ok(Reply::created(reply))
}

/// Everything about the request that can be judged without looking at anything else.
fn read(input: &Value) -> Result<(Changes, String), AwsError> {
    let mut failures = Failures::default();
    let changes = Changes::read(input, &mut failures)?;
    failures.required("role", changes.role());
    failures.required("code", input["Code"].as_object());
    failures.one_of("packageType", input["PackageType"].as_str(), &["Zip", "Image"]);
    let architecture = read_architecture(input, &mut failures);
    refuse(failures)?;
    changes.check()?;
    check_package(input, &changes)?;
    Ok((changes, architecture.unwrap_or_else(|| "x86_64".to_owned())))
}

/// The one item of `Architectures`, where it is given.
pub(crate) fn read_architecture(input: &Value, failures: &mut Failures) -> Option<String> {
    const RULE: &str = "Member must satisfy enum value set: [x86_64, arm64], Member must not be null";
    let items = input["Architectures"].as_array()?;
    let items: Vec<String> = items.iter().map(|i| i.as_str().unwrap_or_default().to_owned()).collect();
    failures.count("architectures", items.len(), 1..=usize::MAX);
    failures.list("architectures", &items, 1, RULE, |i| matches!(i, "x86_64" | "arm64"));
    items.into_iter().next()
}

fn check_package(input: &Value, changes: &Changes) -> Result<(), AwsError> {
    let (image, code) = (input["PackageType"] == json!("Image"), &input["Code"]);
    let names_zip = ["ZipFile", "S3Bucket"].iter().any(|m| !code[m].is_null());
    let why = if image && changes.names_zip_settings() {
        "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image."
    } else if image && names_zip {
        "Please don't provide ZipFile or S3 objects when the intended function PackageType is Image."
    } else if image && !code["ImageUri"].is_string() {
        "Please provide ImageUri when the intended function PackageType is Image."
    } else if !image && code["ImageUri"].is_string() {
        "Please don't provide ImageUri when the intended function PackageType is Zip."
    } else if !image && changes.names_image_config() {
        "Please don't provide ImageConfig when the intended function PackageType is Zip."
    } else if !image && !changes.has_runtime_and_handler() {
        "Runtime and Handler are mandatory parameters for functions created with deployment packages."
    } else {
        return Ok(());
    };
    Err(invalid(why))
}

fn ensure_short(name: &str) -> Result<(), AwsError> {
    if name.len() <= 64 {
        return Ok(());
    }
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64"
    )))
}

fn source(call: &mut Call, code: &Value, package: &Value, target: &FunctionRef) -> Result<Source, AwsError> {
    if package != &json!("Image") {
        return Source::zip(code);
    }
    let image = ImageSource::resolve(call, code["ImageUri"].as_str().unwrap_or_default())?;
    dependencies::grant_pull(call, &image, &target.arn)?;
    Ok(Source::Image(image))
}

/// Without a qualifier everything that there is of the function goes, with one that version.
pub(crate) fn delete_function(call: &mut Call, input: Value) -> Result<Reply, AwsError> {
    let target = FunctionRef::of(call, &input)?;
    if let Some(qualifier) = &target.qualifier {
        return delete_version(call, &target, qualifier);
    }
    target.find(call)?;
    if let Some(function) = call.region_mut().lambda.functions.remove(&target.name)
        && function.settings.is_in_vpc()
    {
        network::leave(call, &function.id.name, &function.settings.role);
    }
    call.effects.push(Effect::RetireContainers(target.arn));
    Ok(Reply::no_content())
}

/// A version that is not there is no error.
fn delete_version(call: &mut Call, target: &FunctionRef, qualifier: &str) -> Result<Reply, AwsError> {
    if qualifier == LATEST {
        return Err(invalid("$LATEST version cannot be deleted without deleting the function."));
    }
    let Ok(number) = qualifier.parse::<u64>() else {
        return Err(invalid("Deletion of aliases is not currently supported."));
    };
    let whole = FunctionRef { qualifier: None, ..target.clone() };
    let function = whole.find(call)?;
    let aliases = function.attached.aliases_of(qualifier);
    if !aliases.is_empty() {
        let names = aliases.join(", ");
        let why = format!("Unable to delete version because the following aliases reference it: [{names}]");
        return Err(AwsError::new(409, "ResourceConflictException", why));
    }
    function.versions.remove(&number);
    function.attached.provisioned.remove(qualifier);
    call.effects.push(Effect::RetireContainers(target.qualified_arn()));
    Ok(Reply::no_content())
}
