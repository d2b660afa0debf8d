//! Requests made of bytes: right enough to get past the door, hostile behind it. The property test below and the fuzz
//! target `wire` send them.

#![allow(clippy::unwrap_used)]

use crate::{
    LocalAws,
    body::full,
    service::Operation,
    services,
    testing::{Client, instant},
};
use http::Request;
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};

/// So many requests one input makes at most.
const LONGEST: usize = 100;
/// How deep values nest.
const DEEPEST: usize = 4;
/// Members of all services' inputs.
const MEMBERS: &str = "Action Arn Architectures AssumeRolePolicyDocument Code Command Description DryRun EntryPoint \
    Environment EphemeralStorage EventSourceToken FunctionName FunctionUrlAuthType FunctionVersion Handler ImageConfig ImageUri \
    Key LogGroup LoggingConfig Marker MaxItems MaxSessionDuration MemorySize Mode OnlyAttached PackageType Path PathPrefix \
    PermissionsBoundary PolicyArn PolicyDocument PolicyName Principal PrincipalOrgID Publish Qualifier \
    ReservedConcurrentExecutions Resource RevisionId Role RoleName Runtime Scope SecurityGroupIds Size SnapStart SourceAccount \
    SourceArn StatementId SubnetIds TagKeys Tags Timeout TracingConfig UserName Value Variables VersionId VpcConfig \
    WorkingDirectory ZipFile acceptedMediaTypes apiId apiKeyRequired apiKeySource apiStages authType authorizationScopes \
    authorizationType authorizerCredentials authorizerId authorizerResultTtlInSeconds authorizerUri binaryMediaTypes burstLimit \
    cacheKeyParameters cacheNamespace cloneFrom connectionType contentHandling contentType credentials customerId deploymentId \
    descending description disableExecuteApiEndpoint embed enabled encryptionConfiguration encryptionType endDate endTime \
    endpointConfiguration filter filterPattern filterType force format from generateDistinctId httpMethod identitySource \
    identityValidationExpression imageDigest imageIds imageManifest imageManifestMediaType imageScanningConfiguration imageTag \
    imageTagMutability imageTagMutabilityExclusionFilters includeValue includeValues keyId keyType kmsKey layerDigest \
    layerDigests lifecyclePolicyText limit logEvents logGroupClass logGroupIdentifier logGroupName logGroupNamePattern \
    logGroupNamePrefix logStreamName logStreamNamePrefix logStreamNames maxResults message minimumCompressionSize name \
    nameQuery nextToken offset op operationName orderBy parameters passthroughBehavior patchOperations path pathPart period \
    policy policyText position providerARNs quota rateLimit registryId repositoryName repositoryNames requestModels \
    requestParameters requestTemplates requestValidatorId resourceArn responseModels responseParameters responseTemplates \
    restApiId retentionInDays scanOnPush schema selectionPattern sequenceToken stage stageKeys stageName startDate \
    startFromHead startTime statusCode tagKeys tagStatus tags throttle timeoutInMillis timestamp tracingEnabled type types uri \
    validateRequestBody value variables version vpcEndpointIds \
    AccountId Address Amount Budget BudgetLimit BudgetName BudgetType ComparisonOperator CostFilters CostTypes End MaxResults \
    NewBudget NewNotification NewSubscriber NextToken Notification NotificationType NotificationsWithSubscribers \
    OldNotification OldSubscriber ResourceARN ResourceTagKeys ResourceTags Start Subscriber Subscribers SubscriptionType \
    Threshold TimePeriod TimeUnit Unit \
    ActionNames AlarmActions AlarmName AlarmNames AttributeName Attributes Dimensions EndTime Endpoint EvaluationPeriods Expression \
    Id Message MetricData MetricDataQueries MetricName MetricStat Metrics Name Namespace Period PolicySourceArn Protocol ResourceArn \
    Stat StartTime StateValue Statistic Statistics SubscriptionArn Subject Token TopicArn Values WarmUpConfiguration";
