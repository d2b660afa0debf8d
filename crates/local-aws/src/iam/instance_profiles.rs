//! Instance profiles: how EC2 holds a role. Only that they hold one matters here.

use super::{
    entity::date,
    find::iam,
    id,
    names::{check_name, check_path, name_of},
    paging::MarkedPage,
    state::{EntityKind, Iam, InstanceProfile, Role},
    tags,
};
use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
};
use serde_json::{Value, json};

const PROFILE_NAME: Shape = Shape { length: (1, 128), pattern: None };
const PATH: Shape = Shape { length: (1, 512), pattern: None };

impl InstanceProfile {
    fn shown(&self, iam: &Iam, account: &str) -> Value {
        let role = self.role.as_ref().and_then(|name| iam.roles.get(&name.to_ascii_lowercase()));
        json!({
            "Path": self.path,
            "InstanceProfileName": self.name,
            "InstanceProfileId": self.id,
            "Arn": format!("arn:aws:iam::{account}:instance-profile{}{}", self.path, self.name),
            "CreateDate": date(self.created),
            "Roles": role.map(Role::summary).into_iter().collect::<Vec<_>>(),
        })
    }

    /// With its tags, which lists leave out.
    fn described(&self, iam: &Iam, account: &str) -> Value {
        let mut shown = self.shown(iam, account);
        shown["Tags"] = tags::shown(&self.tags);
        shown
    }
}

fn profile_name(input: &Value) -> Result<String, AwsError> {
    let mut members = Members::of(input);
    let name = members.text("InstanceProfileName", PROFILE_NAME).to_owned();
    members.finish("ValidationError")?;
    check_name("InstanceProfileName", &name)?;
    Ok(name)
}

fn profile<'a>(iam: &'a mut Iam, name: &str) -> Result<&'a mut InstanceProfile, AwsError> {
    let missing = || AwsError::new(404, "NoSuchEntity", format!("Instance Profile {name} cannot be found."));
    iam.instance_profiles.get_mut(name).ok_or_else(missing)
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = profile_name(&input)?;
    let mut members = Members::of(&input);
    let path = members.optional_text("Path", PATH).unwrap_or("/").to_owned();
    let tags = tags::read(&mut members)?;
    members.finish("ValidationError")?;
    check_path(&path)?;
    let (id, created, account) = (id::next(call, "AIPA"), call.now, call.account.clone());
    let iam = iam(call);
    if iam.instance_profiles.contains_key(&name) {
        let text = format!("Instance Profile {name} already exists.");
        return Err(AwsError::new(409, "EntityAlreadyExists", text));
    }
    let profile = InstanceProfile { name: name.clone(), path, id, created, role: None, tags };
    let shown = profile.described(iam, &account);
    iam.instance_profiles.insert(name, profile);
    Ok(Reply::ok(json!({ "InstanceProfile": shown })))
}

pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let (name, account) = (profile_name(&input)?, call.account.clone());
    let iam = iam(call);
    let profile = profile(iam, &name)?.clone();
    Ok(Reply::ok(json!({ "InstanceProfile": profile.described(iam, &account) })))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = profile_name(&input)?;
    let iam = iam(call);
    if profile(iam, &name)?.role.is_some() {
        let text = "Cannot delete entity, must remove roles from instance profile first.";
        return Err(AwsError::new(409, "DeleteConflict", text));
    }
    iam.instance_profiles.remove(&name);
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn add_role(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let (name, role) = (profile_name(&input)?, name_of(&input, EntityKind::Role)?);
    let iam = iam(call);
    iam.role_mut(&role)?;
    let profile = profile(iam, &name)?;
    if profile.role.is_some() {
        let text = "Cannot exceed quota for RolesPerInstanceProfile: 1";
        return Err(AwsError::new(409, "LimitExceeded", text));
    }
    profile.role = Some(role);
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn remove_role(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let (name, role) = (profile_name(&input)?, name_of(&input, EntityKind::Role)?);
    let iam = iam(call);
    iam.role_mut(&role)?;
    let profile = profile(iam, &name)?;
    if profile.role.as_ref() != Some(&role) {
        let text = format!("Role {role} is not in the instance profile {name}.");
        return Err(AwsError::new(404, "NoSuchEntity", text));
    }
    profile.role = None;
    Ok(Reply::Empty { status: 200 })
}

pub(crate) fn list_for_role(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let name = name_of(&input, EntityKind::Role)?;
    let (page, account) = (MarkedPage::of(&input)?, call.account.clone());
    let iam = iam(call);
    iam.role_mut(&name)?;
    let has_it = |p: &&InstanceProfile| p.role.as_ref() == Some(&name);
    let items = iam.instance_profiles.values().filter(has_it);
    let items = items.map(|p| (p.name.clone(), p.shown(iam, &account))).collect();
    page.cut(call, "InstanceProfiles", items)
}
