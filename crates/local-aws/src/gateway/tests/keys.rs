use super::world::*;
use crate::{
    Config, Consistency, LocalAws,
    apigateway::{
        quota::period_start,
        state::{MethodSetting, Quota, Throttle},
        usage_counts::{UsageCounts, day},
    },
    testing::{ACCOUNT, REGION},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::{iter::successors, time::Duration};

const KEY: &str = "0123456789abcdefghij";

fn guarded(config: Config) -> LocalAws {
    let aws = local_aws(config);
    let mut post = method("POST", mock("200"));
    post.api_key_required = true;
    publish(&aws, draft([("/", post)]));
    aws
}

async fn post(aws: &LocalAws) -> u16 {
    call(aws, "POST", "/", &[("x-api-key", KEY)], "").await.status
}

#[tokio::test]
async fn every_link_of_the_chain_is_needed_and_the_log_says_which_is_missing() {
    let aws = guarded(Config::default());
    let seen = call(&aws, "POST", "/", &[], "").await;
    assert_eq!((seen.status, seen.message()), (403, "Forbidden".into()));
    assert_eq!(seen.header("x-amzn-errortype"), Some("ForbiddenException"));
    assert_eq!(why(&aws), "the call has no header x-api-key");
    assert_eq!((post(&aws).await, why(&aws)), (403, "no API key has this value".to_owned()));
    add_key(&aws, KEY);
    assert_eq!((post(&aws).await, why(&aws)), (403, format!("key id-{KEY} is in no usage plan")));
    add_plan(&aws, KEY, |plan| plan.api_stages.clear());
    let expected = format!("key id-{KEY} is in no plan with stage abc123:default");
    assert_eq!((post(&aws).await, why(&aws)), (403, expected));
    add_plan(&aws, KEY, |_| {});
    assert_eq!((post(&aws).await, why(&aws)), (200, String::new()));
    aws.shared()
        .world()
        .region(ACCOUNT, REGION)
        .apigateway
        .keys
        .get_mut(&format!("id-{KEY}"))
        .unwrap()
        .enabled = false;
    assert_eq!((post(&aws).await, why(&aws)), (403, format!("key id-{KEY} is not enabled")));
}

#[tokio::test]
async fn the_log_is_a_page_and_holds_no_key_value() {
    let aws = guarded(Config::default());
    add_key(&aws, KEY);
    add_plan(&aws, KEY, |_| {});
    post(&aws).await;
    call(&aws, "POST", "/", &[("x-api-key", "wrong-wrong-wrong-wrong")], "").await;
    let page = send(&aws, http::Request::get("/_local/gateway").body(crate::body::full("")).unwrap()).await;
    let lines: Vec<serde_json::Value> = page.body.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["status"], &lines[0]["method"], &lines[0]["resource"]),
        (&200.into(), &"POST".into(), &"/".into())
    );
    assert_eq!(lines[1]["why"], "no API key has this value");
    assert!(!page.body.replace(&format!("id-{KEY}"), "").contains(KEY) && !page.body.contains("wrong-wrong"));
}

#[tokio::test(start_paused = true)]
async fn a_young_key_and_a_young_association_are_not_effective_yet() {
    let aws = guarded(Config { consistency: Consistency::Realistic, ..Config::default() });
    let delay = aws.shared().config.delays().key_effective;
    add_key(&aws, KEY);
    tokio::time::advance(delay).await;
    add_plan(&aws, KEY, |_| {});
    assert_eq!(
        (post(&aws).await, why(&aws)),
        (403, format!("key id-{KEY} in plan plan is not effective yet"))
    );
    tokio::time::advance(delay).await;
    assert_eq!(post(&aws).await, 200);
}

/// One call each `step` milliseconds for ten seconds: how often each status came.
async fn overload(aws: &LocalAws, step: u64) -> (u32, u32) {
    let (mut passed, mut refused) = (0, 0);
    for _ in 0..10_000 / step {
        match post(aws).await {
            200 => passed += 1,
            429 => refused += 1,
            other => panic!("status {other}"),
        }
        tokio::time::advance(Duration::from_millis(step)).await;
    }
    (passed, refused)
}

#[tokio::test(start_paused = true)]
async fn a_plans_throttle_lets_burst_and_rate_through() {
    let aws = guarded(Config::default());
    add_key(&aws, KEY);
    add_plan(&aws, KEY, |plan| plan.throttle = Some(Throttle { rate_limit: 10.0, burst_limit: 20 }));
    let (passed, refused) = overload(&aws, 10).await;
    assert!((119..=121).contains(&passed) && refused > 800, "{passed} passed, {refused} refused");
    let seen = call(&aws, "POST", "/", &[("x-api-key", KEY)], "").await;
    if seen.status == 429 {
        assert_eq!(seen.message(), "Too Many Requests");
        assert_eq!(seen.header("x-amzn-errortype"), Some("TooManyRequestsException"));
    }
    add_plan(&aws, KEY, |plan| plan.throttle = Some(Throttle { rate_limit: 0.0, burst_limit: 0 }));
    tokio::time::advance(Duration::from_mins(1)).await;
    assert_eq!(post(&aws).await, 429);
    assert!(why(&aws).contains("is over plan plan: 0 requests a second, burst 0"));
}

