//! Lambda's control plane, and in [`runtime`] what runs the functions.
//!
//! | module | what it holds |
//! |---|---|
//! | `function`, `settings`, `source` | a function as data: its settings, its code, its states |
//! | `changes` | what a request says about settings |
//! | `create`, `update`, `publish`, `read`, `concurrency`, `permission`, `tags` | the operations |
//! | `name`, `constraints` | how a function is named in a request, and what AWS's model demands of members |
//! | `neighbours` | all that Lambda asks of IAM, ECR and Logs |
//! | [`invoke`] | one event through one function |
//! | [`runtime`] | warm containers, each with its own Runtime API |
//! | [`containers`] | the seam to whatever runs containers |

pub mod containers;
pub mod invoke;
pub mod permission;
pub mod revision;
pub mod runtime;

mod changes;
mod concurrency;
mod constraints;
mod create;
mod function;
mod name;
mod neighbours;
mod publish;
mod read;
mod settings;
mod source;
mod tags;
mod update;

#[cfg(test)]
mod tests;

use crate::operation::{Handler, Operation};
use function::Function;
use serde::Serialize;
use std::collections::BTreeMap;

/// The functions of one account in one region, by name.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Lambda {
    pub functions: BTreeMap<String, Function>,
}

/// How many executions an account may have at once, over all its functions.
const ACCOUNT_CONCURRENCY: u32 = 1000;
/// How many of them no function can reserve for itself.
const UNRESERVABLE_CONCURRENCY: u32 = 100;

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
pub const OPERATIONS: &[Operation] = &[
    row("CreateFunction", "POST", "/2015-03-31/functions", NO_QUERY, create::create_function),
    row("ListFunctions", "GET", "/2015-03-31/functions", PAGE, read::list_functions),
    row("GetFunction", "GET", "/2015-03-31/functions/{FunctionName}", QUALIFIER, read::get_function),
    row("DeleteFunction", "DELETE", "/2015-03-31/functions/{FunctionName}", QUALIFIER, create::delete_function),
    row("GetFunctionConfiguration", "GET", "/2015-03-31/functions/{FunctionName}/configuration", QUALIFIER, read::get_function_configuration),
    row("UpdateFunctionConfiguration", "PUT", "/2015-03-31/functions/{FunctionName}/configuration", NO_QUERY, update::update_function_configuration),
    row("UpdateFunctionCode", "PUT", "/2015-03-31/functions/{FunctionName}/code", NO_QUERY, update::update_function_code),
    row("PublishVersion", "POST", "/2015-03-31/functions/{FunctionName}/versions", NO_QUERY, publish::publish_version),
    row("ListVersionsByFunction", "GET", "/2015-03-31/functions/{FunctionName}/versions", PAGE, read::list_versions_by_function),
    row("ListAliases", "GET", "/2015-03-31/functions/{FunctionName}/aliases", PAGE, read::list_aliases),
    row("GetFunctionCodeSigningConfig", "GET", "/2020-06-30/functions/{FunctionName}/code-signing-config", NO_QUERY, read::get_function_code_signing_config),
    row("GetRuntimeManagementConfig", "GET", "/2021-07-20/functions/{FunctionName}/runtime-management-config", QUALIFIER, read::get_runtime_management_config),
    row("GetAccountSettings", "GET", "/2016-08-19/account-settings", NO_QUERY, read::get_account_settings),
    row("PutFunctionConcurrency", "PUT", "/2017-10-31/functions/{FunctionName}/concurrency", NO_QUERY, concurrency::put_function_concurrency),
    row("GetFunctionConcurrency", "GET", "/2019-09-30/functions/{FunctionName}/concurrency", NO_QUERY, concurrency::get_function_concurrency),
    row("DeleteFunctionConcurrency", "DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", NO_QUERY, concurrency::delete_function_concurrency),
    row("AddPermission", "POST", "/2015-03-31/functions/{FunctionName}/policy", QUALIFIER, permission::add_permission),
    row("GetPolicy", "GET", "/2015-03-31/functions/{FunctionName}/policy", QUALIFIER, permission::get_policy),
    row("RemovePermission", "DELETE", "/2015-03-31/functions/{FunctionName}/policy/{StatementId}", &[("Qualifier", "Qualifier"), ("RevisionId", "RevisionId")], permission::remove_permission),
    row("TagResource", "POST", "/2017-03-31/tags/{Resource}", NO_QUERY, tags::tag_resource),
    row("UntagResource", "DELETE", "/2017-03-31/tags/{Resource}", &[("tagKeys", "TagKeys")], tags::untag_resource),
    row("ListTags", "GET", "/2017-03-31/tags/{Resource}", NO_QUERY, tags::list_tags),
    row("Invoke", "POST", "/2015-03-31/functions/{FunctionName}/invocations", QUALIFIER, invoke::invoke),
];
