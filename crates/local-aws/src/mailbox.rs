//! The mails that AWS would have sent: they are kept here, and `/_local/mail` shows them.

use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many are kept.
const KEPT: usize = 1000;

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Mail {
    /// When it was sent.
    pub time: Timestamp,
    pub from: &'static str,
    pub to: String,
    pub subject: String,
    pub body: String,
    /// What to visit to agree to get such mails, where that is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// What somebody who visits a link agrees to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// To a subscription of a topic of an account and region.
    Subscription { account: String, region: String, topic: String, token: String },
    /// To the mails of an account's budgets.
    Budgets { account: String, address: String },
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Mailbox {
    mails: VecDeque<Mail>,
    /// By the tokens in the links.
    links: BTreeMap<String, Agreement>,
    /// Addresses that get mails of an account's budgets, by account.
    pub budgets: BTreeSet<(String, String)>,
    /// Those that were asked whether they want to.
    pub asked: BTreeSet<(String, String)>,
}

impl Mailbox {
    pub(crate) fn send(&mut self, mail: Mail) {
        if self.mails.len() == KEPT {
            self.mails.pop_front();
        }
        self.mails.push_back(mail);
    }

    /// The link that stands for an agreement, at a host as a caller writes it. Who does not know the token can't visit it.
    pub(crate) fn link(&mut self, host: &str, token: &str, agreement: Agreement) -> String {
        self.links.insert(token.to_owned(), agreement);
        format!("http://{host}/_local/mail/confirm?token={token}")
    }

    pub(crate) fn agreement(&self, token: &str) -> Option<Agreement> {
        self.links.get(token).cloned()
    }

    /// Oldest first.
    pub(crate) fn mails(&self) -> impl Iterator<Item = &Mail> {
        self.mails.iter()
    }
}
