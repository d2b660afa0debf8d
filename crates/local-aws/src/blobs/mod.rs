//! The content of images, on disk: what ECR's control plane and its registry both work on.

mod digest;
mod owner;
mod password;
mod release;
mod store;
mod upload;

pub(crate) use digest::{is_digest, sha256};
pub(crate) use owner::Owner;
pub(crate) use password::{RegistryAccess, password, read_password};
pub(crate) use release::release;
pub(crate) use store::BlobStore;
pub(crate) use upload::{Mismatch, Upload};