/// Texts that mean something somewhere.
const TEXTS: &[&str] = &[
    "a",
    "b",
    "ab",
    "",
    "/",
    "{a}",
    "{proxy+}",
    "*",
    "**",
    "?",
    "$",
    "${a}",
    "~1",
    "/*",
    "*/*",
    "é\u{0}\u{1F600}",
    "\u{ffff}",
    "..",
    "-1",
    "0",
    "1",
    "200",
    "2xx",
    "9999999999999999999999",
    "1e400",
    "true",
    "null",
    "GET",
    "ANY",
    "OPTIONS",
    "MOCK",
    "AWS_PROXY",
    "HTTP",
    "NONE",
    "AWS_IAM",
    "CUSTOM",
    "TOKEN",
    "REQUEST",
    "COGNITO_USER_POOLS",
    "DEFAULT_4XX",
    "API_KEY",
    "HEADER",
    "DAY",
    "MONTH",
    "REGIONAL",
    "Image",
    "Zip",
    "x86_64",
    "python3.13",
    "a.b",
    "UEs=",
    "latest",
    "add",
    "remove",
    "replace",
    "copy",
    "test",
    "/name",
    "/apiStages",
    "/throttle/rateLimit",
    "/quota/period",
    "/*/*/throttling/burstLimit",
    "/variables/a",
    "/binaryMediaTypes/image~1png",
    "/policy",
    "application/json",
    "2026-01-01",
    "2026-13-40",
    "000000000000",
    "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    "arn:aws:iam::000000000000:role/a",
    "lambda:InvokeFunction",
    "apigateway.amazonaws.com",
    "arn:aws:lambda:us-east-2:000000000000:function:a",
    "arn:aws:logs:us-east-2:000000000000:log-group:a",
    "arn:aws:ecr:us-east-2:000000000000:repository/ab",
    "arn:aws:apigateway:us-east-2::/restapis/",
    "arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-2:000000000000:function:a/invocations",
    "127.0.0.1:4566/ab:latest",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "method.response.header.A",
    "method.request.querystring.a",
    "integration.request.header.A",
    "'*'",
    "{\"statusCode\": 200}",
    "#if(",
    "#set($a = \"$a$a\")",
    "$input.json('$.a')",
    "{ $.a = 1 && ($.b[*] != \"x*\") }",
    "\"a",
    "-a ?b",
    "%a%",
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#,
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","NotAction":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"::/999"},"DateLessThan":{"aws:CurrentTime":"x"},"ForAllValues:NumericEquals":{"a":[1,"b"]}}}}"#,
    r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#,
    r##"{"openapi":"3.0.1","info":{"title":"a","version":"1"},"servers":[{"url":"{a}/{b}","variables":{"a":{"default":"{a}{a}"}}}],"paths":{"/{a}":{"$ref":"#/paths/~1{a}"},"/b":{"x-amazon-apigateway-any-method":{"parameters":[{"$ref":"#"}],"responses":{"default":{}},"x-amazon-apigateway-integration":{"type":"mock","requestTemplates":{"application/json":"{\"statusCode\": 200}"},"responses":{"default":{"statusCode":"200","responseParameters":{"method.response.header.A":"'b'"}}}}}}}}"##,
];

/// Decisions made by bytes; once they are used up, the first choice each time.
struct Dice<'a>(&'a [u8]);

impl Dice<'_> {
    fn of(&mut self, choices: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        match (choices > 256, rest.split_first()) {
            (true, Some((second, rest))) => {
                self.0 = rest;
                (usize::from(*first) << 8 | usize::from(*second)) % choices
            }
            _ => usize::from(*first) % choices,
        }
    }

    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.of(of.len())]
    }
}

/// Sends what `data` stands for to a new local AWS.
///
/// # Panics
/// Where the local AWS does, or answers that it failed.
pub async fn requests(data: &[u8]) {
    let aws = instant();
    let mut sender = Sender {
        dice: Dice(data),
        members: MEMBERS.split_whitespace().collect(),
        known: vec!["a".to_owned(), "ab".to_owned()],
    };
    let mut sent = 0;
    while !sender.dice.0.is_empty() && sent < LONGEST {
        sender.one(&aws).await;
        sent += 1;
    }
}

struct Sender<'a> {
    dice: Dice<'a>,
    members: Vec<&'static str>,
    /// Names and ids that something has.
    known: Vec<String>,
}

