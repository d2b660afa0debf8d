//! The executions that a function has for itself, and whether it can have them at all: young accounts have 10, and none to spare.

use super::Function;
use crate::{
    aws::{Class, StackAws, call, failure_of, ignore_not_found, is_class},
    engine::{Id, Run},
    resources::ProvisionedConcurrency,
};
use anyhow::{Error, Result};

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

/// Of the executions that an account has, those that its functions can reserve together.
pub(crate) fn reservable(most: i32) -> i32 {
    (most - UNRESERVABLE).max(0)
}

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
        self.too_many("reserved_concurrency", wanted, own, others)
    }

    /// As [`Self::refusal`], of containers that are kept ready for a function which reserves nothing.
    pub(crate) fn provisioned(self, wanted: i32, own: i32, others: i32) -> Option<String> {
        self.too_many("provisioned_concurrency", wanted, own, others)
    }

    fn too_many(self, key: &str, wanted: i32, own: i32, others: i32) -> Option<String> {
        let stay = self.most - reservable(self.most);
        let free = (self.unreserved + own).min(self.most - others) - stay;
        (wanted > free.max(0)).then(|| {
            format!(
                "`{key}: {wanted}` is not possible: this account runs {} executions at once in this region, {stay} of them stay \
                 unreserved, and {} can be had for this function; ask AWS for more (Service Quotas, Lambda, \"Concurrent \
                 executions\"), or leave the line out",
                self.most,
                free.max(0)
            )
        })
    }
}

impl Function {
    /// `None`: it shares what the account has. Fewer than are provisioned can't be reserved: then fewer are provisioned first.
    ///
    /// # Errors
    /// As the calls.
    pub(crate) async fn set_concurrency(&self, reserved: Option<i32>, run: &Run) -> Result<()> {
        let Some(most) = reserved else {
            let request = self.aws.cloud.lambda.delete_function_concurrency().function_name(&self.name);
            return ignore_not_found(call(run, "DeleteFunctionConcurrency", || request.clone().send()).await);
        };
        match self.reserve(most, run).await {
            Err(e) if is_below_provisioned(&e) => {
                let provisioned = self.provisioned();
                if most > 0 {
                    provisioned.put(most, run).await?;
                } else {
                    provisioned.remove(run).await?;
                }
                self.reserve(most, run).await
            }
            done => done,
        }
    }

    async fn reserve(&self, most: i32, run: &Run) -> Result<()> {
        let request = self.aws.cloud.lambda.put_function_concurrency().function_name(&self.name);
        let request = request.reserved_concurrent_executions(most);
        call(run, "PutFunctionConcurrency", || request.clone().send()).await.map(drop)
    }

    /// Of its alias.
    pub(crate) fn provisioned(&self) -> ProvisionedConcurrency {
        let (aws, key, function_name) = (self.aws.clone(), self.key.clone(), self.name.clone());
        ProvisionedConcurrency { aws, key, function_name }
    }
}

fn is_below_provisioned(error: &Error) -> bool {
    failure_of(error).is_some_and(|f| f.says("lower than function's total provisioned concurrency"))
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
