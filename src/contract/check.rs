//! Asks what a contract promises, in parallel, and waits for what AWS has not taken in yet.

use super::{
    answerer::{by_the_function, by_the_gateway},
    carrier::Carrier,
    finding::{Finding, Verdict},
    fix::{self, Fix},
    judge::{By, Difference, Forgotten, judge, status_and_words},
    row::{Load, Must, Row, RowNeed, SentKey},
    shut_out,
    turns::Turns,
};
use crate::{
    engine::{Interrupted, Run},
    outside::http::Response,
};
use anyhow::Result;
use futures_util::{StreamExt, stream};
use std::time::Duration;
use tokio::time::Instant;

/// Requests at once: as many as a browser and its neighbours send, and few enough for a new account, in which Lambda runs 10
/// executions at once.
const AT_ONCE: usize = 8;
/// Requests at once when the aim is to be refused.
const BURST_AT_ONCE: usize = 100;
/// Other callers may have taken what the throttle grants; its bucket fills within seconds.
const THROTTLED: Duration = Duration::from_secs(30);

/// How long what is not as promised may still be "not yet".
#[derive(Debug, Clone, Copy)]
pub struct Grace {
    /// A key that is refused: AWS needs up to two minutes for a new one, or a new plan.
    pub key: Duration,
    /// Anything else: a new deployment is served everywhere after seconds.
    pub deployment: Duration,
}

impl Grace {
    /// What is not as promised now never will be.
    pub const NONE: Self = Self { key: Duration::ZERO, deployment: Duration::ZERO };

    /// Something has changed `age` ago.
    pub fn since(age: Duration) -> Self {
        let left = |seconds| Duration::from_secs(seconds).saturating_sub(age);
        Self { key: left(180), deployment: left(30) }
    }
}

/// One asking of rows.
pub struct ContractRun<'a, C> {
    pub carrier: &'a C,
    pub run: &'a Run,
    pub grace: Grace,
    /// Ask too what uses up quota or sends bursts.
    pub load: bool,
}

/// One answer, judged.
struct Seen {
    finding: Finding,
    /// How long, and for what, asking again may change it.
    again: Option<(Duration, String)>,
}

