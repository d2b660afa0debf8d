//! What roles and users have in common: a name with a path, policies, tags.

use super::{id, tags};
use crate::{
    constraint::{Members, Shape},
    error::AwsError,
    operation::Call,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Role,
    User,
}

impl Kind {
    pub fn noun(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Role => "Role",
            Self::User => "User",
        }
    }

    /// The member of an input that holds the name.
    pub fn member(self) -> &'static str {
        match self {
            Self::Role => "RoleName",
            Self::User => "UserName",
        }
    }

    fn id_prefix(self) -> &'static str {
        match self {
            Self::Role => "AROA",
            Self::User => "AIDA",
        }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct Entity {
    pub name: String,
    pub path: String,
    pub id: String,
    pub arn: String,
    pub created: Timestamp,
    /// Managed policies by ARN, with the time they were attached.
    pub attached: BTreeMap<String, Timestamp>,
    /// Inline policies by name.
    pub inline: BTreeMap<String, String>,
    /// The ARN of the permissions boundary.
    pub boundary: Option<String>,
    pub tags: Vec<(String, String)>,
}

pub const NAME: Shape = Shape { length: (1, 64), pattern: None };
pub const ARN: Shape = Shape { length: (20, 2048), pattern: None };
const PATH: Shape = Shape { length: (1, 512), pattern: None };
/// What lists are narrowed to.
pub const PATH_PREFIX: Shape =
    Shape { length: (1, 512), pattern: Some((r"\u002F[\u0021-\u007F]*", is_path_prefix)) };

/// What lists of managed policies are narrowed to.
pub const POLICY_PATH: Shape =
    Shape { length: (1, 512), pattern: Some((r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", is_policy_path)) };

fn is_policy_path(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || ".,+@=_-".contains(c);
    let parts = text.strip_prefix('/').and_then(|t| t.strip_suffix('/'));
    let fits = |parts: &str| parts.split('/').all(|part| !part.is_empty() && part.chars().all(legal));
    text == "/" || parts.is_some_and(fits)
}

fn is_path_prefix(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|b| (0x21..=0x7f).contains(&b))
}

impl Entity {
    /// A new one from the members of `CreateRole` or `CreateUser`.
    pub fn create(call: &mut Call<'_>, members: &mut Members<'_>, kind: Kind) -> Result<Self, AwsError> {
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
    pub fn check_names(&self, kind: Kind) -> Result<(), AwsError> {
        check_name(kind.member(), &self.name)?;
        check_path(&self.path)
    }

    /// The members that every answer about it has.
    pub fn shown(&self, kind: Kind) -> Map<String, Value> {
        let title = kind.title();
        Map::from_iter([
            ("Path".to_owned(), json!(self.path)),
            (format!("{title}Name"), json!(self.name)),
            (format!("{title}Id"), json!(self.id)),
            ("Arn".to_owned(), json!(self.arn)),
            ("CreateDate".to_owned(), json!(super::date(self.created))),
        ])
    }

    /// The members that lists leave out.
    pub fn details(&self) -> Map<String, Value> {
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

/// The name of an existing role or user, from the input.
pub fn name_of(input: &Value, kind: Kind) -> Result<String, AwsError> {
    let mut members = Members::of(input);
    let name = members.text(kind.member(), NAME).to_owned();
    members.finish("ValidationError")?;
    check_name(kind.member(), &name)?;
    Ok(name)
}

pub fn check_name(member: &str, name: &str) -> Result<(), AwsError> {
    if name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c)) {
        return Ok(());
    }
    let member = member.replacen(|c: char| c.is_ascii_uppercase(), &member[..1].to_lowercase(), 1);
    Err(AwsError::new(
        400,
        "ValidationError",
        format!(
            "The specified value for {member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
        ),
    ))
}

pub fn check_path(path: &str) -> Result<(), AwsError> {
    let fits =
        path.starts_with('/') && path.ends_with('/') && path.bytes().all(|b| (0x21..=0x7e).contains(&b));
    if fits {
        return Ok(());
    }
    Err(AwsError::new(
        400,
        "ValidationError",
        "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    ))
}
