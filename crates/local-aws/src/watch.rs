//! What happens, a line each, for a person who looks on.

use std::sync::OnceLock;

type Tell = dyn Fn(String) + Send + Sync;

/// Whoever looks on, if anybody does.
#[derive(Default)]
pub(crate) struct Watch(OnceLock<Box<Tell>>);

impl Watch {
    /// From now on `tell` gets every line. The first one who looks on is the only one.
    pub(crate) fn begin(&self, tell: impl Fn(String) + Send + Sync + 'static) {
        let _seen_by_the_first = self.0.set(Box::new(tell));
    }

    /// Says what happened; nothing is written where nobody looks on.
    pub(crate) fn say(&self, line: impl FnOnce() -> String) {
        if let Some(tell) = self.0.get() {
            tell(line());
        }
    }
}
