//! The account's monthly budget: mail when its cost comes near a limit.
//!
//! AWS Budgets is one service for all regions, and a budget has its name for its key (`docs/aws.md`, Budgets).

use super::leftovers::Listed;
use crate::{
    aws::{Class, FoundExt, StackAws, call, finish_existing, ignore_not_found, is_class, pages, tags},
    engine::{Applied, Deletable, Found, Kind, Run, Wish},
    stack::{self, Entry},
};
use anyhow::{Context as _, Result};
use aws_sdk_budgets::{
    Client,
    types::{
        Budget as Described, BudgetType, ComparisonOperator, Notification, NotificationType,
        NotificationWithSubscribers, ResourceTag, Spend, Subscriber, SubscriptionType, ThresholdType,
        TimeUnit,
    },
};
use futures_util::future::try_join_all;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A budget's currency; AWS knows no other for most accounts.
const UNIT: &str = "USD";

pub(crate) struct Budget {
    aws: StackAws,
    name: String,
    client: Client,
}

/// What the stack file wishes of it.
pub(crate) struct BudgetWish {
    budget: Budget,
    wish: stack::Budget,
}

#[derive(Debug, Serialize)]
pub(crate) struct Settings {
    /// `10 USD`
    limit: String,
    /// `MONTHLY`
    period: String,
    /// `ACTUAL > 50%` to the addresses that get mail then.
    alerts: BTreeMap<String, BTreeSet<String>>,
    tags: tags::Tags,
}

impl BudgetWish {
    pub(crate) fn of(aws: &StackAws, wish: &stack::Budget) -> Self {
        let name = stack::Budget::name(aws.default_names());
        Self { budget: Budget::named(aws, &name), wish: wish.clone() }
    }
}

impl Budget {
    fn named(aws: &StackAws, name: &str) -> Self {
        Self { aws: aws.clone(), name: name.to_owned(), client: Client::new(aws.cloud.sdk()) }
    }

    fn account(&self) -> Result<&str> {
        Ok(&self.aws.cloud.identity()?.account)
    }

    /// Budgets' ARNs have no region.
    fn arn(&self) -> Result<String> {
        let me = self.aws.cloud.identity()?;
        Ok(format!("arn:{}:budgets::{}:budget/{}", me.partition, me.account, self.name))
    }

    async fn described(&self, run: &Run) -> Result<Option<Described>> {
        let request = self.client.describe_budget().account_id(self.account()?).budget_name(&self.name);
        let answer = call(run, "DescribeBudget", || request.clone().send()).await.found()?;
        Ok(answer.and_then(|a| a.budget))
    }

    async fn tags(&self, run: &Run) -> Result<tags::Tags> {
        let request = self.client.list_tags_for_resource().resource_arn(self.arn()?);
        let answer = call(run, "ListTagsForResource", || request.clone().send()).await.found()?;
        let tags = answer.and_then(|a| a.resource_tags).unwrap_or_default();
        Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }

    async fn alerts(&self, run: &Run) -> Result<BTreeMap<String, BTreeSet<String>>> {
        let notifications = pages(async |next| {
            let request = self.client.describe_notifications_for_budget().account_id(self.account()?);
            let request = request.budget_name(&self.name).set_next_token(next);
            let page =
                call(run, "DescribeNotificationsForBudget", || request.clone().send()).await.found()?;
            Ok(page.map(|p| (p.notifications.unwrap_or_default(), p.next_token)).unwrap_or_default())
        });
        let each = notifications.await?.into_iter().map(|n| self.alert(n, run));
        Ok(try_join_all(each).await?.into_iter().collect())
    }

    async fn alert(&self, it: Notification, run: &Run) -> Result<(String, BTreeSet<String>)> {
        let subscribers = pages(async |next| {
            let request = self.client.describe_subscribers_for_notification().account_id(self.account()?);
            let request = request.budget_name(&self.name).notification(it.clone()).set_next_token(next);
            let page = call(run, "DescribeSubscribersForNotification", || request.clone().send()).await;
            let page = page.found()?;
            Ok(page.map(|p| (p.subscribers.unwrap_or_default(), p.next_token)).unwrap_or_default())
        });
        Ok((text(&it), subscribers.await?.into_iter().map(|s| s.address).collect()))
    }

