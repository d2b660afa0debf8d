#![allow(clippy::unwrap_used)]
use super::*;
use crate::hash;
use lambdeploy_stack::Architecture;
use std::{collections::BTreeMap, fs};

/// A context with a Dockerfile and `files`, each with its name as content.
pub(crate) struct Sample {
    folder: tempfile::TempDir,
    pub build: Build,
}

pub(crate) fn sample(files: &[&str]) -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("context");
    fs::create_dir(&root).unwrap();
    let build = Build {
        context: root.clone(),
        dockerfile: root.join("Dockerfile"),
        target: None,
        args: BTreeMap::new(),
        secrets: BTreeMap::new(),
        left_out: Vec::new(),
    };
    let sample = Sample { folder, build };
    sample.write("Dockerfile", "FROM scratch");
    files.iter().for_each(|f| sample.write(f, f));
    sample
}

impl Sample {
    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.build.context.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn names(&self) -> String {
        let context = BuildContext::list(&self.build).unwrap();
        let names = context.entries.iter().map(|e| {
            let name = String::from_utf8_lossy(&e.name).into_owned();
            if e.builders_own { format!("({name})") } else { name }
        });
        names.collect::<Vec<_>>().join(" ")
    }

    fn hash(&self) -> String {
        let context = BuildContext::list(&self.build).unwrap();
        hash::build(&context, &hash::digests(&context).unwrap(), &self.build, Architecture::X86_64)
    }

    fn error(&self) -> String {
        format!("{:#}", BuildContext::list(&self.build).unwrap_err())
    }
}

#[test]
fn names_are_relative_and_sorted() {
    let sample = sample(&["b/z", "b/a/1", "a.txt", "c"]);
    assert_eq!(sample.names(), "Dockerfile a.txt b b/a b/a/1 b/z c");
}

#[test]
fn exceptions_are_found_in_excluded_folders() {
    let sample = sample(&["src/deep/keep.py", "src/deep/drop.txt", "src/other/x", "empty/x"]);
    sample.write(".dockerignore", "*\n!src/**/*.py\n");
    assert_eq!(sample.names(), "src src/deep src/deep/keep.py (Dockerfile) (.dockerignore)");
}

#[test]
fn the_dockerfiles_own_ignore_file_goes_first() {
    let sample = sample(&["a", "b"]);
    sample.write(".dockerignore", "a");
    sample.write("Dockerfile.dockerignore", "b\n*ignore");
    assert_eq!(sample.names(), "Dockerfile a");
}

#[test]
fn a_dockerfile_elsewhere_is_sent_for_the_builder() {
    let mut sample = sample(&["a"]);
    fs::remove_file(&sample.build.dockerfile).unwrap();
    sample.build.dockerfile = sample.folder.path().join("Other");
    fs::write(&sample.build.dockerfile, "FROM scratch").unwrap();
    assert_eq!(sample.names(), "a (.lambdeploy.Dockerfile)");
    assert_eq!(BuildContext::dockerfile_name(&sample.build).unwrap(), FOREIGN_DOCKERFILE);
}

#[test]
fn the_hash_is_of_content_not_of_place_or_time() {
    let (one, other) = (sample(&["a", "b/c"]), sample(&["b/c", "a"]));
    let old = std::time::SystemTime::UNIX_EPOCH;
    fs::File::options().write(true).open(other.build.context.join("a")).unwrap().set_modified(old).unwrap();
    assert_eq!(one.hash(), other.hash());
    assert_eq!(one.hash().len(), 64);
}

#[test]
fn everything_that_goes_into_a_build_is_in_the_hash() {
    let base = sample(&["a", "b"]).hash();
    let differs = |change: &dyn Fn(&mut Sample)| {
        let mut changed = sample(&["a", "b"]);
        change(&mut changed);
        assert_ne!(changed.hash(), base);
    };
    differs(&|s| s.write("a", "A"));
    differs(&|s| s.write("Dockerfile", "FROM other"));
    differs(&|s| fs::rename(s.build.context.join("a"), s.build.context.join("c")).unwrap());
    differs(&|s| fs::create_dir(s.build.context.join("empty")).unwrap());
    differs(&|s| s.build.target = Some("x".into()));
    differs(&|s| drop(s.build.args.insert("x".into(), "y".into())));
}

