//! What is built, and of what.

use super::*;

#[tokio::test]
async fn an_image_from_nothing() {
    let Some(engine) = engine().await else { return };
    let mut sample = Sample::new("FROM scratch\nCOPY . /\nLABEL made=here\n");
    fs::write(sample.path().join(".dockerignore"), "*\n!keep").unwrap();
    fs::write(sample.path().join("keep"), unique()).unwrap();
    let image = sample.build(&engine).await.unwrap();
    assert!(image.id.starts_with("sha256:") && image.os == "linux");
    assert_eq!(image.architecture, architecture().oci());
    assert_eq!(image.labels["made"], "here");
    assert!(sample.said("COPY . /"), "{:?}", sample.lines);
}

#[tokio::test]
async fn stages_targets_arguments_and_cache_mounts() {
    let Some(engine) = engine_with_base().await else { return };
    let dockerfile = format!(
        "ARG BASE={BASE}\nFROM ${{BASE}} AS made\nARG WORD\nRUN --mount=type=cache,target=/cache echo \"the word is $WORD\" | tee \
         /cache/word > /word\nFROM ${{BASE}} AS wanted\nCOPY --from=made /word /word\nRUN cat /word\nFROM scratch AS unwanted\nRUN false\n"
    );
    let mut sample = Sample::new(&dockerfile);
    sample.request.build.target = Some("wanted".into());
    let word = unique();
    sample.request.build.args.insert("WORD".into(), word.clone());
    sample.build(&engine).await.unwrap();
    assert!(sample.said(&format!("the word is {word}")), "{:?}", sample.lines);
}

#[tokio::test]
async fn secrets_reach_the_step_and_nothing_else() {
    let Some(engine) = engine_with_base().await else { return };
    let run = "cat /run/secrets/token; test \"$(cat /run/secrets/token)\" = \"s3cr3t-value\"";
    let mut sample =
        Sample::new(&format!("FROM {BASE}\nCOPY new /\nRUN --mount=type=secret,id=token {run}\n"));
    fs::write(sample.path().join("new"), unique()).unwrap();
    sample.request.secrets.insert("token".into(), SecretValue(b"s3cr3t-value".to_vec()));
    sample.build(&engine).await.unwrap();
    assert!(sample.said("***") && !sample.said("s3cr3t-value\n"), "{:?}", sample.lines);
    assert!(!sample.lines.borrow().iter().any(|l| l.contains("s3cr3t")), "{:?}", sample.lines);
}

#[tokio::test]
async fn a_base_that_is_here_is_not_asked_of_a_registry() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample = Sample::new(&format!("FROM {BASE}\nCOPY new /\n"));
    fs::write(sample.path().join("new"), unique()).unwrap();
    sample.build(&engine).await.unwrap();
}

#[tokio::test]
async fn a_link_option_builds_or_is_refused() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample = Sample::new(&format!("FROM {BASE}\nCOPY --link new /\n"));
    fs::write(sample.path().join("new"), unique()).unwrap();
    if let Err(error) = sample.build(&engine).await {
        assert!(format!("{error:#}").contains("line 2 has `--link`, which this engine"), "{error:#}");
    }
}

#[tokio::test]
async fn a_heredoc_builds_or_is_refused() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample = Sample::new(&format!("FROM {BASE}\nRUN <<EOF\necho from a heredoc\nEOF\n"));
    match sample.build(&engine).await {
        Ok(_) => assert!(sample.said("from a heredoc")),
        Err(e) => assert!(format!("{e:#}").contains("line 2 is a heredoc"), "{e:#}"),
    }
}

#[tokio::test]
async fn long_names_and_large_files_arrive() {
    let Some(engine) = engine_with_base().await else { return };
    let long = "n".repeat(180);
    let mut sample =
        Sample::new(&format!("FROM {BASE}\nCOPY . /here\nRUN wc -c < /here/large; ls /here/{long}\n"));
    fs::create_dir(sample.path().join(&long)).unwrap();
    fs::write(sample.path().join(&long).join("in it"), unique()).unwrap();
    fs::write(sample.path().join("large"), vec![7; 50_000_000]).unwrap();
    sample.build(&engine).await.unwrap();
    assert!(sample.said("50000000") && sample.said("in it"), "{:?}", sample.lines);
}

/// What a cache mount or a stub layer holds is newer than a source that was not edited since, and older than one that was.
#[tokio::test]
async fn files_arrive_with_their_own_times() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample = Sample::new(&format!("FROM {BASE}\nCOPY new /new\nRUN stat --format=%Y,%y /new\n"));
    fs::write(sample.path().join("new"), unique()).unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::new(1_700_000_001, 250_000_000);
    fs::File::options().write(true).open(sample.path().join("new")).unwrap().set_modified(time).unwrap();
    sample.build(&engine).await.unwrap();
    assert!(sample.said("1700000001,") && sample.said(":21.250000000 "), "{:?}", sample.lines);
}

#[tokio::test]
async fn another_platform_is_noticed() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample = Sample::new(&format!("FROM --platform=$BUILDPLATFORM {BASE}\nRUN true\n"));
    sample.request.architecture =
        if architecture() == Architecture::Arm64 { Architecture::X86_64 } else { Architecture::Arm64 };
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.contains("`FROM --platform` makes this image for linux/"), "{error}");
}
