//! `output`: what a client needs: the URL, and the keys when asked for.

use super::session::Session;
use crate::{
    Exit,
    aws::{FoundExt, Patience, call, dns_suffix, until},
    cli,
    docker::CLIENT_ENV_MARK,
    engine::{Handle, Id},
    outputs::{Key, Outputs, Url},
    resources::{ApiKeyOutput, Context, own_api},
    stack::{Stack, Values},
    stack_graph::StackGraph,
    ui::Printer,
};
use anyhow::{Context as _, Result, bail};
use futures_util::future::try_join_all;
use std::path::Path;

pub async fn run(common: &cli::Common, args: &cli::Output, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    let values = args.show_key || args.env.is_some();
    let outputs = read(&session, values).await?;
    let Some(url) = &outputs.url else { bail!("the stack is not up; `{}` brings it up", common.again("up")) };
    match &args.env {
        Some(file) => {
            write_env(file, &outputs, &url.url)?;
            printer.out(&format!("wrote {} (readable by you alone)", file.display()));
        }
        None => printer.outputs(&outputs),
    }
    Ok(Exit::Done)
}

/// The outputs of a stack that was observed or brought up, as far as `ours` says of its parts. Asks AWS nothing.
pub(super) fn known(session: &Session, graph: &StackGraph<'_>, ours: impl Fn(&Id) -> bool) -> Outputs {
    let (stack, cloud) = (&session.stack, &session.cloud);
    let api = Some(&graph.api).filter(|h| ours(&h.id())).and_then(Handle::get).map(|api| api.id);
    let stage = graph.stage.as_ref().filter(|h| ours(&h.id())).and_then(Handle::get);
    let key = |(name, handle): (&String, &Handle<ApiKeyOutput>)| {
        let id = Some(handle).filter(|h| ours(&h.id()))?.get()?.id;
        Some(Key { name: name.clone(), id, value: None })
    };
    Outputs {
        stack: stack.name.clone(),
        region: cloud.region.clone(),
        url: api.as_ref().filter(|_| stage.is_some()).map(|api| url(session, api)),
        api_id: api,
        keys: stack.api.keys.iter().zip(&graph.keys).filter_map(key).collect(),
    }
}

/// The same, with the keys' values.
///
/// # Errors
/// As the calls.
pub(super) async fn with_values(session: &Session, mut outputs: Outputs) -> Result<Outputs> {
    let to = session.cloud.reporter(&Id::only("keys"));
    let values = try_join_all(outputs.keys.iter().map(|key| async {
        let request = session.cloud.apigateway.get_api_key().api_key(&key.id).include_value(true);
        // A key that was only just made may not be shown at once.
        let ask = || async {
            let found = call(&to, "GetApiKey", || request.clone().send()).await.found()?;
            Ok(found.map(|k| k.value).ok_or_else(|| "it is not shown yet".to_owned()))
        };
        until(&to, Patience::YOUNG, "the key", ask).await
    }));
    let values = values.await?;
    for (key, value) in outputs.keys.iter_mut().zip(values) {
        key.value = value;
    }
    Ok(outputs)
}

/// Reads the outputs; `values`: with the keys' values.
///
/// # Errors
/// As the calls.
pub(super) async fn read(session: &Session, values: bool) -> Result<Outputs> {
    let (stack, cloud) = (&session.stack, &session.cloud);
    let at = Context::of(stack, cloud, None);
    let api = own_api(&at).await?.and_then(|a| a.id);
    let mut outputs = Outputs {
        stack: stack.name.clone(),
        region: cloud.region.clone(),
        api_id: api.clone(),
        url: None,
        keys: Vec::new(),
    };
    let Some(api) = api else { return Ok(outputs) };
    let stages = cloud.stages(&api).await?;
    if stages.iter().any(|s| s.stage_name() == Some(&stack.api.stage)) {
        outputs.url = Some(url(session, &api));
    }
    outputs.keys = keys(&at, stack, values).await?;
    Ok(outputs)
}

fn url(session: &Session, api: &str) -> Url {
    let (stage, cloud) = (&session.stack.api.stage, &session.cloud);
    if let Some(endpoint) = &cloud.endpoint {
        let port = endpoint.rsplit(':').next().unwrap_or_default();
        return Url {
            url: format!("http://{api}.execute-api.localhost:{port}/{stage}"),
            callable: format!("{endpoint}/_aws/execute-api/{api}/{stage}"),
        };
    }
    let url = format!("https://{api}.execute-api.{0}.{1}/{stage}", cloud.region, dns_suffix(&cloud.region));
    Url { callable: url.clone(), url }
}

async fn keys(at: &Context, stack: &Stack, values: bool) -> Result<Vec<Key>> {
    let to = at.cloud.reporter(&Id::only("keys"));
    let all = at.cloud.api_keys().await?;
    let named = all.iter().filter(|k| k.name().is_some_and(|n| stack.api.keys.iter().any(|w| w == n)));
    // The list shows no tags, and a name may be anybody's.
    let found = try_join_all(named.filter_map(|k| k.id.clone()).map(|id| {
        let request = at.cloud.apigateway.get_api_key().api_key(id).include_value(values);
        let to = to.clone();
        async move { call(&to, "GetApiKey", || request.clone().send()).await.found() }
    }));
    let ours = |k: &aws_sdk_apigateway::operation::get_api_key::GetApiKeyOutput| {
        at.own.owns(&k.tags().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect())
    };
    let found = found.await?.into_iter().flatten().filter(ours);
    Ok(found.filter_map(|k| Some(Key { name: k.name?, id: k.id?, value: k.value })).collect())
}

/// The variables that the guide's client reads.
fn write_env(file: &Path, outputs: &Outputs, url: &str) -> Result<()> {
    let mut text = format!("{CLIENT_ENV_MARK}\nNEXT_PUBLIC_LAMBDA_API_URL={url}/\n");
    if let Some(value) = outputs.keys.iter().find_map(|k| k.value.as_ref()) {
        text += &format!("NEXT_PUBLIC_API_KEY={value}\n");
    }
    write_private(file, &text).with_context(|| format!("writing {}", file.display()))
}

/// A file that holds a secret is its owner's alone from its first byte on.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    temporary.persist(file)?;
    Ok(())
}