#[test]
fn what_is_ignored_is_not_in_the_hash() {
    let sample = sample(&["a"]);
    sample.write(".dockerignore", "b\n.dockerignore");
    let before = sample.hash();
    sample.write("b", "anything");
    assert_eq!(sample.hash(), before);
}

#[test]
fn arguments_can_not_be_shifted_into_each_other() {
    let (mut one, mut other) = (sample(&[]), sample(&[]));
    one.build.args = BTreeMap::from([("a".into(), "bc".into())]);
    other.build.args = BTreeMap::from([("ab".into(), "c".into())]);
    assert_ne!(one.hash(), other.hash());
}

#[test]
fn what_is_missing_is_named() {
    let mut sample = sample(&[]);
    fs::remove_file(&sample.build.dockerfile).unwrap();
    assert!(sample.error().contains("there is no Dockerfile at "), "{}", sample.error());
    sample.build.context = sample.folder.path().join("gone");
    assert!(
        sample.error().contains("there is no folder") && sample.error().contains("gone: "),
        "{}",
        sample.error()
    );
}

#[test]
fn the_stack_file_and_its_dotenv_are_no_part_of_the_context() {
    let mut sample = sample(&["a", ".env", "stack.yaml", "folder/stack.yaml", "[s]tack.yaml"]);
    let of = |name| sample.build.context.join(name);
    sample.build.left_out = vec![of("stack.yaml"), of(".env"), of("../elsewhere.yaml"), of("not/there")];
    assert_eq!(sample.names(), "Dockerfile [s]tack.yaml a folder folder/stack.yaml");
    sample.write(".dockerignore", "!stack.yaml\n");
    assert!(sample.names().ends_with("a folder folder/stack.yaml stack.yaml"), "{}", sample.names());
}

/// It differs between two clones of one commit.
#[test]
fn the_history_is_no_part_of_the_context_unless_it_is_named() {
    let sample = sample(&["a", "sub/a"]);
    let before = sample.hash();
    sample.write(".git/HEAD", "ref: refs/heads/main");
    sample.write("sub/.git", "gitdir: /home/somebody/project/.git/modules/sub");
    assert_eq!(sample.hash(), before);
    sample.write(".dockerignore", "!.git\n");
    assert_eq!(sample.names(), ".dockerignore .git .git/HEAD Dockerfile a sub sub/a");
}

