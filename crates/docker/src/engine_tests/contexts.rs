//! The context that is sent.

use super::*;

#[tokio::test]
async fn a_context_that_changed_makes_no_image() {
    let Some(engine) = engine().await else { return };
    let sample = Sample::new("FROM scratch\nCOPY new /\n");
    fs::write(sample.path().join("new"), unique()).unwrap();
    let mut request = sample.request.clone();
    let hashed = fingerprint(&request.build, request.architecture).await.unwrap();
    (request.fingerprint, request.parts) = (hashed.hash, hashed.parts);
    fs::write(sample.path().join("new"), "something else").unwrap();
    let error = format!("{:#}", engine.build(&request, &|_| {}).await.unwrap_err());
    assert!(error.starts_with("new changed while the build context was being read"), "{error}");
    let name = tidy::local_name(&request);
    assert!(engine.connection().await.unwrap().client.inspect_image(&name).await.is_err());
}

#[tokio::test]
async fn a_context_that_changed_is_built_once_more_as_it_is_now() {
    let Some(engine) = engine().await else { return };
    let sample = Sample::new("FROM scratch\nCOPY new /\n");
    fs::write(sample.path().join("new"), unique()).unwrap();
    let mut request = sample.request.clone();
    let hashed = fingerprint(&request.build, request.architecture).await.unwrap();
    (request.fingerprint, request.parts) = (hashed.hash.clone(), hashed.parts);
    fs::write(sample.path().join("new"), unique()).unwrap();
    let on = |progress: Progress| {
        if let Progress::Line(line) = progress {
            sample.lines.borrow_mut().push(line);
        }
    };
    crate::build(&engine, &mut request, &on).await.unwrap();
    assert_ne!(request.fingerprint, hashed.hash, "the image is named by what is in it");
    assert!(sample.said("new changed since the plan: "), "{:?}", sample.lines);
    let name = tidy::local_name(&request);
    super::super::tidy::remove(engine.connection().await.unwrap(), &name, false).await.unwrap();
}

/// What `docker build` leaves out of a context, `COPY .` does not find: an excluded Dockerfile, and one from elsewhere.
#[tokio::test]
async fn the_builders_own_files_are_no_part_of_the_context() {
    let Some(engine) = engine_with_base().await else { return };
    let dockerfile =
        format!("FROM {BASE}\nCOPY . /here\nRUN cd /here && find . -printf '%p %y %m %l %s %T@;' | sort\n");
    let mut sample = Sample::new(&dockerfile);
    fs::create_dir(sample.path().join("a")).unwrap();
    fs::write(sample.path().join("a/new"), unique()).unwrap();
    fs::write(sample.path().join("a-large"), vec![7; 3_000_000]).unwrap();
    fs::write(sample.path().join("empty"), "").unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::new(1_700_000_001, 250_000_000);
    fs::File::options().write(true).open(sample.path().join("empty")).unwrap().set_modified(time).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("a/new", sample.path().join("link")).unwrap();
    fs::write(sample.path().join(".dockerignore"), "Dockerfile\n.dockerignore\n").unwrap();
    sample.build(&engine).await.unwrap();
    let found =
        |line: &str| sample.lines.borrow().iter().find(|l| l.contains(line)).cloned().unwrap_or_default();
    let listed = found("./a-large");
    assert!(!listed.contains("ockerfile") && !listed.contains(".dockerignore"), "{listed}");
    assert!(listed.contains("./empty f 644  0 1700000001.2500000000;"), "{listed}");
    assert!(listed.contains("./a d 755 ") && listed.contains("./a-large f 644  3000000 "), "{listed}");
    assert!(cfg!(not(unix)) || listed.contains("./link l 777 a/new "), "{listed}");

    sample.lines.borrow_mut().clear();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::remove_file(sample.path().join(".dockerignore")).unwrap();
    fs::remove_file(sample.path().join("Dockerfile")).unwrap();
    let dockerfile = format!("FROM {BASE}\nCOPY . /here\nRUN cd /here && find . -printf '%p %y;'\n");
    fs::write(elsewhere.path().join("Other"), dockerfile).unwrap();
    sample.request.build.dockerfile = elsewhere.path().join("Other");
    sample.build(&engine).await.unwrap();
    let listed = sample.lines.borrow().join("\n");
    assert!(listed.contains("./empty f;") && !listed.contains("ockerfile f;"), "{listed}");
}

#[tokio::test]
async fn a_context_that_is_sent_apart_is_held_against_its_hash_too() {
    let Some(engine) = engine_with_base().await else { return };
    let sample = Sample::new(&format!("FROM {BASE}\nCOPY new /\n"));
    fs::write(sample.path().join(".dockerignore"), "Dockerfile\n").unwrap();
    fs::write(sample.path().join("new"), unique()).unwrap();
    let mut request = sample.request.clone();
    let hashed = fingerprint(&request.build, request.architecture).await.unwrap();
    (request.fingerprint, request.parts) = (hashed.hash, hashed.parts);
    fs::write(sample.path().join("new"), "something else").unwrap();
    let error = engine.build(&request, &|_| {}).await.unwrap_err();
    assert!(error.is::<crate::Changed>() && error.to_string().starts_with("new changed"), "{error}");
}
