//! All that is known about a call while it is served, and how templates and functions see it.

use super::{
    refusal::GatewayRefusal, request::StageRequest, routing::Route, site::Site, target::StageTarget, vtl,
};
use crate::shared::Shared;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::request::Parts;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// One call on its way. `site` and `route` are filled in as they are found.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// `requestId`, and the header `x-amzn-RequestId`.
    pub id: String,
    /// `extendedRequestId`, and the header `x-amz-apigw-id`.
    pub extended_id: String,
    /// The header `X-Amzn-Trace-Id`.
    pub trace_id: String,
    pub received: Timestamp,
    pub request: StageRequest,
    pub site: Option<Site>,
    pub route: Option<Route>,
    pub identity: CallerIdentity,
    /// What the authorizer said: `requestContext.authorizer`.
    pub authorizer: Option<Map<String, Value>>,
    /// How long the integration took, once it has answered.
    pub integration_latency: Option<Duration>,
}

/// Who calls, as far as it was proven.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallerIdentity {
    /// Id and value of the API key.
    pub api_key: Option<(String, String)>,
    /// `usageIdentifierKey` of an authorizer.
    pub usage_key: Option<String>,
    pub access_key: Option<String>,
    pub account: Option<String>,
    pub caller: Option<String>,
    pub user_arn: Option<String>,
}

impl Exchange {
    pub(crate) fn new(shared: &Shared, target: &StageTarget, parts: &Parts) -> Self {
        let id = shared.request_id();
        let received = shared.clock.now();
        let request = StageRequest::of(target, parts);
        let tail: String = id.chars().filter(char::is_ascii_hexdigit).rev().take(24).collect();
        let trace = request.headers.get("x-amzn-trace-id").map(str::to_owned);
        Self {
            extended_id: STANDARD.encode(&id.as_bytes()[id.len().saturating_sub(11)..]),
            trace_id: trace.unwrap_or_else(|| format!("Root=1-{:08x}-{tail:0>24}", received.as_second())),
            id,
            received,
            request,
            site: None,
            route: None,
            identity: CallerIdentity::default(),
            authorizer: None,
            integration_latency: None,
        }
    }

    /// The stage's site.
    ///
    /// # Errors
    /// It was not found yet: a step ran too early.
    pub(crate) fn site(&self) -> Result<&Site, GatewayRefusal> {
        self.site.as_ref().ok_or_else(|| GatewayRefusal::configuration("the stage is not known yet"))
    }

    /// The matched method.
    ///
    /// # Errors
    /// It was not found yet: a step ran too early.
    pub(crate) fn route(&self) -> Result<&Route, GatewayRefusal> {
        self.route.as_ref().ok_or_else(|| GatewayRefusal::configuration("the route is not known yet"))
    }

    /// `requestContext` of an event; `$context` has the same members.
    pub(crate) fn context(&self) -> Value {
        let request = &self.request;
        let received = self.received.to_zoned(TimeZone::UTC);
        let mut context = json!({
            "resourceId": self.route.as_ref().map(|r| &r.resource_id),
            "resourcePath": self.route.as_ref().map(|r| &r.resource_path),
            "httpMethod": request.method,
            "extendedRequestId": self.extended_id,
            "requestTime": received.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "path": request.full_path,
            "accountId": self.site.as_ref().map(|s| &s.account),
            "protocol": request.protocol,
            "stage": self.site.as_ref().map(|s| &s.stage),
            "domainPrefix": self.site.as_ref().map(|s| &s.api),
            "requestTimeEpoch": self.received.as_millisecond(),
            "requestId": self.id,
            "identity": self.identity_json(),
            "domainName": request.host(),
            "deploymentId": self.site.as_ref().map(|s| &s.deployment),
            "apiId": self.site.as_ref().map(|s| &s.api),
        });
        if let Some(authorizer) = &self.authorizer {
            context["authorizer"] = Value::Object(authorizer.clone());
        }
        context
    }

    fn identity_json(&self) -> Value {
        let identity = &self.identity;
        let mut json = json!({
            "cognitoIdentityPoolId": null,
            "accountId": identity.account,
            "cognitoIdentityId": null,
            "caller": identity.caller,
            "sourceIp": self.request.source_ip.to_string(),
            "principalOrgId": null,
            "accessKey": identity.access_key,
            "cognitoAuthenticationType": null,
            "cognitoAuthenticationProvider": null,
            "userArn": identity.user_arn,
            "userAgent": self.request.user_agent(),
            "user": identity.caller,
        });
        if let Some((id, value)) = &identity.api_key {
            json["apiKey"] = json!(value);
            json["apiKeyId"] = json!(id);
        }
        json
    }

    /// `path`, `querystring` and `header`, each with one value a name: the first header, the last query parameter.
    pub(crate) fn params(&self) -> Value {
        let mut header = Map::new();
        for (name, value) in &self.request.headers.0 {
            header.entry(name.clone()).or_insert_with(|| json!(value));
        }
        let query: Map<_, _> = self.request.query.iter().map(|(k, v)| (k.clone(), json!(v))).collect();
        let path = self.route.as_ref().map(|r| r.path_parameters.clone()).unwrap_or_default();
        json!({ "path": path, "querystring": query, "header": header })
    }

    pub(crate) fn stage_variables(&self) -> Value {
        json!(self.site.as_ref().map(|s| &s.variables))
    }

    /// What a mapping template of this call sees.
    pub(crate) fn scope(&self) -> vtl::Scope {
        vtl::Scope {
            params: self.params(),
            body: String::from_utf8_lossy(&self.request.body).into_owned(),
            context: self.context(),
            stage_variables: self.stage_variables(),
            method: None,
        }
    }
}
