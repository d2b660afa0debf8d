#![allow(clippy::unwrap_used)]
use super::*;
use crate::fingerprint;
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
    let hashed = fingerprint(build, X86).await.unwrap();
    let (bytes, outcome) = all(send(build.clone(), X86, hashed.hash, hashed.parts)).await;
    outcome.unwrap();
    bytes.unwrap()
}

fn touch(file: &Path, seconds: u64, nanoseconds: u32) {
    let time = std::time::SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds);
    fs::File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
}

/// Seconds, and the record of a precise time, if there is one.
fn times(tar: &[u8]) -> BTreeMap<String, (u64, Option<String>)> {
    let mut archive = tar::Archive::new(tar);
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let precise = entry.pax_extensions().unwrap().map(|mut records| {
            let record = records.next().unwrap().unwrap();
            assert_eq!(record.key().unwrap(), "mtime");
            record.value().unwrap().to_owned()
        });
        (entry.path().unwrap().display().to_string(), (entry.header().mtime().unwrap(), precise))
    });
    entries.collect()
}

/// make, cargo and ccache build anew what is newer than what they have built.
#[tokio::test]
async fn files_have_their_own_times_and_the_fingerprint_has_none() {
    let (_folder, build) = sample("x");
    touch(&build.context.join("b/file"), 1_700_000_000, 0);
    let before = fingerprint(&build, X86).await.unwrap().hash;
    assert_eq!(times(&tar(&build).await)["b/file"], (1_700_000_000, None));
    touch(&build.context.join("b/file"), 1_700_000_001, 250_000_000);
    touch(&build.dockerfile, 1_700_000_001, 250_000_000);
    let times = times(&tar(&build).await);
    assert_eq!(times["b/file"], (1_700_000_001, Some("1700000001.250000000".to_owned())));
    assert_eq!(times["Dockerfile"], (1_700_000_001, None), "BuildKit must see a tar in the first KiB");
    assert_eq!(fingerprint(&build, X86).await.unwrap().hash, before, "two clones agree");
}

#[tokio::test]
async fn the_same_context_is_the_same_tar() {
    let (_folder, build) = sample("x");
    assert!(tar(&build).await == tar(&build).await);
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
        assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
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
    let hashed = fingerprint(&build, X86).await.unwrap();
    fs::write(build.context.join("b/file"), "y").unwrap();
    fs::write(build.context.join("b/app.log"), "y").unwrap();
    let (bytes, outcome) = all(send(build.clone(), X86, hashed.hash, hashed.parts)).await;
    assert!(bytes.is_err());
    let error = outcome.unwrap_err();
    assert!(error.is::<Changed>());
    let error = error.to_string();
    assert!(
        error.starts_with("b/app.log, b/file changed while ") && error.contains("in .dockerignore"),
        "{error}"
    );
}

/// Reads from a file that shrinks or grows after its header was written.
#[track_caller]
fn resized(to: u64) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, vec![0; 100_000]).unwrap();
    let kind = EntryKind::File { size: 100_000, executable: false };
    let modified = Duration::ZERO;
    let entry =
        ContextEntry { name: b"file".to_vec(), path: path.clone(), kind, modified, builders_own: false };
    fs::File::options().write(true).open(&path).unwrap().set_len(to).unwrap();
    append(&mut tar::Builder::new(Vec::new()), &entry, Time::Exact)
        .unwrap_err()
        .downcast::<Changed>()
        .unwrap()
        .files()
}

#[test]
fn a_file_that_changes_its_size_while_it_is_read_is_named() {
    assert_eq!([resized(99_999), resized(100_001), resized(0)], ["file"; 3]);
}

#[tokio::test]
async fn nobody_listening_ends_it() {
    let (_folder, build) = sample(&"x".repeat(20 << 20));
    let hashed = fingerprint(&build, X86).await.unwrap();
    let sending = send(build, X86, hashed.hash, hashed.parts);
    drop(sending.body);
    let outcome = tokio::time::timeout(std::time::Duration::from_secs(20), sending.outcome).await;
    assert!(outcome.unwrap().unwrap().is_err());
}
