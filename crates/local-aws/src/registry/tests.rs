//! The registry as docker and the OCI clients speak to it.

#![allow(clippy::unwrap_used)]

use super::testing::{RegistryAnswer, ask, authorization, send, upload};
use crate::{
    LocalAws,
    blobs::sha256,
    body::Body,
    ecr::testing::{Pushed, create, index, manifest, push, tags_of},
    testing::{instant, ok},
};
use bytes::Bytes;
use futures_util::stream;
use http::{Request, header};
use http_body_util::{BodyExt, StreamBody};
use serde_json::json;
use std::io;

pub(crate) async fn with_app() -> LocalAws {
    let aws = instant();
    create(&aws, "app").await;
    aws
}

async fn get(aws: &LocalAws, path: &str) -> RegistryAnswer {
    ask(aws, Request::get(path), "").await
}

async fn put_manifest(aws: &LocalAws, reference: &str, manifest: &str) -> RegistryAnswer {
    let kind = serde_json::from_str::<serde_json::Value>(manifest).unwrap()["mediaType"]
        .as_str()
        .unwrap()
        .to_owned();
    let request = Request::put(format!("/v2/app/manifests/{reference}")).header(header::CONTENT_TYPE, kind);
    ask(aws, request, manifest.to_owned()).await
}

#[tokio::test]
async fn nobody_gets_in_without_credentials_or_with_wrong_ones() {
    let aws = instant();
    let challenge = send(&aws, Request::get("/v2/"), "").await;
    assert_eq!(challenge.status, 401);
    assert!(challenge.header("www-authenticate").starts_with("Basic realm=\""));
    let wrong = Request::get("/v2/").header(header::AUTHORIZATION, "Basic QVdTOndyb25n");
    let denied = send(&aws, wrong, "").await;
    assert_eq!((denied.status, denied.error().0.as_str()), (403, "DENIED"));
    let base = get(&aws, "/v2/").await;
    assert_eq!((base.status, base.header("docker-distribution-api-version")), (200, "registry/2.0"));
}

#[tokio::test]
async fn a_push_makes_no_repository() {
    let answer = ask(&instant(), Request::post("/v2/app/blobs/uploads/"), "").await;
    let text = "The repository with name 'app' does not exist in the registry with id '000000000000'";
    assert_eq!((answer.status, answer.error()), (404, ("NAME_UNKNOWN".to_owned(), text.to_owned())));
}

#[tokio::test]
async fn a_blob_comes_in_chunks_and_goes_out_whole_or_in_part() {
    let aws = with_app().await;
    let digest = sha256(b"hello world");
    assert_eq!(ask(&aws, Request::head(format!("/v2/app/blobs/{digest}")), "").await.status, 404);
    let begun = ask(&aws, Request::post("/v2/app/blobs/uploads/"), "").await;
    assert_eq!((begun.status, begun.header("range")), (202, "0-0"));
    let location = begun.header("location").to_owned();
    let first = Request::patch(&location).header(header::CONTENT_RANGE, "0-5");
    let taken = ask(&aws, first, "hello ").await;
    assert_eq!((taken.status, taken.header("range")), (201, "0-5"), "ECR's answer, not the specification's");
    let gap = Request::patch(&location).header(header::CONTENT_RANGE, "9-9");
    assert_eq!(ask(&aws, gap, "x").await.status, 416);
    assert_eq!(get(&aws, &location).await.status, 204);
    let done = ask(&aws, Request::put(format!("{location}?digest={digest}")), "world").await;
    assert_eq!((done.status, done.header("docker-content-digest")), (201, digest.as_str()));
    let head = ask(&aws, Request::head(format!("/v2/app/blobs/{digest}")), "").await;
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, "11", 0));
    assert_eq!(get(&aws, &format!("/v2/app/blobs/{digest}")).await.body, "hello world");
    let part = Request::get(format!("/v2/app/blobs/{digest}")).header(header::RANGE, "bytes=6-8");
    let part = ask(&aws, part, "").await;
    assert_eq!(
        (part.status, part.header("content-range"), part.body.as_ref()),
        (206, "bytes 6-8/11", &b"wor"[..])
    );
}

