//! The ECR repository, and the right of Lambda to pull from it.

use super::{Context, gone, policy, resume};
use crate::{
    aws::{FoundExt, call, tags},
    engine::{Applied, Id, Live, Reporter, Resource},
};
use anyhow::{Context as _, Result};
use aws_sdk_ecr::types::{ImageTagMutability, Tag};
use serde::Serialize;
use serde_json::{Value, json};

/// The statement that Lambda's own console writes: the same Sid, so that there is one of it.
const SID: &str = "LambdaECRImageRetrievalPolicy";

pub struct Repository {
    pub at: Context,
    pub id: Id,
    pub name: String,
    /// `retain: [images]`
    pub keep: bool,
    pub api: Id,
}

#[derive(Debug, Serialize)]
pub struct Props {
    /// Our statement only: strangers' statements stay.
    lambda_may_pull: Value,
    tag_mutability: String,
    tags: tags::Tags,
}

#[derive(Debug, Clone)]
pub struct RepositoryOutput {
    /// Registry host and name, as AWS writes it.
    pub uri: String,
    pub arn: String,
}

impl Repository {
    fn statement(&self) -> Result<Value> {
        Ok(json!({
            "Sid": SID,
            "Effect": "Allow",
            "Principal": { "Service": "lambda.amazonaws.com" },
            "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Condition": { "StringLike": { "aws:sourceArn": self.at.cloud.arn("lambda", "function:*")? } },
        }))
    }

    async fn policy(&self, to: &Reporter) -> Result<Option<Value>> {
        let request = self.at.cloud.ecr.get_repository_policy().repository_name(&self.name);
        let answer = call(to, "GetRepositoryPolicy", || request.clone().send()).await.found()?;
        Ok(answer.and_then(|a| a.policy_text).map(|text| policy(&text)))
    }

    /// Merged by Sid: what others wrote stays.
    async fn set_policy(&self, statement: &Value, to: &Reporter) -> Result<()> {
        let mut statements = statements(self.policy(to).await?.as_ref());
        statements.retain(|s| s["Sid"] != SID);
        statements.push(statement.clone());
        self.write_policy(statements, to).await
    }

    async fn write_policy(&self, statements: Vec<Value>, to: &Reporter) -> Result<()> {
        let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        let request =
            self.at.cloud.ecr.set_repository_policy().repository_name(&self.name).policy_text(document);
        call(to, "SetRepositoryPolicy", || request.clone().send()).await.map(drop)
    }

    async fn set_tags(&self, arn: &str, have: &tags::Tags, want: &tags::Tags, to: &Reporter) -> Result<()> {
        let (set, gone) = tags::difference(have, want);
        if !set.is_empty() {
            let request = self.at.cloud.ecr.tag_resource().resource_arn(arn).set_tags(Some(ecr_tags(&set)?));
            call(to, "TagResource", || request.clone().send()).await?;
        }
        if !gone.is_empty() {
            let request = self.at.cloud.ecr.untag_resource().resource_arn(arn).set_tag_keys(Some(gone));
            call(to, "UntagResource", || request.clone().send()).await?;
        }
        Ok(())
    }
}

/// The statements of a policy; AWS allows a single one without a list.
fn statements(policy: Option<&Value>) -> Vec<Value> {
    match policy.map(|p| &p["Statement"]) {
        Some(Value::Array(list)) => list.clone(),
        Some(one @ Value::Object(_)) => vec![one.clone()],
        _ => Vec::new(),
    }
}

fn ecr_tags(tags: &tags::Tags) -> Result<Vec<Tag>> {
    tags.iter().map(|(k, v)| Ok(Tag::builder().key(k).value(v).build()?)).collect()
}

impl Resource for Repository {
    type Props = Props;
    type Output = RepositoryOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn called(&self, _: Option<&Live<Self>>) -> String {
        self.name.clone()
    }

    fn needs(&self) -> Vec<Id> {
        vec![self.api.clone()]
    }

    fn deleted_before(&self) -> Vec<Id> {
        vec![self.api.clone()]
    }

