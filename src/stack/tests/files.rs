//! Files: what is there, what is not, what is beside.

use std::{fs, path::PathBuf};

use super::stack_with;
use crate::stack::{DotEnv, ImageSource, Text, Values, load};

/// A folder of this test alone.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("lambdeploy-stack-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn nothing(_: &str) -> Option<String> {
    None
}

#[test]
fn the_environment_comes_before_dotenv() {
    let folder = folder("dotenv");
    let file = folder.join("stack.yaml");
    fs::write(&file, stack_with("environment: {AB: '${ONE}', CD: '${TWO}'}", "")).unwrap();
    fs::write(folder.join(".env"), "# ours\nexport ONE='from file'\nTWO=from-file\n").unwrap();
    let stack = load(&file, Values::Needed, &|name| (name == "TWO").then(|| "from env".into())).unwrap();
    let environment = &stack.functions["f"].environment;
    assert_eq!(environment["AB"], Text::secret("from file"));
    assert_eq!(environment["CD"], Text::secret("from env"));
    assert_eq!(stack.folder, folder);
    let ImageSource::Context(build) = &stack.functions["f"].image.source else { panic!("it is built") };
    assert_eq!(build.left_out, [file.clone(), folder.join(".env")]);
    assert!(!format!("{:?}", DotEnv::beside(&file).unwrap()).contains("from"));
}

#[test]
fn a_dotenv_that_cannot_be_read_tells_nothing_of_it() {
    let folder = folder("bad-dotenv");
    fs::write(folder.join("stack.yaml"), stack_with("", "")).unwrap();
    fs::write(folder.join(".env"), "GOOD=1\nhunter2 is here\n").unwrap();
    let error = load(&folder.join("stack.yaml"), Values::Needed, &nothing).unwrap_err();
    assert!(error.file.ends_with(".env") && !format!("{error} {error:?}").contains("hunter2"), "{error}");
}

#[test]
fn no_file_one_clear_message() {
    let folder = folder("none");
    let message = |file: PathBuf| load(&file, Values::Needed, &nothing).unwrap_err().to_string();
    let told = message(folder.join("stack.yaml"));
    assert!(told.contains("there is no ") && told.contains("name the file with `-f`"), "{told}");
    fs::write(folder.join("stack.yml"), "").unwrap();
    assert!(message(folder.join("stack.yaml")).contains("stack.yml: `-f "));
    assert!(message(folder.clone()).contains("is a folder"));
    fs::write(folder.join("stack.yaml"), [0xff, 0xfe, 0x00]).unwrap();
    assert!(message(folder.join("stack.yaml")).contains("is not a text in UTF-8"));
    fs::write(folder.join("stack.yaml"), " ".repeat(2 << 20)).unwrap();
    assert!(message(folder.join("stack.yaml")).contains("larger than 1024 KiB"));
}
