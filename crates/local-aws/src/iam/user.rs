//! Users: who can call AWS with a key of their own, and only do what their policies allow.

use super::{
    find::{iam, no_such},
    managed_policies,
    names::{PATH_PREFIX, name_of},
    paging::MarkedPage,
    state::{Entity, EntityKind, User},
};
use crate::{
    call::{Call, Reply},
    constraint::Members,
    error::AwsError,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl User {
    fn shown(&self) -> Value {
        let mut shown = self.entity.shown(EntityKind::User);
        shown.extend(self.entity.details());
        Value::Object(shown)
    }
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let mut members = Members::of(&input);
    let entity = Entity::create(call, &mut members, EntityKind::User)?;
    members.finish("ValidationError")?;
    entity.check_names(EntityKind::User)?;
    let iam = iam(call);
    if let Some(arn) = &entity.boundary {
        managed_policies::check_attachable(iam, arn)?;
    }
    let key = entity.name.to_ascii_lowercase();
    if iam.users.contains_key(&key) {
        let text = format!("User with name {} already exists.", entity.name);
        return Err(AwsError::new(409, "EntityAlreadyExists", text));
    }
    let user = User { entity, access_keys: BTreeMap::new() };
    let shown = user.shown();
    iam.users.insert(key, user);
    Ok(Reply::ok(json!({ "User": shown })))
}

/// The named user, or the caller.
pub(crate) fn named_or_caller(call: &mut Call<'_>, input: &Value) -> Result<String, AwsError> {
    if input.get("UserName").is_some() {
        return name_of(input, EntityKind::User);
    }
    let caller = call.access_key.clone();
    iam(call).user_of_key(&caller).map(|user| user.entity.name.clone()).ok_or_else(|| {
        let text = "Must specify userName when calling with non-User credentials";
        AwsError::new(400, "ValidationError", text)
    })
}

pub(crate) fn find<'a>(call: &'a mut Call<'_>, name: &str) -> Result<&'a mut User, AwsError> {
    let found = iam(call).users.get_mut(&name.to_ascii_lowercase()).filter(|u| u.entity.name == name);
    found.ok_or_else(|| no_such(EntityKind::User, name))
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = named_or_caller(call, &input)?;
    Ok(Reply::ok(json!({ "User": find(call, &name)?.shown() })))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let page = MarkedPage::of(&input)?;
    let mut members = Members::of(&input);
    let prefix = members.optional_text("PathPrefix", PATH_PREFIX).unwrap_or("/");
    members.finish("ValidationError")?;
    let users = iam(call).users.iter().filter(|(_, u)| u.entity.path.starts_with(prefix));
    let items =
        users.map(|(key, u)| (key.clone(), Value::Object(u.entity.shown(EntityKind::User)))).collect();
    page.cut(call, "Users", items)
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, EntityKind::User)?;
    let user = find(call, &name)?;
    if !user.access_keys.is_empty() {
        let text = "Cannot delete entity, must delete access keys first.";
        return Err(AwsError::new(409, "DeleteConflict", text));
    }
    user.entity.check_bare()?;
    iam(call).users.remove(&name.to_ascii_lowercase());
    Ok(Reply::Empty { status: 200 })
}