#[tokio::test(start_paused = true)]
async fn a_method_can_have_its_own_throttle_beside_the_stages() {
    let aws = local_aws(Config::default());
    publish(&aws, draft(["/", "/items"].map(|p| (p, method("POST", mock("200"))))));
    let limit = |rate, burst| MethodSetting {
        throttling_rate_limit: Some(rate),
        throttling_burst_limit: Some(burst),
        ..MethodSetting::default()
    };
    change_stage(&aws, |stage| {
        stage.method_settings.insert("*/*".to_owned(), limit(1.0, 3));
        stage.method_settings.insert("~1items/POST".to_owned(), limit(1.0, 1));
    });
    let mut statuses = Vec::new();
    for path in ["/items", "/items", "/", "/", "/", "/"] {
        statuses.push(call(&aws, "POST", path, &[], "").await.status);
    }
    assert_eq!(statuses, [200, 429, 200, 200, 200, 429]);
}

fn usage<T>(aws: &LocalAws, act: impl FnOnce(&mut UsageCounts) -> T) -> T {
    act(&mut aws.shared().world().region(ACCOUNT, REGION).apigateway.usage)
}

#[tokio::test(start_paused = true)]
async fn a_quota_counts_what_was_let_through_and_starts_anew_each_day() {
    let aws = guarded(Config::default());
    add_key(&aws, KEY);
    let quota = Quota { limit: 3, offset: 0, period: "DAY".to_owned() };
    add_plan(&aws, KEY, |plan| plan.quota = Some(quota.clone()));
    for expected in [200, 200, 200, 429] {
        assert_eq!(post(&aws).await, expected);
    }
    let seen = call(&aws, "POST", "/", &[("x-api-key", KEY)], "").await;
    assert_eq!(seen.message(), "Limit Exceeded");
    assert_eq!(seen.header("x-amzn-errortype"), Some("LimitExceededException"));
    let today = day(aws.shared().clock.now());
    let key = format!("id-{KEY}");
    let usage = || usage(&aws, |usage| usage.by_day("plan", &key, Some(&quota), today, today));
    assert_eq!(usage(), [(3, 0)]);
    self::usage(&aws, |usage| usage.set_remaining("plan", &key, &quota, today, 1));
    assert_eq!(usage(), [(3, 1)]);
    assert_eq!((post(&aws).await, post(&aws).await), (200, 429));
    tokio::time::advance(Duration::from_hours(24)).await;
    assert_eq!(post(&aws).await, 200);
}

/// The first moment of the quota's next period.
fn next_period(quota: &Quota, now: Timestamp) -> Timestamp {
    let today = day(now);
    let is_new = |date: &Date| period_start(quota, *date) != period_start(quota, today);
    let days = successors(Some(today), |date| date.tomorrow().ok());
    days.into_iter().find(is_new).unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp()
}

#[tokio::test(start_paused = true)]
async fn a_quota_of_a_week_or_a_month_starts_anew_when_its_period_does() {
    for (period, offset) in [("DAY", 0), ("WEEK", 0), ("WEEK", 3), ("MONTH", 0), ("MONTH", 9)] {
        let aws = guarded(Config::default());
        add_key(&aws, KEY);
        let quota = Quota { limit: 2, offset, period: period.to_owned() };
        add_plan(&aws, KEY, |plan| plan.quota = Some(quota.clone()));
        assert_eq!([post(&aws).await, post(&aws).await, post(&aws).await], [200, 200, 429]);
        let clock = &aws.shared().clock;
        let left = next_period(&quota, clock.now()).duration_since(clock.now()).unsigned_abs();
        tokio::time::advance(left.saturating_sub(Duration::from_secs(1))).await;
        assert_eq!(post(&aws).await, 429, "{period} {offset}: a second before");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(post(&aws).await, 200, "{period} {offset}: a new period");
    }
}

#[tokio::test(start_paused = true)]
async fn each_key_of_a_plan_has_its_own_throttle_and_quota() {
    let aws = guarded(Config::default());
    let other = "another-another-another";
    add_key(&aws, KEY);
    add_key(&aws, other);
    let now = aws.shared().clock.now();
    add_plan(&aws, KEY, |plan| {
        plan.throttle = Some(Throttle { rate_limit: 1.0, burst_limit: 2 });
        plan.keys.insert(format!("id-{other}"), now);
    });
    assert_eq!([post(&aws).await, post(&aws).await, post(&aws).await], [200, 200, 429]);
    assert_eq!(call(&aws, "POST", "/", &[("x-api-key", other)], "").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_throttle_of_the_stage_counts_each_method_by_itself() {
    let aws = local_aws(Config::default());
    publish(&aws, draft(["/", "/items"].map(|p| (p, method("POST", mock("200"))))));
    change_stage(&aws, |stage| {
        let limit = MethodSetting {
            throttling_rate_limit: Some(1.0),
            throttling_burst_limit: Some(2),
            ..MethodSetting::default()
        };
        stage.method_settings.insert("*/*".to_owned(), limit);
    });
    let mut statuses = Vec::new();
    for path in ["/", "/", "/", "/items", "/items", "/items"] {
        statuses.push(call(&aws, "POST", path, &[], "").await.status);
    }
    assert_eq!(statuses, [200, 200, 429, 200, 200, 429]);
    assert_eq!(why(&aws), "stage default is over its throttle of */*: 1 requests a second, burst 2");
}