impl Sender<'_> {
    async fn one(&mut self, aws: &LocalAws) {
        match self.dice.of(12) {
            0 => self.stage(aws).await,
            1 => self.registry(aws).await,
            _ => self.operation(aws).await,
        }
    }

    async fn operation(&mut self, aws: &LocalAws) {
        const SERVICES: [&str; 9] =
            ["apigateway", "apigateway", "apigateway", "lambda", "ecr", "logs", "iam", "sts", "budgets"];
        let name: &&str = self.dice.one(&SERVICES);
        let service = services::named(name).unwrap();
        let operation = self.dice.one(service.operations);
        let input = Value::Object(self.input(operation));
        let payload =
            matches!(operation.name, "PutRestApi" | "ImportRestApi" | "Invoke").then(|| self.text());
        let client = Client::of(aws);
        let shown = format!("{} {input}", operation.name);
        let (status, reply) = match payload {
            Some(payload) => client.call_with(service.name, operation.name, input, payload).await,
            None => client.call(service.name, operation.name, input).await,
        };
        assert_ne!(status, 500, "{shown}: {reply}");
        self.learn(&reply);
    }

    /// Members of the path have to be there, and as text.
    fn input(&mut self, operation: &Operation) -> Map<String, Value> {
        let mut input = self.object(0);
        for part in operation.path.split('/') {
            if let Some(name) = part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
                input.insert(name.trim_end_matches('+').to_owned(), json!(self.text()));
            }
        }
        input
    }

    fn object(&mut self, depth: usize) -> Map<String, Value> {
        (0..self.dice.of(7)).map(|_| (self.name(), self.value(depth + 1))).collect()
    }

    fn name(&mut self) -> String {
        if self.dice.of(8) == 0 { self.text() } else { (*self.dice.one(&self.members)).to_owned() }
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.dice.of(if depth < DEEPEST { 16 } else { 13 }) {
            0 => Value::Null,
            1 => json!(self.dice.of(2) == 0),
            2 => json!(self.dice.of(300)),
            3 => json!(*self.dice.one(&[i64::MIN, -1, 1 << 31, 1 << 53, i64::MAX])),
            4 => json!(*self.dice.one(&[0.5, -1e308, 1e-308])),
            5 => json!(self.text().repeat(self.dice.of(300))),
            13 => (0..self.dice.of(4)).map(|_| self.value(depth + 1)).collect(),
            14 | 15 => Value::Object(self.object(depth)),
            _ => json!(self.text()),
        }
    }

    fn text(&mut self) -> String {
        match self.dice.of(8) {
            0 => self.text_of(TEXTS) + &self.text_of(TEXTS),
            1..4 => self.dice.one(&self.known).clone(),
            _ => self.text_of(TEXTS),
        }
    }

    fn text_of(&mut self, texts: &[&str]) -> String {
        (*self.dice.one(texts)).to_owned()
    }

    fn learn(&mut self, reply: &Value) {
        match reply {
            Value::String(text)
                if text.len() < 100 && self.known.len() < 200 && !self.known.contains(text) =>
            {
                self.known.push(text.clone());
            }
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            Value::Object(map) => map.values().for_each(|value| self.learn(value)),
            _ => {}
        }
    }

    async fn stage(&mut self, aws: &LocalAws) {
        let uri = format!("/_aws/execute-api/{}/{}/{}", self.text(), self.text(), self.text());
        let method = *self.dice.one(&["GET", "POST", "OPTIONS", "HEAD", "PURGE"]);
        let headers = ["x-api-key", "origin", "content-type", "accept", "authorization", "x-forwarded-for"];
        self.send(aws, method, &uri, &headers).await;
    }

    async fn registry(&mut self, aws: &LocalAws) {
        let places = [
            "",
            "a/manifests/",
            "ab/manifests/",
            "ab/blobs/",
            "ab/blobs/uploads/",
            "ab/tags/list",
            "_catalog",
        ];
        let uri = format!("/v2/{}{}?{}={}", self.dice.one(&places), self.text(), self.name(), self.text());
        let method = *self.dice.one(&["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"]);
        self.send(aws, method, &uri, &["content-type", "content-range", "range", "authorization", "accept"])
            .await;
    }

    async fn send(&mut self, aws: &LocalAws, method: &str, uri: &str, headers: &[&'static str]) {
        let mut request = Request::builder().method(method).uri(uri).header("host", "127.0.0.1:4566");
        for name in headers {
            if self.dice.of(3) == 0 {
                request = request.header(*name, self.text());
            }
        }
        // What is no URI or no header value never gets here.
        let Ok(request) = request.body(full(self.text())) else { return };
        let response = aws.handle(request).await;
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(
            status != 500 || is_the_integrations(&body),
            "{method} {uri}: {}",
            String::from_utf8_lossy(&body)
        );
    }
}

/// API Gateway's own word for an integration that is wrong.
fn is_the_integrations(body: &[u8]) -> bool {
    body == br#"{"message": "Internal server error"}"# || body == br#"{"message":null}"#
}

#[cfg(test)]
mod tests {
    use super::requests;
    use std::time::{Duration, Instant};

    #[tokio::test]
    async fn whatever_is_asked_is_answered() {
        for seed in 0..60 {
            let mut dice = fastrand::Rng::with_seed(seed);
            let data: Vec<u8> = (0..4000).map(|_| dice.u8(..)).collect();
            let since = Instant::now();
            requests(&data).await;
            assert!(since.elapsed() < Duration::from_secs(20), "seed {seed} took {:?}", since.elapsed());
        }
    }
}
