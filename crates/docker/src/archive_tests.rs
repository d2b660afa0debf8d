#![allow(clippy::unwrap_used)]
use super::*;
use crate::{
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
    progress: OnProgress<'_>,
) -> Result<String> {
    super::push(to, &What::archive(file, "image.tar"), architecture, tag, progress).await
}

async fn pushed(members: &Members) -> Result<(MemoryRegistry, Value)> {
    let store = MemoryRegistry::default();
    let file = write(members);
    let digest =
        push(&Distribution::new(&store, &registry(), "team/app"), file.path(), "amd64", "v1", &|_| {})
            .await?;
    let (_, bytes) = store.manifests.borrow()["v1"].clone();
    assert_eq!(digest, crate::blob::digest(&bytes));
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

/// The error of an archive that is read with a bound on what it may cost.
async fn refused(file: &Path) -> String {
    let (store, registry, nothing) = (MemoryRegistry::default(), registry(), |_| {});
    let started = std::time::Instant::now();
    let pushed = push(&Distribution::new(&store, &registry, "team/app"), file, "amd64", "v1", &nothing).await;
    assert!(started.elapsed().as_secs() < 20, "took {:?}", started.elapsed());
    assert!(store.requests.borrow().is_empty());
    format!("{:#}", pushed.unwrap_err())
}

#[tokio::test]
async fn an_index_that_names_itself_is_damage() {
    let (mut members, itself) = (Members::new(), format!("sha256:{}", "a".repeat(64)));
    let index = json!({"schemaVersion": 2, "manifests": [{"digest": itself}, {"digest": itself}]});
    members.insert(format!("blobs/sha256/{}", "a".repeat(64)), index.to_string().into_bytes());
    add_index(&mut members, &[json!({"digest": itself})]);
    assert!(refused(write(&members).path()).await.contains("is damaged: sha256:aaa"));
}

/// Each level names the one below ten times: without a memory of what was read, 10 to the 30 images.
#[tokio::test]
async fn what_is_named_often_is_read_once() {
    let mut members = Members::new();
    let mut below = add_image(&mut members, "amd64", &gzip(&layer()));
    for _ in 0..30 {
        let index = json!({"schemaVersion": 2, "manifests": vec![below; 10]}).to_string();
        below = add_blob(&mut members, index.as_bytes());
    }
    add_index(&mut members, &[below]);
    pushed(&members).await.unwrap();
    let descriptor = |n: usize| json!({"digest": format!("sha256:{n}"), "platform": {"os": "linux", "architecture": "arm64"}});
    add_index(&mut members, &(0..1_001).map(descriptor).collect::<Vec<_>>());
    assert!(error(&members).await.contains("more than 1000 images"));
    let mut members = saved(&["one/layer.tar"]);
    let mut listed: Value = serde_json::from_slice(&members["manifest.json"]).unwrap();
    listed = json!(vec![listed[0].clone(); 50_000]);
    members.insert("manifest.json".into(), listed.to_string().into_bytes());
    pushed(&members).await.unwrap();
}

#[tokio::test]
async fn a_blob_that_is_not_what_its_name_says_is_damage() {
    let mut members = Members::new();
    let image = add_image(&mut members, "amd64", &gzip(&layer()));
    add_index(&mut members, std::slice::from_ref(&image));
    let name = format!("blobs/sha256/{}", &image["digest"].as_str().unwrap()[7..]);
    members.get_mut(&name).unwrap().push(b' ');
    assert!(error(&members).await.contains("has other content"));
}

/// The tar crate reads a long name into memory, however long the header says it is.
#[tokio::test]
async fn a_name_of_a_gigabyte_is_not_read() {
    let file = NamedTempFile::new().unwrap();
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(1 << 30);
    header.set_cksum();
    file.as_file().write_all(header.as_bytes()).unwrap();
    file.as_file().set_len(2 << 30).unwrap();
    assert!(refused(file.path()).await.contains("names of its members are larger"));
}

#[tokio::test]
async fn sizes_are_bounded_before_anything_is_read() {
    let file = NamedTempFile::new().unwrap();
    let mut header = tar::Header::new_gnu();
    header.set_path("layer.tar").unwrap();
    header.set_size(11 << 30);
    header.set_cksum();
    file.as_file().write_all(header.as_bytes()).unwrap();
    assert!(refused(file.path()).await.contains("is cut off: it ends within layer.tar"));
    file.as_file().set_len((11 << 30) + 512).unwrap();
    let config = config("amd64");
    let manifest = json!([{"Config": "c.json", "Layers": ["layer.tar"]}]).to_string();
    let mut end = std::fs::File::options().append(true).open(file.path()).unwrap();
    for (name, content) in [("c.json", &config[..]), ("manifest.json", manifest.as_bytes())] {
        let mut member = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        member.append_data(&mut header, name, content).unwrap();
        end.write_all(member.get_ref()).unwrap();
    }
    assert!(refused(file.path()).await.contains("layers have 11 GB"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_device_is_no_archive() {
    assert!(refused(Path::new("/dev/zero")).await.contains("it is not a regular file"));
}
