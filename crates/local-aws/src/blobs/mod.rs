//! The content of images, on disk: what ECR's control plane and its registry both work on.

mod digest;
mod owner;
mod password;
mod release;
mod store;
mod upload;

pub use digest::{is_digest, sha256};
pub use owner::Owner;
pub use password::{RegistryAccess, password, read_password};
pub use release::release;
pub use store::BlobStore;
pub use upload::{Mismatch, Upload};
