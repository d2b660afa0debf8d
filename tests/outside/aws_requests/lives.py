"""Stacks' lives that reach every request which the program knows: made, edited, drifted, adopted, retired, destroyed."""

import json
import urllib.request

import image_archive
import registry

TRUST = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}, "Action": "sts:AssumeRole"}]}
)
POOL = "arn:aws:cognito-idp:us-east-2:000000000000:userpool/us-east-2_abcdefghi"

WIDE = """
stack: wide
region: us-east-2
tags: {team: web}
functions:
  one: {image: {archive: one.tar, keep: 1}, memory: 256, timeout: 10, environment: {NAME: b}, reserved_concurrency: 2}
  two: {image: {archive: two.tar}, role: {policies: [AmazonS3ReadOnlyAccess], statements: [{actions: ["s3:GetObject"], resources: ["*"]}]}}
  three: {image: {archive: one.tar}, log_retention: never, tracing: true, command: [text], role: {boundary: "arn:aws:iam::aws:policy/PowerUserAccess"}}
api:
  routes: {"POST /": one, "GET /items/{id}": two, "ANY /files/{proxy+}": {function: three, auth: none}}
  cors: {origins: ["https://example.com"]}
  auth: api_key
  binary_types: [image/png]
  throttle: {rate: 50, burst: 100}
  keys: [first, second]
  usage_plan: {rate: 10, burst: 20, quota: 100/day}
alerts: {email: [a@b.example]}
budget: {limit: 10 USD}
"""
FAILING = [
    ("two: {image: {archive: two.tar}", "two: {image: {archive: two.tar}, provisioned_concurrency: 1", "is FAILED: "),
    ("two: {image: {archive: two.tar}", "two: {image: {archive: two.tar}, snapstart: true", "Lambda can't take a snapshot"),
]
"""Each changes WIDE, and what `up` then says: none of its images starts."""

AUTHORIZER = "auth: {authorizer: {function: two, type: token, header: Authorization, ttl: 300}}"

EDITS = [
    ("memory: 256, timeout: 10, environment: {NAME: b}, reserved_concurrency: 2", "memory: 512, timeout: 11, ephemeral_storage: 1024"),
    ("archive: two.tar", "archive: three.tar"),
    ("archive: one.tar, keep: 1", "archive: five.tar, keep: 1"),
    ("archive: five.tar, keep: 1", "archive: four.tar, keep: 1"),
    ("policies: [AmazonS3ReadOnlyAccess], statements", "policies: [AmazonS3FullAccess], statements"),
    (', statements: [{actions: ["s3:GetObject"], resources: ["*"]}]', ""),
    ("log_retention: never, tracing: true, command: [text]", "log_retention: 7"),
    ("log_retention: 7", "log_retention: never"),
    ("PowerUserAccess", "AdministratorAccess"),
    (', role: {boundary: "arn:aws:iam::aws:policy/AdministratorAccess"}', ""),
    ("rate: 10, burst: 20, quota: 100/day", "rate: 11, burst: 22, quota: 700/week"),
    ("throttle: {rate: 50, burst: 100}", "description: wider"),
    ("binary_types: [image/png]", "name: renamed"),
    ("keys: [first, second]", "keys: [first, third]"),
    ("{team: web}", "{team: net, more: x}"),
    ("{team: net, more: x}", "{team: net}"),
    ("auth: api_key", "auth: iam"),
    ("auth: iam", "auth: {cognito: [" + POOL + "]}"),
    ("auth: {cognito: [" + POOL + "]}", AUTHORIZER),
    (AUTHORIZER, "auth: api_key"),
    ("name: renamed", "name: renamed\n  allow_from: [203.0.113.0/24]"),
    ("allow_from: [203.0.113.0/24]", "allow_from: [203.0.113.0/24, 198.51.100.7]"),
    ("  allow_from: [203.0.113.0/24, 198.51.100.7]\n", ""),
    ("name: renamed", "name: renamed\n  stage: live"),
    (', "ANY /files/{proxy+}": {function: three, auth: none}', ""),
    ("  three: {image: {archive: one.tar}, log_retention: never}\n", ""),
    ("alerts: {email: [a@b.example]}", "alerts: {email: [c@d.example], when: [slow, 5xx]}"),
    ("budget: {limit: 10 USD}", "budget: {limit: 20 USD, only: stack, alert_at: [60%, 100%], email: [e@f.example]}"),
    ("budget: {limit: 20 USD, only: stack, alert_at: [60%, 100%], email: [e@f.example]}\n", ""),
]
"""Each changes the text before it."""

