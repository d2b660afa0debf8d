//! The images that the engine has for us: fetched once a digest, removed at the end.

use super::{ImageLocation, Launch, archive::archive, orphans::image_name};
use anyhow::Context;
use bollard::{
    Docker,
    auth::DockerCredentials,
    body_try_stream,
    errors::Error,
    models::{ImageConfig, ImageInspect},
    query_parameters::{CreateImageOptions, ImportImageOptions, RemoveImageOptions},
};
use futures_util::TryStreamExt;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::OnceCell;

/// An image that the engine has.
#[derive(Debug)]
pub(crate) struct Fetched {
    /// The engine's name for it.
    pub reference: String,
    /// Lambda's name for the architecture that its config claims.
    pub architecture: String,
    pub config: ImageConfig,
    /// Whether it was there before we asked for it.
    was_there: bool,
}

type Fetching = Arc<OnceCell<Arc<Fetched>>>;

/// Images by digest.
#[derive(Default)]
pub(crate) struct Images(Mutex<HashMap<String, Fetching>>);

impl Images {
    /// The image, fetched if need be. Who asks for one that is being fetched waits for it.
    ///
    /// # Errors
    /// The engine can neither pull it nor load it.
    pub(crate) async fn get(&self, docker: &Docker, launch: &Launch) -> anyhow::Result<Arc<Fetched>> {
        let image = &launch.image;
        let key = format!("{}@{}", image.image.repository, image.image.digest);
        let mut fetching = self.entry(&key);
        // A person may have removed it meanwhile, or a push of the same digest that took its own names away again.
        if let Some(fetched) = fetching.get()
            && docker.inspect_image(&fetched.reference).await.is_err()
        {
            self.forget(&key, &fetching);
            fetching = self.entry(&key);
        }
        fetching
            .get_or_try_init(|| async { fetch(docker, image, &launch.owner).await.map(Arc::new) })
            .await
            .cloned()
    }

    fn entry(&self, key: &str) -> Fetching {
        self.lock().entry(key.to_owned()).or_default().clone()
    }

    /// Forgets an image, unless somebody else has done so and fetches it again already.
    fn forget(&self, key: &str, gone: &Fetching) {
        let mut images = self.lock();
        if images.get(key).is_some_and(|known| Arc::ptr_eq(known, gone)) {
            images.remove(key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Fetching>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes what was fetched. An image that somebody else uses by now stays.
    pub(crate) async fn remove_all(&self, docker: &Docker) {
        let all = std::mem::take(&mut *self.lock());
        let fetched = all.values().filter_map(|f| f.get()).filter(|f| !f.was_there);
        for image in fetched {
            let options = Some(RemoveImageOptions::default());
            let _in_use = docker.remove_image(&image.reference, options, None).await;
        }
    }
}

async fn fetch(docker: &Docker, image: &ImageLocation, owner: &str) -> anyhow::Result<Fetched> {
    let Some(registry) = &image.registry else {
        return load(docker, image, owner).await;
    };
    let reference = format!("{registry}/{}@{}", image.image.repository, image.image.digest);
    if let Ok(inspected) = docker.inspect_image(&reference).await {
        return Ok(Fetched::new(reference, inspected, true));
    }
    match pull(docker, image, &reference).await {
        Ok(()) => Ok(Fetched::new(reference.clone(), docker.inspect_image(&reference).await?, false)),
        Err(error) => {
            let context = format!("nor can the engine pull {reference}: {error}");
            load(docker, image, owner).await.context(context)
        }
    }
}

async fn pull(docker: &Docker, image: &ImageLocation, reference: &str) -> Result<(), Error> {
    let options =
        CreateImageOptions { from_image: Some(reference.to_owned()), ..CreateImageOptions::default() };
    let credentials = DockerCredentials {
        username: Some("AWS".to_owned()),
        password: Some(image.password.clone()),
        serveraddress: image.registry.clone(),
        ..DockerCredentials::default()
    };
    docker.create_image(Some(options), None, Some(credentials)).try_for_each(|_| async { Ok(()) }).await
}

/// Uploads the image to an engine that can't reach our registry. An image of this name can only be ours, from a run that
/// was killed.
async fn load(docker: &Docker, image: &ImageLocation, owner: &str) -> anyhow::Result<Fetched> {
    let shared = image.shared.upgrade().context("the local AWS is gone")?;
    let digits = image.image.digest.trim_start_matches("sha256:");
    let reference = image_name(owner, &image.image.repository, digits);
    if docker.inspect_image(&reference).await.is_err() {
        let body = body_try_stream(archive(&shared, &image.image, &reference).await?);
        let options = ImportImageOptions { quiet: true, ..ImportImageOptions::default() };
        let loading = docker.import_image(options, body, None);
        loading.try_for_each(|_| async { Ok(()) }).await.context("the engine does not take the image")?;
    }
    Ok(Fetched::new(reference.clone(), docker.inspect_image(&reference).await?, false))
}

impl Fetched {
    fn new(reference: String, inspected: ImageInspect, was_there: bool) -> Self {
        let architecture = match inspected.architecture.as_deref() {
            Some("amd64") => "x86_64".to_owned(),
            other => other.unwrap_or_default().to_owned(),
        };
        Self { reference, architecture, config: inspected.config.unwrap_or_default(), was_there }
    }
}
