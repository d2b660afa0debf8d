//! Budgets are watched: whoever has agreed is told once a period that a notification's threshold was passed.

use super::{
    alert::{Notification, Subscriber, SubscriptionType},
    cost, mails,
    state::Budget,
    time_period::start_of,
};
use crate::{
    call::Call,
    config::Config,
    mailbox::Agreement,
    sns::{mails::Message, publish},
    stable_id,
    world::World,
};
use jiff::Timestamp;

/// What one notification has to tell.
struct Told {
    budget: Budget,
    notification: Notification,
    subscribers: Vec<Subscriber>,
    spent: f64,
}

/// The caller's budgets are as they are now.
pub(crate) fn catch_up_of(call: &mut Call<'_>) {
    catch_up(call.world, &call.account, call.now, call.config);
}

/// Every budget of an account is held against what was spent, and what there is to tell is told.
pub(crate) fn catch_up(world: &mut World, id: &str, now: Timestamp, config: &Config) {
    let account = &*world.account(id);
    let budgets = account.budgets.0.iter();
    let spent: Vec<f64> =
        budgets.map(|(_, budget)| cost::of(account, id, &budget.definition, now, config)).collect();
    let budgets = world.account(id).budgets.0.values_mut().zip(spent);
    let told: Vec<Told> = budgets
        .flat_map(|(budget, spent)| passed(budget, spent, start_of(budget.definition.time_unit, now)))
        .collect();
    told.into_iter().for_each(|told| tell(world, id, now, &told));
}

/// The notifications that are in alarm, and were not in this period.
fn passed(budget: &mut Budget, spent: f64, period: f64) -> Vec<Told> {
    // A sum of nothing is -0.
    budget.spent = spent + 0.0;
    let mut told = Vec::new();
    let whole = budget.clone();
    for alert in budget.alerts.values_mut() {
        let passes = alert.notification.passes(spent, whole.limit());
        let news = passes && alert.told.is_none_or(|at| at < period);
        if news {
            alert.told = Some(period);
            told.push(Told {
                budget: whole.clone(),
                notification: alert.notification.clone(),
                subscribers: alert.subscribers.iter().cloned().collect(),
                spent,
            });
        }
    }
    told
}

fn tell(world: &mut World, account: &str, now: Timestamp, told: &Told) {
    let (subject, text) = mails::passed(&told.budget, &told.notification, told.spent, account);
    for subscriber in &told.subscribers {
        match subscriber.subscription_type {
            SubscriptionType::Email => {
                let place = (account.to_owned(), subscriber.address.clone());
                if world.mail.budgets.contains(&place) {
                    world.mail.send(mails::mail(now, &subscriber.address, &subject, &text));
                }
            }
            SubscriptionType::Sns => {
                let region = subscriber.address.split(':').nth(3).unwrap_or_default().to_owned();
                let message = Message {
                    id: stable_id::uuid(&[&subscriber.address, &subject, &now.to_string()]),
                    topic: subscriber.address.clone(),
                    subject: Some(subject.clone()),
                    text: text.clone(),
                    document: None,
                };
                // A topic that is gone, or does not let budgets publish, is told nothing, and nobody is told of that.
                let _told = publish::by_service(world, (account, &region), now, publish::BUDGETS, &message);
            }
        }
    }
}

/// Addresses that budgets are to tell, and that were not asked yet, are asked: since 2026-09-30 they have to agree.
pub(crate) fn ask_new(call: &mut Call<'_>) {
    let (account, host, now) = (call.account.clone(), call.host.clone(), call.now);
    let budgets = call.account_mut().budgets.0.values();
    let subscribers = budgets.flat_map(|budget| budget.alerts.values()).flat_map(|alert| &alert.subscribers);
    let mails = subscribers.filter(|s| s.subscription_type == SubscriptionType::Email);
    let addresses: Vec<String> = mails.map(|subscriber| subscriber.address.clone()).collect();
    for address in addresses {
        let place = (account.clone(), address.clone());
        if call.world.mail.asked.insert(place) {
            let token = call.secret.sign("budgets", &format!("{account} {address}"));
            let agreement = Agreement::Budgets { account: account.clone(), address: address.clone() };
            let link = call.world.mail.link(&host, &token, agreement);
            call.world.mail.send(mails::please_confirm(now, &address, &account, link));
        }
    }
}
