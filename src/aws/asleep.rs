//! Which functions' live versions take no calls yet, because Lambda puts what nobody calls for weeks to sleep.

use super::{Cloud, FoundExt, call};
use crate::engine::Id;
use anyhow::Result;
use aws_sdk_lambda::types::State;
use futures_util::future::try_join_all;

impl Cloud {
    /// The names of those of which what `alias` names sleeps or is being woken.
    ///
    /// # Errors
    /// As the calls.
    pub async fn asleep(
        &self,
        functions: impl IntoIterator<Item = &str>,
        alias: &str,
    ) -> Result<Vec<String>> {
        let run = &self.looking_at(&Id::only("contract"));
        let sleepers = try_join_all(functions.into_iter().map(|name| async move {
            let request = self.lambda.get_function_configuration().function_name(name);
            let live = request.clone().qualifier(alias);
            let live = call(run, "GetFunctionConfiguration", || live.clone().send()).await.found()?;
            // A stack that was made before there was an alias.
            let found = match live {
                Some(live) => Some(live),
                None => call(run, "GetFunctionConfiguration", || request.clone().send()).await.found()?,
            };
            let state = found.and_then(|function| function.state);
            let sleeps = matches!(state, Some(State::Inactive | State::Pending));
            anyhow::Ok(sleeps.then(|| name.to_owned()))
        }));
        Ok(sleepers.await?.into_iter().flatten().collect())
    }
}
