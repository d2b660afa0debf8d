//! The ECR repository, and the right of Lambda to pull from it.

use super::leftovers::Listed;
use crate::{
    aws::{FoundExt, StackAws, call, finish_existing, ignore_not_found, tags},
    engine::{Applied, Deletable, Found, Kind, Owner, Run, Wish},
    policy,
    stack::Entry,
};
use anyhow::{Context as _, Result};
use aws_sdk_ecr::types::{ImageTagMutability, Repository as Described, Tag};
use serde::Serialize;
use serde_json::{Value, json};

/// The statement that Lambda's own console writes: the same Sid, so that there is one of it.
const SID: &str = "LambdaECRImageRetrievalPolicy";

/// Beside a statement of that Sid which says something else, in a repository that was adopted.
const SECOND_SID: &str = "LambdeployImageRetrieval";

/// The mode in which every tag can be moved to another image.
const MUTABLE: &str = "MUTABLE";

#[derive(Clone)]
pub(crate) struct Repository {
    pub aws: StackAws,
    pub key: String,
    pub name: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    /// Our statement only: strangers' statements stay.
    lambda_may_pull: Value,
    tag_mutability: String,
    tags: tags::Tags,
}

#[derive(Debug, Clone)]
pub(crate) struct RepositoryOutput {
    /// Registry host and name, as AWS writes it.
    pub uri: String,
    pub arn: String,
    /// Whether a tag can be moved to another image.
    pub tags_move: bool,
    /// The stack made it: what has no tag in it is the stack's too.
    pub is_made: bool,
    /// It was made in this run: nothing in it is old.
    pub is_new: bool,
}

impl RepositoryOutput {
    /// Of somebody else's repository, of which only the URI matters.
    pub(crate) fn of_others(uri: String) -> Self {
        Self { uri, arn: String::new(), tags_move: false, is_made: false, is_new: false }
    }
}

impl Repository {
    fn statement(&self, sid: &str) -> Result<Value> {
        Ok(json!({
            "Sid": sid,
            "Effect": "Allow",
            "Principal": { "Service": "lambda.amazonaws.com" },
            "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Condition": { "StringLike": { "aws:sourceArn": self.aws.cloud.arn("lambda", "function:*")? } },
        }))
    }

    /// `null` where it has none.
    async fn policy(&self, run: &Run) -> Result<Value> {
        let request = self.aws.cloud.ecr.get_repository_policy().repository_name(&self.name);
        let answer = call(run, "GetRepositoryPolicy", || request.clone().send()).await.found()?;
        Ok(answer.and_then(|a| a.policy_text).map_or(Value::Null, |text| policy::parse(&text)))
    }

    /// Merged by Sid: what others wrote stays.
    async fn set_policy(&self, statement: &Value, run: &Run) -> Result<()> {
        let mut statements = policy::statements(&self.policy(run).await?).to_vec();
        statements.retain(|s| s["Sid"] != statement["Sid"]);
        statements.push(statement.clone());
        self.write_policy(statements, run).await
    }

    async fn write_policy(&self, statements: Vec<Value>, run: &Run) -> Result<()> {
        let document = policy::document(statements).to_string();
        let request =
            self.aws.cloud.ecr.set_repository_policy().repository_name(&self.name).policy_text(document);
        call(run, "SetRepositoryPolicy", || request.clone().send()).await.map(drop)
    }

    async fn set_tags(&self, arn: &str, have: &tags::Tags, want: &tags::Tags, run: &Run) -> Result<()> {
        let ecr = &self.aws.cloud.ecr;
        let set = async |tags: tags::Tags| {
            let request = ecr.tag_resource().resource_arn(arn).set_tags(Some(ecr_tags(&tags)?));
            call(run, "TagResource", || request.clone().send()).await.map(drop)
        };
        let take_away = async |keys| {
            let request = ecr.untag_resource().resource_arn(arn).set_tag_keys(Some(keys));
            call(run, "UntagResource", || request.clone().send()).await.map(drop)
        };
        tags::change(have, want, set, take_away).await
    }
}

/// Whether every tag of a repository can be moved: the other modes fix some or all.
pub(super) fn tags_move(repository: &Described) -> bool {
    repository.image_tag_mutability.as_ref().is_none_or(|mode| mode.as_str() == MUTABLE)
}

fn ecr_tags(tags: &tags::Tags) -> Result<Vec<Tag>> {
    tags.iter().map(|(k, v)| Ok(Tag::builder().key(k).value(v).build()?)).collect()
}

impl Kind for Repository {
    const NAME: &'static str = "repository";
    type Settings = Settings;
    type Output = RepositoryOutput;

    fn key(&self) -> &str {
        &self.key
    }

