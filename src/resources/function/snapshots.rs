//! `snapstart`: that Lambda can take snapshots of the image is known before the function changes.

use super::FunctionWish;
use crate::{
    ecr::{ImageUri, Shelf},
    engine::Run,
    stack::ImageSource,
};
use anyhow::{Result, bail};

impl FunctionWish {
    /// Asked before anything changes where the image is known, else as soon as it is there; each image is looked at once.
    ///
    /// # Errors
    /// Lambda takes no snapshots of it; as the calls.
    pub(super) async fn ensure_snapshots(&self, run: &Run) -> Result<()> {
        let Some(image) = self.image.get().filter(|_| self.wish.snapstart) else { return Ok(()) };
        if self.restorable.borrow().as_ref() == Some(&image.digest) {
            return Ok(());
        }
        let shelf = Shelf {
            cloud: &self.function.aws.cloud,
            account: self.others_account()?,
            repository: &self.wish.image.repository,
            architecture: self.wish.architecture,
        };
        if let Some(why) = shelf.no_snapshots(&image.digest, run).await? {
            bail!("{}: {why}", self.function.name);
        }
        *self.restorable.borrow_mut() = Some(image.digest);
        Ok(())
    }

    /// Whose registry the image is in, where it is not the caller's own.
    fn others_account(&self) -> Result<Option<&str>> {
        let ImageSource::Uri(uri) = &self.wish.image.source else { return Ok(None) };
        let account = ImageUri::of(uri)?.account;
        Ok((self.function.aws.cloud.identity()?.account != account).then_some(account))
    }
}
