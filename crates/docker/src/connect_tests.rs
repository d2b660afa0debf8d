#![allow(clippy::unwrap_used)]
use super::*;
use crate::testing::serve;
use std::{path::Path, sync::Mutex};

async fn connect_to(host: &str, home: &Path) -> Result<Connection> {
    let variable = |name: &str| (name == "DOCKER_HOST").then(|| host.to_owned());
    connect_in(&Environment { variable: &variable, home: Some(home.to_owned()) }).await
}

#[tokio::test]
async fn nobody_there() {
    let home = tempfile::tempdir().unwrap();
    let error = connect_to("unix:///no/such.sock", home.path()).await.err().unwrap().to_string();
    assert!(
        error.starts_with("no Docker engine answers at unix:///no/such.sock, which DOCKER_HOST names: "),
        "{error}"
    );
    assert!(error.ends_with("`image.uri` and `image.archive` need no Docker"), "{error}");
}

#[test]
fn all_places_that_were_tried_are_told() {
    let missing = || Problem { kind: io::ErrorKind::NotFound, text: "No such file".into() };
    let refused = || Problem { kind: io::ErrorKind::ConnectionRefused, text: "refused".into() };
    let at = |path: &str| Endpoint::Unix(path.into());
    let tried = [(at("/a"), missing()), (at("/b"), refused()), (at("/c"), missing())];
    let error = unreachable(None, &tried).to_string();
    assert!(
        error
            .starts_with("no Docker engine: tried unix:///a (No such file), unix:///b (refused) and 1 other"),
        "{error}"
    );
    let denied = Problem { kind: io::ErrorKind::PermissionDenied, text: "denied".into() };
    let error = unreachable(None, &[(at("/a"), missing()), (at("/b"), denied)]).to_string();
    assert!(
        error.contains("Docker at unix:///b refuses this user") && error.contains("group `docker`"),
        "{error}"
    );
}

#[tokio::test]
async fn requests_name_the_newest_version_that_both_sides_speak() {
    for (engine, spoken) in [("1.41", "1.41"), ("1.55", "1.53")] {
        let paths = Arc::new(Mutex::new(Vec::new()));
        let seen = paths.clone();
        let address = serve(move |request| {
            seen.lock().unwrap().push(request.uri().path().to_owned());
            let text = format!(r#"{{"ApiVersion": "{engine}", "MinAPIVersion": "1.24", "Os": "linux"}}"#);
            http::Response::new(text.into())
        });
        let docker = connect_to(&format!("tcp://{}", address.await), Path::new("/nowhere")).await.unwrap();
        docker.client.version().await.unwrap();
        assert_eq!(*paths.lock().unwrap(), ["/version".to_owned(), format!("/v{spoken}/version")]);
    }
}

async fn engine_that_says(version: &'static str) -> Result<Connection> {
    let address = serve(move |_| http::Response::new(version.into())).await;
    connect_to(&format!("tcp://{address}"), Path::new("/nowhere")).await
}

#[tokio::test]
async fn the_engine_says_what_it_can() {
    let docker = engine_that_says(r#"{"ApiVersion": "1.41", "Os": "linux"}"#).await.unwrap();
    assert_eq!((docker.api, docker.builder), ((1, 41), Builder::BuildKit));
    let podman =
        r#"{"ApiVersion": "1.41", "Os": "linux", "Components": [{"Name": "Podman Engine", "Version": "5"}]}"#;
    assert_eq!(engine_that_says(podman).await.unwrap().builder, Builder::Buildah);
}

#[tokio::test]
async fn engines_that_are_too_old_or_build_windows_are_refused() {
    let old = engine_that_says(r#"{"ApiVersion": "1.39"}"#).await.err().unwrap().to_string();
    assert!(old.contains("too old: its API is 1.39"), "{old}");
    let new = engine_that_says(r#"{"ApiVersion": "1.99", "MinAPIVersion": "1.80"}"#).await.err().unwrap();
    assert!(
        new.to_string().contains("its API begins with 1.80") && new.to_string().contains("update lambdeploy"),
        "{new}"
    );
    let windows =
        engine_that_says(r#"{"ApiVersion": "1.51", "Os": "windows"}"#).await.err().unwrap().to_string();
    assert!(windows.contains("switch it to Linux containers"), "{windows}");
}

#[tokio::test]
async fn one_that_hangs_up_may_speak_tls() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        use tokio::io::AsyncReadExt;
        let (mut caller, _) = listener.accept().await.unwrap();
        // What was not read would make a reset of the end.
        _ = caller.read(&mut [0; 4096]).await;
    });
    let error = connect_to(&format!("tcp://{address}"), Path::new("/nowhere")).await.err().unwrap();
    assert!(error.to_string().contains("set DOCKER_TLS_VERIFY=1"), "{error}");
}
