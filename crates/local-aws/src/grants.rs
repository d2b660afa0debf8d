//! How many requests AWS grants: per account and region, not adjustable. Enforced where consistency is `Realistic`.

use crate::{error::AwsError, operation::Service, protocol::Incoming};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// A token bucket: at most `burst` at once, `rate` more every second.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Grant {
    /// What shares it.
    name: &'static str,
    rate: f64,
    burst: f64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    /// Seconds on the local AWS's clock.
    at: f64,
}

/// What is left of all grants.
#[derive(Debug, Default)]
pub struct Grants(Mutex<BTreeMap<(String, String, &'static str), Bucket>>);

impl Grants {
    /// Takes one request of the caller's, at `now` seconds.
    ///
    /// # Errors
    /// The service's "too many requests". A refused request takes nothing.
    pub fn take(&self, account: &str, incoming: &Incoming, now: f64) -> Result<(), AwsError> {
        let service = incoming.service;
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let grants = grants(service, incoming.operation.name, &incoming.input);
        let left: Vec<_> = grants
            .into_iter()
            .map(|grant| {
                let key = (account.to_owned(), incoming.region.clone(), grant.name);
                let bucket = buckets.get(&key).copied().unwrap_or(Bucket { tokens: grant.burst, at: now });
                (key, bucket.filled(grant, now))
            })
            .collect();
        // Adding fractions of a token up leaves a little less than the whole.
        if left.iter().any(|(_, bucket)| bucket.tokens < 1.0 - 1e-9) {
            return Err(too_many(service));
        }
        buckets.extend(left.into_iter().map(|(key, b)| (key, Bucket { tokens: b.tokens - 1.0, ..b })));
        Ok(())
    }
}

impl Bucket {
    fn filled(self, grant: Grant, now: f64) -> Self {
        let tokens = self.tokens + (now - self.at) * grant.rate;
        Self { tokens: tokens.min(grant.burst), at: now }
    }
}

/// Every grant that an operation draws on.
fn grants(service: Service, operation: &'static str, input: &Value) -> Vec<Grant> {
    let one_in = |seconds: f64| Grant { name: operation, rate: 1.0 / seconds, burst: 1.0 };
    let a_second = |rate: f64| Grant { name: operation, rate, burst: rate };
    match service {
        Service::Sts | Service::Iam => Vec::new(),
        Service::Ecr if operation == "GetAuthorizationToken" => {
            vec![Grant { burst: 200.0, ..a_second(20.0) }]
        }
        Service::Ecr => Vec::new(),
        Service::Logs if operation == "DescribeLogStreams" => vec![a_second(25.0)],
        Service::Logs => Vec::new(),
        // Invoking has limits of its own: concurrency.
        Service::Lambda => match operation {
            "Invoke" => Vec::new(),
            "GetFunction" => vec![a_second(100.0)],
            "GetPolicy" => vec![a_second(15.0)],
            _ => vec![Grant { name: "Lambda", ..a_second(15.0) }],
        },
        Service::ApiGateway => {
            let own = match operation {
                "DeleteRestApi" => Some(one_in(30.0)),
                "UpdateUsagePlan" | "UpdateAccount" => Some(one_in(20.0)),
                "CreateRestApi" | "ImportRestApi" if is_edge(input) => {
                    Some(Grant { name: "edge", ..one_in(30.0) })
                }
                "CreateRestApi" | "ImportRestApi" => Some(Grant { name: "regional", ..one_in(3.0) }),
                "CreateDeployment" => Some(one_in(5.0)),
                "CreateApiKey" | "DeleteApiKey" | "CreateResource" | "DeleteResource" => Some(a_second(5.0)),
                "GetResources" => Some(Grant { name: operation, rate: 2.5, burst: 5.0 }),
                "PutRestApi" => Some(one_in(1.0)),
                _ => None,
            };
            let all = Grant { name: "API Gateway", rate: 10.0, burst: 40.0 };
            own.into_iter().chain([all]).collect()
        }
    }
}

/// EDGE is what an API is if nothing else is said.
fn is_edge(input: &Value) -> bool {
    let created = input["endpointConfiguration"]["types"][0].as_str();
    let imported = input["endpointConfigurationTypes"].as_str();
    created.or(imported).is_none_or(|kind| kind == "EDGE")
}

fn too_many(service: Service) -> AwsError {
    match service {
        Service::ApiGateway => AwsError::new(429, "TooManyRequestsException", "Too Many Requests"),
        Service::Lambda => AwsError::new(429, "TooManyRequestsException", "Rate exceeded"),
        Service::Sts | Service::Iam => AwsError::new(400, "Throttling", "Rate exceeded"),
        Service::Ecr | Service::Logs => AwsError::new(400, "ThrottlingException", "Rate exceeded"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Grants;
    use crate::{
        operation::{Operation, Reply, Service},
        protocol::Incoming,
        testing::{Client, instant, realistic},
    };
    use serde_json::{Value, json};
    use std::time::Duration;

    fn call(service: Service, name: &'static str, input: Value) -> Incoming {
        let row = Box::leak(Box::new(Operation::named(name, |_, _| Ok(Reply::ok(json!({}))))));
        let aws = instant();
        let request = Client::of(&aws).request(Service::Sts, "GetCallerIdentity", json!({}), None);
        let parts = request.into_parts().0;
        let payload = "Action=GetCallerIdentity".into();
        let Ok(incoming) = crate::protocol::read(&parts, payload, &aws.inner().config) else { panic!() };
        Incoming { service, operation: row, input, ..incoming }
    }

    /// How many of the calls at one time are granted.
    fn granted(grants: &Grants, incoming: &Incoming, calls: usize, now: f64) -> usize {
        (0..calls).filter(|_| grants.take("a", incoming, now).is_ok()).count()
    }

    #[test]
    fn each_call_has_its_grant() {
        use Service::{ApiGateway, Iam, Lambda, Logs};
        let regional = json!({ "endpointConfiguration": { "types": ["REGIONAL"] } });
        // At once, and after so many seconds one more.
        let table = [
            (ApiGateway, "DeleteRestApi", json!({}), 1, 30.0),
            (ApiGateway, "UpdateUsagePlan", json!({}), 1, 20.0),
            (ApiGateway, "UpdateAccount", json!({}), 1, 20.0),
            (ApiGateway, "CreateRestApi", regional, 1, 3.0),
            (ApiGateway, "CreateRestApi", json!({}), 1, 30.0),
            (ApiGateway, "CreateDeployment", json!({}), 1, 5.0),
            (ApiGateway, "CreateResource", json!({}), 5, 0.2),
            (ApiGateway, "GetResources", json!({}), 5, 0.4),
            (ApiGateway, "PutRestApi", json!({}), 1, 1.0),
            (ApiGateway, "GetStage", json!({}), 40, 0.1),
            (Lambda, "CreateFunction", json!({}), 15, 1.0 / 15.0),
            (Lambda, "GetFunction", json!({}), 100, 0.01),
            (Logs, "DescribeLogStreams", json!({}), 25, 0.04),
        ];
        for (service, name, input, at_once, one_more_after) in table {
            let (grants, incoming) = (Grants::default(), call(service, name, input));
            assert_eq!(granted(&grants, &incoming, 200, 0.0), at_once, "{name}");
            assert_eq!(granted(&grants, &incoming, 2, one_more_after * 0.9), 0, "{name}");
            assert_eq!(granted(&grants, &incoming, 2, one_more_after), 1, "{name}");
        }
        assert_eq!(granted(&Grants::default(), &call(Iam, "GetRole", json!({})), 200, 0.0), 200);
    }

    #[test]
    fn accounts_and_regions_are_apart_and_one_calls_grant_is_not_anothers() {
        let (grants, delete) = (Grants::default(), call(Service::ApiGateway, "DeleteRestApi", json!({})));
        assert!(grants.take("a", &delete, 0.0).is_ok());
        let error = grants.take("a", &delete, 0.0).unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (429, "TooManyRequestsException"));
        assert!(grants.take("b", &delete, 0.0).is_ok());
        let elsewhere = Incoming { region: "eu-west-1".to_owned(), ..delete };
        assert!(grants.take("a", &elsewhere, 0.0).is_ok());
        assert!(grants.take("a", &call(Service::ApiGateway, "GetStage", json!({})), 0.0).is_ok());
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
}
