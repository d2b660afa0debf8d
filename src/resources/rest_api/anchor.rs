//! The anchor: which of the region's REST APIs is the stack's, or would be by `--adopt`.

use crate::{
    aws::{call, tags},
    engine::{Id, Owner},
    resources::{Context, one_of},
};
use anyhow::Result;
use aws_sdk_apigateway::types::RestApi as Found;

/// What everything of a stack hangs on: its REST API, by its name in the stack file where it has none of its own yet.
#[derive(Debug)]
pub struct Anchor {
    pub name: String,
    /// The id that `--adopt api=<id>` chose.
    pub adopt: Option<String>,
}

/// The stack's API among all of the region's: found by tag, so that its name is a field that may change.
///
/// # Errors
/// As the list.
pub async fn own_api(at: &Context) -> Result<Option<Found>> {
    Ok(own_apis(at).await?.into_iter().next())
}

/// All of the stack's APIs, best first: more than one only after two runs at once.
///
/// # Errors
/// As the list.
pub async fn own_apis(at: &Context) -> Result<Vec<Found>> {
    let all = at.cloud.rest_apis().await?;
    let mut ours: Vec<Found> = all.iter().filter(|api| at.own.owns(&tags_of(api))).cloned().collect();
    ours.sort_by_key(|api| (api.created_date.map(|d| d.as_nanos()), api.id.clone()));
    if ours.len() > 1 {
        sort_wired_first(at, &mut ours).await?;
    }
    Ok(ours)
}

/// The stack's API or, where it has none, the one that `--adopt` would take over; with its owner.
///
/// # Errors
/// As the list.
pub async fn anchor(at: &Context) -> Result<Option<(Found, Owner)>> {
    if let Some(own) = own_api(at).await? {
        let owner = owner_of(at, &own);
        return Ok(Some((own, owner)));
    }
    let all = at.cloud.rest_apis().await?;
    let stranger = |api: &&Found| match &at.anchor.adopt {
        Some(id) => api.id() == Some(id),
        None => api.name() == Some(&at.anchor.name) && !tags_of(api).contains_key(tags::STACK),
    };
    let strangers: Vec<&Found> = all.iter().filter(stranger).collect();
    Ok(strangers.first().map(|api| ((*api).clone(), only_owner(at, &strangers, api))))
}

fn owner_of(at: &Context, api: &Found) -> Owner {
    let (name, id) = (api.name().unwrap_or_default(), api.id().unwrap_or_default());
    at.own.owner(&tags_of(api), || format!("the REST API {name} (id {id})"))
}

fn only_owner(at: &Context, all: &[&Found], first: &Found) -> Owner {
    let ids: Vec<_> = all.iter().filter_map(|api| api.id()).collect();
    one_of("REST APIs", &at.anchor.name, "api", &ids).unwrap_or_else(|| owner_of(at, first))
}

/// The one that has a stage is the one that people call.
async fn sort_wired_first(at: &Context, apis: &mut [Found]) -> Result<()> {
    let to = at.cloud.reporter(&Id::only("rest-api"));
    let mut bare = Vec::new();
    for api in apis.iter() {
        let request = at.cloud.apigateway.get_stages().rest_api_id(api.id().unwrap_or_default());
        let stages = call(&to, "GetStages", || request.clone().send()).await?;
        if stages.item().is_empty() {
            bare.push(api.id.clone());
        }
    }
    apis.sort_by_key(|api| bare.contains(&api.id));
    Ok(())
}

/// The tags of an API, in order.
pub fn tags_of(api: &Found) -> tags::Tags {
    api.tags().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect()
}
