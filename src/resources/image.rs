//! The container image, named by the hash of what it is built from: equal inputs are never built or pushed twice.

use super::{RepositoryOutput, repository::tags_move};
use crate::{
    aws::{StackAws, call},
    docker::{
        self, BuildRequest, CallersLogins, Docker, Fingerprint, Login, Registry, STAND_IN, SecretValue,
        StallGuard, is_stand_in,
    },
    ecr::{self, EcrLogin, Flaw, OldImages, Shelf},
    engine::{Applied, Change, Found, Kind, Need, Notable, Owner, Run, Wish, Words},
    stack::{Architecture, Build},
};
use anyhow::{Context as _, Error, Result, bail};
use aws_sdk_ecr::types::ImageIdentifier;
use serde::Serialize;
use std::{cell::OnceCell, collections::BTreeMap, path::PathBuf, rc::Rc};

/// Where an image comes from.
pub(crate) enum Source {
    Context {
        build: Build,
        secrets: BTreeMap<String, SecretValue>,
        rebuild: bool,
    },
    /// OCI layout or `docker save`, as a file: pushed without Docker.
    Archive(PathBuf),
}

pub(crate) struct Image {
    pub aws: StackAws,
    /// Of the first function that runs it.
    pub key: String,
    pub repository_name: String,
    pub architecture: Architecture,
    pub source: Source,
    /// Read once a run, when it is looked for.
    pub fingerprint: OnceCell<Fingerprint>,
}

/// What the stack file wishes of it: that there is one.
pub(crate) struct ImageWish {
    pub image: Image,
    pub repository: Need<RepositoryOutput>,
    pub docker: Rc<dyn Docker>,
    pub old_images: Rc<OldImages>,
    /// Of the stack: what a build is given from elsewhere should be seen.
    pub folder: PathBuf,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    /// The content hash as a tag, or another tag of the same content, see [`ecr::latest`].
    tag: String,
    /// `--rebuild` wishes it; what is there never is.
    rebuild: bool,
}

/// What the function is pinned to.
#[derive(Debug, Clone)]
pub(crate) struct ImageOutput {
    /// `sha256:…` of a single-platform manifest. The function is pinned to `repository@digest`, never to a moving tag.
    pub digest: String,
}

/// Hex digits of the hash in a tag: 64 bits are plenty for the images of one repository.
const TAG_DIGITS: usize = 16;

impl Image {
    fn tag(&self) -> Result<String> {
        let hash = &self.fingerprint.get().context("the content hash is not known yet")?.hash;
        Ok(self.source.tag(hash))
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

    fn shelf(&self) -> Shelf<'_> {
        let (repository, architecture) = (&self.repository_name, self.architecture);
        Shelf { cloud: &self.aws.cloud, account: None, repository, architecture }
    }

    /// The image of this content: its tag, and the digest to deploy.
    async fn current(&self, run: &Run) -> Result<Option<(String, String)>> {
        let tag = self.tag()?;
        let (repository, digest) = tokio::join!(
            self.aws.cloud.repository(&self.repository_name),
            self.usable(ImageIdentifier::builder().image_tag(&tag).build(), run)
        );
        if repository?.as_ref().as_ref().is_none_or(tags_move) {
            return Ok(digest?.map(|digest| (tag, digest)));
        }
        let latest = ecr::latest(&self.aws.cloud, &self.repository_name, &tag, run).await?;
        let Some((tag, detail)) = latest else { return Ok(None) };
        let id = ImageIdentifier::builder().set_image_digest(detail.image_digest).build();
        Ok(self.usable(id, run).await?.map(|digest| (tag, digest)))
    }

    /// The digest to deploy of what is there. What Lambda can't run does not count, like what ECR's archive has: a tag of the
    /// right content would keep a function Failed for good.
    async fn usable(&self, id: ImageIdentifier, run: &Run) -> Result<Option<String>> {
        match self.shelf().runnable(id, run).await {
            Err(e) if e.is::<Flaw>() => {
                run.note(format!("warning: an image of this content is there already, but can't be used and is built again: {e}"));
                Ok(None)
            }
            other => other,
        }
    }
}

impl ImageWish {
    /// Where tags can't be moved, the tag of what is pushed is one that was never there.
    async fn free_tag(&self, tag: String, repository: &RepositoryOutput, run: &Run) -> Result<String> {
        if repository.tags_move {
            return Ok(tag);
        }
        ecr::free_tag(&self.image.aws.cloud, &self.image.repository_name, tag, run).await
    }

    /// The digest of what was pushed. What Lambda can't run is taken back: its tag says that it is there.
    async fn pushed(&self, tag: &str, run: &Run) -> Result<String> {
        let id = ImageIdentifier::builder().image_tag(tag).build();
        match self.image.shelf().runnable(id.clone(), run).await {
            Ok(digest) => digest.with_context(|| format!("pushed {tag}, and ECR does not have it")),
            Err(e) if e.is::<Flaw>() => Err(self.taken_back(id, e, run).await),
            Err(e) => Err(e),
        }
    }

    async fn taken_back(&self, id: ImageIdentifier, why: Error, run: &Run) -> Error {
        let request =
            self.image.aws.cloud.ecr.batch_delete_image().repository_name(&self.image.repository_name);
        let request = request.image_ids(id);
        match call(run, "BatchDeleteImage", || request.clone().send()).await {
            Ok(_) => why,
            Err(e) => why.context(format!("what was pushed could not be deleted again ({e:#})")),
        }
    }

