//! What the tests of every service share: an AWS SDK in small. It binds an operation and its input to HTTP by the same
//! tables that the server reads, "signs" it, and brings replies of all three protocols into one form.

#![allow(clippy::unwrap_used)]
#![cfg_attr(fuzzing, allow(dead_code))]

use crate::{
    Config, Consistency, LocalAws, NoContainers,
    body::full,
    service::{Operation, Protocol, Service},
    services,
};
use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::BodyExt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::{Reader, events::Event};
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(crate) const REGION: &str = "us-east-2";
pub(crate) const ACCOUNT: &str = "000000000000";

/// An empty local AWS that agrees at once and has no containers.
pub(crate) fn instant() -> LocalAws {
    with(Config::default())
}

/// An empty local AWS that is as slow to agree as AWS. Use with `#[tokio::test(start_paused = true)]`.
pub(crate) fn realistic() -> LocalAws {
    with(Config { consistency: Consistency::Realistic, ..Config::default() })
}

pub(crate) fn with(config: Config) -> LocalAws {
    LocalAws::new(config, Arc::new(NoContainers)).unwrap()
}

/// Calls an operation in `region`, with any key. An error's body is `{"code": …, "message": …}` in every protocol.
pub(crate) async fn call(
    aws: &LocalAws,
    service: &str,
    region: &str,
    operation: &str,
    input: Value,
) -> (u16, Value) {
    Client { region, ..Client::of(aws) }.call(service, operation, input).await
}

/// As [`call`] in [`REGION`], and the call has to succeed.
pub(crate) async fn ok(aws: &LocalAws, service: &str, operation: &str, input: Value) -> Value {
    let (status, body) = call(aws, service, REGION, operation, input).await;
    assert!(status < 300, "{operation} answered {status}: {body}");
    body
}

/// As [`call`] in [`REGION`], and the call has to be refused; answers the error's code and text.
pub(crate) async fn refused(
    aws: &LocalAws,
    service: &str,
    operation: &str,
    input: Value,
) -> (String, String) {
    let (status, body) = call(aws, service, REGION, operation, input).await;
    assert!(status >= 400, "{operation} answered {status}: {body}");
    (body["code"].as_str().unwrap().to_owned(), body["message"].as_str().unwrap().to_owned())
}

/// A caller with its own key and region.
#[derive(Clone, Copy)]
pub(crate) struct Client<'a> {
    pub aws: &'a LocalAws,
    pub region: &'a str,
    pub access_key: &'a str,
}

impl<'a> Client<'a> {
    pub(crate) fn of(aws: &'a LocalAws) -> Self {
        Self { aws, region: REGION, access_key: "AKIDLOCAL" }
    }

    pub(crate) async fn call(self, service: &str, operation: &str, input: Value) -> (u16, Value) {
        self.send(service, operation, input, None).await
    }

    /// With a body that is a blob, such as an API's OpenAPI document; `input` has the path's and query's members.
    pub(crate) async fn call_with(
        self,
        service: &str,
        operation: &str,
        input: Value,
        payload: impl Into<Bytes>,
    ) -> (u16, Value) {
        self.send(service, operation, input, Some(payload.into())).await
    }

    async fn send(self, service: &str, name: &str, input: Value, payload: Option<Bytes>) -> (u16, Value) {
        let response = self.aws.handle(self.request(service, name, input, payload)).await;
        read(services::named(service).unwrap(), name, response).await
    }

    /// The request as an SDK would send it.
    pub(crate) fn request(
        self,
        service: &str,
        name: &str,
        input: Value,
        payload: Option<Bytes>,
    ) -> Request<crate::Body> {
        let Value::Object(input) = input else { panic!("an input is an object") };
        let service = services::named(service).unwrap();
        let operation = service.operation(name);
        let operation = operation.unwrap_or_else(|| panic!("{name} is in no table"));
        let scope =
            format!("{}/20300101/{}/{}/aws4_request", self.access_key, self.region, service.signing_name);
        let request = Request::builder()
            .header(header::HOST, "127.0.0.1:4566")
            .header(header::AUTHORIZATION, format!("AWS4-HMAC-SHA256 Credential={scope}, Signature=0"));
        match service.protocol {
            Protocol::Query { .. } => {
                request.method("POST").uri("/").body(full(form(name, &Value::Object(input))))
            }
            // Of several the one in which inputs and replies are plainest.
            Protocol::Json | Protocol::Several { .. } => request
                .method("POST")
                .uri("/")
                .header("x-amz-target", format!("Local.{name}"))
                .body(full(Value::Object(input).to_string())),
            Protocol::Rest { .. } => {
                let (uri, rest) = bind(operation, input);
                let body = payload.unwrap_or_else(|| Value::Object(rest).to_string().into());
                request.method(operation.method).uri(uri).body(full(body))
            }
        }
        .unwrap()
    }
}