impl<C: Carrier> ContractRun<'_, C> {
    /// Asks all rows that can be asked so: the findings are in the rows' order.
    ///
    /// # Errors
    /// When interrupted.
    pub async fn run(&self, rows: &[Row]) -> Result<Vec<Finding>, Interrupted> {
        let turns = Turns::of(rows);
        let plain = rows.iter().filter(|r| r.need == RowNeed::Nothing).map(|r| self.settled(r, &turns));
        let mut findings: Vec<_> = stream::iter(plain).buffered(AT_ONCE).collect().await;
        findings.extend(rows.iter().filter(|r| r.need == RowNeed::Variable).map(|row| {
            let why = "a variable in this check is not set".to_owned();
            Ok(Finding::new(row, Verdict::Unknown { why }))
        }));
        for row in rows.iter().filter(|_| self.load) {
            let RowNeed::Load(load) = row.need else { continue };
            self.run.note(format!("asking whether {}", row.promise));
            findings.push(match load {
                Load::Burst(most) => self.refused_in_a_burst(row, most).await,
                Load::Quota(most) => self.refused_for_the_quota(row, most).await,
                Load::Large => self.settled(row, &turns).await,
            });
        }
        findings.into_iter().collect()
    }

    /// Asks until it holds, or grace ends.
    async fn settled(&self, row: &Row, turns: &Turns) -> Result<Finding, Interrupted> {
        let (since, mut wait) = (Instant::now(), Duration::from_millis(250));
        loop {
            self.run.stop.check()?;
            let turn = turns.take(row).await;
            let seen = self.ask(row).await;
            drop(turn);
            let Some((grace, because)) = seen.again else { return Ok(seen.finding) };
            let waited = since.elapsed();
            if waited + wait > grace {
                return Ok(seen.finding);
            }
            let (so_far, most) = (waited.as_secs(), grace.as_secs());
            self.run
                .note(format!("waiting for \"{}\": {because}, {so_far} s of at most {most} s", row.promise));
            self.run.stop.sleep(wait).await?;
            wait = (wait * 2).min(Duration::from_secs(4));
        }
    }

    async fn ask(&self, row: &Row) -> Seen {
        match self.carrier.carry(&row.ask).await {
            Ok(answer) => self.judged(row, &answer),
            Err(error) => {
                let again = Some((self.grace.deployment, format!("{error:#}")));
                Seen { finding: unanswered(row, &error), again }
            }
        }
    }

    fn judged(&self, row: &Row, answer: &Response) -> Seen {
        if shut_out::by_policy(answer) {
            let verdict = Verdict::Unknown { why: shut_out::BY_POLICY.to_owned() };
            return Seen { finding: Finding::new(row, verdict), again: None };
        }
        let differences = judge(row, answer);
        let from_function = row.must.contains(&Must::ComeFromTheFunction) && by_the_function(answer);
        let mut finding = verdict(row, &differences, answer);
        finding.answer = from_function.then(|| first_words(answer));
        finding.failed = failed(row, answer);
        finding.lost = row.need == RowNeed::Nothing && answer.status == 500 && by_the_gateway(answer);
        if differences.is_empty() {
            return Seen { finding, again: None };
        }
        let because = status_and_words(answer);
        let gateways = by_the_gateway(answer);
        let again = match answer.status {
            429 if gateways && answer.text().contains("Limit Exceeded") => {
                let why = "the quota of the key is used up for now".to_owned();
                finding.verdict = Verdict::Unknown { why };
                None
            }
            429 if gateways => Some((THROTTLED, because)),
            403 if gateways && row.ask.key == SentKey::Right => Some((self.grace.key, because)),
            // The function answered; or it ran and failed, which it would do again.
            502 | 504 if gateways => None,
            _ if from_function => None,
            _ => Some((
                self.grace.deployment,
                differences.iter().map(|d| d.text.as_str()).collect::<Vec<_>>().join("; "),
            )),
        };
        Seen { finding, again }
    }

    /// Sends at most `most` requests at once: the first that is refused is judged.
    async fn refused_in_a_burst(&self, row: &Row, most: u32) -> Result<Finding, Interrupted> {
        self.run.stop.check()?;
        let calls = (0..most).map(|_| self.carrier.carry(&row.ask));
        let mut answers = stream::iter(calls).buffer_unordered(BURST_AT_ONCE);
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(answer) if answer.status == 429 => return Ok(verdict(row, &judge(row, &answer), &answer)),
                Ok(_) => {}
                Err(error) => return Ok(unanswered(row, &error)),
            }
        }
        Ok(never_refused(row, most))
    }

    /// Sends at most `most` requests that the throttle lets through: the one that the quota refuses is judged.
    async fn refused_for_the_quota(&self, row: &Row, most: u32) -> Result<Finding, Interrupted> {
        let mut let_through = 0;
        while let_through < most {
            self.run.stop.check()?;
            match self.carrier.carry(&row.ask).await {
                Ok(answer) if answer.status == 429 && answer.text().contains("Too Many Requests") => {
                    self.run.stop.sleep(Duration::from_millis(100)).await?;
                }
                Ok(answer) if answer.status == 429 => return Ok(verdict(row, &judge(row, &answer), &answer)),
                Ok(_) => let_through += 1,
                Err(error) => return Ok(unanswered(row, &error)),
            }
            self.run.progress(let_through.into(), most.into());
        }
        Ok(never_refused(row, most))
    }
}

fn verdict(row: &Row, differences: &[Difference], answer: &Response) -> Finding {
    if differences.is_empty() {
        return Finding::new(row, Verdict::Holds);
    }
    let all = |by| differences.iter().all(|d| d.by == by);
    let fix = match () {
        () if all(By::Function(Forgotten::Origin)) => fix::ORIGIN.to_owned(),
        () if all(By::Function(Forgotten::Credentials)) => fix::CREDENTIALS.to_owned(),
        () if all(By::Stranger) => fix::URL.to_owned(),
        () => row.fix.advice(Some(answer)),
    };
    let seen = differences.iter().map(|d| match d.by {
        By::Function(_) => format!("the function's own answer: {}", d.text),
        By::Stage | By::Stranger => d.text.clone(),
    });
    let verdict = Verdict::Broken { seen: seen.collect(), fix };
    Finding::new(row, verdict)
}

fn unanswered(row: &Row, error: &anyhow::Error) -> Finding {
    let verdict = Verdict::Broken { seen: vec![format!("{error:#}")], fix: fix::URL.to_owned() };
    Finding::new(row, verdict)
}

fn never_refused(row: &Row, requests: u32) -> Finding {
    let seen = vec![format!("none of {requests} requests was refused")];
    let verdict = Verdict::Broken { seen, fix: row.fix.advice(None) };
    Finding::new(row, verdict)
}

/// The function of a row whose answer is one that failed.
fn failed(row: &Row, answer: &Response) -> Option<String> {
    let Fix::Answer(function) = &row.fix else { return None };
    let fails =
        if by_the_gateway(answer) { matches!(answer.status, 502 | 504) } else { answer.status >= 500 };
    fails.then(|| function.clone())
}

fn first_words(answer: &Response) -> String {
    let text: String = answer.text().chars().take(200).collect();
    format!("{} {}", answer.status, text.split_whitespace().collect::<Vec<_>>().join(" "))
}
