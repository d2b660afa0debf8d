//! What a build is given from outside the stack's folder: nobody should agree to that unseen.

use lambdeploy_engine::Notable;
use lambdeploy_stack::{Build, SecretSource};
use std::path::{Component, Path, PathBuf};

/// Its context, and the files of its secrets, where they are elsewhere.
pub fn inputs_from_outside(build: &Build, folder: &Path) -> Vec<Notable> {
    let elsewhere = |file: &Path| (!is_within(file, folder)).then(|| plain(file).display().to_string());
    let context = elsewhere(&build.context).map(|value| Notable { what: "sends to the build", value });
    let secrets = build.secrets.iter().filter_map(|(id, source)| {
        let SecretSource::File(file) = source else { return None };
        let value = format!("the secret {id} from {}", elsewhere(file)?);
        Some(Notable { what: "gives the build", value })
    });
    context.into_iter().chain(secrets).collect()
}

fn is_within(file: &Path, folder: &Path) -> bool {
    plain(file).starts_with(plain(folder))
}

/// Without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = plain.pop(),
            other => plain.push(other),
        }
    }
    plain
}
