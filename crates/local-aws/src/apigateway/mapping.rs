//! Mapping expressions: where a parameter of a request or response comes from.

use super::errors::{bad_mapping, bad_request, undeclared_parameter};
use crate::error::AwsError;
use std::collections::BTreeMap;

/// What a parameter may be taken from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// The caller's request, as the method declares it.
    MethodRequest,
    /// The integration's response.
    IntegrationResponse,
}

/// `'a literal'`, `context.…`, `stageVariables.…`, or something of `from`.
pub(crate) fn check_source(expression: &str, from: From) -> Result<(), AwsError> {
    let quoted = expression.len() >= 2 && expression.starts_with('\'') && expression.ends_with('\'');
    let own = match from {
        From::MethodRequest => {
            is_parameter(expression, "method.request.", &["header", "querystring", "path"])
                || is_parameter(expression, "method.request.", &["multivalueheader", "multivaluequerystring"])
                || is_body(expression, "method.request.body")
        }
        From::IntegrationResponse => {
            is_parameter(expression, "integration.response.", &["header", "multivalueheader"])
                || is_body(expression, "integration.response.body")
        }
    };
    let shared = ["context.", "stageVariables."].iter().any(|p| is_name(expression.strip_prefix(p)));
    if quoted || own || shared { Ok(()) } else { Err(bad_mapping(expression)) }
}

/// `prefix` + one of `places` + `.` + a name.
pub(crate) fn is_parameter(expression: &str, prefix: &str, places: &[&str]) -> bool {
    let rest = expression.strip_prefix(prefix);
    rest.and_then(|r| r.split_once('.'))
        .is_some_and(|(place, name)| places.contains(&place) && !name.is_empty())
}

/// The keys of a method's `requestParameters`; a name stands for one place only.
pub(crate) fn check_method_request<V>(parameters: &BTreeMap<String, V>) -> Result<(), AwsError> {
    let mut names = Vec::new();
    for parameter in parameters.keys() {
        if !is_parameter(parameter, "method.request.", &["header", "querystring", "path"]) {
            return Err(bad_mapping(parameter));
        }
        let name = parameter.splitn(4, '.').nth(3).unwrap_or_default();
        if names.contains(&name) {
            return Err(bad_request("Parameter names must be unique across querystring, header and path"));
        }
        names.push(name);
    }
    Ok(())
}

/// A key that names a header of the method's response.
pub(crate) fn check_response_header(parameter: &str) -> Result<(), AwsError> {
    if is_parameter(parameter, "method.response.", &["header"]) {
        Ok(())
    } else {
        Err(bad_mapping(parameter))
    }
}

/// What an integration's request takes from the caller has to be declared by the method.
pub(crate) fn check_declared(expression: &str, declared: &BTreeMap<String, bool>) -> Result<(), AwsError> {
    let needs = is_parameter(expression, "method.request.", &["header", "querystring", "path"]);
    if needs && !declared.contains_key(expression) {
        return Err(undeclared_parameter(expression));
    }
    Ok(())
}

/// The keys of templates and models.
pub(crate) fn check_content_types<V>(by_type: &BTreeMap<String, V>) -> Result<(), AwsError> {
    match by_type.keys().find(|kind| !kind.contains('/')) {
        None => Ok(()),
        Some(kind) => Err(bad_request(format!(
            "Validation Result: warnings : [], errors : [Invalid content type specified: {kind}]"
        ))),
    }
}

fn is_body(expression: &str, prefix: &str) -> bool {
    expression.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn is_name(rest: Option<&str>) -> bool {
    rest.is_some_and(|r| !r.is_empty() && r.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)))
}
