//! An answer, held against a row.

use super::{
    answerer::{by_the_function, by_the_gateway, names_its_request},
    row::{Must, Row},
};
use crate::outside::http::Response;
use serde_json::Value;

/// One thing that is not as promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// "status 200 instead of 403"
    pub text: String,
    pub by: By,
}

/// Whose difference it is: it says how to fix it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The stage's, which follows from the stack file.
    Stage,
    /// The function's: it answered without a header that lets a page read it.
    Function(Forgotten),
    /// Something else answers at the URL.
    Stranger,
}

/// What only the function itself can send with its own answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgotten {
    Origin,
    Credentials,
}

/// Everything in which `answer` is not what `row` promises; empty if it holds.
pub fn judge(row: &Row, answer: &Response) -> Vec<Difference> {
    if let Some(text) = not_of_an_api(row, answer) {
        return vec![Difference { text, by: By::Stranger }];
    }
    let functions_own = row.must.contains(&Must::ComeFromTheFunction) && by_the_function(answer);
    row.must
        .iter()
        .filter_map(|must| {
            let text = difference(must, answer)?;
            let by = match must {
                Must::LetRead { .. } if functions_own => By::Function(forgotten(must, answer)),
                _ => By::Stage,
            };
            Some(Difference { text, by })
        })
        .collect()
}

/// What API Gateway never answers, where it answers at all: a proxy's page, a redirect to a login, another server's
/// words.
fn not_of_an_api(row: &Row, answer: &Response) -> Option<String> {
    if names_its_request(answer) {
        return None;
    }
    let html = answer.header("content-type").is_some_and(|t| t.starts_with("text/html"));
    let what = match (answer.status, answer.header("location")) {
        (300..400, Some(to)) => format!("a redirect to {} ({})", start(to), answer.status),
        (status, _) if html => format!("an HTML page ({status})"),
        (status, _) if row.must.contains(&Must::ComeFromTheFunction) => format!("an answer ({status})"),
        _ => return None,
    };
    Some(format!("{what} that is not API Gateway's: a proxy or another site answers there"))
}

fn difference(must: &Must, answer: &Response) -> Option<String> {
    let header = |name: &str| answer.header(name);
    match must {
        Must::Status(status) if answer.status == *status => None,
        Must::Status(status) => Some(format!("{} instead of {status}", status_and_words(answer))),
        Must::Succeed if (200..300).contains(&answer.status) => None,
        Must::Succeed => Some(format!("{} instead of 200", status_and_words(answer))),
        Must::Say(text) => {
            // Of another status that is said already.
            let other = message(answer).filter(|said| said != text);
            other.map(|said| format!("\"{said}\" instead of \"{text}\""))
        }
        Must::ComeFromTheFunction if by_the_gateway(answer) => {
            Some(format!("{} from API Gateway instead of the function's answer", status_and_words(answer)))
        }
        Must::ComeFromTheFunction => None,
        Must::LetRead { origin, credentials } => {
            let named = header("access-control-allow-origin");
            if named == Some(origin.as_str()) || (named == Some("*") && !credentials) {
                let allowed = !credentials || header("access-control-allow-credentials") == Some("true");
                return (!allowed).then(|| "no Access-Control-Allow-Credentials: true".to_owned());
            }
            Some(match named {
                None => "no Access-Control-Allow-Origin".to_owned(),
                Some(named) => format!("Access-Control-Allow-Origin is {named} instead of {origin}"),
            })
        }
        Must::NotLetRead { origin } => {
            let named = header("access-control-allow-origin").filter(|n| *n == "*" || *n == origin);
            named.map(|named| format!("Access-Control-Allow-Origin is {named} for {origin}"))
        }
        Must::List { header: name, names } => missing(name, header(name), names),
        Must::Json { path, value } => json_difference(answer, path, value),
    }
}

/// Which header of [`Must::LetRead`] it is.
fn forgotten(must: &Must, answer: &Response) -> Forgotten {
    let Must::LetRead { origin, .. } = must else { return Forgotten::Origin };
    match answer.header("access-control-allow-origin") == Some(origin) {
        true => Forgotten::Credentials,
        false => Forgotten::Origin,
    }
}

fn missing(header: &str, found: Option<&str>, names: &[String]) -> Option<String> {
    let listed: Vec<String> =
        found.unwrap_or_default().split(',').map(|name| name.trim().to_lowercase()).collect();
    let gone: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| !listed.contains(&name.to_lowercase())).collect();
    (!gone.is_empty()).then(|| format!("{header} lacks {}", gone.join(", ")))
}

fn json_difference(answer: &Response, path: &crate::stack::JsonPath, want: &Value) -> Option<String> {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
        return Some(format!("the answer is not JSON ({})", start(&answer.text())));
    };
    let found = path.find(&body);
    (found != Some(want)).then(|| match found {
        Some(found) => format!("{path} is {} instead of {want}", start(&found.to_string())),
        None => format!("{path} is missing, and should be {want}"),
    })
}

fn message(answer: &Response) -> Option<String> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let said = body.get("message").or_else(|| body.get("Message"))?;
    Some(said.as_str().map_or_else(|| said.to_string(), str::to_owned))
}

/// `403 "Forbidden"`
pub(super) fn status_and_words(answer: &Response) -> String {
    match message(answer).filter(|_| answer.status >= 400) {
        Some(said) => format!("{} \"{}\"", answer.status, start(&said)),
        None => answer.status.to_string(),
    }
}

/// The beginning of what may be long.
fn start(text: &str) -> String {
    let short: String = text.chars().take(120).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
