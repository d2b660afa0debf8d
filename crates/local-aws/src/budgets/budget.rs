//! Budgets themselves: made, shown, changed, deleted.

use super::{
    alert::{Alert, AskedAlert},
    amount,
    definition::AskedBudget,
    errors::{duplicate, not_found, over_quota},
    input::{self, budgets, read},
    model,
    page::AskedPage,
    spending,
    state::Budget,
    tags,
};
use crate::{
    call::{Call, Reply},
    error::AwsError,
    tags::Tag,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// How many an account has at most.
const MOST: usize = 20_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NewBudget {
    budget: AskedBudget,
    #[serde(default)]
    notifications_with_subscribers: Vec<AskedAlert>,
    #[serde(default)]
    resource_tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangedBudget {
    new_budget: AskedBudget,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamedBudget {
    budget_name: String,
    #[serde(default)]
    show_filter_expression: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedBudgets {
    #[serde(flatten)]
    page: AskedPage,
    #[serde(default)]
    show_filter_expression: bool,
}

pub(crate) fn create(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let new: NewBudget = read(call, input, &model::CREATE_BUDGET)?;
    may_budget(call)?;
    let name = new.budget.budget_name.clone();
    let mut budget = Budget::new(new.budget.define(call.now)?, seconds(call.now));
    for alert in new.notifications_with_subscribers {
        budget.add(Alert::of(alert)?)?;
    }
    budget.tags = tags::merged(&budget.tags, new.resource_tags)?;
    let budgets = &mut budgets(call).0;
    if budgets.contains_key(&name) {
        return Err(duplicate(format!("Error creating budget: {name} - the budget already exists.")));
    }
    if budgets.len() >= MOST {
        return Err(over_quota(format!("one account can only have {MOST} budgets")));
    }
    budgets.insert(name, budget);
    spending::ask_new(call);
    Ok(Reply::ok(json!({})))
}

pub(crate) fn describe(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let NamedBudget { budget_name, show_filter_expression } = read(call, input, &model::DESCRIBE_BUDGET)?;
    without_expression(show_filter_expression)?;
    spending::catch_up_of(call);
    let budget = input::budget(call, &budget_name, format!("Unable to get budget: {budget_name}"))?;
    Ok(Reply::ok(json!({ "Budget": shown(budget) })))
}

pub(crate) fn list(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let ListedBudgets { page, show_filter_expression } = read(call, input, &model::DESCRIBE_BUDGETS)?;
    without_expression(show_filter_expression)?;
    spending::catch_up_of(call);
    let config = call.config;
    let all = budgets(call).0.iter().map(|(name, budget)| (name.clone(), shown(budget)));
    Ok(Reply::ok(page.cut(config, "Budgets", all)?))
}

/// The notifications, their subscribers and the tags stay.
pub(crate) fn update(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let ChangedBudget { new_budget } = read(call, input, &model::UPDATE_BUDGET)?;
    let (name, now) = (new_budget.budget_name.clone(), call.now);
    let definition = new_budget.define(now)?;
    let budget = input::budget(call, &name, format!("Unable to update budget: {name}"))?;
    let changed = Budget { definition, updated: seconds(now), ..budget.clone() };
    changed.check()?;
    *budget = changed;
    spending::ask_new(call);
    Ok(Reply::ok(json!({})))
}

pub(crate) fn delete(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let NamedBudget { budget_name: name, .. } = read(call, input, &model::DELETE_BUDGET)?;
    match budgets(call).0.remove(&name) {
        Some(_) => Ok(Reply::ok(json!({}))),
        None => {
            let failed = format!("Unable to delete budget: {name}");
            Err(not_found(format!("{failed} - the budget doesn't exist. Try creating it first. ")))
        }
    }
}

/// # Errors
/// The account's organisation keeps budgets to its management account.
fn may_budget(call: &mut Call<'_>) -> Result<(), AwsError> {
    if !call.account_mut().settings.linked_account {
        return Ok(());
    }
    let text = format!(
        "Account {} is a linked account. To enable budgets for your account, ask the management account to enable budgets.",
        call.account
    );
    Err(call.words.access_denied(text))
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of any date to come fit")]
fn seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}

/// Filters are kept as `CostFilters` and not known as expressions.
fn without_expression(asked: bool) -> Result<(), AwsError> {
    if asked { Err(AwsError::not_implemented("ShowFilterExpression")) } else { Ok(()) }
}

/// As AWS gives it back.
fn shown(budget: &Budget) -> Value {
    let mut shown = json!(budget.definition);
    let spent = amount::shown(&format!("{:.10}", budget.spent));
    let spent = json!({ "Amount": spent, "Unit": budget.definition.budget_limit.unit });
    shown["CalculatedSpend"] = json!({ "ActualSpend": spent });
    shown["LastUpdatedTime"] = json!(budget.updated);
    shown
}
