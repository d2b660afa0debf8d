//! What roles and users have in common: a name with a path, policies, tags.

use super::{
    id,
    names::{ARN, NAME, PATH, check_name, check_path},
    state::{Entity, EntityKind},
    tags,
};
use crate::{call::Call, constraint::Members, error::AwsError};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

impl Entity {
    /// A new one from the members of `CreateRole` or `CreateUser`.
    pub(crate) fn create(
        call: &mut Call<'_>,
        members: &mut Members<'_>,
        kind: EntityKind,
    ) -> Result<Self, AwsError> {
        let name = members.text(kind.member(), NAME);
        let path = members.optional_text("Path", PATH).unwrap_or("/");
        let boundary = members.optional_text("PermissionsBoundary", ARN).map(str::to_owned);
        let tags = tags::read(members)?;
        let arn = format!("arn:aws:iam::{}:{}{path}{name}", call.account, kind.noun());
        Ok(Self {
            name: name.to_owned(),
            path: path.to_owned(),
            id: id::next(call, kind.id_prefix()),
            arn,
            created: call.now,
            attached: BTreeMap::new(),
            inline: BTreeMap::new(),
            boundary,
            tags,
        })
    }

    /// What the lengths in AWS's model don't say, in the sentences that IAM has for it.
    pub(crate) fn check_names(&self, kind: EntityKind) -> Result<(), AwsError> {
        check_name(kind.member(), &self.name)?;
        check_path(&self.path)
    }

    /// Only what has no policies can be deleted.
    pub(crate) fn check_bare(&self) -> Result<(), AwsError> {
        let conflict = |text: &str| Err(AwsError::new(409, "DeleteConflict", text));
        if !self.attached.is_empty() {
            return conflict("Cannot delete entity, must detach all policies first.");
        }
        if !self.inline.is_empty() {
            return conflict("Cannot delete entity, must delete policies first.");
        }
        Ok(())
    }

    /// The members that every answer about it has.
    pub(crate) fn shown(&self, kind: EntityKind) -> Map<String, Value> {
        let title = kind.title();
        Map::from_iter([
            ("Path".to_owned(), json!(self.path)),
            (format!("{title}Name"), json!(self.name)),
            (format!("{title}Id"), json!(self.id)),
            ("Arn".to_owned(), json!(self.arn)),
            ("CreateDate".to_owned(), json!(date(self.created))),
        ])
    }

    /// The members that lists leave out.
    pub(crate) fn details(&self) -> Map<String, Value> {
        let mut details = Map::new();
        if let Some(arn) = &self.boundary {
            let boundary = json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn });
            details.insert("PermissionsBoundary".to_owned(), boundary);
        }
        if !self.tags.is_empty() {
            details.insert("Tags".to_owned(), tags::shown(&self.tags));
        }
        details
    }
}

/// IAM writes whole seconds.
pub(crate) fn date(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, date};

    #[test]
    fn dates_as_iam_writes_them() {
        assert_eq!(date(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00Z");
    }
}
