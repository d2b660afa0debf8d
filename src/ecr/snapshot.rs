//! Whether Lambda takes snapshots of what runs from an image (`docs/aws.md` 4.8). It goes by the image's configuration: that of an
//! image which can't be restored shows before anything is changed, and not after minutes as a version that has failed.

use super::Shelf;
use crate::{
    aws::{Class, is_class},
    engine::Run,
};
use anyhow::{Context as _, Result};
use serde_json::Value;

/// By which an image says that what runs from it may be restored without knowing it.
const LABEL: &str = "com.amazonaws.lambda.feature.snapstart";
/// What all of AWS's base images have in their environment, whatever their language.
const AWS_BASE: &str = "LAMBDA_RUNTIME_DIR=/var/runtime";

/// What helps an image that can't be restored.
pub(crate) const ADVICE: &str = "with `snapstart`, an image needs AWS's base for Python 3.12, Java 11 or .NET 8 or later, or this line in its Dockerfile: \
     LABEL com.amazonaws.lambda.feature.snapstart=\"Allow\"";

/// Whether there can be snapshots of it, as far as its configuration shows: AWS's bases of other languages look the same, and
/// need the label too.
fn can_be_restored(config: &Value) -> bool {
    let base = || config["config"]["Env"].as_array().is_some_and(|env| env.iter().any(|it| it == AWS_BASE));
    config["config"]["Labels"][LABEL] == "Allow" || base()
}

impl Shelf<'_> {
    /// Why Lambda would take no snapshots of the image of this digest; `None`: it would, or the caller may not see it.
    ///
    /// # Errors
    /// As the calls.
    pub(crate) async fn no_snapshots(&self, digest: &str, run: &Run) -> Result<Option<String>> {
        let image = format!("{}@{digest}", self.repository);
        match self.configuration(digest, run).await {
            Err(e) if is_class(&e, Class::Denied) => {
                run.note(format!("can't see whether Lambda takes snapshots of {image}: {e:#}"));
                Ok(None)
            }
            config => Ok((!can_be_restored(&config?.context("the image is not in ECR any more")?)).then(|| {
                format!("Lambda can't take a snapshot of the image {image}: it is not on AWS's base and has no label for it\n  → {ADVICE}")
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::can_be_restored;
    use serde_json::json;

    #[test]
    fn the_label_or_a_base_of_aws() {
        let env = json!({"config": {"Env": ["PATH=/bin", "LAMBDA_RUNTIME_DIR=/var/runtime"]}});
        let label =
            |value: &str| json!({"config": {"Labels": {"com.amazonaws.lambda.feature.snapstart": value}}});
        assert!(can_be_restored(&env) && can_be_restored(&label("Allow")));
        for config in [label("Deny"), json!({"config": {"Env": null, "Labels": null}}), json!({})] {
            assert!(!can_be_restored(&config), "{config}");
        }
    }
}
