//! What a call sends.

use crate::{cli::CallArgs, exit::Usage, files, stack::Check};
use anyhow::{Context as _, Result};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};
use std::{io::Read as _, path::Path};

/// API Gateway takes no more than this, in bytes.
const MOST: u64 = 10 * 1024 * 1024;

/// The body, and the type that says what it is where the caller named none.
#[derive(Debug, PartialEq)]
pub(super) struct Body {
    pub bytes: Vec<u8>,
    pub content_type: Option<&'static str>,
}

/// What the command line says, else what the stack file's check of the route sends, else an empty object where the method
/// takes a body.
///
/// # Errors
/// A file that can't be read; what is neither JSON nor has a type.
pub(super) fn body(args: &CallArgs, method: &str, check: Option<&Check>) -> Result<Option<Body>> {
    let typed = args.headers.iter().any(|header| header.to_lowercase().starts_with("content-type:"));
    let data = args.data.as_deref().map(data).transpose()?;
    if let Some(file) = &args.image {
        return with_image(data.as_deref(), file).map(Some);
    }
    if let Some(bytes) = data {
        return given(bytes, typed).map(Some);
    }
    let checked = check.and_then(|check| check.body.as_ref()).map(|body| body.value.clone());
    let default = || matches!(method, "POST" | "PUT" | "PATCH").then(|| "{}".to_owned());
    Ok(checked
        .or_else(default)
        .map(|text| Body { bytes: text.into_bytes(), content_type: (!typed).then_some("application/json") }))
}

fn given(bytes: Vec<u8>, typed: bool) -> Result<Body> {
    if typed {
        return Ok(Body { bytes, content_type: None });
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(&bytes) {
        Ok(_) => Ok(Body { bytes, content_type: Some("application/json") }),
        Err(why) => Err(Usage(format!(
            "the body is no JSON ({why}). To send it as it is, say what it is: -H 'content-type: text/plain'"
        ))
        .into()),
    }
}

/// `@file`, `@-` for stdin, or the body itself.
fn data(text: &str) -> Result<Vec<u8>> {
    match text.strip_prefix('@') {
        None => Ok(text.as_bytes().to_vec()),
        Some("-") => {
            let mut bytes = Vec::new();
            std::io::stdin().take(MOST).read_to_end(&mut bytes).context("cannot read the body from stdin")?;
            Ok(bytes)
        }
        Some(file) => read(Path::new(file)),
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    files::read(file, MOST).with_context(|| format!("cannot read {}", file.display()))
}

/// `{"image": "<base64>"}`, beside the keys of `data`.
fn with_image(data: Option<&[u8]>, file: &Path) -> Result<Body> {
    let mut object: Map<String, Value> = match data {
        None => Map::new(),
        Some(bytes) => serde_json::from_slice(bytes).map_err(|why| {
            Usage(format!("--image puts a picture into a JSON object, and the body is none: {why}"))
        })?,
    };
    object.insert("image".into(), BASE64_STANDARD.encode(read(file)?).into());
    Ok(Body { bytes: serde_json::to_vec(&object)?, content_type: Some("application/json") })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Body, body};
    use crate::cli::{Cli, Command};
    use clap::Parser as _;

    fn told(line: &[&str]) -> Result<Option<(String, Option<&'static str>)>, String> {
        let line = [&["lambdeploy", "call", "POST", "/"], line].concat();
        let Command::Call(args) = Cli::try_parse_from(line).unwrap().command else { panic!("no call") };
        let text = |Body { bytes, content_type }| (String::from_utf8(bytes).unwrap(), content_type);
        body(&args, "POST", None).map(|it| it.map(text)).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_body_is_json_or_says_what_it_is() {
        let json = Some("application/json");
        assert_eq!(told(&[]), Ok(Some(("{}".into(), json))));
        assert_eq!(told(&["-d", r#"{"a": 1}"#]), Ok(Some((r#"{"a": 1}"#.into(), json))));
        assert_eq!(told(&["-d", "a=1", "-H", "Content-Type: text/plain"]), Ok(Some(("a=1".into(), None))));
        let refused = told(&["-d", "{'a': 1}"]).unwrap_err();
        assert!(
            refused.starts_with("the body is no JSON (key must be a string at line 1 column 2). To send"),
            "{refused}"
        );
    }

    #[test]
    fn a_picture_and_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.png");
        std::fs::write(&file, b"png").unwrap();
        let (name, json) = (file.to_str().unwrap(), Some("application/json"));
        assert_eq!(told(&["--image", name]), Ok(Some((r#"{"image":"cG5n"}"#.into(), json))));
        assert_eq!(
            told(&["--image", name, "-d", r#"{"speed":"fast"}"#]),
            Ok(Some((r#"{"speed":"fast","image":"cG5n"}"#.into(), json)))
        );
        assert!(
            told(&["--image", name, "-d", "[1]"])
                .unwrap_err()
                .starts_with("--image puts a picture into a JSON object")
        );
        assert!(told(&["-d", "@/nowhere"]).unwrap_err().starts_with("cannot read /nowhere: "));
        std::fs::write(&file, b"{\"b\": 2}").unwrap();
        assert_eq!(told(&["-d", &format!("@{name}")]), Ok(Some(("{\"b\": 2}".into(), json))));
    }
}
