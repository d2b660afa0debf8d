//! `$util`: API Gateway's helper functions.

use super::{
    failure::{TemplateFailure, failed},
    value::shown,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

pub(crate) fn call(name: &str, arguments: &[Option<Value>]) -> Result<Value, TemplateFailure> {
    let [argument] = arguments else { return failed(format!("$util.{name} takes one argument")) };
    let text = argument.as_ref().map(shown).unwrap_or_default();
    match name {
        "escapeJavaScript" => Ok(escape_javascript(&text).into()),
        "parseJson" => {
            serde_json::from_str(&text).map_err(|e| TemplateFailure(format!("$util.parseJson: {e}")))
        }
        "urlEncode" => Ok(url_encode(&text).into()),
        "urlDecode" => Ok(url_decode(&text).into()),
        "base64Encode" => Ok(STANDARD.encode(text).into()),
        "base64Decode" => match STANDARD.decode(text.trim()) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned().into()),
            Err(e) => failed(format!("$util.base64Decode: {e}")),
        },
        _ => failed(format!("$util.{name} is not implemented by the local AWS")),
    }
}

const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'*').remove(b'_').remove(b' ');

/// As Java's URLEncoder: a space becomes a plus.
fn url_encode(text: &str) -> String {
    utf8_percent_encode(text, FORM).to_string().replace(' ', "+")
}

fn url_decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// What makes a text safe inside a JavaScript string: quotes, slashes, control and non-ASCII characters.
fn escape_javascript(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for unit in text.encode_utf16() {
        match char::from_u32(u32::from(unit)) {
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c @ ('"' | '\'' | '\\' | '/')) => out.extend(['\\', c]),
            Some(c @ ' '..='~') => out.push(c),
            _ => out.push_str(&format!("\\u{unit:04X}")),
        }
    }
    out
}
