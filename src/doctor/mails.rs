//! Mail addresses that have not agreed to be written to: what they should be told of, nobody hears.

use super::{Advice, Checkup};
use crate::{
    aws::{FoundExt, call, pages},
    stack::{DefaultNames, Stack},
};
use anyhow::Result;
use aws_sdk_sns::{Client, types::Subscription};

/// What lists say in the place of a subscription's ARN (`docs/aws.md` 7.3).
const PENDING: &str = "PendingConfirmation";

impl Checkup<'_> {
    pub(super) async fn mails(&self) -> Result<Vec<Advice>> {
        let Some(stack) = self.stack else { return Ok(Vec::new()) };
        let subscriptions = match stack.alerts {
            Some(_) => self.subscriptions(stack).await?,
            None => Vec::new(),
        };
        let pending = |s: &&Subscription| s.subscription_arn() == Some(PENDING);
        let pending = subscriptions.iter().filter(pending).filter_map(|s| s.endpoint());
        let mut all: Vec<Advice> = pending.map(unconfirmed).collect();
        if all.is_empty() && !subscriptions.is_empty() {
            all.push(Advice::fine("mails", "every address of the alerts has confirmed"));
        }
        Ok(all.into_iter().chain(of_budget(stack)).collect())
    }

    async fn subscriptions(&self, stack: &Stack) -> Result<Vec<Subscription>> {
        let names = DefaultNames { stack: &stack.name, region: &self.cloud.region };
        let topic = self.cloud.arn("sns", &names.topic())?;
        let client = Client::new(self.cloud.sdk());
        pages(async |next| {
            let request = client.list_subscriptions_by_topic().topic_arn(&topic).set_next_token(next);
            let operation = "ListSubscriptionsByTopic";
            let page = call(&self.run, operation, || request.clone().send()).await.found()?;
            Ok(page
                .map_or((Vec::new(), None), |page| (page.subscriptions.unwrap_or_default(), page.next_token)))
        })
        .await
    }
}

fn unconfirmed(address: &str) -> Advice {
    let text = format!("{address} has not confirmed yet: it hears of no alarm");
    let todo = "open the link in AWS's mail \"Subscription Confirmation\" (it may be among the spam); after 48 hours the next `up` sends it again";
    Advice::beware("mails", text, todo)
}

/// Of budgets' own mails no operation says whether somebody has confirmed (`docs/aws.md` 7.4).
fn of_budget(stack: &Stack) -> Option<Advice> {
    let budget = stack.budget.as_ref().filter(|budget| !budget.email.is_empty())?;
    let addresses = budget.email.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let text = format!("AWS does not tell whether {addresses} may be written to about the budget");
    let todo = "confirm when AWS Budgets asks by mail: without that nothing is sent";
    Some(Advice::unknown("mails", text, Some(todo.to_owned())))
}
