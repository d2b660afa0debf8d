//! Giving back the disk space of blobs.

use super::store::BlobStore;
use crate::world::World;

/// Deletes from the disk those of `digests` that no repository of any account knows any more. A file that cannot be
/// deleted is nobody's; the next push of its digest replaces it, and it goes with the store's folder.
pub(crate) fn release<'d>(world: &World, blobs: &BlobStore, digests: impl IntoIterator<Item = &'d String>) {
    let repositories = || {
        let regions = world.accounts.values().flat_map(|account| account.regions.values());
        regions.flat_map(|region| region.ecr.repositories.values())
    };
    for digest in digests {
        if !repositories().any(|repository| repository.layers.contains_key(digest)) {
            blobs.remove(digest);
        }
    }
}
