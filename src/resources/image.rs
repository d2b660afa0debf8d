//! The container image, named by the hash of what it is built from: equal inputs are never built or pushed twice.

use super::{
    Context, RepositoryOutput,
    ecr_login::EcrLogin,
    moved::{Moved, said},
};
use crate::{
    aws::{FoundExt, call},
    docker::{self, BuildRequest, Docker, Fingerprint, Login, Own, Registry, SecretValue},
    engine::{Applied, Handle, Id, Live, Owner, Reporter, Resource},
    stack::{Architecture, Build},
};
use anyhow::{Context as _, Result, bail, ensure};
use aws_sdk_ecr::types::{ImageDetail, ImageIdentifier};
use oci_spec::image::{ImageIndex, Os};
use serde::Serialize;
use std::{cell::OnceCell, collections::BTreeMap, path::PathBuf, rc::Rc};

/// Where an image comes from.
pub enum Source {
    Context {
        build: Build,
        secrets: BTreeMap<String, SecretValue>,
        rebuild: bool,
    },
    /// OCI layout or `docker save`, as a file: pushed without Docker.
    Archive(PathBuf),
}

/// The label of a stand-in for AWS's base image, which must not reach AWS.
const STAND_IN: &str = "lambdeploy.stand-in";

pub struct Image {
    pub at: Context,
    pub id: Id,
    pub repository_name: String,
    pub repository: Handle<RepositoryOutput>,
    pub architecture: Architecture,
    pub source: Source,
    pub docker: Rc<dyn Docker>,
    /// Read once a run, when observed.
    pub fingerprint: OnceCell<Fingerprint>,
}

#[derive(Debug, Serialize)]
pub struct Props {
    /// The content hash as a tag.
    tag: String,
    /// `--rebuild` wishes it; what is there never is.
    rebuild: bool,
}

/// What the function is pinned to.
#[derive(Debug, Clone)]
pub struct ImageOutput {
    /// `sha256:…` of a single-platform manifest. The function is pinned to `repository@digest`, never to a moving tag.
    pub digest: String,
    pub tag: String,
}

/// Hex digits of the hash in a tag: 64 bits are plenty for the images of one repository.
const TAG_DIGITS: usize = 16;

const INDEXES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

impl Image {
    fn tag(&self) -> Result<String> {
        let hash = &self.fingerprint.get().context("the content hash is not known yet")?.hash;
        Ok(format!("{}-{}", self.source.prefix(), &hash[..TAG_DIGITS.min(hash.len())]))
    }

    async fn read_fingerprint(&self) -> Result<()> {
        if self.fingerprint.get().is_none() {
            let fingerprint = match &self.source {
                Source::Context { build, .. } => docker::fingerprint(build, self.architecture).await?,
                Source::Archive(file) => docker::fingerprint_file(file, self.architecture).await?,
            };
            _ = self.fingerprint.set(fingerprint);
        }
        Ok(())
    }

    async fn pushed(&self, tag: &str, to: &Reporter) -> Result<Option<ImageDetail>> {
        let id = ImageIdentifier::builder().image_tag(tag).build();
        let request =
            self.at.cloud.ecr.describe_images().repository_name(&self.repository_name).image_ids(id);
        let answer = call(to, "DescribeImages", || request.clone().send()).await.found()?;
        Ok(answer.and_then(|a| a.image_details).and_then(|d| d.into_iter().next()))
    }

    async fn make(&self, want: &Props, to: &Reporter) -> Result<ImageOutput> {
        let repository = self.repository.ready()?;
        match &self.source {
            Source::Context { build, secrets, rebuild } => {
                let fingerprint = self.fingerprint.get().context("the content hash is not known yet")?;
                fingerprint.warnings.iter().for_each(|warning| to.note(format!("warning: {warning}")));
                let request = BuildRequest {
                    build: build.clone(),
                    repository: self.repository_name.clone(),
                    architecture: self.architecture,
                    fingerprint: fingerprint.hash.clone(),
                    rebuild: *rebuild,
                    secrets: secrets.clone(),
                    logins: Own(Some(Rc::new(EcrLogin::new(&self.at.cloud, &repository.uri, to)))),
                };
                self.build_and_push(&request, &repository, &want.tag, to).await?;
            }
            Source::Archive(file) => {
                let registry = self.registry(&repository, to).await?;
                let moved = Moved::new(to);
                let on = |p| moved.said(p);
                let push = self.docker.push_archive(
                    file,
                    self.architecture,
                    &registry,
                    &self.repository_name,
                    &want.tag,
                    &on,
                );
                moved.unless_stalled(push).await?;
            }
        }
        let detail = self.pushed(&want.tag, to).await?;
        let detail = detail.with_context(|| format!("pushed {}, and ECR does not have it", want.tag))?;
        let digest = single(&self.at, &self.repository_name, self.architecture, &detail, to).await?;
        Ok(ImageOutput { digest, tag: want.tag.clone() })
    }

