//! The first minute: from an empty folder, from a folder with code, and where that can't be.

use crate::shell::Shell;
use insta::assert_snapshot;
use std::fs;

/// A folder without a stack file.
fn empty() -> Shell {
    let shell = Shell::new();
    for file in ["stack.yaml", "Dockerfile", "app.py"] {
        fs::remove_file(shell.folder.path().join(file)).unwrap();
    }
    shell
}

#[test]
fn a_template_goes_up() {
    let shell = empty();
    assert_snapshot!("templates", shell.run("init --template"));
    assert_snapshot!("unknown_template", shell.run("init --template hallo"));
    assert_snapshot!("template", shell.run("init --template hello my-app --region eu-central-1"));
    let file = shell.folder.path().join("my-app/stack.yaml");
    assert_snapshot!("template_file", fs::read_to_string(file).unwrap());
    assert_snapshot!("template_again", shell.run("init --template hello my-app"));
    let plan = shell.run("plan --local -f my-app/stack.yaml");
    assert!(plan.contains("13 to create") && plan.contains("+ function/hello  my-app-hello"), "{plan}");
}

#[test]
fn code_gets_a_stack_file() {
    let shell = empty();
    fs::create_dir(shell.folder.path().join("shop")).unwrap();
    shell.write("shop/handler.py", "def handler(event, context):\n    return {'statusCode': 200}\n");
    assert_snapshot!("code_as_json", shell.run("init shop --json"));
    for file in ["stack.yaml", "Dockerfile", ".dockerignore"] {
        let text = fs::read_to_string(shell.folder.path().join("shop").join(file)).unwrap();
        assert_snapshot!(format!("code_{}", file.trim_start_matches('.')), text);
    }
    let plan = shell.run("plan --local -f shop/stack.yaml");
    assert!(plan.contains("13 to create"), "{plan}");
    assert_snapshot!("code_again", shell.run("init shop"));
}

#[test]
fn where_nothing_can_begin() {
    let shell = empty();
    assert_snapshot!("nothing_here", shell.run("init"));
    assert_snapshot!("no_folder", shell.run("init nowhere"));
    assert_snapshot!("other_file", shell.run("init -f other.yaml"));
    assert_snapshot!("how_to_begin", shell.run("up --local"));
}
