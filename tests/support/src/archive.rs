//! The smallest image that can be pushed, as an OCI layout in a tar: one layer with one file.

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{io::Write, path::Path};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// Writes an archive of an image that holds `text`.
pub fn write(file: &Path, text: &str) {
    let plain = tar(&[("text".to_owned(), text.as_bytes().to_vec())]);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&plain).unwrap();
    let layer = gzip.finish().unwrap();
    let rootfs = json!({ "type": "layers", "diff_ids": [digest(&plain)] });
    let config = bytes(
        &json!({ "architecture": "amd64", "os": "linux", "config": { "Cmd": ["text"] }, "rootfs": rootfs }),
    );
    let manifest = bytes(&json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(CONFIG, &config),
        "layers": [descriptor(LAYER, &layer)],
    }));
    let mut image = descriptor(MANIFEST, &manifest);
    image["platform"] = json!({ "architecture": "amd64", "os": "linux" });
    let index = json!({ "schemaVersion": 2, "manifests": [image] });
    let blob = |bytes: Vec<u8>| (format!("blobs/sha256/{}", &digest(&bytes)["sha256:".len()..]), bytes);
    let files = [
        ("oci-layout".to_owned(), bytes(&json!({ "imageLayoutVersion": "1.0.0" }))),
        ("index.json".to_owned(), bytes(&index)),
        blob(manifest),
        blob(config),
        blob(layer),
    ];
    std::fs::write(file, tar(&files)).unwrap();
}

/// Writes an image as `docker save` does, named `name` and made at `created` (RFC 3339), with one file.
pub fn write_saved(file: &Path, name: &str, created: &str) {
    let layer = tar(&[("base".to_owned(), b"base".to_vec())]);
    let config = bytes(&json!({
        "architecture": "amd64",
        "os": "linux",
        "created": created,
        "config": {},
        "rootfs": { "type": "layers", "diff_ids": [digest(&layer)] },
        "history": [{ "created": created, "created_by": "COPY base /" }],
    }));
    let manifest = bytes(&json!([{ "Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"] }]));
    let files = [("config.json", config), ("layer.tar", layer), ("manifest.json", manifest)];
    std::fs::write(file, tar(&files.map(|(name, content)| (name.to_owned(), content)))).unwrap();
}

fn tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, content.as_slice()).unwrap();
    }
    tar.into_inner().unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn digest(blob: &[u8]) -> String {
    let hex: String = Sha256::digest(blob).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn descriptor(media_type: &str, blob: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": digest(blob), "size": blob.len() })
}
