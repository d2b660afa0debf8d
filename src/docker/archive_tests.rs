#![allow(clippy::unwrap_used)]
use super::*;
use crate::docker::{
    blob::digest,
    testing::{MemoryRegistry, registry},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Members of an archive by name; a `→` before the content makes a symbolic link.
type Members = BTreeMap<String, Vec<u8>>;

fn layer() -> Vec<u8> {
    b"pretend this is a tar".repeat(100)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn config(architecture: &str) -> Vec<u8> {
    let diff_ids = [digest(&layer())];
    json!({"os": "linux", "architecture": architecture, "rootfs": {"type": "layers", "diff_ids": diff_ids}})
        .to_string()
        .into_bytes()
}

fn add_blob(members: &mut Members, bytes: &[u8]) -> Value {
    let digest = digest(bytes);
    members.insert(format!("blobs/sha256/{}", &digest[7..]), bytes.to_vec());
    json!({"mediaType": "any", "digest": digest, "size": bytes.len()})
}

fn add_image(members: &mut Members, architecture: &str, layer: &[u8]) -> Value {
    let config = add_blob(members, &config(architecture));
    let layers = [add_blob(members, layer)];
    let manifest = json!({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers});
    let mut descriptor = add_blob(members, manifest.to_string().as_bytes());
    descriptor["platform"] = json!({"os": "linux", "architecture": architecture});
    descriptor
}

fn add_index(members: &mut Members, manifests: &[Value]) {
    members.insert(
        "index.json".into(),
        json!({"schemaVersion": 2, "manifests": manifests}).to_string().into_bytes(),
    );
}

fn write(members: &Members) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    let mut tar = tar::Builder::new(file.as_file());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        if let Some(target) = std::str::from_utf8(content).ok().and_then(|c| c.strip_prefix('→')) {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            tar.append_link(&mut header, name, target).unwrap();
        } else {
            header.set_size(content.len() as u64);
            tar.append_data(&mut header, name, content.as_slice()).unwrap();
        }
    }
    tar.finish().unwrap();
    drop(tar);
    file
}

/// Pushes `file` under `tag`.
async fn push(
    to: &Distribution<'_>,
    file: &Path,
    architecture: &str,
    tag: &str,
    on: OnProgress<'_>,
) -> Result<String> {
    super::push(to, &What::archive(file, "image.tar"), architecture, tag, on).await
}

async fn pushed(members: &Members) -> Result<(MemoryRegistry, Value)> {
    let store = MemoryRegistry::default();
    let file = write(members);
    let digest =
        push(&Distribution::new(&store, &registry(), "team/app"), file.path(), "amd64", "v1", &|_| {})
            .await?;
    let (_, bytes) = store.manifests.borrow()["v1"].clone();
    assert_eq!(digest, crate::docker::blob::digest(&bytes));
    let manifest: Value = serde_json::from_slice(&bytes)?;
    for blob in manifest["layers"].as_array().unwrap().iter().chain([&manifest["config"]]) {
        assert!(store.blobs.borrow().contains_key(blob["digest"].as_str().unwrap()));
    }
    Ok((store, manifest))
}

async fn error(members: &Members) -> String {
    format!("{:#}", pushed(members).await.err().unwrap())
}

/// The one layer, unpacked.
fn plain_layer(store: &MemoryRegistry, manifest: &Value) -> Vec<u8> {
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 1);
    let blob = store.blobs.borrow()[manifest["layers"][0]["digest"].as_str().unwrap()].clone();
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&blob[..]).read_to_end(&mut plain).unwrap();
    plain
}

#[tokio::test]
async fn an_oci_layout_with_gzip_layers_goes_as_it_is() {
    let mut members = Members::new();
    let amd = add_image(&mut members, "amd64", &gzip(&layer()));
    let arm = add_image(&mut members, "arm64", &gzip(b"other"));
    let attestation = json!({"digest": "sha256:0", "platform": {"os": "unknown", "architecture": "unknown"}});
    let inner = json!({"schemaVersion": 2, "manifests": [arm, amd, attestation]}).to_string();
    let inner = add_blob(&mut members, inner.as_bytes());
    add_index(&mut members, &[inner]);
    let (store, _) = pushed(&members).await.unwrap();
    assert_eq!(digest(&store.manifests.borrow()["v1"].1), amd["digest"].as_str().unwrap());
}

#[tokio::test]
async fn plain_layers_are_compressed() {
    let mut members = Members::new();
    let image = add_image(&mut members, "amd64", &layer());
    add_index(&mut members, &[image]);
    let (store, manifest) = pushed(&members).await.unwrap();
    assert_eq!(plain_layer(&store, &manifest), layer());
    assert_eq!(manifest["layers"][0]["mediaType"], OCI_LAYER);
    let (again, _) = pushed(&members).await.unwrap();
    assert_eq!(again.manifests.borrow()["v1"], store.manifests.borrow()["v1"]);
}

