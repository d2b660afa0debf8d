//! Rebuilding, and what it leaves on the machine.

use super::*;

#[tokio::test]
async fn a_rebuild_pulls_the_base_or_names_it() {
    let Some(engine) = engine().await else { return };
    let mut sample = Sample::new("FROM registry.invalid/no/such:1\n");
    sample.request.rebuild = true;
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.contains("registry.invalid/no/such:1"), "{error}");
}

/// As `docker build --pull`, which says itself what is wrong with a base.
#[tokio::test]
async fn a_base_that_cannot_be_looked_at_is_left_to_the_build() {
    let Some(engine) = engine().await else { return };
    let mut sample = Sample::new("FROM Upper/Case\n");
    sample.request.rebuild = true;
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.starts_with("the build failed") && error.contains("Upper/Case"), "{error}");
}

#[tokio::test]
async fn a_rebuild_on_a_stand_in_uses_it() {
    let Some(engine) = engine_with_base().await else { return };
    let stand_in = engine.connection().await.unwrap().client.inspect_image(BASE).await.unwrap();
    let labels = stand_in.config.and_then(|c| c.labels).unwrap_or_default();
    if !crate::is_stand_in(labels.keys()) {
        return eprintln!("skipped: because {BASE} here is no stand-in");
    }
    let mut sample = Sample::new(&format!("FROM {BASE}\nRUN true\n"));
    sample.request.rebuild = true;
    sample.build(&engine).await.unwrap();
    assert!(sample.said("is a local stand-in"), "{:?}", sample.lines);
}

/// Names of the images that the engine keeps of a repository.
async fn kept(client: &bollard::Docker, repository: &str) -> Vec<String> {
    let filters = std::collections::HashMap::from([("reference", vec![repository])]);
    let options = bollard::query_parameters::ListImagesOptionsBuilder::default().filters(&filters).build();
    let all = client.list_images(Some(options)).await.unwrap();
    let mut names: Vec<String> = all.into_iter().flat_map(|i| i.repo_tags).collect();
    names.sort();
    names
}

#[tokio::test]
async fn older_images_of_a_repository_go_and_nothing_else() {
    let Some(engine) = engine().await else { return };
    let connection = engine.connection().await.unwrap();
    let client = &connection.client;
    let mut sample = Sample::new("FROM scratch\nCOPY new /\n");
    let mut make = async |content: String| {
        fs::write(sample.path().join("new"), content).unwrap();
        let hash = fingerprint(&sample.request.build, sample.request.architecture).await.unwrap().hash;
        sample.request.fingerprint = hash;
        let image = engine.build(&sample.request, &|_| {}).await.unwrap();
        (image, tidy::local_name(&sample.request), sample.request.repository.clone())
    };
    let (first, first_name, repository) = make(unique()).await;
    let (theirs, theirs_name, _) = make(unique()).await;
    let tag = bollard::query_parameters::TagImageOptionsBuilder::default();
    let mine = format!("{repository}-by-hand");
    client.tag_image(&theirs.id, Some(tag.repo(&mine).tag("v1").build())).await.unwrap();
    let (newest, newest_name, _) = make(unique()).await;
    let store = format!("lambdeploy/{repository}");
    assert_eq!(kept(client, &store).await.len(), 3);

    tidy::older(connection, &repository, &newest.id, &|p| panic!("{p:?}")).await;
    assert_eq!(kept(client, &store).await, [newest_name.as_str()]);
    assert!(client.inspect_image(&first.id).await.is_err(), "{first_name} is left without a name");
    assert_eq!(client.inspect_image(&theirs.id).await.unwrap().repo_tags.unwrap(), [format!("{mine}:v1")]);
    assert!(client.inspect_image(&theirs_name).await.is_err());

    engine.forget(&repository, &|p| panic!("{p:?}")).await;
    assert!(kept(client, &store).await.is_empty(), "the repository is gone");
    super::super::tidy::remove(connection, &format!("{mine}:v1"), false).await.unwrap();
}

#[tokio::test]
async fn a_rebuild_leaves_no_image_without_a_name() {
    let Some(engine) = engine_with_base().await else { return };
    let client = &engine.connection().await.unwrap().client;
    let mut sample = Sample::new(&format!("FROM {BASE}\nRUN date +%N > /when\n"));
    sample.request.fingerprint =
        fingerprint(&sample.request.build, sample.request.architecture).await.unwrap().hash;
    let first = engine.build(&sample.request, &|_| {}).await.unwrap();
    sample.request.rebuild = true;
    let second = engine.build(&sample.request, &|_| {}).await.unwrap();
    assert_ne!(first.id, second.id);
    assert!(client.inspect_image(&first.id).await.is_err());
    sample.build(&engine).await.unwrap();
}
