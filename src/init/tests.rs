//! What `init` writes is what the program reads, whatever the folder is called and holds.

#![allow(clippy::unwrap_used)]

use super::{Beginning, Template, for_code, name, template::TEMPLATES};
use crate::stack::{self, ImageSource, Stack, Values};
use std::{fs, path::Path};
use tempfile::TempDir;

const PYTHON: &str = "def lambda_handler(event, context):\n    return {}\n";

/// Folders as people call them, and as nobody should.
const NAMES: [&str; 24] = [
    "shop",
    "My Shop",
    "my_shop.v2",
    "2024-thesis",
    "---",
    "Größe",
    "模型",
    "true",
    "No",
    "null",
    "y",
    "off",
    "Ünïcode-a",
    "a",
    "-dash-",
    "a#b",
    "a: b",
    "${HOME}",
    "it's \"quoted\"",
    "[x]",
    "tilde~",
    "with\nnewline",
    "a-very-long-name-of-a-folder-that-goes-on-and-on",
    "exactly-thirty-characters-long-and",
];

fn folder(name: &str) -> (TempDir, std::path::PathBuf) {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join(name);
    fs::create_dir(&folder).unwrap();
    (above, folder)
}

/// Writes it, and reads the stack file as every command does.
fn written(beginning: &Beginning, folder: &Path) -> Stack {
    beginning.files.write(folder).unwrap();
    let stack = stack::load(&folder.join("stack.yaml"), Values::Needed, &|_| None).unwrap();
    assert_eq!(stack.name, beginning.stack);
    assert!(stack.warnings.is_empty(), "{:?}", stack.warnings);
    stack
}

fn text(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}

#[test]
fn every_folder_gets_a_stack_that_can_be_read() {
    for name in NAMES {
        for region in [None, Some("eu-central-1")] {
            let (_above, folder) = folder(name);
            fs::write(folder.join("app.py"), PYTHON).unwrap();
            let stack = written(&for_code(&folder, region).unwrap(), &folder);
            assert_eq!(stack.region.as_deref(), region, "{name}");
            assert_eq!(stack.api.keys, [stack.name.as_str()], "{name}");
            let function = &stack.functions["main"];
            assert_eq!((function.memory, function.timeout), (1024, 29), "{name}");
        }
    }
}

#[test]
fn every_folder_of_code_can_be_a_context() {
    for name in NAMES {
        let (above, folder) = folder(name);
        fs::write(folder.join("app.py"), PYTHON).unwrap();
        // A path in a stack file is one line.
        if name.contains('\n') {
            refused(above.path(), "neither a Dockerfile");
            continue;
        }
        let stack = written(&for_code(above.path(), None).unwrap(), above.path());
        let ImageSource::Context(build) = &stack.functions["main"].image.source else { panic!("{stack:?}") };
        assert_eq!(build.context.canonicalize().unwrap(), folder.canonicalize().unwrap(), "{name:?}");
    }
}

#[test]
fn every_template_is_a_stack_of_the_folders_name() {
    for template in TEMPLATES {
        for name in NAMES {
            let (_above, folder) = folder(name);
            let stack =
                written(&Template::named(template.name).unwrap().begin(&folder, Some("eu-west-1")), &folder);
            assert_eq!(stack.region.as_deref(), Some("eu-west-1"));
            assert!(!text(&folder, "stack.yaml").contains("examples/"));
        }
    }
}

/// All of an example but what is about the repository: its own tests, how its model was trained, its page.
#[test]
fn a_template_has_all_that_its_image_is_built_from() {
    let (_above, folder) = folder("mine");
    Template::named("hieroglyphs").unwrap().begin(&folder, None).files.write(&folder).unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hieroglyphs/function");
    for entry in fs::read_dir(example).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            let copy = folder.join("function").join(entry.file_name());
            assert_eq!(fs::read(entry.path()).unwrap(), fs::read(copy).unwrap(), "{entry:?}");
        }
    }
}

#[test]
fn names_of_folders() {
    for (folder, stack) in [
        ("/", "stack"),
        ("/My Shop", "my-shop"),
        ("/2024-thesis", "thesis"),
        ("/---", "stack"),
        ("/Größe", "gr-e"),
        ("/模型", "stack"),
        ("/a-very-long-name-of-a-folder-that-goes-on", "a-very-long-name-of-a-folder-th"),
        ("/exactly-thirty-characters-long-and", "exactly-thirty-characters-long"),
    ] {
        assert_eq!(name::of_folder(Path::new(folder)), stack);
    }
}

