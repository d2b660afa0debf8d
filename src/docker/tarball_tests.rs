#![allow(clippy::unwrap_used)]
use super::*;
use crate::docker::fingerprint;
use futures_util::StreamExt;
use std::{collections::BTreeMap, fs};

const X86: Architecture = Architecture::X86_64;

fn sample(content: &str) -> (tempfile::TempDir, Build) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("b/empty")).unwrap();
    fs::write(folder.path().join("Dockerfile"), "FROM scratch").unwrap();
    fs::write(folder.path().join("b/file"), content).unwrap();
    fs::write(folder.path().join("b").join("n".repeat(150)), "long").unwrap();
    let context = folder.path().to_owned();
    let dockerfile = context.join("Dockerfile");
    let (args, secrets) = (BTreeMap::new(), BTreeMap::new());
    (folder, Build { context, dockerfile, target: None, args, secrets, left_out: Vec::new() })
}

async fn all(mut sending: Sending) -> (io::Result<Vec<u8>>, Result<()>) {
    let mut bytes = Vec::new();
    while let Some(chunk) = sending.body.next().await {
        match chunk {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(e) => return (Err(e), sending.outcome.await.unwrap()),
        }
    }
    (Ok(bytes), sending.outcome.await.unwrap())
}

async fn tar(build: &Build) -> Vec<u8> {
    let hash = fingerprint(build, X86).await.unwrap().hash;
    let (bytes, outcome) = all(send(build.clone(), X86, hash)).await;
    outcome.unwrap();
    bytes.unwrap()
}

#[tokio::test]
async fn the_same_context_is_the_same_tar() {
    let (_a, one) = sample("x");
    let (_b, other) = sample("x");
    let old = std::time::SystemTime::UNIX_EPOCH;
    fs::File::options().write(true).open(other.context.join("b/file")).unwrap().set_modified(old).unwrap();
    assert!(tar(&one).await == tar(&other).await);
}

#[tokio::test]
async fn headers_say_nothing_of_this_machine() {
    let (_folder, build) = sample("x");
    #[cfg(unix)]
    std::os::unix::fs::symlink("file", build.context.join("b/link")).unwrap();
    let bytes = tar(&build).await;
    let mut archive = tar::Archive::new(bytes.as_slice());
    let mut seen = Vec::new();
    for entry in archive.entries().unwrap() {
        let entry = entry.unwrap();
        let header = entry.header();
        assert_eq!((header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap()), (0, 0, MTIME));
        seen.push(format!("{} {:o}", entry.path().unwrap().display(), header.mode().unwrap()));
    }
    let long = format!("b/{} 644", "n".repeat(150));
    let mut expected = vec!["Dockerfile 644", "b 755", "b/empty 755", "b/file 644"];
    if cfg!(unix) {
        expected.push("b/link 777");
    }
    expected.push(&long);
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_context_that_is_another_by_now_breaks_off() {
    let (_folder, build) = sample("x");
    let hash = fingerprint(&build, X86).await.unwrap().hash;
    fs::write(build.context.join("b/file"), "y").unwrap();
    let (bytes, outcome) = all(send(build.clone(), X86, hash)).await;
    assert!(bytes.is_err());
    let error = outcome.unwrap_err().to_string();
    assert!(error.contains("changed since it was hashed"), "{error}");
}

/// Reads from a file that shrinks or grows after its header was written.
#[track_caller]
fn resized(to: u64) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, vec![0; 100_000]).unwrap();
    let kind = Kind::File { size: 100_000, executable: false };
    let entry = Entry { name: b"file".to_vec(), path: path.clone(), kind, builders_own: false };
    fs::File::options().write(true).open(&path).unwrap().set_len(to).unwrap();
    format!("{:#}", append(&mut tar::Builder::new(Vec::new()), &entry).unwrap_err())
}

#[test]
fn a_file_that_changes_its_size_while_it_is_read_is_named() {
    assert!(resized(99_999).contains("file changed while it was being read"));
    assert!(resized(100_001).contains("file changed while it was being read"));
    assert!(resized(0).contains("file changed while it was being read"));
}

#[tokio::test]
async fn nobody_listening_ends_it() {
    let (_folder, build) = sample(&"x".repeat(20 << 20));
    let hash = fingerprint(&build, X86).await.unwrap().hash;
    let sending = send(build, X86, hash);
    drop(sending.body);
    let outcome = tokio::time::timeout(std::time::Duration::from_secs(20), sending.outcome).await;
    assert!(outcome.unwrap().unwrap().is_err());
}