/// Path and query of a REST operation, and what is left for its body.
fn bind(operation: &Operation, mut input: Map<String, Value>) -> (String, Map<String, Value>) {
    let part = |part: &str| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
        Some(name) => {
            let value = input.remove(name.trim_end_matches('+'));
            let value = value.unwrap_or_else(|| panic!("{} needs {name}", operation.name));
            utf8_percent_encode(value.as_str().unwrap(), NON_ALPHANUMERIC).to_string()
        }
        None => part.to_owned(),
    };
    let path = operation.path.split('/').map(part).collect::<Vec<_>>().join("/");
    let mut query = Vec::new();
    for (wire, member) in operation.query {
        match input.remove(*member) {
            None => {}
            Some(Value::Array(all)) => query.extend(all.iter().map(|v| (*wire, plain(v)))),
            Some(one) => query.push((*wire, plain(&one))),
        }
    }
    let start = if path.contains('?') { '&' } else { '?' };
    (format!("{path}{start}{}", serde_urlencoded::to_string(query).unwrap()), input)
}

/// The form of the query protocol.
pub(crate) fn form(action: &str, input: &Value) -> String {
    fn flatten(name: &str, value: &Value, fields: &mut Vec<(String, String)>) {
        let at = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
        match value {
            Value::Object(map) => map.iter().for_each(|(k, v)| flatten(&at(k), v, fields)),
            Value::Array(all) => {
                let item = if name.ends_with("entry") { "" } else { "member." };
                for (n, v) in all.iter().enumerate() {
                    flatten(&at(&format!("{item}{}", n + 1)), v, fields);
                }
            }
            one => fields.push((name.to_owned(), plain(one))),
        }
    }
    let mut fields = vec![("Action".to_owned(), action.to_owned())];
    flatten("", input, &mut fields);
    serde_urlencoded::to_string(fields).unwrap()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

async fn read(service: &Service, operation: &str, response: Response<crate::Body>) -> (u16, Value) {
    let (parts, body) = response.into_parts();
    let status = parts.status.as_u16();
    let bytes = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8_lossy(&bytes);
    let body = match service.protocol {
        Protocol::Query { .. } => xml(&text),
        Protocol::Json | Protocol::Several { .. } | Protocol::Rest { .. } => serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| if text.is_empty() { json!({}) } else { json!(text) }),
    };
    if status < 400 {
        let result =
            body.get(format!("{operation}Response")).map(|r| r[format!("{operation}Result")].clone());
        return (status, result.unwrap_or(body));
    }
    let error = &body["ErrorResponse"]["Error"];
    let header = ["x-amzn-errortype", "x-amzn-query-error"].iter().find_map(|name| parts.headers.get(*name));
    let header = header.and_then(|header| header.to_str().unwrap().split(';').next());
    let code = header.or(body["__type"].as_str()).or(error["Code"].as_str()).unwrap_or_default();
    let texts = [&body["message"], &body["Message"], &error["Message"]];
    let message = texts.iter().find_map(|t| t.as_str()).unwrap_or(&text);
    (status, json!({ "code": code.rsplit('#').next(), "message": message }))
}

/// An XML element that is being read.
#[derive(Default)]
struct Element {
    name: String,
    children: Vec<(String, Value)>,
    text: String,
}

impl Element {
    /// Elements with `member` children are lists, with other children objects, without children strings.
    fn value(self) -> Value {
        match self.children.first() {
            None => json!(self.text),
            Some((name, _)) if name == "entry" => {
                let pair = |entry: &Value| Some((entry["key"].as_str()?.to_owned(), entry["value"].clone()));
                Value::Object(self.children.iter().filter_map(|(_, entry)| pair(entry)).collect())
            }
            Some((name, _)) if name == "member" => self.children.into_iter().map(|(_, v)| v).collect(),
            Some(_) => Value::Object(self.children.into_iter().collect()),
        }
    }
}

pub(crate) fn xml(text: &str) -> Value {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                let name = tag.local_name().as_ref().to_owned();
                open.push(Element { name, ..Element::default() });
            }
            Event::Text(t) => open.last_mut().unwrap().text.push_str(&t),
            Event::GeneralRef(r) => {
                let reference = format!("&{};", &*r);
                open.last_mut().unwrap().text.push_str(&quick_xml::escape::unescape(&reference).unwrap());
            }
            Event::End(_) => {
                let mut done = open.pop().unwrap();
                let name = std::mem::take(&mut done.name);
                open.last_mut().unwrap().children.push((name, done.value()));
            }
            Event::Eof => return open.pop().unwrap().value(),
            _ => {}
        }
    }
}