#[test]
fn a_dockerfile_is_taken_as_it_is() {
    let (_above, folder) = folder("web");
    fs::write(folder.join("Dockerfile"), "FROM python:3.13\n").unwrap();
    fs::write(folder.join("app.py"), PYTHON).unwrap();
    let beginning = for_code(&folder, None).unwrap();
    assert!(beginning.remarks[0].contains("not to a web server"), "{:?}", beginning.remarks);
    written(&beginning, &folder);
    assert_eq!(text(&folder, "Dockerfile"), "FROM python:3.13\n");
    assert!(!folder.join(".dockerignore").exists());
}

#[test]
fn a_python_handler_gets_a_dockerfile() {
    let (_above, folder) = folder("py");
    fs::write(folder.join("test_app.py"), PYTHON).unwrap();
    fs::write(folder.join("zoo.py"), "def handler (event, context): pass\n").unwrap();
    fs::write(folder.join("main.py"), PYTHON).unwrap();
    fs::write(folder.join("other.py"), "class A:\n    def handler(self): pass\n").unwrap();
    fs::write(folder.join("requirements.txt"), "numpy\n").unwrap();
    fs::write(folder.join(".dockerignore"), "big\n").unwrap();
    let beginning = for_code(&folder, None).unwrap();
    assert!(beginning.remarks[0].ends_with("zoo.handler"), "{:?}", beginning.remarks);
    written(&beginning, &folder);
    let dockerfile = text(&folder, "Dockerfile");
    for part in ["lambda/python:", "--requirement requirements.txt", "CMD [\"main.lambda_handler\"]"] {
        assert!(dockerfile.contains(part), "{dockerfile}");
    }
    assert_eq!(text(&folder, ".dockerignore"), "big\n");
}

#[test]
fn a_node_handler_gets_a_dockerfile() {
    for (file, code) in [
        ("index.mjs", "export const handler = async (event) => ({ statusCode: 200 })\n"),
        ("index.js", "exports.handler = async () => {}\n"),
        ("a.cjs", "const handler = 1\nmodule.exports = { other, handler }\n"),
        ("index.mjs", "async function handler() {}\nexport { handler }\n"),
        ("index.mjs", "export async function handler(event) {}\n"),
    ] {
        let (_above, folder) = folder("node");
        fs::write(folder.join(file), code).unwrap();
        fs::write(folder.join("package.json"), "{}").unwrap();
        written(&for_code(&folder, None).unwrap(), &folder);
        let dockerfile = text(&folder, "Dockerfile");
        assert!(dockerfile.contains("lambda/nodejs:") && dockerfile.contains("npm install"), "{dockerfile}");
        assert!(dockerfile.contains(&format!("{}.handler", file.split('.').next().unwrap())), "{dockerfile}");
    }
}

#[track_caller]
fn refused(folder: &Path, says: &str) {
    let error = for_code(folder, None).err().unwrap().to_string();
    assert!(error.contains(says), "{error}");
}

#[test]
fn what_it_cannot_begin_with_it_says() {
    let (above, folder) = folder("one");
    refused(&folder, "neither a Dockerfile nor a file with a handler");
    fs::write(folder.join("app.py"), PYTHON).unwrap();
    fs::create_dir(above.path().join("two")).unwrap();
    fs::write(above.path().join("two/app.py"), PYTHON).unwrap();
    refused(above.path(), "one, two; name one: `lambdeploy init ");
    fs::write(above.path().join("stack.yml"), "").unwrap();
    refused(above.path(), "stack.yml is there already");
    let unknown = Template::named("hallo").err().unwrap().to_string();
    assert!(TEMPLATES.iter().all(|template| unknown.contains(template.name)), "{unknown}");
}

#[test]
fn nothing_is_overwritten_and_nothing_half_written() {
    let (_above, folder) = folder("full");
    fs::write(folder.join("lambda_function.py"), "mine").unwrap();
    let beginning = Template::named("hello").unwrap().begin(&folder, None);
    let error = beginning.files.write(&folder).unwrap_err().to_string();
    assert!(error.contains("already there: "), "{error}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    assert_eq!(text(&folder, "lambda_function.py"), "mine");
}