    async fn create_alert(&self, alert: &str, addresses: &BTreeSet<String>, run: &Run) -> Result<()> {
        let NotificationWithSubscribers { notification, subscribers, .. } =
            with_subscribers(alert, addresses)?;
        let request = self.client.create_notification().account_id(self.account()?).budget_name(&self.name);
        let request = request.set_notification(notification).set_subscribers(Some(subscribers));
        match call(run, "CreateNotification", || request.clone().send()).await {
            // After a lost reply it is there as it was sent; if it differs all the same, the next look shows that.
            Err(e) if is_class(&e, Class::AlreadyThere) => Ok(()),
            other => other.map(drop),
        }
    }

    async fn delete_alert(&self, alert: &str, run: &Run) -> Result<()> {
        let request = self.client.delete_notification().account_id(self.account()?).budget_name(&self.name);
        let request = request.notification(notification(alert)?);
        ignore_not_found(call(run, "DeleteNotification", || request.clone().send()).await)
    }

    async fn set_tags(&self, have: &tags::Tags, want: &tags::Tags, run: &Run) -> Result<()> {
        let arn = self.arn()?;
        let set = async |tags: tags::Tags| {
            let request =
                self.client.tag_resource().resource_arn(&arn).set_resource_tags(Some(of_budgets(&tags)?));
            call(run, "TagResource", || request.clone().send()).await.map(drop)
        };
        let take_away = async |keys| {
            let request = self.client.untag_resource().resource_arn(&arn).set_resource_tag_keys(Some(keys));
            call(run, "UntagResource", || request.clone().send()).await.map(drop)
        };
        tags::change(have, want, set, take_away).await
    }
}

fn of_budgets(tags: &tags::Tags) -> Result<Vec<ResourceTag>> {
    tags.iter().map(|(k, v)| Ok(ResourceTag::builder().key(k).value(v).build()?)).collect()
}

/// `ACTUAL > 50%`
fn text(it: &Notification) -> String {
    let sign = match it.comparison_operator {
        ComparisonOperator::GreaterThan => ">",
        ComparisonOperator::LessThan => "<",
        ref other => other.as_str(),
    };
    let unit = if it.threshold_type == Some(ThresholdType::AbsoluteValue) { "" } else { "%" };
    format!("{} {sign} {}{unit}", it.notification_type.as_str(), it.threshold)
}

/// What [`text`] says of.
fn notification(alert: &str) -> Result<Notification> {
    let mut words = alert.split(' ');
    let (kind, sign, threshold) = (words.next(), words.next(), words.next().unwrap_or_default());
    let operator = match sign {
        Some(">") => ComparisonOperator::GreaterThan,
        Some("<") => ComparisonOperator::LessThan,
        other => other.unwrap_or_default().into(),
    };
    let (number, unit) = match threshold.strip_suffix('%') {
        Some(percent) => (percent, ThresholdType::Percentage),
        None => (threshold, ThresholdType::AbsoluteValue),
    };
    let built = Notification::builder()
        .notification_type(NotificationType::from(kind.unwrap_or_default()))
        .comparison_operator(operator)
        .threshold(number.parse().context("a notification without a number")?)
        .threshold_type(unit);
    Ok(built.build()?)
}

fn with_subscribers(alert: &str, addresses: &BTreeSet<String>) -> Result<NotificationWithSubscribers> {
    let subscriber =
        |a: &String| Subscriber::builder().subscription_type(SubscriptionType::Email).address(a).build();
    let subscribers = addresses.iter().map(subscriber).collect::<Result<_, _>>()?;
    let built = NotificationWithSubscribers::builder().notification(notification(alert)?);
    Ok(built.set_subscribers(Some(subscribers)).build()?)
}

/// `10 USD`, whatever AWS makes of the zeros.
fn amount(spend: Option<&Spend>) -> String {
    let number = |s: &Spend| s.amount.parse::<f64>().map_or_else(|_| s.amount.clone(), |n| n.to_string());
    spend.map(|s| format!("{} {}", number(s), s.unit)).unwrap_or_default()
}

impl Kind for Budget {
    const NAME: &'static str = "budget";
    type Settings = Settings;
    type Output = ();

    fn aws_name(&self, _: Option<&Found<Self>>) -> String {
        self.name.clone()
    }

