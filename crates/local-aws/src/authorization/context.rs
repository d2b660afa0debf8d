//! The condition keys of a request.

use crate::{
    call::TagsOf,
    iam::{Caller, CallerKind},
    permission::Permission,
    policy,
    world::World,
};
use jiff::Timestamp;
use std::net::IpAddr;

/// What is known about every request.
pub(crate) struct CallContext {
    pub now: Timestamp,
    pub region: String,
    pub account: String,
    pub peer: Option<IpAddr>,
    pub tags_of: TagsOf,
}

impl CallContext {
    /// Global keys, the caller's tags, the resource's tags, and the keys of the action.
    pub(crate) fn keys(&self, world: &World, caller: &Caller, permission: &Permission) -> policy::Context {
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
        let account = world.accounts.get(&self.account);
        let tags = account.and_then(|a| (self.tags_of)(a, &self.region, &permission.resource));
        for (key, value) in tags.unwrap_or_default() {
            let key = key.to_ascii_lowercase();
            set(&format!("aws:resourcetag/{key}"), value.clone());
            if permission.resource.starts_with("arn:aws:iam:") {
                set(&format!("iam:resourcetag/{key}"), value);
            }
        }
        keys.extend(permission.context.clone());
        keys
    }
}