fn saved(layers: &[&str]) -> Members {
    let manifest = json!([{"Config": "c.json", "RepoTags": null, "Layers": layers}]);
    Members::from([
        ("manifest.json".into(), manifest.to_string().into_bytes()),
        ("c.json".into(), config("amd64")),
        ("one/layer.tar".into(), layer()),
    ])
}

#[tokio::test]
async fn what_docker_save_writes_old_style() {
    let (store, manifest) = pushed(&saved(&["one/layer.tar"])).await.unwrap();
    assert_eq!(plain_layer(&store, &manifest), layer());
}

#[tokio::test]
async fn a_layer_that_is_a_link_to_another() {
    let mut members = saved(&["two/layer.tar"]);
    members.insert("two/layer.tar".into(), "→../one/layer.tar".into());
    let (store, manifest) = pushed(&members).await.unwrap();
    assert_eq!(plain_layer(&store, &manifest), layer());
}

#[tokio::test]
async fn what_can_not_be_pushed_is_said() {
    let mut arm = Members::new();
    let image = add_image(&mut arm, "arm64", &layer());
    add_index(&mut arm, &[image]);
    assert!(error(&arm).await.contains("no image for linux/amd64, only for linux/arm64"));
    let none = json!({"os": "unknown", "architecture": "unknown", "rootfs": {}});
    let mut attested = saved(&["one/layer.tar"]);
    attested.insert("c.json".into(), none.to_string().into_bytes());
    assert!(error(&attested).await.ends_with("the archive holds no image"));
    assert!(error(&Members::from([("x".into(), b"y".to_vec())])).await.contains("neither an OCI layout"));
    let mut zstd = Members::new();
    let image = add_image(&mut zstd, "amd64", &[0x28, 0xb5, 0x2f, 0xfd, 0]);
    add_index(&mut zstd, &[image]);
    let error_of_zstd = error(&zstd).await;
    assert!(
        error_of_zstd.starts_with("image.tar: layer ")
            && error_of_zstd.contains("is zstd; Lambda takes gzip: write the archive"),
        "{error_of_zstd}"
    );
    let mut damaged = saved(&["one/layer.tar"]);
    damaged.insert("one/layer.tar".into(), b"something else".to_vec());
    assert!(error(&damaged).await.contains("damaged"));
    let mut two = Members::new();
    let images = [add_image(&mut two, "amd64", &layer()), add_image(&mut two, "amd64", &gzip(&layer()))];
    add_index(&mut two, &images);
    assert!(error(&two).await.contains("holds 2 images for linux/amd64"));
}

#[tokio::test]
async fn blobs_that_are_there_are_not_sent_again() {
    let members = saved(&["one/layer.tar"]);
    let (store, _) = pushed(&members).await.unwrap();
    store.requests.borrow_mut().clear();
    let file = write(&members);
    push(&Distribution::new(&store, &registry(), "team/app"), file.path(), "amd64", "v2", &|_| {})
        .await
        .unwrap();
    let requests = store.requests.borrow();
    assert!(requests.iter().all(|r| r.starts_with("HEAD") || r.ends_with("/manifests/v2")), "{requests:?}");
}

#[tokio::test]
async fn a_part_is_taken_with_201_as_by_ecr_202_as_specified_or_204() {
    for status in [201, 202, 204] {
        let (store, file) = (MemoryRegistry::default(), write(&saved(&["one/layer.tar"])));
        store.patched.set(Some(status));
        let registry = registry();
        let to = Distribution::new(&store, &registry, "team/app");
        push(&to, file.path(), "amd64", "v1", &|_| {}).await.unwrap_or_else(|e| panic!("{status}: {e:#}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_registry_in_trouble_is_asked_again_one_that_denies_is_not() {
    let members = saved(&["one/layer.tar"]);
    let (store, file) = (MemoryRegistry::default(), write(&members));
    let (registry, nothing) = (registry(), |_| {});
    let to = Distribution::new(&store, &registry, "team/app");
    store.failures.replace(vec![http::StatusCode::SERVICE_UNAVAILABLE, http::StatusCode::TOO_MANY_REQUESTS]);
    push(&to, file.path(), "amd64", "v1", &nothing).await.unwrap();
    store.requests.borrow_mut().clear();
    store.failures.replace(vec![http::StatusCode::FORBIDDEN]);
    let error = push(&to, file.path(), "amd64", "v1", &nothing).await.unwrap_err().to_string();
    assert!(error.contains("DENIED: no (403 Forbidden)") && !error.contains("hunter2"), "{error}");
    assert_eq!(store.requests.borrow().len(), 1);
}