    async fn make(&self, run: &Run) -> Result<ImageOutput> {
        let repository = self.repository.ready()?;
        let tag = match &self.image.source {
            Source::Context { build, secrets, rebuild } => {
                let fingerprint =
                    self.image.fingerprint.get().context("the content hash is not known yet")?;
                fingerprint.warnings.iter().for_each(|warning| run.note(format!("warning: {warning}")));
                let mut request = BuildRequest {
                    build: build.clone(),
                    repository: self.image.repository_name.clone(),
                    architecture: self.image.architecture,
                    fingerprint: fingerprint.hash.clone(),
                    parts: fingerprint.parts.clone(),
                    rebuild: *rebuild,
                    secrets: secrets.clone(),
                    logins: CallersLogins(Some(Rc::new(EcrLogin::new(
                        &self.image.aws.cloud,
                        &repository.uri,
                        run,
                    )))),
                };
                self.build_and_push(&mut request, &repository, run).await?
            }
            Source::Archive(file) => {
                let tag = self.free_tag(self.image.tag()?, &repository, run).await?;
                let registry = self.registry(&repository, run).await?;
                let moved = StallGuard::new(run);
                let on = |p| moved.said(p);
                let push = self.docker.push_archive(
                    file,
                    self.image.architecture,
                    &registry,
                    &self.image.repository_name,
                    &tag,
                    &on,
                );
                moved.unless_stalled(push).await?;
                tag
            }
        };
        Ok(ImageOutput { digest: self.pushed(&tag, run).await? })
    }

    /// Gives the tag that was pushed: that of what was built, which may have changed since the plan.
    async fn build_and_push(
        &self,
        request: &mut BuildRequest,
        repository: &RepositoryOutput,
        run: &Run,
    ) -> Result<String> {
        let on = |p| docker::pass_on(run, p);
        let built = run.stop.cancel(docker::build(&*self.docker, request, &on)).await??;
        let tag = self.free_tag(self.image.source.tag(&request.fingerprint), repository, run).await?;
        if !self.image.aws.cloud.local && is_stand_in(built.labels.keys()) {
            bail!(
                "this image is built on the stand-in for AWS's base image (label {STAND_IN}), which is for the local AWS only; pull the real public.ecr.aws/lambda base and build again"
            );
        }
        // Fetched right before the push: it is good for 12 hours, and kept nowhere.
        let registry = self.registry(repository, run).await?;
        let moved = StallGuard::new(run);
        let on = |p| moved.said(p);
        let push = self.docker.push(&built, &registry, &self.image.repository_name, &tag, &on);
        let pushed = moved.unless_stalled(push).await;
        if pushed.is_err() {
            self.docker.abandon(&registry, &self.image.repository_name, &tag).await;
        }
        pushed?;
        Ok(tag)
    }

    async fn registry(&self, repository: &RepositoryOutput, run: &Run) -> Result<Registry> {
        let ecr = EcrLogin::new(&self.image.aws.cloud, &repository.uri, run);
        let Login { user, secret } = ecr.fetch().await?;
        let network = self.image.aws.cloud.network.clone();
        let insecure = self.image.aws.cloud.local;
        Ok(Registry { host: ecr.host().to_owned(), user, password: secret, insecure, network })
    }
}

impl Source {
    fn tag(&self, hash: &str) -> String {
        format!("{}-{}", self.prefix(), &hash[..TAG_DIGITS.min(hash.len())])
    }

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

impl Kind for Image {
    const NAME: &'static str = "image";
    const WORDS: &'static [Words] = &[
        Words::new(
            "tag",
            "built and pushed: what it is built from changed",
            "in AWS is built from something else than what is here now",
        ),
        Words::new(
            "rebuild",
            "built again, from base images pulled again",
            "built again, from base images pulled again",
        ),
    ];
    type Settings = Settings;
    type Output = ImageOutput;

    fn key(&self) -> &str {
        &self.key
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        self.read_fingerprint().await?;
        let Some((tag, digest)) = self.current(&run).await? else { return Ok(None) };
        let output = ImageOutput { digest };
        Ok(Some(Found { settings: Settings { tag, rebuild: false }, output, owner: Owner::Us }))
    }
}

impl Wish for ImageWish {
    type Kind = Image;

    fn kind(&self) -> &Image {
        &self.image
    }

    fn settings(&self, found: Option<&Found<Image>>) -> Result<Settings> {
        let tag = found.map_or_else(|| self.image.tag(), |f| Ok(f.settings.tag.clone()))?;
        Ok(Settings { tag, rebuild: self.image.source.rebuild() })
    }

    fn notable(&self, change: &Change) -> Vec<Notable> {
        match &self.image.source {
            Source::Context { build, .. } if !change.is_keep() => {
                docker::inputs_from_outside(build, &self.folder)
            }
            _ => Vec::new(),
        }
    }

    /// An engine that is not there is better told before anything is made.
    async fn prepare(&self) -> Result<()> {
        match self.image.source {
            Source::Context { .. } => self.docker.ready().await,
            Source::Archive(_) => Ok(()),
        }
    }

    async fn create(&self, _: &Settings, run: &Run) -> Result<ImageOutput> {
        self.make(run).await
    }

    async fn update(&self, _: &Found<Image>, _: &Settings, run: &Run) -> Result<Applied<ImageOutput>> {
        Ok(Applied::in_place(self.make(run).await?))
    }

    async fn tidy(&self, run: &Run) -> Result<()> {
        let repository = self.repository.ready()?;
        if repository.is_new { Ok(()) } else { self.old_images.delete(repository.is_made, run).await }
    }
}
