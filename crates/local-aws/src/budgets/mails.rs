//! The mails of AWS Budgets.

use super::{alert::Notification, state::Budget};
use crate::mailbox::Mail;
use jiff::Timestamp;

const FROM: &str = "AWS Budgets <budgets@costalerts.amazonaws.com>";

pub(crate) fn please_confirm(time: Timestamp, to: &str, account: &str, link: String) -> Mail {
    let body = format!(
        "Somebody wants this address to get the alerts of the budgets of AWS account {account}.\n\nTo agree, visit the link below. Until then no alert is sent to this address.\nConfirm: {link}\n"
    );
    let subject = "AWS Budgets - confirm this email address".to_owned();
    Mail { time, from: FROM, to: to.to_owned(), subject, body, link: Some(link) }
}

pub(crate) fn mail(time: Timestamp, to: &str, subject: &str, body: &str) -> Mail {
    Mail {
        time,
        from: FROM,
        to: to.to_owned(),
        subject: subject.to_owned(),
        body: body.to_owned(),
        link: None,
    }
}

/// Subject and text of what is told when a threshold is passed.
pub(crate) fn passed(
    budget: &Budget,
    notification: &Notification,
    spent: f64,
    account: &str,
) -> (String, String) {
    let name = &budget.definition.budget_name;
    let limit = &budget.definition.budget_limit;
    let text = format!(
        "AWS Budget Notification\nAWS Account {account}\n\nDear AWS Customer,\n\nYou requested that we alert you when the ACTUAL Cost associated with your {name} budget is {} for the current period. The ACTUAL Cost associated with this budget is ${spent:.6}. You can find additional details below.\n\nBudget Name: {name}\nBudget Type: Cost\nBudgeted Amount: ${}\nAlert Type: ACTUAL\nAlert Threshold: {}\nACTUAL Amount: ${spent:.6}\n",
        notification.words(),
        limit.amount,
        notification.threshold(budget.limit()),
    );
    (format!("AWS Budgets: {name} has exceeded your alert threshold"), text)
}
