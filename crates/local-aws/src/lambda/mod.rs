//! Lambda's control plane, and in [`runtime`] what runs the functions.
//!
//! | module | what it holds |
//! |---|---|
//! | `function`, `settings`, `source` | a function as data: its settings, its code, its states |
//! | `configuration` | how AWS describes one |
//! | `history` | its states, and how it falls asleep |
//! | `network` | what functions in a VPC leave behind |
//! | `changes` | what a request says about settings |
//! | `create`, `update`, `publish`, `read`, `concurrency`, `permission`, `resource_policy`, `tags` | the operations |
//! | `alias`, `routing`, `aliases` | names for versions, as data, as a request says them, and the operations |
//! | `attached`: `function_url`, `event_invoke` | what hangs on a function and goes with it |
//! | `snap_start`, `provision`, `provisioned` | what makes versions start faster |
//! | `qualified` | a function, a version or an alias, each with a policy of its own |
//! | [`metrics`] | what happened to every invocation |
//! | `service_principals` | the services that a statement may let in |
//! | `name` | how a function is named in a request |
//! | `dependencies` | all that Lambda asks of IAM, ECR and Logs |
//! | [`invoke`] | one event through one function |
//! | [`runtime`] | warm containers, each with its own Runtime API |
//! | [`containers`] | the seam to whatever runs containers |

pub(crate) mod containers;
pub(crate) mod invoke;
pub(crate) mod permission;
pub(crate) mod runtime;
pub(crate) mod sandbox;
pub(crate) mod state;

mod alias;
mod aliases;
mod attached;
mod changes;
mod concurrency;
mod configuration;
mod create;
pub(crate) mod dependencies;
mod errors;
mod event_invoke;
mod function;
mod function_url;
mod history;
mod identity;
pub(crate) mod invocation;
pub(crate) mod metrics;
mod name;
pub(crate) mod network;
mod permissions;
pub(crate) mod provision;
mod provisioned;
mod publish;
mod qualified;
mod read;
mod resolve_image;
mod resource_policy;
mod routing;
mod service_principals;
mod settings;
pub(crate) mod snap_start;
mod source;
mod tags;
mod update;

#[cfg(test)]
mod tests;

use crate::{
    error::AwsError,
    error_words::ErrorWords,
    permission::Permission,
    request_quotas::RequestQuota,
    service::{Handler, Operation, Protocol, Service},
};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    name: "lambda",
    signing_name: "lambda",
    protocol: Protocol::Rest { error_body },
    // A function's code.
    body_limit: 70_167_211,
    operations: OPERATIONS,
    permissions: permissions::needed,
    permission_to_tag: |_, _, resource| Permission::new("lambda:TagResource", resource),
    tags_of: |account, region, arn| account.regions.get(region)?.lambda.tags_of(arn),
    request_quotas: |operation, _| match operation {
        // Invoking has limits of its own: concurrency.
        "Invoke" => Vec::new(),
        "GetFunction" => vec![RequestQuota::a_second(operation, 100.0)],
        "GetPolicy" => vec![RequestQuota::a_second(operation, 15.0)],
        _ => vec![RequestQuota::a_second("Lambda", 15.0)],
    },
    words: ErrorWords {
        access_denied: (403, "AccessDeniedException"),
        throttled: (429, "TooManyRequestsException", "Rate exceeded"),
        internal: ("ServiceException", "An error occurred and the request cannot be processed."),
        ..ErrorWords::JSON
    },
};

fn error_body(error: &AwsError) -> Value {
    let kind = if error.status < 500 { "User" } else { "Service" };
    let mut body = json!({ "Type": kind, "message": error.message, "Message": error.message });
    if let Some(reason) = error.reason {
        body["Reason"] = json!(reason);
    }
    body
}

type Query = &'static [(&'static str, &'static str)];

const NO_QUERY: Query = &[];
const QUALIFIER: Query = &[("Qualifier", "Qualifier")];
const PAGE: Query = &[
    ("Marker", "Marker"),
    ("MaxItems", "MaxItems"),
    ("FunctionVersion", "FunctionVersion"),
    ("MasterRegion", "MasterRegion"),
];

