//! A function as data, and its states.

use super::{
    attached::Attached,
    history::{Attempt, FailedAttempt, History},
    identity::FunctionIdentity,
    sandbox::Sandbox,
    settings::Settings,
    source::Source,
};
use crate::{clock::later, config::Delays, error::AwsError, stable_id};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

pub(crate) use super::identity::LATEST;

/// One function as it is (`$LATEST`), with the versions that were published of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Function {
    pub id: FunctionIdentity,
    /// `$LATEST`, or the number of a published version.
    pub version: String,
    pub settings: Settings,
    pub source: Source,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    pub tags: BTreeMap<String, String>,
    /// The resource policy's statements, in the order in which they were added.
    pub statements: Vec<Value>,
    pub reserved_concurrency: Option<u32>,
    #[serde(flatten)]
    pub attached: Attached,
    #[serde(skip)]
    pub created: Timestamp,
    pub last_modified: Timestamp,
    pub history: History,
    /// By number: each as it was when it was published, and so for good.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<u64, Function>,
    /// The number of the last version that was published. None is given twice.
    #[serde(skip)]
    pub last_version: u64,
    /// Of a version: what `$LATEST` was when it was published ([`Function::fingerprint`]).
    #[serde(skip)]
    pub published_of: String,
    /// The unique id of the role that was given the right to decrypt the variables.
    #[serde(skip)]
    pub grantee: Option<String>,
    /// What runs until the last update is through, and what runs from then on.
    #[serde(skip)]
    pub serving: Serving,
}

#[derive(Debug, Clone)]
pub(crate) struct Serving {
    pub now: Arc<Sandbox>,
    pub next: Option<(Timestamp, Arc<Sandbox>)>,
}

/// From which moment's point of view a function is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// By the reply that created it: always `Pending`.
    Created,
    /// By the reply that updated it: always `InProgress`.
    Updated,
    At(Timestamp),
    /// By a list, which shows no states.
    Listed(Timestamp),
}

impl Function {
    /// What runs an invocation that comes now.
    pub(crate) fn sandbox(&mut self, now: Timestamp) -> Arc<Sandbox> {
        if let Some((_, next)) = self.serving.next.take_if(|(from, _)| *from <= now) {
            self.serving.now = next;
        }
        self.serving.now.clone()
    }

    /// A sandbox by what the function is now.
    pub(crate) fn new_sandbox(&self) -> Arc<Sandbox> {
        let Self { id, version, settings, source, architecture, .. } = self;
        Arc::new(Sandbox::new(id, version, settings, source, architecture))
    }

    /// `$LATEST`, or a published version by its number.
    pub(crate) fn version(&self, version: &str) -> Option<&Self> {
        if version == LATEST { Some(self) } else { self.versions.get(&version.parse().ok()?) }
    }

    pub(crate) fn version_mut(&mut self, version: &str) -> Option<&mut Self> {
        if version == LATEST { Some(self) } else { self.versions.get_mut(&version.parse().ok()?) }
    }

    /// What differs as soon as code or configuration does.
    pub(crate) fn fingerprint(&self) -> String {
        let parts = [json!(self.settings), json!(self.source), json!(self.architecture)];
        stable_id::hex(&parts.each_ref().map(Value::to_string).each_ref().map(String::as_str))
    }

    /// With the version as qualifier.
    pub(crate) fn qualified_arn(&self) -> String {
        format!("{}:{}", self.id.arn, self.version)
    }

    /// Lets an update of settings or source take effect, after AWS's delay.
    pub(crate) fn updated(&mut self, now: Timestamp, delays: &Delays, request_id: &str) {
        let from = later(now, delays.function_update);
        self.history.updated_from = Some(from);
        self.history.failure = FailedAttempt::of(&self.source, Attempt::Update);
        self.history.used = now;
        // An update that fails leaves what was there before.
        self.serving.next = self.history.failure.is_none().then(|| (from, self.new_sandbox()));
        self.modified(now, request_id);
    }

    /// A new revision, after any change.
    pub(crate) fn modified(&mut self, now: Timestamp, request_id: &str) {
        self.last_modified = now;
        self.revised(request_id);
    }

    /// A new revision without a new modification time: policy and concurrency.
    pub(crate) fn revised(&mut self, request_id: &str) {
        self.history.revision = stable_id::uuid(&[&self.id.arn, request_id]);
    }

    pub(crate) fn revision_id(&self, now: Timestamp) -> String {
        // AWS counts it as a new revision when a change has settled.
        if self.history.is_settled(now) {
            stable_id::uuid(&[&self.history.revision, "settled"])
        } else {
            self.history.revision.clone()
        }
    }

    /// # Errors
    /// `ResourceConflictException` while a creation or an update is under way.
    pub(crate) fn ensure_settled(&self, now: Timestamp) -> Result<(), AwsError> {
        self.ensure_active(now)?;
        if self.history.is_settled(now) {
            return Ok(());
        }
        Err(busy(format!("An update is in progress for resource: {}", self.id.arn)))
    }

    /// # Errors
    /// `ResourceConflictException` while the function is `Pending`, or if its creation failed.
    pub(crate) fn ensure_active(&self, now: Timestamp) -> Result<(), AwsError> {
        let state = if self.history.active_from > now {
            "Pending"
        } else if self.history.broken().is_some() {
            "'Failed'"
        } else {
            return Ok(());
        };
        Err(busy(format!("The function is currently in the following state: {state}")))
    }

    /// As [`Self::ensure_settled`], for another image: that is what a function needs whose image is gone.
    pub(crate) fn ensure_takes_code(&self, now: Timestamp) -> Result<(), AwsError> {
        match self.history.broken() {
            Some(failure) if failure.of == Attempt::Waking && self.history.is_settled(now) => Ok(()),
            _ => self.ensure_settled(now),
        }
    }

    /// Whether a call can be taken. One that comes to a sleeping function wakes it, and is lost.
    ///
    /// # Errors
    /// As [`Self::ensure_active`]; `CodeArtifactUserPendingException` of a call that woke it.
    pub(crate) fn ensure_awake(
        &mut self,
        now: Timestamp,
        delays: &Delays,
        failure: Option<FailedAttempt>,
    ) -> Result<(), AwsError> {
        self.ensure_active(now)?;
        if !self.history.is_asleep(now) {
            self.history.used = now;
            return Ok(());
        }
        self.history.wake(later(now, delays.function_pending), failure);
        let why = "Lambda is initializing your function. It will be ready to invoke shortly.";
        Err(AwsError::new(409, "CodeArtifactUserPendingException", why))
    }

    /// # Errors
    /// `PreconditionFailedException` where the request names another revision.
    pub(crate) fn ensure_revision(
        &self,
        wanted: &Value,
        now: Timestamp,
        read_by: &str,
    ) -> Result<(), AwsError> {
        ensure_revision(&self.revision_id(now), wanted, read_by)
    }
}

/// # Errors
/// `PreconditionFailedException` where a request names another revision than there is.
pub(crate) fn ensure_revision(current: &str, wanted: &Value, read_by: &str) -> Result<(), AwsError> {
    match wanted.as_str() {
        Some(id) if id != current => Err(AwsError::new(
            412,
            "PreconditionFailedException",
            format!(
                "The Revision Id provided does not match the latest Revision Id. Call the {read_by} API to retrieve the latest Revision Id"
            ),
        )),
        _ => Ok(()),
    }
}

fn busy(why: String) -> AwsError {
    let message = format!("The operation cannot be performed at this time. {why}");
    AwsError::new(409, "ResourceConflictException", message)
}
