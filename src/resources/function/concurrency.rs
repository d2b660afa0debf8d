//! Whether the executions that the file reserves can be reserved at all: young accounts have 10, and none to spare.

use crate::{
    aws::{Class, StackAws, call, is_class},
    engine::Id,
};
use anyhow::Result;

/// Of a region, for all functions together (Lambda GetAccountSettings).
#[derive(Debug, Clone, Copy)]
pub(crate) struct AccountConcurrency {
    /// Executions at once.
    most: i32,
    /// Those of them that no function has reserved.
    unreserved: i32,
}

/// So many stay unreserved, or all that a smaller account has (PutFunctionConcurrency's own words).
const UNRESERVABLE: i32 = 100;

impl AccountConcurrency {
    /// `None` where the caller may not ask: then Lambda says it later.
    ///
    /// # Errors
    /// As the call.
    pub(crate) async fn read(aws: StackAws) -> Result<Option<Self>> {
        let run = aws.cloud.looking_at(&Id::only("concurrency"));
        let request = aws.cloud.lambda.get_account_settings();
        let limit = match call(&run, "GetAccountSettings", || request.clone().send()).await {
            Err(e) if is_class(&e, Class::Denied) => return Ok(None),
            answer => answer?.account_limit,
        };
        Ok(limit.map(|l| Self {
            most: l.concurrent_executions,
            unreserved: l.unreserved_concurrent_executions.unwrap_or(l.concurrent_executions),
        }))
    }

    /// Why `wanted` executions can't be reserved for a function that has `own` now; `others`: what the file reserves
    /// for other functions.
    pub(crate) fn refusal(self, wanted: i32, own: i32, others: i32) -> Option<String> {
        let stay = UNRESERVABLE.min(self.most);
        let free = (self.unreserved + own).min(self.most - others) - stay;
        (wanted > free.max(0)).then(|| {
            format!(
                "`reserved_concurrency: {wanted}` is not possible: this account runs {} executions at once in this region, \
                 {stay} of them stay unreserved, and {} can be reserved for this function; ask AWS for more (Service \
                 Quotas, Lambda, \"Concurrent executions\"), or leave the line out",
                self.most,
                free.max(0)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::AccountConcurrency;

    #[test]
    fn what_can_be_reserved() {
        for (most, unreserved, wanted, own, others, holds) in [
            (1000, 1000, 900, 0, 0, true),
            (1000, 1000, 901, 0, 0, false),
            (1000, 100, 500, 500, 400, true),
            (1000, 100, 501, 500, 400, false),
            (1000, 1000, 500, 0, 500, false),
            (10, 10, 1, 0, 0, false),
            (10, 10, 0, 0, 0, true),
            (50, 50, 1, 0, 0, false),
        ] {
            let account = AccountConcurrency { most, unreserved };
            let refusal = account.refusal(wanted, own, others);
            assert_eq!(refusal.is_none(), holds, "{wanted} of {most}: {refusal:?}");
        }
    }
}
