//! `/_local/mail`: the mails that AWS would have sent, and the links in them.

use crate::{
    body::{Body, text, typed},
    mailbox::{Agreement, Mail},
    server::LocalAws,
    sns, watchers,
};
use http::{HeaderMap, Response, StatusCode, header};
use serde_json::json;
use std::fmt::Write;

/// All mails, the newest last as JSON and first as a page, which browsers ask for.
pub(crate) fn list(aws: &LocalAws, headers: &HeaderMap) -> Response<Body> {
    let shared = aws.shared();
    let mut world = shared.world();
    watchers::catch_up(&mut world, shared.clock.now(), &shared.config);
    let mails: Vec<Mail> = world.mail.mails().cloned().collect();
    drop(world);
    let accepted = headers.get(header::ACCEPT).and_then(|a| a.to_str().ok()).unwrap_or_default();
    if accepted.contains("text/html") {
        return typed(200, "text/html; charset=utf-8", page(&mails));
    }
    typed(200, "application/json", json!(mails).to_string() + "\n")
}

/// Somebody visits the link of a mail. Who knows its token may: it is in no other place than the mail.
pub(crate) fn confirm(aws: &LocalAws, query: &str) -> Response<Body> {
    let token = query.split('&').find_map(|part| part.strip_prefix("token=")).unwrap_or_default();
    let mut world = aws.shared().world();
    let agreed = match world.mail.agreement(token) {
        Some(Agreement::Subscription { account, region, topic, token }) => {
            sns::subscriptions::agree(&mut world, &account, &region, &topic, &token)
                .map(|arn| format!("Subscription confirmed! The subscription is {arn}.\n"))
        }
        Some(Agreement::Budgets { account, address }) => {
            let told = format!("Confirmed: {address} gets the mails of the budgets of account {account}.\n");
            world.mail.budgets.insert((account, address));
            Some(told)
        }
        None => None,
    };
    match agreed {
        Some(told) => text(StatusCode::OK, told),
        None => text(StatusCode::NOT_FOUND, "This link confirms nothing, or nothing any more.\n".to_owned()),
    }
}

fn page(mails: &[Mail]) -> String {
    let mut html = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Mails of the local AWS</title>\
        <style>body{font:16px/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}\
        article{border-top:1px solid #888;padding:1rem 0}pre{white-space:pre-wrap;overflow-wrap:anywhere}</style>\
        <h1>Mails of the local AWS</h1>"
        .to_owned();
    if mails.is_empty() {
        html.push_str("<p>There are none yet.</p>");
    }
    for mail in mails.iter().rev() {
        // Writing to a String can't fail.
        _ = write!(
            html,
            "<article><h2>{}</h2><p>To {} from {}, {}</p><pre>{}</pre>",
            safe(&mail.subject),
            safe(&mail.to),
            safe(mail.from),
            mail.time.strftime("%Y-%m-%d %H:%M:%S UTC"),
            safe(&mail.body),
        );
        if let Some(link) = &mail.link {
            _ = write!(html, "<p><a href=\"{}\">Confirm</a></p>", safe(link));
        }
        html.push_str("</article>");
    }
    html + "</html>\n"
}

/// A text that is no markup, whoever wrote it.
fn safe(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}
