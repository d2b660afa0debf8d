//! How a request names a function: name, partial ARN or ARN, each with or without a qualifier.

use super::{
    errors::{invalid, not_found, refuse},
    function::{Function, LATEST},
};
use crate::{call::Call, constraint::Failures, error::AwsError};
use regex_lite::Regex;
use serde_json::Value;
use std::sync::LazyLock;

/// `FunctionName` of operations that change a function.
const PLAIN: &str = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?";
/// `NamespacedFunctionName` of operations that read.
const NAMESPACED: &str = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
const QUALIFIER: &str = r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";

static PARTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let region = r"(?:(?<region>(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?";
    let rest = r"(?:(?<account>\d{12}):)?(?:function:)?(?<name>[^:]+)(?::(?<qualifier>[^:]+))?";
    Regex::new(&format!("^(?:arn:[^:]*:lambda:)?{region}{rest}$")).ok()
});

/// Which function, and which version of it, a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionRef {
    pub name: String,
    pub qualifier: Option<String>,
    /// The function's ARN in the caller's account and region, without qualifier.
    pub arn: String,
}

impl FunctionRef {
    /// For operations that read.
    ///
    /// # Errors
    /// A malformed name, one of another region or account, or a qualifier that contradicts the name's own.
    pub(crate) fn of(call: &Call, input: &Value) -> Result<Self, AwsError> {
        Self::read(call, input, NAMESPACED, 256)
    }

    /// For operations that change a function; as [`FunctionRef::of`].
    pub(crate) fn to_change(call: &Call, input: &Value) -> Result<Self, AwsError> {
        Self::read(call, input, PLAIN, 140)
    }

    fn read(call: &Call, input: &Value, pattern: &'static str, longest: usize) -> Result<Self, AwsError> {
        let text = input["FunctionName"].as_str();
        let qualifier = input["Qualifier"].as_str();
        let mut failures = Failures::default();
        failures.required("functionName", text.as_ref());
        failures.length("functionName", text, longest);
        failures.pattern("functionName", text, pattern);
        failures.length("qualifier", qualifier, 128);
        failures.pattern("qualifier", qualifier, QUALIFIER);
        refuse(failures)?;
        Self::parse(call, text.unwrap_or_default(), qualifier)
    }

    fn parse(call: &Call, text: &str, qualifier: Option<&str>) -> Result<Self, AwsError> {
        let parts = PARTS.as_ref().and_then(|p| p.captures(text));
        let part = |name| parts.as_ref().and_then(|p| p.name(name)).map(|m| m.as_str());
        let region = &call.region;
        if let Some(other) = part("region").filter(|r| r != region) {
            let why = format!("Functions from '{other}' are not reachable in this region ('{region}')");
            return Err(not_found(why));
        }
        if let Some(other) = part("account").filter(|a| *a != call.account) {
            let why = format!("no access to the functions of account {other}");
            return Err(AwsError::new(403, "AccessDeniedException", why));
        }
        let derived = part("qualifier");
        if derived.is_some() && qualifier.is_some() && derived != qualifier {
            return Err(invalid(
                "The derived qualifier from the function name does not match the specified qualifier.",
            ));
        }
        let name = part("name").unwrap_or(text);
        Ok(Self {
            name: name.to_owned(),
            qualifier: derived.or(qualifier).map(str::to_owned),
            arn: call.arn("lambda", &format!("function:{name}")),
        })
    }

    /// The ARN as the request named it.
    pub(crate) fn qualified_arn(&self) -> String {
        match &self.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", self.arn),
            None => self.arn.clone(),
        }
    }

    /// The function itself, `$LATEST`.
    ///
    /// # Errors
    /// It is not there; or a published version or an alias of it is meant, which the operation can't change.
    pub(crate) fn find<'a>(&self, call: &'a mut Call) -> Result<&'a mut Function, AwsError> {
        let function = call.region_mut().lambda.functions.get_mut(&self.name);
        match function {
            Some(function) if self.is_latest() => Ok(function),
            Some(function) if self.version_in(function).is_some() => Err(functions_only()),
            _ => Err(self.not_found()),
        }
    }

    /// The function, or the published version that the qualifier names, itself or as an alias.
    ///
    /// # Errors
    /// It is not there.
    pub(crate) fn described<'a>(&self, call: &'a mut Call) -> Result<&'a Function, AwsError> {
        let function = call.region_mut().lambda.functions.get(&self.name);
        function.and_then(|function| self.version_in(function)).ok_or_else(|| self.not_found())
    }

    fn version_in<'a>(&self, function: &'a Function) -> Option<&'a Function> {
        let Some(qualifier) = &self.qualifier else { return Some(function) };
        let alias = function.attached.aliases.get(qualifier);
        function.version(alias.map_or(qualifier, |alias| &alias.route.version))
    }

    fn is_latest(&self) -> bool {
        self.qualifier.as_deref().is_none_or(|q| q == LATEST)
    }

    /// For settings that can also hang on an alias or a version: here on functions only.
    ///
    /// # Errors
    /// An alias or a version is meant.
    pub(crate) fn ensure_function(&self) -> Result<(), AwsError> {
        match self.qualifier.as_deref() {
            None | Some(LATEST) => Ok(()),
            Some(qualifier) => {
                Err(AwsError::not_implemented(format!("settings of the version or alias {qualifier}")))
            }
        }
    }

    pub(crate) fn not_found(&self) -> AwsError {
        not_found(format!("Function not found: {}", self.qualified_arn()))
    }
}

/// AWS's refusal of a version or an alias, of operations about a function as a whole.
pub(crate) fn functions_only() -> AwsError {
    invalid(
        "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.",
    )
}
