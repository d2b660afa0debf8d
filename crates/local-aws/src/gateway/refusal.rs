//! Why a call is not served: a gateway response type, AWS's text for the client, and the reason for the access log.

use crate::policy::Decision;

/// API Gateway's gateway response types, as far as the local AWS answers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusalKind {
    /// No type: the URL names no stage, so there is nothing that could customise the answer.
    Forbidden,
    AccessDenied,
    /// Denied by a policy: AWS's own body spells the member `Message`.
    PolicyDenied,
    ApiConfigurationError,
    AuthorizerConfigurationError,
    AuthorizerFailure,
    BadRequestParameters,
    /// A bad answer of the integration: 502, no type of its own.
    BadIntegration,
    IntegrationTimeout,
    IncompleteSignature,
    InvalidApiKey,
    InvalidSignature,
    MissingAuthenticationToken,
    QuotaExceeded,
    RequestTooLarge,
    Throttled,
    Unauthorized,
    UnrecognizedClient,
    UnsupportedMediaType,
}

impl RefusalKind {
    /// Type name, default status, and the value of `x-amzn-ErrorType`.
    #[expect(clippy::match_same_arms, reason = "a row a kind")]
    pub(crate) fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::Forbidden => ("", 403, "ForbiddenException"),
            Self::AccessDenied => ("ACCESS_DENIED", 403, "AccessDeniedException"),
            Self::PolicyDenied => ("ACCESS_DENIED", 403, "AccessDeniedException"),
            Self::ApiConfigurationError => ("API_CONFIGURATION_ERROR", 500, "InternalServerErrorException"),
            Self::AuthorizerConfigurationError => {
                ("AUTHORIZER_CONFIGURATION_ERROR", 500, "AuthorizerConfigurationException")
            }
            Self::AuthorizerFailure => ("AUTHORIZER_FAILURE", 500, "AuthorizerConfigurationException"),
            Self::BadRequestParameters => ("BAD_REQUEST_PARAMETERS", 400, "BadRequestException"),
            Self::BadIntegration => ("DEFAULT_5XX", 502, "InternalServerErrorException"),
            Self::IntegrationTimeout => ("INTEGRATION_TIMEOUT", 504, "InternalServerErrorException"),
            Self::IncompleteSignature => ("DEFAULT_4XX", 403, "IncompleteSignatureException"),
            Self::InvalidApiKey => ("INVALID_API_KEY", 403, "ForbiddenException"),
            Self::InvalidSignature => ("INVALID_SIGNATURE", 403, "InvalidSignatureException"),
            Self::MissingAuthenticationToken => {
                ("MISSING_AUTHENTICATION_TOKEN", 403, "MissingAuthenticationTokenException")
            }
            Self::QuotaExceeded => ("QUOTA_EXCEEDED", 429, "LimitExceededException"),
            Self::RequestTooLarge => ("REQUEST_TOO_LARGE", 413, "RequestTooLargeException"),
            Self::Throttled => ("THROTTLED", 429, "TooManyRequestsException"),
            Self::Unauthorized => ("UNAUTHORIZED", 401, "UnauthorizedException"),
            Self::UnrecognizedClient => ("DEFAULT_4XX", 403, "UnrecognizedClientException"),
            Self::UnsupportedMediaType => ("UNSUPPORTED_MEDIA_TYPE", 415, "UnsupportedMediaTypeException"),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct GatewayRefusal {
    pub kind: RefusalKind,
    /// What the client reads; some refusals of authorizers say null.
    pub message: Option<String>,
    /// What a person reads in the access log. Never holds a secret.
    pub why: String,
}

impl GatewayRefusal {
    pub(crate) fn new(kind: RefusalKind, message: impl Into<String>, why: impl Into<String>) -> Self {
        Self { kind, message: Some(message.into()), why: why.into() }
    }

    /// The URL names no API or stage.
    pub(crate) fn forbidden(why: impl Into<String>) -> Self {
        Self::new(RefusalKind::Forbidden, "Forbidden", why)
    }

    pub(crate) fn no_route(why: impl Into<String>) -> Self {
        Self::new(RefusalKind::MissingAuthenticationToken, "Missing Authentication Token", why)
    }

    pub(crate) fn api_key(why: impl Into<String>) -> Self {
        Self::new(RefusalKind::InvalidApiKey, "Forbidden", why)
    }

    /// The caller did not prove who it is.
    pub(crate) fn unauthorized(why: impl Into<String>) -> Self {
        Self::new(RefusalKind::Unauthorized, "Unauthorized", why)
    }

    /// The authorizer is set up, or answers, so that nothing can be decided.
    pub(crate) fn authorizer(kind: RefusalKind, why: impl Into<String>) -> Self {
        Self { kind, message: None, why: why.into() }
    }

    pub(crate) fn throttled(why: impl Into<String>) -> Self {
        Self::new(RefusalKind::Throttled, "Too Many Requests", why)
    }

    pub(crate) fn quota(why: impl Into<String>) -> Self {
        Self::new(RefusalKind::QuotaExceeded, "Limit Exceeded", why)
    }

    pub(crate) fn too_large(why: impl Into<String>) -> Self {
        Self::new(RefusalKind::RequestTooLarge, "Request Too Long", why)
    }

    pub(crate) fn bad_request(why: impl Into<String>) -> Self {
        Self::new(RefusalKind::BadRequestParameters, "Bad Request", why)
    }

    /// The API is set up so that it cannot answer.
    pub(crate) fn configuration(why: impl Into<String>) -> Self {
        Self::new(RefusalKind::ApiConfigurationError, "Internal server error", why)
    }

    /// The integration answered what cannot be passed on.
    pub(crate) fn integration(why: impl Into<String>) -> Self {
        Self::new(RefusalKind::BadIntegration, "Internal server error", why)
    }

    pub(crate) fn timeout(why: impl Into<String>) -> Self {
        Self::new(RefusalKind::IntegrationTimeout, "Endpoint request timed out", why)
    }
    /// A policy does not let the caller call, as AWS words it.
    pub(crate) fn denied(who: &str, arn: &str, decision: Decision, why: &str) -> Self {
        let explicit = if decision == Decision::Deny { " with an explicit deny" } else { "" };
        let text = format!(
            "User: {who} is not authorized to perform: execute-api:Invoke on resource: {arn}{explicit}"
        );
        Self::new(RefusalKind::PolicyDenied, text, why)
    }
}
