#![allow(clippy::unwrap_used)]
use super::*;
use crate::context::tests::{Sample, sample};
use std::fs;

fn warnings(sample: &Sample) -> Vec<String> {
    of(&BuildContext::list(&sample.build).unwrap())
}

#[test]
fn a_large_context_names_what_is_large() {
    let sample = sample(&["a", "folder/some", "folder/more", "longer-name"]);
    assert!(warnings(&sample).is_empty());
    for (name, mega) in [("folder/some", 60), ("folder/more", 50), ("longer-name", 7)] {
        let file = fs::File::create(sample.build.context.join(name)).unwrap();
        file.set_len(mega * 1_000_000).unwrap();
    }
    let told = warnings(&sample);
    assert!(told[0].contains("has 117 MB: folder 110 MB, longer-name 7 MB, Dockerfile 1 kB"), "{told:?}");
}

#[test]
fn a_dotenv_file_in_the_context_is_told_unless_it_is_ignored() {
    let sample = sample(&["a", "folder/.env", "not.env"]);
    let told = warnings(&sample);
    assert!(told.len() == 1 && told[0].contains("holds folder/.env: "), "{told:?}");
    fs::write(sample.build.context.join(".dockerignore"), "**/.env\n").unwrap();
    assert!(warnings(&sample).is_empty());
}

#[test]
fn needless_folders_are_told_once_where_nothing_is_ignored() {
    let sample = sample(&["a", "app/__pycache__/a.pyc", ".venv/bin/python", "venvs/a"]);
    fs::File::create(sample.build.context.join(".venv/large")).unwrap().set_len(3_000_000).unwrap();
    let told = warnings(&sample);
    assert!(told.len() == 1 && told[0].contains("holds .venv 3 MB, app/__pycache__ 1 kB: "), "{told:?}");
    sample.write(".dockerignore", "nothing\n");
    assert_eq!(warnings(&sample), [""; 0]);
}

#[test]
fn a_script_with_windows_line_endings_is_told() {
    let sample = sample(&["a"]);
    sample.write("entry.sh", "#!/bin/sh\r\nexec app\r\n");
    sample.write("fine.sh", "#!/bin/sh\nexec app\r\n");
    sample.write("notes", "#!/bin/sh\r\n");
    let told = warnings(&sample);
    assert!(told.len() == 1 && told[0].starts_with("entry.sh has Windows line endings (CRLF): "), "{told:?}");
}
