//! An AWS call that failed: AWS's own words, what they mean for a retry, and what a person can do.

use super::{clock, no_credentials::NoCredentials};
use crate::net::Unreachable;
use aws_smithy_runtime_api::{
    client::{orchestrator::HttpResponse, result::SdkError},
    http::StatusCode,
};
use aws_smithy_types::error::{display::DisplayErrorContext, metadata::ProvideErrorMetadata};
use std::{fmt, time::Duration};

/// One failed call. An `SdkError` displays only "service error", so everything is taken out of it here.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// "CreateFunction"
    pub operation: &'static str,
    pub code: Option<String>,
    pub message: String,
    pub status: Option<u16>,
    pub retry_after: Option<Duration>,
    pub request_id: Option<String>,
    /// The request may or may not have taken effect: no answer, or a broken one.
    unanswered: bool,
    /// There was no connection: nothing was sent.
    pub(super) unreachable: Option<Unreachable>,
    /// Why there are no credentials to call with, where it is known.
    pub(super) no_credentials: Option<String>,
    /// Seconds that AWS's clock is ahead of this machine's, where that is why it refused.
    pub(super) skew: Option<i64>,
}

/// What a failure means for a retry (`docs/aws.md` 13). Code first, text second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Another part of AWS does not know yet what we just made: a young role, a young policy.
    NotYet,
    Throttled,
    /// An update is in progress, or somebody else is writing.
    Busy,
    /// No connection.
    Unreachable,
    /// It may have taken effect.
    Ambiguous,
    NotFound,
    AlreadyThere,
    Denied,
    Credentials,
    Fatal,
}

