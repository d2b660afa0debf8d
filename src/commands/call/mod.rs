//! `call`: one request to the live URL, with the stack's key, and the function's last log lines where it failed.

mod body;
mod target;

use super::{
    logs::{self, Logs},
    output,
    session::{READING_STOPS, Session},
};
use crate::{
    Exit, cli, contract,
    engine::Id,
    exit::Usage,
    net::Client,
    outputs::Outputs,
    outside::http::{self, Request},
    stack::{Auth, Stack, Values},
    ui::{Called, Outcome, Printer},
};
use anyhow::{Context as _, Result, bail};
use body::Body;
use std::{
    fs,
    time::{Duration, Instant},
};
use target::{Target, target};

/// A function's last lines come after its answer: how often, and how long after one another, its log is looked into.
const LOOKS: usize = 4;
const BETWEEN_LOOKS: Duration = Duration::from_millis(700);
/// Lines of a failed call that are shown.
const LINES: usize = 20;

pub(super) async fn run(common: &cli::Common, args: &cli::CallArgs, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(READING_STOPS, printer);
    let target = target(&session.stack, &args.route, args.data.is_some() || args.image.is_some())?;
    let body = body::body(args, &target.method, target.check)?;
    let key = key_name(&session.stack, &target, args)?;
    let outputs = output::read(&session, key.is_some()).await?;
    printer.hide(outputs.secrets());
    let url = outputs.url.as_ref().with_context(|| session.not_deployed(common))?;
    let url = format!("{url}{}", target.path);
    let value = key.map(|name| value(&outputs, name)).transpose()?;
    let request = request(&target, &url, args, body, value.as_deref())?;
    let (since, start) = (logs::now(), Instant::now());
    printer.live(&Id::only("call"), &format!("{} {}", target.method, target.path));
    let answer = session.stop.cancel(request.send_by(&Client::new(session.cloud.network.clone()))).await;
    printer.settle();
    let answer = answer??;
    let called = Called { method: &target.method, url: &url, key, answer: &answer, took: start.elapsed() };
    show(&called, args, printer)?;
    if answer.status < 400 {
        return Ok(Exit::Done);
    }
    explain(&session, &target, &called, since, printer).await?;
    Ok(Exit::Failed)
}

fn show(called: &Called<'_>, args: &cli::CallArgs, printer: &Printer) -> Result<()> {
    printer.show(Outcome::Called { called, with_body: args.out.is_none() });
    if let Some(file) = &args.out {
        let why = || format!("cannot write {}", file.display());
        fs::write(file, &called.answer.body).with_context(why)?;
        printer.say(format!("{} bytes are in {}", called.answer.body.len(), file.display()));
    }
    Ok(())
}

/// The name of the key that is sent, where the route asks for one.
fn key_name<'a>(stack: &'a Stack, target: &Target<'_>, args: &'a cli::CallArgs) -> Result<Option<&'a str>> {
    let keys = &stack.api.keys;
    if target.route.auth != Auth::ApiKey || args.no_key {
        return Ok(None);
    }
    match &args.key {
        Some(name) if !keys.contains(name) => {
            Err(Usage(format!("the stack has no key {name}; it has {}", keys.join(", "))).into())
        }
        Some(name) => Ok(Some(name)),
        None => Ok(keys.first().map(String::as_str)),
    }
}

fn value(outputs: &Outputs, name: &str) -> Result<String> {
    let key = outputs.keys.iter().find(|key| key.name == name);
    let value = key.and_then(|key| key.value.clone());
    value.with_context(|| {
        format!("the key {name} is not there; `lambdeploy up` makes it, `--no-key` calls without one")
    })
}

fn request(
    target: &Target<'_>,
    url: &str,
    args: &cli::CallArgs,
    body: Option<Body>,
    key: Option<&str>,
) -> Result<Request> {
    let mut request = http::request(&target.method, url);
    let checked = target.check.filter(|_| args.data.is_none() && args.image.is_none());
    let checked = checked.into_iter().flat_map(|check| &check.headers);
    for (name, text) in checked {
        request = request.header(name, &text.value);
    }
    for header in &args.headers {
        let Some((name, value)) = header.split_once(':') else {
            bail!(Usage(format!("-H {header} is no header: write it as 'name: value'")));
        };
        request = request.header(name.trim(), value.trim());
    }
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    let Some(body) = body else { return Ok(request) };
    if let Some(content_type) = body.content_type {
        request = request.header("content-type", content_type);
    }
    Ok(request.body(body.bytes))
}

/// Says why, as far as it is known: from the gateway's answer, or from the function's own log.
async fn explain(
    session: &Session,
    target: &Target<'_>,
    called: &Called<'_>,
    since: i64,
    printer: &Printer,
) -> Result<()> {
    if let Some(hint) = hint(target, called) {
        printer.warn(hint);
    }
    // What the gateway refuses no function has seen.
    if matches!(called.answer.status, 401 | 403 | 404 | 413 | 429) {
        return Ok(());
    }
    let function = &target.route.function;
    match lines(session, function, since, printer).await {
        Ok(lines) => tell(function, &lines, printer),
        Err(error) => printer.warn(format!("the log of {function} can't be read: {error:#}")),
    }
    Ok(())
}

/// The lines of the call, once its last one is there.
async fn lines(session: &Session, function: &str, since: i64, printer: &Printer) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let logs = Logs::open(session, printer).await?;
    for _ in 0..LOOKS {
        session.stop.sleep(BETWEEN_LOOKS).await?;
        lines = logs.of_last_call(function, None, since).await?;
        if lines.iter().any(|line| line.starts_with("REPORT ")) {
            break;
        }
    }
    Ok(lines)
}

fn tell(function: &str, lines: &[String], printer: &Printer) {
    if lines.is_empty() {
        printer.say(format!(
            "{function} wrote nothing into its log; `lambdeploy logs {function}` shows what is older"
        ));
        return;
    }
    printer.say(format!("the last log lines of {function}:"));
    for line in lines.iter().skip(lines.len().saturating_sub(LINES)) {
        printer.say(format!("  {}", line.trim_end()));
    }
    if let Some(cause) = contract::cause(&lines.iter().map(String::as_str).collect::<Vec<_>>()) {
        printer.warn(format!("{function}: {cause}"));
    }
}

/// What to do about a refusal of API Gateway's own.
fn hint(target: &Target<'_>, called: &Called<'_>) -> Option<&'static str> {
    let signed = target.route.auth == Auth::Iam;
    match called.answer.status {
        401 | 403 if signed => Some(
            "the route wants a signature of IAM (SigV4), which `call` does not make: try awscurl, or an AWS SDK",
        ),
        401 => Some("the route wants a token: give it with -H 'authorization: …'"),
        403 if target.route.auth == Auth::ApiKey && called.key.is_none() => Some("the route asks for a key"),
        403 if target.route.auth == Auth::ApiKey => Some(
            "API Gateway refused the key; after a change it can take two minutes until it knows a new one",
        ),
        403 => {
            Some("API Gateway refused the call: is the last change deployed? `lambdeploy status` compares")
        }
        413 => Some(
            "the body is too large: API Gateway takes 10 MB, a function 6 MB, of which base64 leaves 4.5 MB for a picture",
        ),
        429 => Some("too many requests: the throttle or the quota of the usage plan is used up"),
        504 => Some("the function did not answer within the 29 s that API Gateway waits"),
        _ => None,
    }
}