#[test]
fn what_output_env_wrote_is_no_part_of_the_context() {
    let sample = sample(&["a"]);
    let before = sample.hash();
    sample.write("web/.env.local", &format!("MINE=1\n{CLIENT_ENV_MARK}\nNEXT_PUBLIC_API_KEY=k\n"));
    assert_eq!(sample.names(), "Dockerfile a web");
    fs::remove_dir_all(sample.build.context.join("web")).unwrap();
    assert_eq!(sample.hash(), before);
    sample.write(".env.production", "MINE=1\n");
    assert_eq!(sample.names(), ".env.production Dockerfile a", "one of the person's own stays");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::{
        ffi::OsStrExt,
        fs::{PermissionsExt, symlink},
        net::UnixListener,
    };

    #[test]
    fn executable_files_and_links_count() {
        let plain = sample(&["run"]);
        let before = plain.hash();
        fs::set_permissions(plain.build.context.join("run"), fs::Permissions::from_mode(0o700)).unwrap();
        let executable = plain.hash();
        assert_ne!(executable, before);
        fs::set_permissions(plain.build.context.join("run"), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(plain.hash(), executable);
        symlink("../outside", plain.build.context.join("link")).unwrap();
        let linked = BuildContext::list(&plain.build).unwrap();
        let link = linked.entries.iter().find(|e| e.name == b"link").unwrap();
        assert_eq!(link.kind, EntryKind::Link { target: b"../outside".to_vec() });
    }

    #[test]
    fn a_linked_dockerfile_is_read_through_the_link() {
        let mut sample = sample(&[]);
        symlink("Dockerfile", sample.build.context.join("Link")).unwrap();
        sample.build.dockerfile = sample.build.context.join("Link");
        assert_eq!(sample.names(), "Dockerfile Link (.lambdeploy.Dockerfile)");
    }

    #[test]
    fn sockets_are_left_out() {
        let sample = sample(&[]);
        let _socket = UnixListener::bind(sample.build.context.join("s.sock")).unwrap();
        assert_eq!(sample.names(), "Dockerfile");
    }

    #[test]
    fn pipes_are_refused_by_name_unless_ignored() {
        let sample = sample(&[]);
        let pipe = sample.build.context.join("p");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(sample.error().contains("/p is neither file, folder nor link"), "{}", sample.error());
        sample.write(".dockerignore", "p");
        assert_eq!(sample.names(), ".dockerignore Dockerfile");
    }

    #[test]
    fn links_are_taken_as_they_are() {
        let sample = sample(&["folder/file"]);
        let link = |name: &str, to: &str| symlink(to, sample.build.context.join(name)).unwrap();
        link("absolute", "/etc/passwd");
        link("dangling", "nowhere");
        link("loop", "loop");
        link("up", "..");
        link("folder/itself", "../folder");
        let context = BuildContext::list(&sample.build).unwrap();
        let links = context.entries.iter().filter(|e| matches!(e.kind, EntryKind::Link { .. }));
        assert_eq!(links.count(), 5);
        assert_eq!(context.entries.len(), 5 + 3, "no link is followed");
        let before = sample.hash();
        fs::remove_file(sample.build.context.join("dangling")).unwrap();
        link("dangling", "elsewhere");
        assert_ne!(sample.hash(), before, "where a link points is in the hash");
    }

    #[test]
    fn an_unreadable_file_is_named_unless_ignored() {
        let sample = sample(&["secret"]);
        let secret = sample.build.context.join("secret");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
        if fs::File::open(&secret).is_ok() {
            eprintln!("skipped: root may read everything");
            return;
        }
        let error = format!("{:#}", hash::digests(&BuildContext::list(&sample.build).unwrap()).unwrap_err());
        assert!(error.contains("secret"), "{error}");
        sample.write(".dockerignore", "secret");
        assert_eq!(sample.hash().len(), 64);
    }

    /// Waiting for a pipe or reading a device would never end.
    #[test]
    fn an_ignore_file_that_is_no_file_is_refused() {
        let sample = sample(&[]);
        let ignore = sample.build.context.join(".dockerignore");
        for device in ["/dev/zero", "/dev/tty", "/"] {
            symlink(device, &ignore).unwrap();
            assert!(sample.error().contains("it is not a regular file"), "{device}: {}", sample.error());
            fs::remove_file(&ignore).unwrap();
        }
        fs::write(&ignore, "x\n".repeat(600_000)).unwrap();
        assert!(sample.error().contains("larger than 1024 KiB"), "{}", sample.error());
    }

    #[test]
    fn a_file_that_changed_its_size_is_named_without_reading_all_of_it() {
        let sample = sample(&["a"]);
        let context = BuildContext::list(&sample.build).unwrap();
        for size in [0, 2, 1 << 42] {
            fs::File::options()
                .write(true)
                .open(sample.build.context.join("a"))
                .unwrap()
                .set_len(size)
                .unwrap();
            let error = format!("{:#}", hash::digests(&context).unwrap_err());
            assert!(error.starts_with("a changed while "), "{error}");
        }
    }

    #[test]
    fn a_file_that_vanishes_is_named() {
        let sample = sample(&["a", "b"]);
        let context = BuildContext::list(&sample.build).unwrap();
        fs::remove_file(sample.build.context.join("b")).unwrap();
        let error = format!("{:#}", hash::digests(&context).unwrap_err());
        assert!(error.starts_with("b changed while "), "{error}");
    }

    #[test]
    fn names_may_be_any_bytes() {
        let sample = sample(&[]);
        let odd = std::ffi::OsStr::from_bytes(b"od\xffd\nname");
        fs::write(sample.build.context.join(odd), "x").unwrap();
        assert!(
            BuildContext::list(&sample.build).unwrap().entries.iter().any(|e| e.name == b"od\xffd\nname")
        );
    }

    #[test]
    fn a_link_to_the_context_is_followed() {
        let mut sample = sample(&["a"]);
        let before = sample.hash();
        let link = sample.folder.path().join("link");
        symlink(&sample.build.context, &link).unwrap();
        sample.build.dockerfile = link.join("Dockerfile");
        sample.build.context = link;
        assert_eq!(sample.hash(), before);
    }
}