impl Failure {
    pub(crate) fn of<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let raw = error.raw_response();
        let header = |name| raw.and_then(|r| r.headers().get(name)).map(str::to_owned);
        let meta = error.as_service_error().map(ProvideErrorMetadata::meta);
        let answered = meta.is_some_and(|m| m.code().is_some());
        // A clear refusal needs no code to be one (a proxy's 403, say); a service's own always has one.
        let services = header("content-type").is_some_and(|t| t.contains("json") || t.contains("xml"));
        let refused = !services && raw.is_some_and(|r| (400..500).contains(&r.status().as_u16()));
        Self {
            operation,
            code: meta.and_then(|m| m.code()).map(str::to_owned),
            message: meta
                .and_then(|m| m.message())
                .map_or_else(|| without_noise(error), |text| text.trim().to_owned()),
            status: raw.map(|r| StatusCode::as_u16(r.status())),
            retry_after: header("retry-after").and_then(|s| s.parse().ok()).map(Duration::from_secs),
            request_id: header("x-amzn-requestid"),
            unanswered: !answered && !refused && !matches!(error, SdkError::ConstructionFailure(_)),
            unreachable: cause(error).cloned(),
            no_credentials: cause(error).map(|NoCredentials(text)| text.clone()),
            skew: header("date").and_then(|date| clock::skew(meta.and_then(|m| m.code()), &date)),
        }
    }

    /// There is no connection, and there never was one to that host: trying again is no use.
    pub(crate) fn is_out_of_reach(&self) -> bool {
        self.unreachable.as_ref().is_some_and(|u| u.never_reached)
    }

    pub(crate) fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        self.message.to_lowercase().contains(&text.to_lowercase())
    }

    pub(crate) fn class(&self) -> Class {
        let code = self.code.as_deref().unwrap_or_default();
        match code {
            _ if self.no_credentials.is_some() => Class::Credentials,
            _ if self.unreachable.is_some() => Class::Unreachable,
            _ if is_throttle(code) || self.status == Some(429) && code != "LimitExceededException" => {
                Class::Throttled
            }
            _ if self.is_not_yet() => Class::NotYet,
            _ if self.is_busy() => Class::Busy,
            _ if self.is_unknown_stage() || is_not_found(code) && !self.names_no_policy() => Class::NotFound,
            _ if self.is_already_there() => Class::AlreadyThere,
            // The last one is SNS's.
            "AccessDenied"
            | "AccessDeniedException"
            | "UnauthorizedException"
            | "UnauthorizedOperation"
            | "AuthorizationError" => Class::Denied,
            _ if is_credentials(code) || self.code.is_none() && self.says("credential") => Class::Credentials,
            _ if self.unanswered || self.status.is_some_and(|s| s >= 500 && s != 501) => Class::Ambiguous,
            _ => Class::Fatal,
        }
    }

    fn is_not_yet(&self) -> bool {
        match self.code.as_deref().unwrap_or_default() {
            "InvalidParameterValueException" => {
                self.says("cannot be assumed")
                    || self.says("role does not have permissions")
                    || self.says("throttled by EC2")
                    || self.says("KMS key is invalid for CreateGrant")
                    || self.says("InvalidArnException") && self.says("valid principal")
            }
            "AccessDeniedException" => self.says("does not have permission to access the ECR image"),
            "InvalidParameterException" => self.says("invalid repository policy provided"),
            "MalformedPolicyDocument" => self.says("invalid principal"),
            _ => false,
        }
    }

    fn is_busy(&self) -> bool {
        match self.code.as_deref().unwrap_or_default() {
            // Of the states only this one passes by itself.
            "ResourceConflictException" => {
                self.says("update is in progress") || self.function_state() == Some("Pending")
            }
            "ConflictException" => self.says("try again later") || self.says("concurrent modification"),
            "BadRequestException" => self.is_api_update() || self.says("concurrent modification"),
            "ConcurrentModification" | "OperationAbortedException" | "DeleteConflict" => true,
            _ => false,
        }
    }

    /// A REST API takes no update while its `apiStatus` is UPDATING.
    pub(crate) fn is_api_update(&self) -> bool {
        self.says("already an update in progress")
    }

    /// A usage plan's stage: API Gateway says BadRequestException or NotFoundException, also of one that was made a moment
    /// ago.
    pub(crate) fn is_unknown_stage(&self) -> bool {
        self.code.is_some() && self.says("Invalid API Stage")
    }

    /// The state in which a function refuses a change: "… currently in the following state: 'Failed'".
    pub(crate) fn function_state(&self) -> Option<&str> {
        let (_, rest) = self.message.split_once("currently in the following state: ")?;
        rest.split_whitespace().next().map(|word| word.trim_matches(['\'', '.', ',']))
    }

    /// A managed policy that is attached by its name, and that nobody has.
    pub(super) fn names_no_policy(&self) -> bool {
        self.is("NoSuchEntity") && self.says("is not attachable")
    }

    fn is_already_there(&self) -> bool {
        match self.code.as_deref().unwrap_or_default() {
            "ResourceConflictException" => self.says("already exist"),
            "ConflictException" => true,
            // A topic that somebody else made.
            "InvalidParameter" => self.says("already exists with different"),
            // EntityAlreadyExists, RepositoryAlreadyExistsException, DuplicateRecordException …
            code => code.contains("AlreadyExists") || code.starts_with("Duplicate"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(unreachable) = &self.unreachable {
            write!(f, "{unreachable}")?;
            return self.advised(f);
        }
        if let Some(text) = &self.no_credentials {
            return write!(f, "no AWS credentials: {text}");
        }
        if self.class() == Class::Credentials && self.code.is_none() && self.skew.is_none() {
            f.write_str("no AWS credentials were found")?;
            // The chain's own text lists every place where none are.
            if !self.says("no credentials found in chain") {
                write!(f, " ({})", self.message)?;
            }
            return self.advised(f);
        }
        write!(f, "{} failed: ", self.operation)?;
        if let Some(skew) = self.skew {
            let (minutes, side) =
                (skew.unsigned_abs().div_ceil(60), if skew > 0 { "behind" } else { "ahead of" });
            write!(
                f,
                "this machine's clock is {minutes} min {side} AWS's, and AWS accepts at most 5: set the clock"
            )?;
            return write!(f, " ({})", self.message);
        }
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        write!(f, "{}", self.message)?;
        self.advised(f)
    }
}

impl Failure {
    fn advised(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.advice().map_or(Ok(()), |advice| write!(f, "\n  → {advice}"))
    }
}

impl std::error::Error for Failure {}

/// The AWS failure inside an error, if that is what it is.
pub(crate) fn failure_of(error: &anyhow::Error) -> Option<&Failure> {
    error.downcast_ref()
}

/// Whether it is a failure of AWS's of this class.
pub(crate) fn is_class(error: &anyhow::Error, class: Class) -> bool {
    failure_of(error).is_some_and(|f| f.class() == class)
}

fn is_throttle(code: &str) -> bool {
    code.starts_with("Throttl")
        || matches!(code, "TooManyRequestsException" | "RequestLimitExceeded" | "SlowDown")
}

fn is_not_found(code: &str) -> bool {
    matches!(
        code,
        "NoSuchEntity"
            | "NotFound"
            | "NotFoundException"
            | "ResourceNotFound"
            | "ResourceNotFoundException"
            | "ProvisionedConcurrencyConfigNotFoundException"
            | "RepositoryNotFoundException"
            | "RepositoryPolicyNotFoundException"
            | "ImageNotFoundException"
    )
}

fn is_credentials(code: &str) -> bool {
    code.starts_with("ExpiredToken")
        || matches!(
            code,
            "InvalidClientTokenId"
                | "UnrecognizedClientException"
                | "SignatureDoesNotMatch"
                | "InvalidSignatureException"
        )
}

/// The first cause of this type in the chain.
fn cause<'a, T: std::error::Error + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a T> {
    let mut causes = std::iter::successors(Some(error), |e| e.source());
    causes.find_map(|e| e.downcast_ref())
}

/// The chain of causes of an error that AWS did not word, each said once.
fn without_noise<E: std::error::Error + 'static>(error: &SdkError<E, HttpResponse>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !parts.iter().any(|p| p.contains(&text)) {
            parts.push(text);
        }
        cause = error.source();
    }
    if parts.is_empty() { DisplayErrorContext(error).to_string() } else { parts.join(": ") }
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;
