//! A budget's notifications as text, which is all that they are: AWS gives them no id.

use anyhow::{Context as _, Result};
use aws_sdk_budgets::types::{
    ComparisonOperator, Notification, NotificationType, NotificationWithSubscribers, Subscriber,
    SubscriptionType, ThresholdType,
};
use std::collections::BTreeSet;

/// `ACTUAL > 50%`
pub(super) fn text(it: &Notification) -> String {
    let sign = match it.comparison_operator {
        ComparisonOperator::GreaterThan => ">",
        ComparisonOperator::LessThan => "<",
        ref other => other.as_str(),
    };
    let unit = if it.threshold_type == Some(ThresholdType::AbsoluteValue) { "" } else { "%" };
    format!("{} {sign} {}{unit}", it.notification_type.as_str(), it.threshold)
}

/// What [`text`] says of.
pub(super) fn notification(alert: &str) -> Result<Notification> {
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

/// Addresses of mail, and of at most one topic.
pub(super) fn with_subscribers(
    alert: &str,
    addresses: &BTreeSet<String>,
) -> Result<NotificationWithSubscribers> {
    let subscriber = |address: &String| {
        let is_topic = address.starts_with("arn:");
        let kind = if is_topic { SubscriptionType::Sns } else { SubscriptionType::Email };
        Subscriber::builder().subscription_type(kind).address(address).build()
    };
    let subscribers = addresses.iter().map(subscriber).collect::<Result<_, _>>()?;
    let built = NotificationWithSubscribers::builder().notification(notification(alert)?);
    Ok(built.set_subscribers(Some(subscribers)).build()?)
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
