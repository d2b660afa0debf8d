//! What of a stack is as somebody wanted it, and all the same not as a client expects it: it is no difference from the file.

use super::StackGraph;
use crate::engine::Kind as _;

impl StackGraph<'_> {
    /// Since when the door is shut, once it is known what there is.
    pub fn paused(&self) -> Option<String> {
        self.api.get()?.paused
    }

    /// A sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let paused = self.paused().map(|since| {
            format!("the stack is paused since {since}: no key works and no function runs; `lambdeploy resume` opens it")
        });
        let disabled = || {
            let keys = self.stack.api.keys.iter().zip(&self.keys);
            let disabled = keys.filter(|(_, key)| key.get().is_some_and(|key| key.disabled));
            disabled.map(|(name, _)| {
                let id = crate::engine::Id::of(crate::resources::ApiKey::NAME, name);
                format!(
                    "{id} is disabled by hand, and stays so: `lambdeploy key enable {name}` lets it in again"
                )
            })
        };
        let mut all = match paused {
            Some(paused) => vec![paused],
            None => disabled().collect(),
        };
        all.extend(self.ringing());
        all
    }
}
