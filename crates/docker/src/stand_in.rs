//! A local image that stands in for AWS's base image, where that can't be pulled: it is not pulled anew, and must not reach AWS.

/// The label of such an image, and of what is built on it.
pub const STAND_IN: &str = "lambdeploy.stand-in";

/// Whether these are the labels of one.
pub fn is_stand_in<'a>(labels: impl IntoIterator<Item = &'a String>) -> bool {
    labels.into_iter().any(|label| label == STAND_IN)
}
