//! Lists that AWS gives a page at a time.

use anyhow::Result;

/// Some items of a list, and where the next ones are; `None`: these are the last.
pub(crate) type Page<T> = (Vec<T>, Option<String>);

/// All items of a list, in its order. `page` asks for the items at a place; `None`: for the first ones.
///
/// # Errors
/// Those of `page`.
pub(crate) async fn pages<T>(page: impl AsyncFn(Option<String>) -> Result<Page<T>>) -> Result<Vec<T>> {
    let (mut all, mut place) = (Vec::new(), None);
    loop {
        let (items, next) = page(place).await?;
        all.extend(items);
        if next.is_none() {
            return Ok(all);
        }
        place = next;
    }
}
