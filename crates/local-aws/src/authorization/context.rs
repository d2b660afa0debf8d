//! The condition keys of a request.

use super::Permission;
use crate::{
    iam::{Caller, CallerKind},
    policy,
    world::World,
};
use jiff::Timestamp;
use std::{collections::BTreeMap, net::IpAddr};

/// What is known about every request.
pub struct Context {
    pub now: Timestamp,
    pub region: String,
    pub account: String,
    pub peer: Option<IpAddr>,
}

impl Context {
    /// Global keys, the caller's tags, the resource's tags, and the keys of the action.
    pub fn keys(&self, world: &World, caller: &Caller, permission: &Permission) -> policy::Context {
        let mut keys = policy::Context::new();
        let mut set = |key: &str, value: String| drop(keys.insert(key.to_owned(), vec![value]));
        let entity = caller.entity.as_ref();
        if let (CallerKind::User, Some(user)) = (caller.kind, entity) {
            set("aws:username", user.name.clone());
        }
        set("aws:userid", caller.id.clone());
        set("aws:principalarn", caller.principal_arn().to_owned());
        set("aws:principalaccount", self.account.clone());
        set("aws:principaltype", format!("{:?}", caller.kind));
        set("aws:requestedregion", self.region.clone());
        set("aws:currenttime", self.now.to_string());
        set("aws:epochtime", self.now.as_second().to_string());
        set("aws:viaawsservice", "false".to_owned());
        if let Some(peer) = self.peer {
            set("aws:sourceip", peer.to_string());
        }
        for (key, value) in entity.map(|e| e.tags.as_slice()).unwrap_or_default() {
            set(&format!("aws:principaltag/{}", key.to_ascii_lowercase()), value.clone());
        }
        for (key, value) in self.tags_of(world, &permission.resource) {
            let key = key.to_ascii_lowercase();
            set(&format!("aws:resourcetag/{key}"), value.clone());
            if permission.resource.starts_with("arn:aws:iam:") {
                set(&format!("iam:resourcetag/{key}"), value);
            }
        }
        keys.extend(permission.context.clone());
        keys
    }

    /// The tags of the resource that an ARN names; what is below an API or a usage plan counts as that.
    fn tags_of(&self, world: &World, arn: &str) -> BTreeMap<String, String> {
        let Some(account) = world.accounts.get(&self.account) else { return BTreeMap::new() };
        let name = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let region = account.regions.get(&self.region);
        let tags = match arn.split(':').nth(2) {
            Some("iam") => {
                let role = account.iam.role_by_arn(arn).map(|r| &r.entity);
                let user = || account.iam.users.values().map(|u| &u.entity).find(|e| e.arn == arn);
                return role.or_else(user).map(|e| e.tags.iter().cloned().collect()).unwrap_or_default();
            }
            Some("logs") => region.and_then(|r| r.logs.tags_of(name.strip_prefix("log-group:")?)),
            Some("ecr") => {
                region.and_then(|r| Some(&r.ecr.repositories.get(name.strip_prefix("repository/")?)?.tags))
            }
            Some("apigateway") => region.and_then(|r| {
                let mut parts = name.trim_start_matches('/').split('/');
                let (kind, id) = (parts.next()?, parts.next()?);
                match kind {
                    "restapis" => r.apigateway.apis.get(id).map(|a| &a.tags),
                    "apikeys" => r.apigateway.keys.get(id).map(|k| &k.tags),
                    "usageplans" => r.apigateway.plans.get(id).map(|p| &p.tags),
                    _ => None,
                }
            }),
            _ => None,
        };
        tags.cloned().unwrap_or_default()
    }
}
