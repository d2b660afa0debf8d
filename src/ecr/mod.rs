//! Images in ECR: logging in to it, which of its images Lambda can run, and which nothing uses any more.

mod config;
mod image_uri;
mod login;
mod manifest;
mod old_images;
mod pinned_image;
pub(crate) mod snapshot;
mod variant;

pub(crate) use config::config_of;
pub(crate) use image_uri::ImageUri;
pub(crate) use login::EcrLogin;
pub(crate) use manifest::{Flaw, Shelf};
pub(crate) use old_images::OldImages;
pub(crate) use pinned_image::PinnedImage;
pub(crate) use variant::{free_tag, latest};