#[tokio::test]
async fn content_that_is_not_its_digest_is_refused_and_leaves_nothing() {
    let aws = with_app().await;
    let before = aws.dump();
    let url = format!("/v2/app/blobs/uploads/?digest={}", sha256(b"something else"));
    let answer = ask(&aws, Request::post(url), "hello").await;
    assert_eq!((answer.status, answer.error().0.as_str()), (400, "DIGEST_INVALID"));
    assert_eq!(aws.shared().blobs.count().unwrap(), 0);
    assert_eq!(aws.dump(), before);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_no_upload() {
    let aws = with_app().await;
    let before = aws.dump();
    let location = ask(&aws, Request::post("/v2/app/blobs/uploads/"), "").await.header("location").to_owned();
    let frames = [Ok(hyper::body::Frame::data(Bytes::from_static(b"half"))), Err(io::Error::other("gone"))];
    let body: Body = StreamBody::new(stream::iter(frames)).boxed_unsync();
    let request =
        Request::patch(&location).header(header::AUTHORIZATION, authorization(&aws)).body(body).unwrap();
    assert_eq!(aws.handle(request).await.status(), 500);
    assert_eq!(aws.shared().blobs.count().unwrap(), 0);
    assert_eq!(get(&aws, &location).await.error().0, "BLOB_UPLOAD_UNKNOWN");
    assert_eq!(aws.dump(), before);
}

#[tokio::test]
async fn an_upload_is_of_one_repository_and_can_be_given_up() {
    let aws = with_app().await;
    create(&aws, "other").await;
    let location = ask(&aws, Request::post("/v2/app/blobs/uploads/"), "").await.header("location").to_owned();
    let elsewhere = location.replace("/app/", "/other/");
    assert_eq!(ask(&aws, Request::delete(&elsewhere), "").await.status, 404);
    assert_eq!(ask(&aws, Request::delete(&location), "").await.status, 204);
    assert_eq!(ask(&aws, Request::delete(&location), "").await.status, 404);
    assert_eq!(aws.shared().blobs.count().unwrap(), 0);
}

#[tokio::test]
async fn a_blob_is_mounted_from_a_repository_that_has_it() {
    let aws = with_app().await;
    create(&aws, "other").await;
    let digest = upload(&aws, "other", "layer").await;
    let mount = |from: &str| Request::post(format!("/v2/app/blobs/uploads/?mount={digest}&from={from}"));
    assert_eq!(ask(&aws, mount("nowhere"), "").await.status, 202);
    assert_eq!(ask(&aws, mount("other"), "").await.status, 201);
    assert_eq!(get(&aws, &format!("/v2/app/blobs/{digest}")).await.body, "layer");
}

#[tokio::test]
async fn a_manifest_needs_its_blobs() {
    let aws = with_app().await;
    let config = upload(&aws, "app", "{}").await;
    let missing = sha256(b"missing");
    let answer = put_manifest(&aws, "v1", &manifest(&config, 2, &missing, 7)).await;
    let text = format!(
        "Layers with digests '[{missing}]' required for pushing image into repository with name 'app' in the registry with id '000000000000' do not exist"
    );
    assert_eq!((answer.status, answer.error()), (400, ("MANIFEST_BLOB_UNKNOWN".to_owned(), text)));
}

#[tokio::test]
async fn a_manifest_is_found_by_tag_and_digest_if_its_type_is_accepted() {
    let aws = with_app().await;
    let Pushed { manifest, digest, .. } = push(&aws, "app", "v1", "one").await;
    for reference in ["v1", &digest] {
        let answer = get(&aws, &format!("/v2/app/manifests/{reference}")).await;
        assert_eq!((answer.status, answer.header("docker-content-digest")), (200, digest.as_str()));
        assert_eq!(answer.body, manifest);
    }
    let other = Request::get("/v2/app/manifests/v1").header(header::ACCEPT, "text/html, image/png");
    assert_eq!(ask(&aws, other, "").await.status, 404);
    let head = ask(&aws, Request::head("/v2/app/manifests/v1"), "").await;
    assert_eq!((head.header("content-length"), head.body.len()), (manifest.len().to_string().as_str(), 0));
    assert_eq!(
        get(&aws, "/v2/app/manifests/v2").await.error(),
        ("MANIFEST_UNKNOWN".to_owned(), "Requested image not found".to_owned())
    );
    assert_eq!(put_manifest(&aws, &sha256(b"x"), &manifest).await.error().0, "DIGEST_INVALID");
}

#[tokio::test]
async fn an_immutable_tag_takes_the_same_image_again_and_no_other() {
    let aws = with_app().await;
    let first = push(&aws, "app", "v1", "one").await;
    let mode = json!({"repositoryName": "app", "imageTagMutability": "IMMUTABLE"});
    ok(&aws, "ecr", "PutImageTagMutability", mode).await;
    let second = push(&aws, "app", "v2", "two").await;
    assert_eq!(put_manifest(&aws, "v1", &first.manifest).await.status, 201);
    let answer = put_manifest(&aws, "v1", &second.manifest).await;
    let text = "The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the repository is immutable.";
    assert_eq!((answer.status, answer.error()), (400, ("TAG_INVALID".to_owned(), text.to_owned())));
}

#[tokio::test]
async fn an_index_needs_its_images_and_keeps_them() {
    let aws = with_app().await;
    let child = push(&aws, "app", "v1", "one").await;
    let missing = put_manifest(&aws, "all", &index(&[&sha256(b"missing")])).await;
    assert_eq!(missing.error().0, "MANIFEST_BLOB_UNKNOWN");
    assert_eq!(put_manifest(&aws, "all", &index(&[&child.digest])).await.status, 201);
    let refused = ask(&aws, Request::delete(format!("/v2/app/manifests/{}", child.digest)), "").await;
    assert!(refused.error().1.starts_with("Requested image referenced by manifest list: ["));
    assert_eq!(ask(&aws, Request::delete("/v2/app/manifests/all"), "").await.status, 202);
    assert_eq!(ask(&aws, Request::delete("/v2/app/manifests/v1"), "").await.status, 202);
    assert_eq!(aws.shared().blobs.count().unwrap(), 0);
}

#[tokio::test]
async fn tags_are_listed_by_pages() {
    let aws = with_app().await;
    for tag in ["v1", "v2", "v3"] {
        push(&aws, "app", tag, "one").await;
    }
    let first = get(&aws, "/v2/app/tags/list?n=2").await;
    assert_eq!(first.json(), json!({"name": "app", "tags": ["v1", "v2"]}));
    assert_eq!(first.header("link"), "</v2/app/tags/list?n=2&last=v2>; rel=\"next\"");
    let last = get(&aws, "/v2/app/tags/list?n=2&last=v2").await;
    assert_eq!((last.json()["tags"].clone(), last.header("link")), (json!(["v3"]), ""));
    assert_eq!(tags_of(&aws, "app").await, ["v1", "v2", "v3"]);
    assert_eq!(get(&aws, "/v2/_catalog").await.json(), json!({"repositories": ["app"]}));
}

#[tokio::test]
async fn a_deleted_repository_leaves_everything_as_it_was() {
    let aws = instant();
    create(&aws, "former").await;
    let before = aws.dump();
    create(&aws, "app").await;
    push(&aws, "app", "v1", "one").await;
    ask(&aws, Request::post("/v2/app/blobs/uploads/"), "").await;
    let (code, text) =
        crate::testing::refused(&aws, "ecr", "DeleteRepository", json!({"repositoryName": "app"})).await;
    assert_eq!(code, "RepositoryNotEmptyException");
    assert!(text.ends_with("cannot be deleted because it still contains images"));
    ok(&aws, "ecr", "DeleteRepository", json!({"repositoryName": "app", "force": true})).await;
    assert_eq!(aws.dump().to_string(), before.to_string());
    assert_eq!(aws.shared().blobs.count().unwrap(), 0, "the unfinished upload went too");
}