    fn wish(&self, have: Option<&Live<Self>>) -> Result<Props> {
        Ok(Props {
            lambda_may_pull: self.statement()?,
            tag_mutability: "MUTABLE".to_owned(),
            tags: self.at.own.tags(&self.id, have.map(|h| &h.owner)),
        })
    }

    fn retained(&self) -> bool {
        self.keep
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let to = self.at.cloud.reporter(&self.id);
        let ecr = &self.at.cloud.ecr;
        let describe = ecr.describe_repositories().repository_names(&self.name);
        let describe = async {
            let found = call(&to, "DescribeRepositories", || describe.clone().send()).await.found()?;
            let Some(repository) = found.and_then(|f| f.repositories).and_then(|r| r.into_iter().next())
            else {
                return Ok(None);
            };
            let arn =
                repository.repository_arn.clone().context("DescribeRepositories answered without an ARN")?;
            let list = ecr.list_tags_for_resource().resource_arn(&arn);
            let listed = call(&to, "ListTagsForResource", || list.clone().send()).await.found()?;
            let listed = listed.and_then(|l| l.tags).unwrap_or_default();
            let have: tags::Tags = listed.into_iter().map(|t| (t.key, t.value)).collect();
            anyhow::Ok(Some((repository, arn, have)))
        };
        let (described, policy) = tokio::join!(describe, self.policy(&to));
        let Some((repository, arn, have)) = described? else { return Ok(None) };
        let owner = self.at.own.owner(&have, || format!("the ECR repository {} ({arn})", self.name));
        let ours = statements(policy?.as_ref()).into_iter().find(|s| s["Sid"] == SID);
        let mutability = repository.image_tag_mutability.map(|m| m.as_str().to_owned());
        let props = Props {
            lambda_may_pull: ours.unwrap_or_default(),
            tag_mutability: mutability.unwrap_or_default(),
            tags: self.at.own.managed(&have, &owner),
        };
        let uri = repository.repository_uri.context("DescribeRepositories answered without a URI")?;
        Ok(Some(Live { props, output: RepositoryOutput { uri, arn }, owner }))
    }

    async fn create(&self, want: &Props, to: &Reporter) -> Result<RepositoryOutput> {
        let request = self.at.cloud.ecr.create_repository().repository_name(&self.name);
        let request = request.set_tags(Some(ecr_tags(&want.tags)?));
        let created = match call(to, "CreateRepository", || request.clone().send()).await {
            Ok(created) => created.repository.context("CreateRepository answered without a repository")?,
            Err(e) => return resume(&self.at, self, e, want, to).await,
        };
        // A repository that was not there has no policy to merge with.
        self.write_policy(vec![want.lambda_may_pull.clone()], to).await?;
        Ok(RepositoryOutput {
            uri: created.repository_uri.context("CreateRepository answered without a URI")?,
            arn: created.repository_arn.context("CreateRepository answered without an ARN")?,
        })
    }

    async fn update(
        &self,
        have: &Live<Self>,
        want: &Props,
        to: &Reporter,
    ) -> Result<Applied<RepositoryOutput>> {
        self.set_tags(&have.output.arn, &have.props.tags, &want.tags, to).await?;
        if have.props.lambda_may_pull != want.lambda_may_pull {
            self.set_policy(&want.lambda_may_pull, to).await?;
        }
        if have.props.tag_mutability != want.tag_mutability {
            let wish = ImageTagMutability::from(want.tag_mutability.as_str());
            let request = self.at.cloud.ecr.put_image_tag_mutability();
            let request = request.repository_name(&self.name).image_tag_mutability(wish);
            call(to, "PutImageTagMutability", || request.clone().send()).await?;
        }
        Ok(Applied::in_place(have.output.clone()))
    }

    async fn delete(&self, _: &Live<Self>, to: &Reporter) -> Result<()> {
        let request = self.at.cloud.ecr.delete_repository().repository_name(&self.name).force(true);
        gone(call(to, "DeleteRepository", || request.clone().send()).await)
    }
}
