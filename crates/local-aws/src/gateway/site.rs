//! What a stage serves at a moment.

use super::target::StageTarget;
use crate::{
    apigateway::draft::Draft,
    apigateway::state::{AccessLog, MethodSetting, RestApi},
    config::Delays,
    world::World,
};
use jiff::Timestamp;
use std::{collections::BTreeMap, sync::Arc};

/// A stage as it is served: its deployment's snapshot and its own settings.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub account: String,
    pub region: String,
    pub api: String,
    /// By which the API's metrics go.
    pub api_name: String,
    pub stage: String,
    pub deployment: String,
    pub snapshot: Arc<Draft>,
    pub variables: BTreeMap<String, String>,
    pub settings: BTreeMap<String, MethodSetting>,
    pub access_log: Option<AccessLog>,
    /// The API's resource policy.
    pub policy: Option<String>,
}

impl Site {
    /// Finds the stage that a URL names.
    ///
    /// # Errors
    /// Why there is none, for the access log.
    pub(crate) fn find(
        world: &World,
        target: &StageTarget,
        now: Timestamp,
        delays: &Delays,
    ) -> Result<Self, String> {
        let (account, region, api) =
            find_api(world, &target.api).ok_or_else(|| format!("there is no API {}", target.api))?;
        if api.disable_execute_api_endpoint {
            return Err("the API has disableExecuteApiEndpoint".to_owned());
        }
        let stage = api.stages.get(&target.stage);
        let stage = stage.ok_or_else(|| format!("API {} has no stage {:?}", api.id, target.stage))?;
        let deployment = api.live(stage, now, delays);
        let deployment = deployment.ok_or_else(|| format!("stage {} has no deployment", stage.name))?;
        Ok(Self {
            account: account.to_owned(),
            region: region.to_owned(),
            api: api.id.clone(),
            api_name: api.draft.name.clone(),
            stage: stage.name.clone(),
            deployment: deployment.id.clone(),
            snapshot: deployment.snapshot.clone(),
            variables: stage.variables.clone(),
            settings: stage.method_settings.clone(),
            access_log: stage.access_log.clone(),
            policy: api.policy.clone(),
        })
    }

    /// `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>`
    pub(crate) fn method_arn(&self, method: &str, path: &str) -> String {
        let Self { region, account, api, stage, .. } = self;
        format!(
            "arn:aws:execute-api:{region}:{account}:{api}/{stage}/{method}/{}",
            path.trim_start_matches('/')
        )
    }
}

fn find_api<'a>(world: &'a World, id: &str) -> Option<(&'a str, &'a str, &'a RestApi)> {
    world.accounts.iter().find_map(|(account, content)| {
        content.regions.iter().find_map(|(region, content)| {
            Some((account.as_str(), region.as_str(), content.apigateway.apis.get(id)?))
        })
    })
}
