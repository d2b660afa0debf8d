//! Whose is it, as a person sees it: all stacks, a file of somebody else's, old images that can't be deleted.

use crate::{archive, shell::Shell};

/// A stack that needs no Docker, up.
fn deployed() -> Shell {
    let shell = Shell::new();
    shell.edit("image: {context: .}", "image: {archive: image.tar, keep: 1}");
    archive::write(&shell.folder.path().join("image.tar"), "first");
    let up = shell.run("up --local --yes --no-verify --no-smoke");
    assert!(up.starts_with("exit code: 0"), "{up}");
    shell
}

#[test]
fn all_stacks_are_listed_without_a_stack_file() {
    let shell = deployed();
    std::fs::remove_file(shell.folder.path().join("stack.yaml")).unwrap();
    let listed = shell.run("list --local --region us-east-2");
    assert!(
        listed.starts_with("exit code: 0\n--- stdout\nshop  ") && listed.contains("shop-hello"),
        "{listed}"
    );
    let json = shell.run("list --local --region us-east-2 --json");
    for part in [
        r#""stack":"shop""#,
        r#""region":"us-east-2""#,
        r#""functions":["shop-hello"]"#,
        r#""keys":["demo"]"#,
    ] {
        assert!(json.contains(part), "{part}: {json}");
    }
    let none = shell.run("list --local --region eu-west-1");
    assert!(none.contains("no stacks in the local AWS") && none.contains("region eu-west-1"), "{none}");
}

#[test]
fn a_file_that_would_end_all_functions_is_agreed_to_by_name() {
    let shell = deployed();
    let other = crate::shell::STACK
        .replace("  hello:\n    image: {context: .}", "  other:\n    image: {archive: image.tar}")
        .replace("POST /: hello", "POST /: other");
    shell.write("stack.yaml", &other);
    let refused = shell.run("up --local --yes --replace --no-verify --no-smoke");
    assert!(refused.starts_with("exit code: 64"), "{refused}");
    for part in [
        "nothing was changed",
        "this deletes every function that the stack shop has now (shop-hello)",
        "--end-all shop",
    ] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    let wrong = shell.run("up --local --yes --replace --no-verify --no-smoke --end-all other");
    assert!(wrong.starts_with("exit code: 64") && wrong.contains("the stack is shop"), "{wrong}");
    let done = shell.run("up --local --yes --replace --no-verify --no-smoke --end-all shop");
    assert!(done.starts_with("exit code: 0"), "{done}");
    assert!(shell.run("list --local --region us-east-2").contains("shop-other"));
}

#[test]
fn old_images_that_can_not_be_deleted_are_a_warning_and_the_url_still_comes() {
    let shell = deployed();
    archive::write(&shell.folder.path().join("image.tar"), "second");
    shell.faults(
        r#"[{"operation": "BatchDeleteImage", "action": {"refuse": {"status": 400, "code": "AccessDeniedException"}}}]"#,
    );
    let up = shell.run("up --local --yes --no-verify --no-smoke");
    assert!(up.starts_with("exit code: 0\n--- stdout\n[LOCAL]/_aws/execute-api/"), "{up}");
    assert!(up.contains("warning: old images stay in the repository shop/hello"), "{up}");
    shell.faults("[]");
    archive::write(&shell.folder.path().join("image.tar"), "third");
    let up = shell.run("up --local --yes --no-verify --no-smoke");
    assert!(up.contains("deleted 2 images that nothing uses any more"), "{up}");
}
