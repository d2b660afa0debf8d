//! Files: what is there, what is not, what is beside.

use std::{fs, path::Path};

use super::stack_with;
use crate::{DotEnv, ImageSource, Text, Values, load};

fn nothing(_: &str) -> Option<String> {
    None
}

#[test]
fn the_environment_comes_before_dotenv() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = folder.join("stack.yaml");
    fs::write(&file, stack_with("environment: {AB: '${ONE}', CD: '${TWO}'}", "")).unwrap();
    fs::write(folder.join(".env"), "# ours\nexport ONE='from file'\nTWO=from-file\n").unwrap();
    fs::write(folder.join("Dockerfile"), "FROM scratch").unwrap();
    let stack = load(&file, Values::Needed, &|name| (name == "TWO").then(|| "from env".into())).unwrap();
    let environment = &stack.functions["f"].environment;
    assert_eq!(environment["AB"], Text::secret("from file"));
    assert_eq!(environment["CD"], Text::secret("from env"));
    assert_eq!(stack.folder, folder);
    let ImageSource::Context(build) = &stack.functions["f"].image.source else { panic!("it is built") };
    let beside = [".env", "stack.schema.json"].map(|name| folder.join(name));
    assert_eq!(build.left_out, [&[file][..], &beside].concat());
    assert!(!format!("{:?}", DotEnv::in_folder(folder)).contains("from"));
}

#[test]
fn a_dotenv_that_cannot_be_read_tells_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("stack.yaml"), stack_with("", "")).unwrap();
    fs::write(folder.join(".env"), "GOOD=1\nhunter2 is here\n").unwrap();
    let error = load(&folder.join("stack.yaml"), Values::Needed, &nothing).unwrap_err();
    assert!(
        Path::new(&error.file).ends_with(".env") && !format!("{error} {error:?}").contains("hunter2"),
        "{error}"
    );
    assert!(error.to_string().contains(".env: line 2 has no `=`"), "{error}");
}

/// `destroy`, `output` and `logs` go on without it; what of it can be read counts.
#[test]
fn a_dotenv_that_cannot_be_read_is_a_warning_where_no_values_are_needed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = folder.join("stack.yaml");
    fs::write(&file, stack_with("name: ${NAME}\nenvironment: {AB: '${TOKEN}'}", "")).unwrap();
    fs::write(folder.join(".env"), "NAME=one\nTOKEN=\"hunter2\n").unwrap();
    let stack = load(&file, Values::NotNeeded, &nothing).unwrap();
    assert_eq!(stack.functions["f"].name, "one");
    assert!(
        stack.warnings[0].mistake.message.contains(".env: line 2 opens a quote") && stack.warnings.len() == 1,
        "{:?}",
        stack.warnings
    );
    for bytes in [&[0xff, 0xfe][..], &vec![b'x'; 2 << 20]] {
        fs::write(folder.join(".env"), bytes).unwrap();
        fs::write(&file, stack_with("", "")).unwrap();
        assert_eq!(load(&file, Values::NotNeeded, &nothing).unwrap().warnings.len(), 1);
        assert!(load(&file, Values::Needed, &nothing).is_err());
    }
}

/// Before anything is asked of AWS, and with its place.
#[test]
fn a_file_that_is_named_and_not_there_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = folder.join("stack.yaml");
    let told = |image: &str, values| {
        fs::write(&file, stack_with("", "").replace("{context: .}", image)).unwrap();
        let error = load(&file, values, &nothing).err()?;
        let mistakes = error.mistakes.iter();
        Some(
            mistakes
                .map(|it| format!("{}:{} {}", it.line().unwrap(), it.column().unwrap(), it.message))
                .collect::<Vec<_>>(),
        )
    };
    let missing = |image: &str| told(image, Values::Needed).unwrap();
    let at = |name: &str| folder.join(name).display().to_string();
    assert_eq!(missing("{context: app}"), [format!("4:22 there is no folder {}", at("app"))]);
    assert_eq!(missing("{archive: a.tar}"), [format!("4:22 there is no file {}", at("a.tar"))]);
    assert_eq!(missing("{context: .}"), [format!("4:22 there is no Dockerfile {}", at("Dockerfile"))]);
    assert_eq!(
        missing("{context: ., dockerfile: My, secrets: {k: {file: key}}}"),
        [format!("4:37 there is no Dockerfile {}", at("My")), format!("4:61 there is no file {}", at("key"))]
    );
    assert_eq!(told("{context: app}", Values::NotNeeded), None, "`destroy` needs none of it");
    fs::write(folder.join("Dockerfile"), "FROM scratch").unwrap();
    assert_eq!(told("{context: .}", Values::Needed), None);
}

#[test]
fn no_file_one_clear_message() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let message = |file: std::path::PathBuf| load(&file, Values::Needed, &nothing).unwrap_err().to_string();
    let told = message(folder.join("stack.yaml"));
    assert!(told.contains("there is no ") && told.contains("name the file with `-f`"), "{told}");
    fs::write(folder.join("stack.yml"), "").unwrap();
    assert!(message(folder.join("stack.yaml")).contains("stack.yml: `-f "));
    assert!(message(folder.to_owned()).contains("is a folder"));
    fs::write(folder.join("stack.yaml"), [0xff, 0xfe, 0x00]).unwrap();
    assert!(message(folder.join("stack.yaml")).contains("is not a text in UTF-8"));
    fs::write(folder.join("stack.yaml"), " ".repeat(2 << 20)).unwrap();
    assert!(message(folder.join("stack.yaml")).contains("larger than 1024 KiB"));
}