TAKEN = """
stack: taken
region: us-east-2
functions:
  only: {name: byHand, image: {archive: one.tar, repository: by-hand}, role: {name: by-hand}}
  pinned: {image: {uri: "000000000000.dkr.ecr.us-east-2.amazonaws.com/somebodys:index"}}
api:
  name: by-hand
  routes: {"POST /": only}
  auth: api_key
  keys: [by-hand]
  usage_plan: {name: by-hand, rate: 10, burst: 20}
"""


def drift(client) -> None:
    """What somebody does to WIDE by hand, so that `up` has to undo it."""
    iam, lambdas, gateway = client("iam"), client("lambda"), client("apigateway")
    iam.update_assume_role_policy(RoleName="wide-one-us-east-2", PolicyDocument=TRUST)
    iam.tag_role(RoleName="wide-one-us-east-2", Tags=[{"Key": "team", "Value": "other"}, {"Key": "lambdeploy:extra", "Value": "x"}])
    client("ecr").put_image_tag_mutability(repositoryName="wide/one", imageTagMutability="IMMUTABLE")
    client("ecr").delete_repository_policy(repositoryName="wide/one")
    statements = json.loads(lambdas.get_policy(FunctionName="wide-one", Qualifier="live")["Policy"])["Statement"]
    again = {"FunctionName": "wide-one", "Qualifier": "live", "StatementId": statements[0]["Sid"]}
    lambdas.remove_permission(**again)
    lambdas.add_permission(Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com", SourceArn="arn:aws:execute-api:us-east-2:000000000000:old/*/POST/", **again)
    key = gateway.get_api_keys(nameQuery="first")["items"][0]["id"]
    gateway.update_api_key(apiKey=key, patchOperations=[{"op": "replace", "path": "/enabled", "value": "false"}])
    drift_of_alerts(client)


def drift_of_alerts(client) -> None:
    """The topic lets nobody in, and an address that is not in the file has confirmed; tags are others'."""
    sns, tags = client("sns"), [{"Key": "team", "Value": "other"}, {"Key": "more", "Value": "x"}]
    topic = sns.list_topics()["Topics"][0]["TopicArn"]
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue="")
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="somebody@example.com")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{sns.meta.endpoint_url}/_local/mail", timeout=5) as mails:
        link = json.load(mails)[-1]["link"]
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(link, timeout=5).close()
    sns.tag_resource(ResourceArn=topic, Tags=tags)
    alarm = client("cloudwatch").describe_alarms()["MetricAlarms"][0]["AlarmArn"]
    client("cloudwatch").tag_resource(ResourceARN=alarm, Tags=tags)
    budget = "arn:aws:budgets::000000000000:budget/lambdeploy-wide-us-east-2"
    client("budgets").tag_resource(ResourceARN=budget, ResourceTags=tags)


def by_hand(client) -> None:
    """What TAKEN names, made without it: the function of a Zip file, an index in somebody else's repository, and a domain of another API's."""
    ecr, image = client("ecr"), image_archive.blobs("somebodys")
    ecr.create_repository(repositoryName="somebodys")
    registry.put(ecr, "somebodys", "one", image)
    ecr.put_image(repositoryName="somebodys", imageManifest=image_archive.index(image[0]), imageTag="index", imageManifestMediaType=image_archive.INDEX)
    iam, lambdas, gateway = client("iam"), client("lambda"), client("apigateway")
    role = iam.create_role(RoleName="by-hand", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    ecr.create_repository(repositoryName="by-hand")
    client("logs").create_log_group(logGroupName="/aws/lambda/byHand")
    lambdas.create_function(FunctionName="byHand", Role=role, Runtime="python3.12", Handler="a.b", Code={"ZipFile": b"PK\x03\x04"})
    api = gateway.create_rest_api(name="by-hand", endpointConfiguration={"types": ["REGIONAL"]})
    method = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "POST"}
    gateway.put_method(authorizationType="NONE", apiKeyRequired=True, **method)
    gateway.put_integration(type="MOCK", **method)
    gateway.create_deployment(restApiId=api["id"], stageName="default")
    key = gateway.create_api_key(name="by-hand", enabled=True)["id"]
    certificate = "arn:aws:acm:us-east-2:000000000000:certificate/00000000-0000-0000-0000-000000000000"
    gateway.create_domain_name(domainName="api.example.com", regionalCertificateArn=certificate, endpointConfiguration={"types": ["REGIONAL"]})
    gateway.create_base_path_mapping(domainName="api.example.com", basePath="v1", restApiId=gateway.create_rest_api(name="other")["id"])
    plan = gateway.create_usage_plan(name="by-hand", apiStages=[{"apiId": api["id"], "stage": "default"}])["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
