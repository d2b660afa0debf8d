//! What the account can carry: its plan, and how much runs at once.

use super::{Advice, Checkup};
use crate::{aws::call, resources::reservable, stack::Function};
use anyhow::Result;
use aws_sdk_freetier::{
    operation::get_account_plan_state::GetAccountPlanStateOutput,
    types::{AccountPlanStatus, AccountPlanType},
};

/// Days before the end of a free plan at which it is worth a warning.
const SOON: i64 = 30;
/// USD of credits, likewise.
const FEW: f64 = 5.0;
const DAY: i64 = 86_400;
/// What new accounts have; AWS gives 1,000 to whoever asks (`docs/aws.md` 18).
const OF_NEW_ACCOUNTS: i32 = 10;

impl Checkup<'_> {
    /// Of the commercial partition: the others have no free plan.
    pub(super) async fn plan(&self) -> Result<Vec<Advice>> {
        if self.cloud.identity()?.partition != "aws" {
            return Ok(Vec::new());
        }
        let client = aws_sdk_freetier::Client::new(self.cloud.sdk());
        let request = client.get_account_plan_state();
        let state = call(&self.run, "GetAccountPlanState", || request.clone().send()).await?;
        Ok(vec![plan(&state, jiff::Timestamp::now().as_second())])
    }

    pub(super) async fn concurrency(&self) -> Result<Vec<Advice>> {
        let request = self.cloud.lambda.get_account_settings();
        let settings = call(&self.run, "GetAccountSettings", || request.clone().send()).await?;
        let Some(limit) = settings.account_limit else { return Ok(Vec::new()) };
        let functions = self.stack.into_iter().flat_map(|stack| stack.functions.values());
        let taken: u32 = functions.map(Function::taken_concurrency).sum();
        Ok(vec![concurrency(limit.concurrent_executions, i32::try_from(taken)?)])
    }
}

fn plan(state: &GetAccountPlanStateOutput, now: i64) -> Advice {
    let about = "account";
    let upgrade =
        "upgrade to the paid plan in time (Billing → Account plan): what is left of the credits stays";
    if state.account_plan_type != AccountPlanType::Free {
        return Advice::fine(about, "on the paid plan");
    }
    if state.account_plan_status == AccountPlanStatus::Expired {
        let text = "its free plan has ended, so AWS has closed it";
        return Advice::fails(
            about,
            text,
            "upgrade to the paid plan within 90 days (Billing → Account plan)",
        );
    }
    let credits = state.account_plan_remaining_credits.as_ref().map(|credits| credits.amount);
    let end = state.account_plan_expiration_date.map(|at| at.secs());
    let left = credits.map(|usd| format!(", {usd:.2} USD of credits left")).unwrap_or_default();
    let closes = end.and_then(|end| jiff::Timestamp::from_second(end).ok()).map(|end| {
        let days = (end.as_second() - now).max(0) / DAY;
        format!(": AWS closes it on {} (in {days} days), or when the credits end", end.strftime("%Y-%m-%d"))
    });
    let text = format!("on the free plan{left}{}", closes.unwrap_or_default());
    let is_near = end.is_some_and(|end| end - now < SOON * DAY) || credits.is_some_and(|usd| usd < FEW);
    if is_near { Advice::beware(about, text, upgrade) } else { Advice::fine(about, text) }
}

/// `taken`: by the functions of the stack file together, reserved or kept ready.
fn concurrency(most: i32, taken: i32) -> Advice {
    let about = "concurrency";
    let more = "ask AWS for 1,000, which costs nothing: Service Quotas → AWS Lambda → Concurrent executions";
    let free = reservable(most);
    if taken > free {
        let text = format!(
            "the stack file takes {taken} executions for its functions alone, and of the {most} that the account runs at once in this region {free} can be had so"
        );
        return Advice::fails(
            about,
            text,
            format!("{more}; or lower `reserved_concurrency` or `provisioned_concurrency`"),
        );
    }
    if most <= OF_NEW_ACCOUNTS {
        let text = format!(
            "the account runs {most} executions at once in this region, for all functions together: more callers than that are refused, and none can be reserved"
        );
        return Advice::beware(about, text, more);
    }
    Advice::fine(about, format!("{most} executions at once"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{super::Outlook, concurrency, plan};
    use aws_sdk_freetier::{
        operation::get_account_plan_state::GetAccountPlanStateOutput,
        primitives::DateTime,
        types::{AccountPlanStatus, AccountPlanType, CurrencyCode, MonetaryAmount},
    };

    const NOW: i64 = 1_780_000_000;

    fn free(days: i64, credits: f64) -> GetAccountPlanStateOutput {
        let amount = MonetaryAmount::builder().amount(credits).unit(CurrencyCode::Usd).build();
        GetAccountPlanStateOutput::builder()
            .account_plan_type(AccountPlanType::Free)
            .account_plan_status(AccountPlanStatus::Active)
            .account_plan_expiration_date(DateTime::from_secs(NOW + days * 86_400 + 60))
            .set_account_plan_remaining_credits(amount.ok())
            .account_id("000000000000")
            .build()
            .unwrap()
    }

    #[test]
    fn a_free_plan_is_told_with_its_end() {
        let early = plan(&free(120, 100.0), NOW);
        assert_eq!(early.outlook, Outlook::Fine);
        assert!(early.text.contains("100.00 USD of credits left") && early.text.contains("in 120 days"));
        assert_eq!(plan(&free(29, 100.0), NOW).outlook, Outlook::Beware);
        assert_eq!(plan(&free(120, 4.0), NOW).outlook, Outlook::Beware);
        let mut ended = free(0, 0.0);
        ended.account_plan_status = AccountPlanStatus::Expired;
        assert_eq!(plan(&ended, NOW).outlook, Outlook::Fails);
        ended.account_plan_type = AccountPlanType::Paid;
        assert_eq!(plan(&ended, NOW).outlook, Outlook::Fine);
    }

    #[test]
    fn a_new_account_can_reserve_nothing() {
        for (most, reserved, outlook) in [
            (1000, 900, Outlook::Fine),
            (1000, 901, Outlook::Fails),
            (10, 0, Outlook::Beware),
            (10, 1, Outlook::Fails),
            (50, 0, Outlook::Fine),
        ] {
            assert_eq!(concurrency(most, reserved).outlook, outlook, "{reserved} of {most}");
        }
    }
}
