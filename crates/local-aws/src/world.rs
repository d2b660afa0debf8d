//! All state of the local AWS, as plain data behind one lock.

use crate::{
    account_settings::AccountSettings, apigateway::state::ApiGateway, budgets::state::Budgets,
    cloudwatch::state::CloudWatch, ecr::state::Ecr, iam::state::Iam, lambda::state::Lambda,
    logs::state::Logs, mailbox::Mailbox, sns::state::Sns,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything there is. An account or region comes into being when it is first asked for.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct World {
    pub accounts: BTreeMap<String, Account>,
    #[serde(skip)]
    pub mail: Mailbox,
}

/// IAM and budgets are global; everything else lives in a region.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Account {
    pub iam: Iam,
    pub budgets: Budgets,
    #[serde(skip)]
    pub settings: AccountSettings,
    pub regions: BTreeMap<String, Region>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Region {
    pub ecr: Ecr,
    pub lambda: Lambda,
    pub logs: Logs,
    pub apigateway: ApiGateway,
    pub cloudwatch: CloudWatch,
    pub sns: Sns,
}

impl World {
    pub(crate) fn account(&mut self, id: &str) -> &mut Account {
        self.accounts.entry(id.to_owned()).or_default()
    }

    /// The account of the IAM user, or of the session of a role, that an access key belongs to.
    pub(crate) fn account_of_key(&self, access_key: &str) -> Option<&str> {
        let mut accounts = self.accounts.iter();
        accounts.find(|(_, a)| a.iam.caller_of_key(access_key).is_some()).map(|(id, _)| id.as_str())
    }

    pub(crate) fn region(&mut self, account: &str, region: &str) -> &mut Region {
        self.account(account).regions.entry(region.to_owned()).or_default()
    }
}
