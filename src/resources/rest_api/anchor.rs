//! The anchor: which of the region's REST APIs is the stack's, or would be by `--adopt`.

use super::RestApi;
use crate::{
    aws::{StackAws, ambiguous, call, ordered, tags},
    engine::{Id, Owner},
};
use anyhow::Result;
use aws_sdk_apigateway::types::RestApi as Described;

/// The stack's API among all of the region's: found by tag, so that its name is a field that may change.
///
/// # Errors
/// As the list.
pub(crate) async fn own_api(aws: &StackAws) -> Result<Option<Described>> {
    Ok(own_apis(aws).await?.into_iter().next())
}

/// All of the stack's APIs, best first: more than one only after two runs at once.
///
/// # Errors
/// As the list.
pub(crate) async fn own_apis(aws: &StackAws) -> Result<Vec<Described>> {
    let all = aws.cloud.rest_apis().await?;
    let mut ours: Vec<Described> =
        all.iter().filter(|api| aws.ownership.owns(&tags_of(api))).cloned().collect();
    ours.sort_by_key(|api| (api.created_date.map(|d| d.as_nanos()), api.id.clone()));
    if ours.len() > 1 {
        sort_wired_first(aws, &mut ours).await?;
    }
    Ok(ours)
}

/// The stack's API or, where it has none, the one that `--adopt` would take over; with its owner.
///
/// # Errors
/// As the list.
pub(crate) async fn anchor(aws: &StackAws) -> Result<Option<(Described, Owner)>> {
    if let Some(own) = own_api(aws).await? {
        let owner = owner_of(aws, &own);
        return Ok(Some((own, owner)));
    }
    let all = aws.cloud.rest_apis().await?;
    let stranger = |api: &&Described| match aws.chosen(RestApi::WORD) {
        Some(id) => api.id() == Some(id),
        None => api.name() == Some(&aws.file.api) && !tags_of(api).contains_key(tags::STACK),
    };
    let strangers: Vec<&Described> = all.iter().filter(stranger).collect();
    Ok(strangers.first().map(|api| ((*api).clone(), only_owner(aws, &strangers, api))))
}

fn owner_of(aws: &StackAws, api: &Described) -> Owner {
    let (name, id) = (api.name().unwrap_or_default(), api.id().unwrap_or_default());
    aws.ownership.owner(&tags_of(api), || format!("the REST API {name} (id {id})"))
}

fn only_owner(aws: &StackAws, all: &[&Described], first: &Described) -> Owner {
    let ids: Vec<_> = all.iter().filter_map(|api| api.id()).collect();
    ambiguous("REST APIs", &aws.file.api, RestApi::WORD, &ids).unwrap_or_else(|| owner_of(aws, first))
}

/// The one that has a stage is the one that people call.
async fn sort_wired_first(aws: &StackAws, apis: &mut [Described]) -> Result<()> {
    let run = aws.cloud.looking_at(&Id::only("rest-api"));
    let mut bare = Vec::new();
    for api in apis.iter() {
        let request = aws.cloud.apigateway.get_stages().rest_api_id(api.id().unwrap_or_default());
        let stages = call(&run, "GetStages", || request.clone().send()).await?;
        if stages.item().is_empty() {
            bare.push(api.id.clone());
        }
    }
    apis.sort_by_key(|api| bare.contains(&api.id));
    Ok(())
}

/// The tags of an API, in order.
pub(crate) fn tags_of(api: &Described) -> tags::Tags {
    ordered(api.tags())
}
