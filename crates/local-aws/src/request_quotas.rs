//! How many requests AWS grants: per account and region, not adjustable. Enforced where consistency is `Realistic`.
//! How many that are, each service says.

use crate::token_bucket::{Bucket, Limit};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// One quota that a call draws on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RequestQuota {
    /// What shares it: an operation, or several under one name.
    pub name: &'static str,
    pub limit: Limit,
}

impl RequestQuota {
    pub(crate) const fn new(name: &'static str, rate: f64, burst: f64) -> Self {
        Self { name, limit: Limit { rate, burst } }
    }

    /// So many a second, and as many at once.
    pub(crate) const fn a_second(name: &'static str, rate: f64) -> Self {
        Self::new(name, rate, rate)
    }

    /// One in so many seconds.
    pub(crate) const fn one_in(name: &'static str, seconds: f64) -> Self {
        Self::new(name, 1.0 / seconds, 1.0)
    }
}

/// What is left of all quotas, by account, region and name.
#[derive(Debug, Default)]
pub(crate) struct RequestQuotas(Mutex<BTreeMap<(String, String, &'static str), Bucket>>);

impl RequestQuotas {
    /// Takes one request of an account in a region from every quota that it draws on, `now` after the start; `false`
    /// where one of them is used up. A refused request takes nothing.
    pub(crate) fn take(&self, account: &str, region: &str, quotas: &[RequestQuota], now: Duration) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = |quota: &RequestQuota| (account.to_owned(), region.to_owned(), quota.name);
        let mut allows = |quota: &RequestQuota| {
            let bucket = buckets.entry(key(quota)).or_insert_with(|| Bucket::full(quota.limit, now));
            bucket.allows(quota.limit, now)
        };
        if !quotas.iter().all(&mut allows) {
            return false;
        }
        for quota in quotas {
            buckets.entry(key(quota)).and_modify(Bucket::take);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::RequestQuotas;
    use crate::{
        services,
        testing::{Client, realistic},
    };
    use serde_json::{Value, json};
    use std::time::Duration;

    /// A call of an operation, again and again.
    struct Caller {
        quotas: RequestQuotas,
        call: (&'static str, &'static str, Value),
    }

    impl Caller {
        fn of(service: &'static str, operation: &'static str, input: Value) -> Self {
            Self { quotas: RequestQuotas::default(), call: (service, operation, input) }
        }

        fn takes(&self, account: &str, region: &str, seconds: f64) -> bool {
            let (service, operation, input) = &self.call;
            let quotas = (services::named(service).unwrap().request_quotas)(operation, input);
            self.quotas.take(account, region, &quotas, Duration::from_secs_f64(seconds))
        }

        /// How many of the calls at one time are granted.
        fn granted(&self, calls: usize, seconds: f64) -> usize {
            (0..calls).filter(|_| self.takes("a", "us-east-2", seconds)).count()
        }
    }

    #[test]
    fn each_call_has_its_quota() {
        let regional = json!({ "endpointConfiguration": { "types": ["REGIONAL"] } });
        // At once, and after so many seconds one more.
        let table = [
            ("apigateway", "DeleteRestApi", json!({}), 1, 30.0),
            ("apigateway", "UpdateUsagePlan", json!({}), 1, 20.0),
            ("apigateway", "UpdateAccount", json!({}), 1, 20.0),
            ("apigateway", "CreateRestApi", regional, 1, 3.0),
            ("apigateway", "CreateRestApi", json!({}), 1, 30.0),
            ("apigateway", "CreateDeployment", json!({}), 1, 5.0),
            ("apigateway", "CreateResource", json!({}), 5, 0.2),
            ("apigateway", "GetResources", json!({}), 5, 0.4),
            ("apigateway", "PutRestApi", json!({}), 1, 1.0),
            ("apigateway", "GetStage", json!({}), 40, 0.1),
            ("lambda", "CreateFunction", json!({}), 15, 1.0 / 15.0),
            ("lambda", "GetFunction", json!({}), 100, 0.01),
            ("logs", "DescribeLogStreams", json!({}), 25, 0.04),
        ];
        for (service, name, input, at_once, one_more_after) in table {
            let caller = Caller::of(service, name, input);
            assert_eq!(caller.granted(200, 0.0), at_once, "{name}");
            assert_eq!(caller.granted(2, one_more_after * 0.9), 0, "{name}");
            assert_eq!(caller.granted(2, one_more_after), 1, "{name}");
        }
        assert_eq!(Caller::of("iam", "GetRole", json!({})).granted(200, 0.0), 200);
    }

    #[test]
    fn accounts_and_regions_are_apart_and_one_calls_quota_is_not_anothers() {
        let delete = Caller::of("apigateway", "DeleteRestApi", json!({}));
        assert!(delete.takes("a", "us-east-2", 0.0));
        assert!(!delete.takes("a", "us-east-2", 0.0));
        assert!(delete.takes("b", "us-east-2", 0.0));
        assert!(delete.takes("a", "eu-west-1", 0.0));
        let get = Caller { call: ("apigateway", "GetStage", json!({})), ..delete };
        assert!(get.takes("a", "us-east-2", 0.0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_realistic_aws_throttles_on_its_own_clock() {
        let aws = realistic();
        let client = Client::of(&aws);
        let group = json!({ "logGroupName": "g" });
        client.call("logs", "CreateLogGroup", group.clone()).await;
        for _ in 0..25 {
            assert_eq!(client.call("logs", "DescribeLogStreams", group.clone()).await.0, 200);
        }
        let (status, error) = client.call("logs", "DescribeLogStreams", group.clone()).await;
        assert_eq!((status, error["code"].as_str()), (400, Some("ThrottlingException")));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(client.call("logs", "DescribeLogStreams", group).await.0, 200);
    }

    #[tokio::test(start_paused = true)]
    async fn each_service_refuses_in_its_own_words() {
        let aws = realistic();
        let client = Client::of(&aws);
        let missing = json!({ "restApiId": "none" });
        assert_eq!(client.call("apigateway", "DeleteRestApi", missing.clone()).await.0, 404);
        let (status, error) = client.call("apigateway", "DeleteRestApi", missing).await;
        assert_eq!((status, error["code"].as_str()), (429, Some("TooManyRequestsException")));
    }
}
