//! What the stack file wishes of the budget.

use super::{
    Budget, BudgetOutput, Settings,
    calls::of_budgets,
    notifications::{notification, with_subscribers},
};
use crate::{
    aws::{StackAws, call, finish_existing, tags},
    engine::{Applied, Found, Kind as _, Run, Wish},
    resources::Topic,
    stack,
};
use anyhow::Result;
use aws_sdk_budgets::types::{Budget as Described, BudgetType, Spend, TimeUnit};
use std::collections::{BTreeMap, BTreeSet};

/// AWS's word for a filter by tag (`docs/aws.md` 7.1).
const BY_TAG: &str = "TagKeyValue";

pub(crate) struct BudgetWish {
    budget: Budget,
    wish: stack::Budget,
    /// Told too, where the stack has one.
    topic: Option<Topic>,
}

impl BudgetWish {
    pub(crate) fn of(aws: &StackAws, wish: &stack::Budget, topic: Option<Topic>) -> Result<Self> {
        let mut budget = Budget::named(aws, &stack::Budget::name(aws.default_names()));
        budget.likely = alerts(wish).map(|alert| notification(&alert)).collect::<Result<_>>()?;
        Ok(Self { budget, wish: wish.clone(), topic })
    }

    fn only(&self) -> BTreeMap<String, BTreeSet<String>> {
        let tag = format!("user:{}${}", tags::STACK, self.budget.aws.ownership.stack);
        self.wish.only_stack.then(|| (BY_TAG.to_owned(), [tag].into())).into_iter().collect()
    }

    #[expect(deprecated, reason = "its successor, an expression, is in no answer that does not ask for it")]
    fn described(&self) -> Result<Described> {
        let limit = Spend::builder().amount(self.wish.limit.to_string()).unit(&self.wish.currency).build()?;
        let budget = Described::builder().budget_name(&self.budget.name).budget_type(BudgetType::Cost);
        let only = self.only().into_iter().map(|(kind, values)| (kind, values.into_iter().collect()));
        let budget = budget.set_cost_filters(self.wish.only_stack.then(|| only.collect()));
        Ok(budget.time_unit(TimeUnit::Monthly).budget_limit(limit).build()?)
    }

    async fn update_alerts(&self, found: &Found<Budget>, want: &Settings, run: &Run) -> Result<()> {
        let (have, want) = (&found.settings.alerts, &want.alerts);
        for alert in have.keys().filter(|alert| have.get(*alert) != want.get(*alert)) {
            self.budget.delete_alert(alert, run).await?;
        }
        for (alert, addresses) in want.iter().filter(|(alert, to)| have.get(*alert) != Some(to)) {
            self.budget.create_alert(alert, addresses, run).await?;
        }
        Ok(())
    }
}

/// `ACTUAL > 50%`
fn alerts(wish: &stack::Budget) -> impl Iterator<Item = String> {
    let actual = wish.alert_at.iter().map(|percent| format!("ACTUAL > {percent}%"));
    actual.chain(wish.forecast.then(|| "FORECASTED > 100%".to_owned()))
}

impl Wish for BudgetWish {
    type Kind = Budget;

    fn kind(&self) -> &Budget {
        &self.budget
    }

    fn settings(&self, found: Option<&Found<Budget>>) -> Result<Settings> {
        let topic = self.topic.as_ref().map(Topic::arn).transpose()?;
        let told: BTreeSet<String> = self.wish.email.iter().cloned().chain(topic).collect();
        Ok(Settings {
            limit: format!("{} {}", self.wish.limit, self.wish.currency),
            period: TimeUnit::Monthly.as_str().to_owned(),
            only: self.only(),
            alerts: alerts(&self.wish).map(|alert| (alert, told.clone())).collect(),
            tags: self.budget.aws.ownership.tags(&self.budget.id(), found.map(|f| &f.owner)),
        })
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<BudgetOutput> {
        let alerts = want.alerts.iter().map(|(alert, addresses)| with_subscribers(alert, addresses));
        let request = self.budget.client.create_budget().account_id(self.budget.account()?);
        let request = request
            .budget(self.described()?)
            .set_notifications_with_subscribers(Some(alerts.collect::<Result<_>>()?))
            .set_resource_tags(Some(of_budgets(&want.tags)?));
        match call(run, "CreateBudget", || request.clone().send()).await {
            Err(e) => finish_existing(&self.budget.aws.cloud, self, e, want, run).await,
            Ok(_) => Ok(BudgetOutput { counts_nothing: self.wish.only_stack }),
        }
    }

    async fn update(
        &self,
        found: &Found<Budget>,
        want: &Settings,
        run: &Run,
    ) -> Result<Applied<BudgetOutput>> {
        let (budget, have) = (&self.budget, &found.settings);
        budget.set_tags(&have.tags, &want.tags, run).await?;
        if (&have.limit, &have.period, &have.only) != (&want.limit, &want.period, &want.only) {
            let request = budget.client.update_budget().account_id(budget.account()?);
            let request = request.new_budget(self.described()?);
            call(run, "UpdateBudget", || request.clone().send()).await?;
        }
        self.update_alerts(found, want, run).await?;
        let newly_filtered = self.wish.only_stack && have.only != want.only;
        let counts_nothing = self.wish.only_stack && (newly_filtered || found.output.counts_nothing);
        Ok(Applied::in_place(BudgetOutput { counts_nothing }))
    }
}
