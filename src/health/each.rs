//! What is asked of every function by itself.

use super::{look::Look, refusal::refusal};
use crate::stack::Function;
use anyhow::Result;
use futures_util::future::join_all;
use std::collections::BTreeMap;

/// Answers by the function's key.
pub(super) struct Each<T> {
    pub of: BTreeMap<String, T>,
    /// What may not be asked.
    pub remarks: Vec<String>,
}

impl<T> Default for Each<T> {
    fn default() -> Self {
        Self { of: BTreeMap::new(), remarks: Vec::new() }
    }
}

impl Look<'_> {
    /// Asks all at once; `None`: there is nothing to tell of that function.
    ///
    /// # Errors
    /// As the calls, but for rights that are missing.
    pub(super) async fn each<T>(&self, ask: impl AsyncFn(&Function) -> Result<Option<T>>) -> Result<Each<T>> {
        let functions = self.stack.functions.values();
        let all = join_all(functions.map(async |function| (&function.key, ask(function).await))).await;
        let mut each = Each::default();
        for (key, answer) in all {
            match answer {
                Ok(answer) => each.of.extend(answer.map(|answer| (key.clone(), answer))),
                Err(error) => each.remarks.push(refusal(error, &format!(" of {key}"))?),
            }
        }
        Ok(each)
    }
}