    fn aws_name(&self, _: Option<&Found<Self>>) -> String {
        self.name.clone()
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        let describe = async {
            let found = self.aws.cloud.repository(&self.name).await?;
            let Some(repository) = found.as_ref().clone() else { return Ok(None) };
            let arn =
                repository.repository_arn.clone().context("DescribeRepositories answered without an ARN")?;
            let list = self.aws.cloud.ecr.list_tags_for_resource().resource_arn(&arn);
            let listed = call(&run, "ListTagsForResource", || list.clone().send()).await.found()?;
            let listed = listed.and_then(|l| l.tags).unwrap_or_default();
            let have: tags::Tags = listed.into_iter().map(|t| (t.key, t.value)).collect();
            anyhow::Ok(Some((repository, arn, have)))
        };
        let (described, policy) = tokio::join!(describe, self.policy(&run));
        let Some((repository, arn, have)) = described? else { return Ok(None) };
        let owner = self.aws.ownership.owner(&have, || format!("the ECR repository {} ({arn})", self.name));
        let policy = policy?;
        let statements = policy::statements(&policy);
        let ours = [SECOND_SID, SID].iter().find_map(|sid| statements.iter().find(|s| s["Sid"] == *sid));
        let mutability = repository.image_tag_mutability.as_ref().map_or(MUTABLE, |m| m.as_str()).to_owned();
        let tags_move = tags_move(&repository);
        let settings = Settings {
            lambda_may_pull: ours.cloned().unwrap_or_default(),
            tag_mutability: mutability,
            tags: self.aws.ownership.managed(&have, &owner),
        };
        let uri = repository.repository_uri.context("DescribeRepositories answered without a URI")?;
        let is_made = owner == Owner::Us;
        let output = RepositoryOutput { uri, arn, tags_move, is_made, is_new: false };
        Ok(Some(Found { settings, output, owner }))
    }
}

impl Deletable for Repository {
    fn loses(&self, _: &Found<Self>) -> Option<String> {
        Some("all images in it".to_owned())
    }

    fn retained(&self) -> bool {
        self.aws.file.retain.images
    }

    fn address(&self, found: &Found<Self>) -> Option<String> {
        Some(found.output.uri.clone())
    }

    async fn delete(&self, _: &Found<Self>, run: &Run) -> Result<()> {
        let request = self.aws.cloud.ecr.delete_repository().repository_name(&self.name).force(true);
        ignore_not_found(call(run, "DeleteRepository", || request.clone().send()).await)
    }
}

impl Listed for Repository {
    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self { aws: aws.clone(), key: entry.key.clone(), name: entry.name.clone() }
    }
}

/// It wishes nothing but what every function's repository needs.
impl Wish for Repository {
    type Kind = Self;

    fn kind(&self) -> &Self {
        self
    }

    fn settings(&self, found: Option<&Found<Self>>) -> Result<Settings> {
        let ours = self.statement(SID)?;
        // What was there before keeps what it says; others may rely on it.
        let adopted = found.and_then(Found::adopted);
        let differs = |s: &Settings| !s.lambda_may_pull.is_null() && s.lambda_may_pull != ours;
        Ok(Settings {
            lambda_may_pull: if adopted.is_some_and(differs) { self.statement(SECOND_SID)? } else { ours },
            tag_mutability: adopted.map_or_else(|| MUTABLE.to_owned(), |s| s.tag_mutability.clone()),
            tags: self.aws.ownership.tags(&self.id(), found.map(|f| &f.owner)),
        })
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<RepositoryOutput> {
        let request = self.aws.cloud.ecr.create_repository().repository_name(&self.name);
        let request = request.set_tags(Some(ecr_tags(&want.tags)?));
        let created = match call(run, "CreateRepository", || request.clone().send()).await {
            Ok(created) => created.repository.context("CreateRepository answered without a repository")?,
            Err(e) => return finish_existing(&self.aws.cloud, self, e, want, run).await,
        };
        self.aws.cloud.forget_repositories();
        // A repository that was not there has no policy to merge with.
        self.write_policy(vec![want.lambda_may_pull.clone()], run).await?;
        Ok(RepositoryOutput {
            uri: created.repository_uri.context("CreateRepository answered without a URI")?,
            arn: created.repository_arn.context("CreateRepository answered without an ARN")?,
            tags_move: true,
            is_made: true,
            is_new: true,
        })
    }

    async fn update(
        &self,
        found: &Found<Self>,
        want: &Settings,
        run: &Run,
    ) -> Result<Applied<RepositoryOutput>> {
        self.set_tags(&found.output.arn, &found.settings.tags, &want.tags, run).await?;
        if found.settings.lambda_may_pull != want.lambda_may_pull {
            self.set_policy(&want.lambda_may_pull, run).await?;
        }
        if found.settings.tag_mutability != want.tag_mutability {
            let wish = ImageTagMutability::from(want.tag_mutability.as_str());
            let request = self.aws.cloud.ecr.put_image_tag_mutability();
            let request = request.repository_name(&self.name).image_tag_mutability(wish);
            call(run, "PutImageTagMutability", || request.clone().send()).await?;
            self.aws.cloud.forget_repositories();
        }
        let tags_move = want.tag_mutability == MUTABLE;
        Ok(Applied::in_place(RepositoryOutput { tags_move, ..found.output.clone() }))
    }
}