const fn row(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    query: Query,
    handler: Handler,
) -> Operation {
    Operation { name, method, path, query, handler }
}

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    row("CreateFunction", "POST", "/2015-03-31/functions", NO_QUERY, create::create_function),
    row("ListFunctions", "GET", "/2015-03-31/functions", PAGE, read::list_functions),
    row("GetFunction", "GET", "/2015-03-31/functions/{FunctionName}", QUALIFIER, read::get_function),
    row("DeleteFunction", "DELETE", "/2015-03-31/functions/{FunctionName}", QUALIFIER, create::delete_function),
    row("GetFunctionConfiguration", "GET", "/2015-03-31/functions/{FunctionName}/configuration", QUALIFIER, read::get_function_configuration),
    row("UpdateFunctionConfiguration", "PUT", "/2015-03-31/functions/{FunctionName}/configuration", NO_QUERY, update::update_function_configuration),
    row("UpdateFunctionCode", "PUT", "/2015-03-31/functions/{FunctionName}/code", NO_QUERY, update::update_function_code),
    row("PublishVersion", "POST", "/2015-03-31/functions/{FunctionName}/versions", NO_QUERY, publish::publish_version),
    row("ListVersionsByFunction", "GET", "/2015-03-31/functions/{FunctionName}/versions", PAGE, read::list_versions_by_function),
    row("CreateAlias", "POST", "/2015-03-31/functions/{FunctionName}/aliases", NO_QUERY, aliases::create_alias),
    row("ListAliases", "GET", "/2015-03-31/functions/{FunctionName}/aliases", PAGE, aliases::list_aliases),
    row("GetAlias", "GET", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", NO_QUERY, aliases::get_alias),
    row("UpdateAlias", "PUT", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", NO_QUERY, aliases::update_alias),
    row("DeleteAlias", "DELETE", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", NO_QUERY, aliases::delete_alias),
    row("CreateFunctionUrlConfig", "POST", "/2021-10-31/functions/{FunctionName}/url", QUALIFIER, function_url::create),
    row("GetFunctionUrlConfig", "GET", "/2021-10-31/functions/{FunctionName}/url", QUALIFIER, function_url::get),
    row("DeleteFunctionUrlConfig", "DELETE", "/2021-10-31/functions/{FunctionName}/url", QUALIFIER, function_url::delete),
    row("ListFunctionUrlConfigs", "GET", "/2021-10-31/functions/{FunctionName}/urls", PAGE, function_url::list),
    row("PutFunctionEventInvokeConfig", "PUT", "/2019-09-25/functions/{FunctionName}/event-invoke-config", QUALIFIER, event_invoke::put),
    row("GetFunctionEventInvokeConfig", "GET", "/2019-09-25/functions/{FunctionName}/event-invoke-config", QUALIFIER, event_invoke::get),
    row("DeleteFunctionEventInvokeConfig", "DELETE", "/2019-09-25/functions/{FunctionName}/event-invoke-config", QUALIFIER, event_invoke::delete),
    row("ListFunctionEventInvokeConfigs", "GET", "/2019-09-25/functions/{FunctionName}/event-invoke-config/list", PAGE, event_invoke::list),
    row("GetFunctionCodeSigningConfig", "GET", "/2020-06-30/functions/{FunctionName}/code-signing-config", NO_QUERY, read::get_function_code_signing_config),
    row("GetRuntimeManagementConfig", "GET", "/2021-07-20/functions/{FunctionName}/runtime-management-config", QUALIFIER, read::get_runtime_management_config),
    row("GetAccountSettings", "GET", "/2016-08-19/account-settings", NO_QUERY, read::get_account_settings),
    row("PutFunctionConcurrency", "PUT", "/2017-10-31/functions/{FunctionName}/concurrency", NO_QUERY, concurrency::put_function_concurrency),
    row("GetFunctionConcurrency", "GET", "/2019-09-30/functions/{FunctionName}/concurrency", NO_QUERY, concurrency::get_function_concurrency),
    row("DeleteFunctionConcurrency", "DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", NO_QUERY, concurrency::delete_function_concurrency),
    row("PutProvisionedConcurrencyConfig", "PUT", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency", QUALIFIER, provisioned::put),
    row("ListProvisionedConcurrencyConfigs", "GET", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency?List=ALL", PAGE, provisioned::list),
    row("GetProvisionedConcurrencyConfig", "GET", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency", QUALIFIER, provisioned::get),
    row("DeleteProvisionedConcurrencyConfig", "DELETE", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency", QUALIFIER, provisioned::delete),
    row("AddPermission", "POST", "/2015-03-31/functions/{FunctionName}/policy", QUALIFIER, permission::add_permission),
    row("GetPolicy", "GET", "/2015-03-31/functions/{FunctionName}/policy", QUALIFIER, permission::get_policy),
    row("RemovePermission", "DELETE", "/2015-03-31/functions/{FunctionName}/policy/{StatementId}", &[("Qualifier", "Qualifier"), ("RevisionId", "RevisionId")], permission::remove_permission),
    row("PutResourcePolicy", "PUT", "/2026-07-09/resource-policy/{ResourceArn}", NO_QUERY, resource_policy::put_resource_policy),
    row("GetResourcePolicy", "GET", "/2026-07-09/resource-policy/{ResourceArn}", NO_QUERY, resource_policy::get_resource_policy),
    row("DeleteResourcePolicy", "DELETE", "/2026-07-09/resource-policy/{ResourceArn}", &[("RevisionId", "RevisionId")], resource_policy::delete_resource_policy),
    row("TagResource", "POST", "/2017-03-31/tags/{Resource}", NO_QUERY, tags::tag_resource),
    row("UntagResource", "DELETE", "/2017-03-31/tags/{Resource}", &[("tagKeys", "TagKeys")], tags::untag_resource),
    row("ListTags", "GET", "/2017-03-31/tags/{Resource}", NO_QUERY, tags::list_tags),
    row("Invoke", "POST", "/2015-03-31/functions/{FunctionName}/invocations", QUALIFIER, invoke::invoke),
];
