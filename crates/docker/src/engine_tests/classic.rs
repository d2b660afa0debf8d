//! The classic builder.

use super::*;

/// The same engine, told not to use BuildKit.
async fn classic() -> Option<Engine> {
    engine_with_base().await?;
    let variable =
        |name: &str| if name == "DOCKER_BUILDKIT" { Some("0".into()) } else { std::env::var(name).ok() };
    let environment = crate::endpoint::Environment { variable: &variable, home: std::env::home_dir() };
    Some(Engine(OnceCell::new_with(Some(connect::connect_in(&environment).await.unwrap()))))
}

#[tokio::test]
async fn the_classic_builder() {
    let Some(engine) = classic().await else { return };
    let mut sample = Sample::new(&format!("FROM {BASE}\nRUN echo oh; exit 4\n"));
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.contains("RUN echo oh") && error.ends_with("what it said last:\n  oh"), "{error}");
    fs::write(sample.path().join("Dockerfile"), format!("FROM {BASE}\nCOPY . /here\nRUN ls -A /here\n"))
        .unwrap();
    fs::write(sample.path().join("new"), unique()).unwrap();
    fs::write(sample.path().join(".dockerignore"), "Dockerfile\n.dockerignore").unwrap();
    sample.build(&engine).await.unwrap();
    assert!(
        sample.said("new") && !sample.lines.borrow().iter().any(|l| l.starts_with("Dockerfile")),
        "{:?}",
        sample.lines
    );
}

#[tokio::test]
async fn the_classic_builder_refuses_what_it_lacks() {
    let Some(engine) = classic().await else { return };
    let mut sample = Sample::new(&format!("FROM {BASE}\n\nRUN --mount=type=cache,target=/c true\n"));
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.contains("line 3 needs BuildKit"), "{error}");
}
