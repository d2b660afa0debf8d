//! `output`: what a client needs: the URL, and the keys when asked for.

use super::{env_file, session::Session};
use crate::{
    Exit,
    aws::{FoundExt, Patience, StackAws, call, dns_suffix, tags, wait_until},
    cli,
    engine::{Handle, Id},
    exit::Usage,
    outputs::{Key, Outputs},
    resources::{ApiKeyOutput, own_api, own_keys},
    stack::{Stack, Values},
    stack_graph::StackGraph,
    ui::{Outcome, Printer, StyledText},
};
use anyhow::{Result, bail};
use aws_sdk_apigateway::operation::get_api_key::GetApiKeyOutput;
use futures_util::future::try_join_all;

pub(crate) async fn run(common: &cli::Common, args: &cli::OutputArgs, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    let asked = args.show_key || args.key.is_some();
    let mut outputs = read(&session, asked || args.env.is_some()).await?;
    if outputs.url.is_none() {
        bail!(session.not_deployed(common));
    }
    if !asked {
        printer.hide(outputs.secrets());
    }
    if let Some(file) = &args.env {
        env_file::write(file, &env_file::variables(&outputs, &args.env_prefix), printer)?;
    } else if let Some(name) = args.key.as_ref().filter(|_| !common.json) {
        printer.answer(StyledText::new().exact(value(&outputs, name.as_deref())?));
    }
    if !asked {
        outputs.keys.iter_mut().for_each(|key| key.value = None);
    }
    if common.json || args.env.is_none() && args.key.is_none() {
        printer.show(Outcome::Outputs(&outputs));
    }
    Ok(Exit::Done)
}

/// The value of the key of this name, or of the first one.
fn value(outputs: &Outputs, name: Option<&str>) -> Result<String> {
    let known = || outputs.keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>().join(", ");
    let found = outputs.keys.iter().find(|key| name.is_none_or(|name| name == key.name));
    let value = found.and_then(|key| key.value.clone());
    value.ok_or_else(|| match (name, outputs.keys.is_empty()) {
        (_, true) => {
            Usage("the stack has no API key; `keys:` in the stack file names them".to_owned()).into()
        }
        (name, _) => {
            Usage(format!("the stack has no API key {}; it has {}", name.unwrap_or_default(), known())).into()
        }
    })
}

/// The outputs of a stack that was observed or brought up, as far as `ours` says of its parts. Asks AWS nothing.
pub(super) fn known(session: &Session, graph: &StackGraph<'_>, ours: impl Fn(&Id) -> bool) -> Outputs {
    let (stack, cloud) = (&session.stack, &session.cloud);
    let api = Some(&graph.api).filter(|h| ours(h.id())).and_then(Handle::get).map(|api| api.id);
    let stage = graph.stage.as_ref().filter(|h| ours(h.id())).and_then(Handle::get);
    let key = |(name, handle): (&String, &Handle<ApiKeyOutput>)| {
        let id = Some(handle).filter(|h| ours(h.id()))?.get()?.id;
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
    let run = session.cloud.looking_at(&Id::only("keys"));
    let values = try_join_all(outputs.keys.iter().map(|key| async {
        let request = session.cloud.apigateway.get_api_key().api_key(&key.id).include_value(true);
        // A key that was only just made may not be shown at once.
        let ask = || async {
            let found = call(&run, "GetApiKey", || request.clone().send()).await.found()?;
            Ok(found.map(|k| k.value).ok_or_else(|| "it is not shown yet".to_owned()))
        };
        wait_until(&run, Patience::YOUNG, "the key", ask).await
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
    let aws = StackAws::of(stack, cloud, Default::default());
    let api = own_api(&aws).await?.and_then(|a| a.id);
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
    outputs.keys = keys(&aws, stack, values, false).await?;
    Ok(outputs)
}

/// The values of the stack's keys.
///
/// # Errors
/// As the calls.
pub(super) async fn key_values(session: &Session) -> Result<Vec<String>> {
    let aws = StackAws::of(&session.stack, &session.cloud, Default::default());
    let keys = keys(&aws, &session.stack, true, true).await?;
    Ok(keys.into_iter().filter_map(|key| key.value).collect())
}

fn url(session: &Session, api: &str) -> String {
    let (stage, cloud) = (&session.stack.api.stage, &session.cloud);
    if let Some(endpoint) = &cloud.endpoint {
        // `<api>.execute-api.localhost` works too, but only where such names resolve: in curl and browsers.
        return format!("{endpoint}/_aws/execute-api/{api}/{stage}");
    }
    format!("https://{api}.execute-api.{0}.{1}/{stage}", cloud.region, dns_suffix(&cloud.region))
}

/// `with_rotated`: also values whose place others have taken, and that work all the same.
async fn keys(aws: &StackAws, stack: &Stack, values: bool, with_rotated: bool) -> Result<Vec<Key>> {
    let own = own_keys(aws, |name| stack.api.keys.iter().any(|key| key == name), values).await?;
    let is_current = |key: &GetApiKeyOutput| !key.tags().is_some_and(|tags| tags.contains_key(tags::ROTATED));
    let shown = own.into_iter().filter(|key| with_rotated || is_current(key));
    Ok(shown.filter_map(|k| Some(Key { name: k.name?, id: k.id?, value: k.value })).collect())
}
