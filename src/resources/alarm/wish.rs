//! What the stack file wishes of an alarm.

use super::{
    Alarm, AlarmState, Settings,
    metrics::{Watched, in_words},
    of_cloudwatch,
    rule::{Rule, tells},
};
use crate::{
    aws::{StackAws, call, tags},
    engine::{Applied, Found, Kind as _, Run, Wish},
    resources::Topic,
    stack::{Trouble, Watch},
};
use anyhow::Result;
use aws_sdk_cloudwatch::types::{ComparisonOperator, WarmUpConfiguration};

/// Minutes in which a new alarm waits for data.
const WARM_UP: i32 = 10;
/// Where nothing was called, nothing went wrong.
const MISSING: &str = "notBreaching";

pub(crate) struct AlarmWish {
    alarm: Alarm,
    description: &'static str,
    watched: Watched,
    topic: Topic,
}

impl AlarmWish {
    pub(crate) fn of(aws: &StackAws, watch: &Watch<'_>) -> Self {
        let name = aws.default_names().alarm(&watch.key);
        Self {
            alarm: Alarm::named(aws, &watch.key, &name),
            description: description(watch.trouble),
            watched: Watched::of(watch, &aws.file.api, &aws.file.stage),
            topic: Topic::of_stack(aws),
        }
    }

    async fn put(&self, tags: Option<&tags::Tags>, run: &Run) -> Result<()> {
        let warm_up = WarmUpConfiguration::builder().warm_up_period_duration_in_minutes(WARM_UP).build();
        let request = self.alarm.client.put_metric_alarm().alarm_name(&self.alarm.name);
        let request = request
            .alarm_description(self.description)
            .set_metrics(Some(self.watched.queries.clone()))
            .comparison_operator(ComparisonOperator::GreaterThanThreshold)
            .threshold(self.watched.threshold)
            .evaluation_periods(1)
            .datapoints_to_alarm(1)
            .treat_missing_data(MISSING)
            .warm_up_configuration(warm_up)
            .actions_enabled(true)
            .alarm_actions(self.topic.arn()?)
            .set_tags(tags.map(of_cloudwatch));
        let put = call(run, "PutMetricAlarm", || request.clone().send()).await;
        self.alarm.aws.cloud.forget_alarms();
        put.map(drop)
    }
}

/// For who reads the mail, and may not know this program.
fn description(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Errors => {
            "A function failed: an exception, no answer within its time limit, or too little memory. `lambdeploy logs` shows why."
        }
        Trouble::Throttles => {
            "Lambda refused calls, because too many ran at once: of the function (`reserved_concurrency`) or of the account."
        }
        Trouble::Slow => {
            "One call in twenty takes more than 80% of the function's time limit, or more than 25 s: such calls are soon cut off. More \
             `memory` is also more processor; `lambdeploy metrics` shows the times."
        }
        Trouble::ServerErrors => {
            "The API answered 5xx: a function failed, took too long, or answered what API Gateway does not understand. `lambdeploy \
             verify` says which."
        }
    }
}

impl Wish for AlarmWish {
    type Kind = Alarm;

    fn kind(&self) -> &Alarm {
        &self.alarm
    }

    fn settings(&self, found: Option<&Found<Alarm>>) -> Result<Settings> {
        let rule = Rule {
            description: self.description.to_owned(),
            metrics: in_words(&self.watched.queries),
            comparison: ComparisonOperator::GreaterThanThreshold.as_str().to_owned(),
            threshold: self.watched.threshold,
            periods: 1,
            breaching_periods: 1,
            missing_data: MISSING.to_owned(),
            warm_up: Some(WARM_UP),
            actions_enabled: true,
            tells: tells(&[self.topic.arn()?], &[], &[]),
        };
        let tags = self.alarm.aws.ownership.tags(&self.alarm.id(), found.map(|f| &f.owner));
        Ok(Settings { rule, tags })
    }

    async fn create(&self, want: &Settings, run: &Run) -> Result<AlarmState> {
        self.put(Some(&want.tags), run).await?;
        Ok(AlarmState::new(&self.alarm.name))
    }

    async fn update(&self, found: &Found<Alarm>, want: &Settings, run: &Run) -> Result<Applied<AlarmState>> {
        self.alarm.set_tags(&found.settings.tags, &want.tags, run).await?;
        // It replaces everything but the state and the tags.
        if found.settings.rule != want.rule {
            self.put(None, run).await?;
        }
        Ok(Applied::in_place(found.output.clone()))
    }
}