    async fn build_and_push(
        &self,
        request: &BuildRequest,
        repository: &RepositoryOutput,
        tag: &str,
        to: &Reporter,
    ) -> Result<()> {
        let on = |p| said(to, p);
        let built = to.stop.cancel(self.docker.build(request, &on)).await??;
        ensure!(
            built.architecture == self.architecture.oci(),
            "the image was built for {}, and the function's architecture is {}; base images may have only one",
            built.architecture,
            self.architecture.lambda()
        );
        if !self.at.cloud.local && built.labels.contains_key(STAND_IN) {
            bail!(
                "this image is built on the stand-in for AWS's base image (label {STAND_IN}), which is for the local AWS only; pull the real public.ecr.aws/lambda base and build again"
            );
        }
        // Fetched right before the push: it is good for 12 hours, and kept nowhere.
        let registry = self.registry(repository, to).await?;
        let moved = Moved::new(to);
        let on = |p| moved.said(p);
        let push = self.docker.push(&built, &registry, &self.repository_name, tag, &on);
        let pushed = moved.unless_stalled(push).await;
        if pushed.is_err() {
            self.docker.abandon(&registry, &self.repository_name, tag).await;
        }
        pushed
    }

    async fn registry(&self, repository: &RepositoryOutput, to: &Reporter) -> Result<Registry> {
        let ecr = EcrLogin::new(&self.at.cloud, &repository.uri, to);
        let Login { user, secret } = ecr.fetch().await?;
        Ok(Registry { host: ecr.host().to_owned(), user, password: secret, insecure: self.at.cloud.local })
    }
}

/// The digest to deploy: the image's own, or, where a push made an index, its child for the architecture.
pub(super) async fn single(
    at: &Context,
    repository: &str,
    architecture: Architecture,
    detail: &ImageDetail,
    to: &Reporter,
) -> Result<String> {
    let digest = detail.image_digest.clone().context("DescribeImages answered without a digest")?;
    match detail.image_manifest_media_type.as_deref() {
        Some(kind) if INDEXES.contains(&kind) => child(at, repository, architecture, &digest, to).await,
        _ => Ok(digest),
    }
}

async fn child(
    at: &Context,
    repository: &str,
    architecture: Architecture,
    digest: &str,
    to: &Reporter,
) -> Result<String> {
    let id = ImageIdentifier::builder().image_digest(digest).build();
    let request = at.cloud.ecr.batch_get_image().repository_name(repository).image_ids(id);
    let request = request.set_accepted_media_types(Some(INDEXES.map(str::to_owned).to_vec()));
    let answer = call(to, "BatchGetImage", || request.clone().send()).await?;
    let text = answer.images.and_then(|i| i.into_iter().next()).and_then(|i| i.image_manifest);
    let index: ImageIndex = serde_json::from_str(&text.context("ECR holds an index without a manifest")?)?;
    let fits = |p: &oci_spec::image::Platform| {
        *p.os() == Os::Linux && p.architecture().to_string() == architecture.oci()
    };
    let child = index.manifests().iter().find(|m| m.platform().as_ref().is_some_and(fits));
    let child = child
        .with_context(|| format!("the image is an index without one for {}", architecture.platform()))?;
    Ok(child.digest().to_string())
}

impl Source {
    fn prefix(&self) -> &'static str {
        match self {
            Self::Context { .. } => "ctx",
            Self::Archive(_) => "arc",
        }
    }

    fn rebuild(&self) -> bool {
        matches!(self, Self::Context { rebuild: true, .. })
    }
}

impl Resource for Image {
    type Props = Props;
    type Output = ImageOutput;

    fn id(&self) -> Id {
        self.id.clone()
    }

    fn needs(&self) -> Vec<Id> {
        vec![self.repository.id()]
    }

    fn wish(&self, _: Option<&Live<Self>>) -> Result<Props> {
        Ok(Props { tag: self.tag()?, rebuild: self.source.rebuild() })
    }

    async fn observe(&self) -> Result<Option<Live<Self>>> {
        let to = self.at.cloud.reporter(&self.id);
        self.read_fingerprint().await?;
        let tag = self.tag()?;
        let Some(detail) = self.pushed(&tag, &to).await? else { return Ok(None) };
        let digest = single(&self.at, &self.repository_name, self.architecture, &detail, &to).await?;
        let output = ImageOutput { digest, tag: tag.clone() };
        Ok(Some(Live { props: Props { tag, rebuild: false }, output, owner: Owner::Us }))
    }

    async fn create(&self, want: &Props, to: &Reporter) -> Result<ImageOutput> {
        self.make(want, to).await
    }

    async fn update(&self, _: &Live<Self>, want: &Props, to: &Reporter) -> Result<Applied<ImageOutput>> {
        Ok(Applied::in_place(self.make(want, to).await?))
    }

    /// It goes with its repository.
    async fn delete(&self, _: &Live<Self>, _: &Reporter) -> Result<()> {
        Ok(())
    }
}