    async fn find(&self) -> Result<Option<Found<Self>>> {
        let run = self.aws.cloud.looking_at(&self.id());
        self.aws.cloud.identify().await?;
        let (described, tags, alerts) =
            tokio::join!(self.described(&run), self.tags(&run), self.alerts(&run));
        let (Some(budget), tags) = (described?, tags?) else { return Ok(None) };
        let owner = self.aws.ownership.owner(&tags, || format!("the budget {}", self.name));
        let settings = Settings {
            limit: amount(budget.budget_limit.as_ref()),
            period: budget.time_unit.as_str().to_owned(),
            alerts: alerts?,
            tags: self.aws.ownership.managed(&tags, &owner),
        };
        Ok(Some(Found { settings, output: (), owner }))
    }
}

impl Deletable for Budget {
    async fn delete(&self, _: &Found<Self>, run: &Run) -> Result<()> {
        let request = self.client.delete_budget().account_id(self.account()?).budget_name(&self.name);
        ignore_not_found(call(run, "DeleteBudget", || request.clone().send()).await)
    }
}

impl Listed for Budget {
    fn of(aws: &StackAws, entry: &Entry) -> Self {
        Self::named(aws, &entry.name)
    }
}

impl BudgetWish {
    fn described(&self) -> Result<Described> {
        let limit = Spend::builder().amount(self.wish.limit.to_string()).unit(UNIT).build()?;
        let budget = Described::builder().budget_name(&self.budget.name).budget_type(BudgetType::Cost);
        Ok(budget.time_unit(TimeUnit::Monthly).budget_limit(limit).build()?)
    }
}

impl Wish for BudgetWish {
    type Kind = Budget;

    fn kind(&self) -> &Budget {
        &self.budget
    }

    fn settings(&self, found: Option<&Found<Budget>>) -> Result<Settings> {
        let actual = self.wish.alert_at.iter().map(|percent| format!("ACTUAL > {percent}%"));
        let forecast = self.wish.forecast.then(|| "FORECASTED > 100%".to_owned());
        Ok(Settings {
            limit: format!("{} {UNIT}", self.wish.limit),
            period: TimeUnit::Monthly.as_str().to_owned(),
            alerts: actual.chain(forecast).map(|alert| (alert, self.wish.email.clone())).collect(),
            tags: self.budget.aws.ownership.tags(&self.budget.id(), found.map(|f| &f.owner)),
        })
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<()> {
        let alerts = want.alerts.iter().map(|(alert, addresses)| with_subscribers(alert, addresses));
        let request = self.budget.client.create_budget().account_id(self.budget.account()?);
        let request = request
            .budget(self.described()?)
            .set_notifications_with_subscribers(Some(alerts.collect::<Result<_>>()?))
            .set_resource_tags(Some(of_budgets(&want.tags)?));
        match call(run, "CreateBudget", || request.clone().send()).await {
            Err(e) => finish_existing(&self.budget.aws.cloud, self, e, want, run).await,
            made => made.map(drop),
        }
    }

    async fn update(&self, found: &Found<Budget>, want: &Settings, run: &Run) -> Result<Applied<()>> {
        let (budget, have) = (&self.budget, &found.settings);
        budget.set_tags(&have.tags, &want.tags, run).await?;
        if (&have.limit, &have.period) != (&want.limit, &want.period) {
            let request = budget.client.update_budget().account_id(budget.account()?);
            let request = request.new_budget(self.described()?);
            call(run, "UpdateBudget", || request.clone().send()).await?;
        }
        for alert in have.alerts.keys().filter(|alert| have.alerts.get(*alert) != want.alerts.get(*alert)) {
            budget.delete_alert(alert, run).await?;
        }
        for (alert, addresses) in want.alerts.iter().filter(|(a, to)| have.alerts.get(*a) != Some(to)) {
            budget.create_alert(alert, addresses, run).await?;
        }
        Ok(Applied::in_place(()))
    }
}

#[cfg(test)]
mod tests {
    use super::{notification, text};

    #[test]
    fn an_alert_is_what_its_text_says() {
        for alert in ["ACTUAL > 50%", "FORECASTED > 100%", "ACTUAL < 12.5%", "ACTUAL > 7"] {
            assert_eq!(notification(alert).map(|n| text(&n)).unwrap_or_default(), alert);
        }
    }
}
