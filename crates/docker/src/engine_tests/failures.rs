//! What a build that fails is told by.

use super::*;

#[tokio::test]
async fn a_failing_step_says_what_it_said() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample =
        Sample::new(&format!("FROM {BASE}\nCOPY new /\nRUN echo almost done; echo but no; exit 3\n"));
    fs::write(sample.path().join("new"), unique()).unwrap();
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.contains("RUN echo almost done") && error.contains("exit code: 3"), "{error}");
    assert!(error.ends_with("\nwhat it said last:\n  almost done\n  but no"), "{error}");
}

/// The stages run at once; one fails, and the other is cancelled.
#[tokio::test]
async fn the_stage_that_failed_first_is_the_one_that_is_told() {
    let Some(engine) = engine_with_base().await else { return };
    let mut sample = Sample::new(&format!(
        "FROM {BASE} AS deps\nCOPY new /\nRUN echo no matching distribution; sleep 1; exit 3\nFROM {BASE} AS assets\nCOPY new /\n\
         RUN echo building assets; sleep 30\nFROM {BASE}\nCOPY --from=deps /new /a\nCOPY --from=assets /new /b\n"
    ));
    fs::write(sample.path().join("new"), unique()).unwrap();
    let error = format!("{:#}", sample.build(&engine).await.unwrap_err());
    assert!(error.starts_with("the build failed in `[deps ") && error.contains("exit code: 3"), "{error}");
    assert!(error.ends_with("what it said last:\n  no matching distribution"), "{error}");
}

/// Each cause has its own sentence.
#[tokio::test]
async fn what_copy_does_not_find_is_told_by_its_cause() {
    let Some(engine) = engine_with_base().await else { return };
    let copy = async |copied: &str| {
        let mut sample = Sample::new(&format!("FROM {BASE} AS one\nFROM {BASE}\nCOPY {copied} /x\n"));
        fs::write(sample.path().join(".dockerignore"), "left-out\n").unwrap();
        fs::write(sample.path().join("left-out"), "x").unwrap();
        fs::create_dir(sample.path().join(".git")).unwrap();
        fs::write(sample.path().join(".git/HEAD"), "x").unwrap();
        format!("{:#}", sample.build(&engine).await.unwrap_err())
    };
    for (copied, hint) in [
        ("nope.txt", "hint: there is no `nope.txt` in the build context "),
        ("left-out", "hint: `left-out` is there, but .dockerignore leaves it out of the build context"),
        (".git", "hint: `.git` is left out of every build context"),
        ("--from=one /nope", "hint: the stage or image that `--from` names has no `/nope`"),
    ] {
        let error = copy(copied).await;
        assert!(error.contains(hint), "{copied}: {error}");
    }
}
