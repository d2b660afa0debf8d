//! Who is told what goes wrong and what it costs, and what is still to be done for that.

use super::StackGraph;
use crate::{
    engine::{Handle, Id, Kind as _},
    resources::{Alarm, AlarmState, AlarmWish, BudgetWish, Topic, TopicOutput, TopicWish},
    stack,
};
use anyhow::Result;

impl StackGraph<'_> {
    /// Nothing waits for any of it.
    ///
    /// # Errors
    /// A budget that can't be written down, which is a mistake in the program.
    pub(super) fn alerts_and_budget(&mut self) -> Result<()> {
        let stack = self.stack;
        self.topic = stack.alerts.as_ref().map(|alerts| self.topic_of(alerts));
        for watch in stack.alerts.iter().flat_map(|alerts| alerts.watches(&stack.functions)) {
            let alarm = self.graph.want(|needs| {
                needs.follows(&self.api);
                self.topic.iter().for_each(|topic| needs.after(topic));
                AlarmWish::of(&self.aws, &watch)
            });
            self.alarms.push(alarm);
        }
        self.budget = stack.budget.as_ref().map(|budget| self.budget_of(budget)).transpose()?;
        Ok(())
    }

    fn topic_of(&mut self, alerts: &stack::Alerts) -> Handle<TopicOutput> {
        self.graph.want(|needs| {
            needs.follows(&self.api);
            TopicWish::of(&self.aws, alerts)
        })
    }

    fn budget_of(&mut self, budget: &stack::Budget) -> Result<Handle<crate::resources::BudgetOutput>> {
        let topic = self.topic.as_ref().map(|_| Topic::of_stack(&self.aws));
        let wish = BudgetWish::of(&self.aws, budget, topic)?;
        Ok(self.graph.want(|needs| {
            needs.follows(&self.api);
            self.topic.iter().for_each(|topic| needs.after(topic));
            wish
        }))
    }

    /// The alarms that ring.
    pub(super) fn ringing(&self) -> Vec<String> {
        let prefix = self.aws.default_names().alarm("");
        let states = self.alarms.iter().filter_map(Handle::get).filter(AlarmState::rings);
        let sentence = |alarm: AlarmState| {
            let id = Id::of(Alarm::NAME, alarm.name.strip_prefix(&prefix).unwrap_or(&alarm.name));
            let since = alarm.since.map(|at| format!(" since {at}")).unwrap_or_default();
            format!(
                "{id} rings{since}: {}; `lambdeploy metrics` and `lambdeploy logs` show more",
                alarm.reason
            )
        };
        states.map(sentence).collect()
    }

    /// What somebody has to do before all mail comes: a sentence each.
    pub fn loose_ends(&self) -> Vec<String> {
        let unconfirmed =
            self.topic.iter().filter_map(Handle::get).flat_map(|topic| self.unconfirmed(&topic));
        let budget = self.budget.iter().filter_map(Handle::get).filter(|budget| budget.counts_nothing);
        unconfirmed.chain(budget.map(|_| self.counts_nothing())).collect()
    }

    fn unconfirmed(&self, topic: &TopicOutput) -> Vec<String> {
        let wished = |address: &String| self.stack.alerts.iter().any(|alerts| alerts.email.contains(address));
        let sentence = |address: &String| match wished(address) {
            true => format!(
                "{address} has not confirmed yet and gets no mail: visit the link in AWS's mail \"AWS Notification - Subscription \
                 Confirmation\". It holds for two days; after them `up` asks again"
            ),
            false => format!(
                "{address} is no longer in the stack file and never confirmed. AWS can't take such an address off; it gets no mail, and \
                 AWS forgets it two days after it was asked"
            ),
        };
        topic.unconfirmed().map(sentence).collect()
    }

    fn counts_nothing(&self) -> String {
        format!(
            "the budget counts only what has the tag lambdeploy:stack={}, and has counted nothing this month. Unless nothing was called: \
             activate the tag lambdeploy:stack in the account that pays (Billing and Cost Management, Cost allocation tags); costs from \
             the next day on count then",
            self.stack.name
        )
    }
}
