"""Who may call, from the stack file to the URL: each kind in containers, with signatures by botocore, and readable for a
page. Needs Docker and the base image (scripts/base-image.sh)."""

import json
import urllib.error
import urllib.request

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from stack import Stack

POOL = "us-east-2_People"
ORIGIN = "https://www.example.com"

# Both functions are of one image: what is asked for, and who decides.
HANDLER = '''
import json, os

def items(event, context):
    asked = event["requestContext"]
    who = asked["identity"]["userArn"] or asked.get("authorizer")
    headers = {"Access-Control-Allow-Origin": os.environ["ALLOWED_ORIGINS"].split(",")[0]}
    return {"statusCode": 200, "headers": headers, "body": json.dumps({"path": event["path"], "who": who})}

decided = 0

def gate(event, context):
    global decided
    decided += 1
    token = event.get("authorizationToken") or (event.get("headers") or {}).get("X-Token")
    if token == "who":
        raise Exception("Unauthorized")
    statement = {"Effect": "Allow" if token == "open" else "Deny", "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "ada", "policyDocument": policy, "context": {"decided": decided}}
'''

STACK = f"""
stack: kinds
region: us-east-2
functions:
  items: {{image: {{context: .}}, command: app.items, timeout: 10, memory: 256}}
  gate: {{image: {{context: .}}, command: app.gate, timeout: 10, memory: 256}}
api:
  routes:
    GET /open: items
    GET /signed: {{function: items, auth: iam}}
    GET /pool: {{function: items, auth: {{cognito: ['arn:aws:cognito-idp:us-east-2:000000000000:userpool/{POOL}']}}}}
    GET /token: {{function: items, auth: {{authorizer: {{function: gate, header: X-Token, ttl: 60}}}}}}
    GET /request: {{function: items, auth: {{authorizer: {{function: gate, type: request, header: X-Token, ttl: 0}}}}}}
  cors: {{origins: ['{ORIGIN}']}}
  allow_from: [127.0.0.0/8]
checks:
  - {{route: GET /token, headers: {{X-Token: open}}, json: {{'$.who.principalId': ada}}}}
"""


@pytest.fixture(scope="module")
def kinds(tmp_path_factory, local_aws):
    folder = tmp_path_factory.mktemp("kinds")
    (folder / "app.py").write_text(HANDLER)
    (folder / "Dockerfile").write_text(
        'FROM public.ecr.aws/lambda/python:3.13\nCOPY app.py ${LAMBDA_TASK_ROOT}/\nCMD ["app.items"]\n'
    )
    (folder / "stack.yaml").write_text(STACK)
    stack = Stack(folder / "stack.yaml", local_aws)
    stack.table = stack.run("up", "--yes").stdout
    stack.url = f"{local_aws.url}/_aws/execute-api/{stack.outputs()['api_id']}/default"
    yield stack
    stack.run("destroy", "--yes")


def get(kinds, path, headers=(), method="GET"):
    """Status, what a page is told about it, and the body."""
    request = urllib.request.Request(kinds.url + path, method=method, headers=dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, json.loads(answer.read() or "{}")
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.loads(error.read())


def readable(kinds, path, headers=()):
    status, answered, body = get(kinds, path, headers)
    assert answered["Access-Control-Allow-Origin"] == ORIGIN, (path, status)
    return status, body


def signed(kinds, path, key, secret, service="execute-api"):
    request = AWSRequest("GET", kinds.url + path)
    SigV4Auth(Credentials(key, secret), service, "us-east-2").add_auth(request)
    return dict(request.headers)


def test_up_asks_each_kind(kinds):
    for promise in (
        "GET /open gets the answer of items",
        "GET /signed without a signature is refused",
        "GET /pool without a token is refused",
        "GET /token without what its authorizer asks for is refused",
        'GET /token answers 200 and $.who.principalId = "ada"',
    ):
        assert f"✓ {promise}\n" in kinds.table
    # An authorizer that keeps no answers is asked all the same, and what it says is its own.
    assert "GET /request without" not in kinds.table


def test_signatures_are_checked(kinds, local_aws):
    refused = (403, {"message": "Missing Authentication Token"})
    assert readable(kinds, "/signed") == refused
    status, body = readable(kinds, "/signed", signed(kinds, "/signed", "0" * 12, "local"))
    assert (status, body["who"]) == (200, f"arn:aws:iam::{'0' * 12}:user/local")
    for wrong in (signed(kinds, "/signed", "0" * 12, "guessed"), signed(kinds, "/open", "0" * 12, "local")):
        status, body = readable(kinds, "/signed", wrong)
        assert status == 403 and "signature we calculated does not match" in body["message"]


def test_a_users_key_and_policies_count(kinds, local_aws):
    iam = local_aws.client("iam", "0" * 12)
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    headers = lambda: signed(kinds, "/signed", key["AccessKeyId"], key["SecretAccessKey"])  # noqa: E731
    status, body = readable(kinds, "/signed", headers())
    assert status == 403 and "user/ann is not authorized to perform: execute-api:Invoke" in (body.get("message") or body["Message"])
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:*:*:*/default/GET/signed"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="ann", PolicyName="call", PolicyDocument=policy)
    status, body = readable(kinds, "/signed", headers())
    assert (status, body["who"]) == (200, f"arn:aws:iam::{'0' * 12}:user/ann")


def token(local_aws, **claims):
    query = "&".join(f"{name}={value}" for name, value in claims.items())
    with urllib.request.urlopen(f"{local_aws.url}/_local/cognito/{POOL}/token?{query}") as answer:
        return answer.read().decode().strip()


def test_a_user_pools_token_opens(kinds, local_aws):
    refused = (401, {"message": "Unauthorized"})
    assert readable(kinds, "/pool") == refused
    good = token(local_aws, username="ada")
    status, body = readable(kinds, "/pool", {"Authorization": f"Bearer {good}"})
    assert (status, body["who"]["claims"]["cognito:username"]) == (200, "ada")
    head, claims, signature = good.split(".")
    for wrong in (
        token(local_aws, username="ada", token_use="access"),
        f"{head}.{claims}.{signature[::-1]}",
        f"{head}.{claims}x.{signature}",
        "nonsense",
    ):
        assert readable(kinds, "/pool", {"Authorization": wrong}) == refused


def test_an_authorizer_decides_and_is_asked_once_for_its_time(kinds):
    assert readable(kinds, "/token") == (401, {"message": "Unauthorized"})
    asked = [("/token", {"X-Token": "closed"}), ("/request", {"X-Token": "closed"}), ("/request", {})]
    for path, headers in asked:
        status, body = readable(kinds, path, headers)
        assert status == 403 and "not authorized to access this resource" in body["message"]
    for path in ("/token", "/request"):
        assert readable(kinds, path, {"X-Token": "who"}) == (401, {"message": "Unauthorized"})
    decided = lambda path: readable(kinds, path, {"X-Token": "open"})[1]["who"]["decided"]  # noqa: E731
    assert decided("/token") == decided("/token"), "kept for 60 s"
    assert decided("/request") != decided("/request"), "asked each time"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/open", {"content-type"}),
        ("/signed", {"authorization", "x-amz-date"}),
        ("/pool", {"authorization"}),
        ("/token", {"x-token"}),
        ("/request", {"x-token"}),
    ],
)
def test_a_preflight_needs_no_proof_and_allows_what_is_asked_for(kinds, path, headers):
    status, answered, _ = get(kinds, path, {"Origin": ORIGIN}, "OPTIONS")
    assert (status, answered["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert headers <= set(answered["Access-Control-Allow-Headers"].split(","))


def test_another_address_is_refused_and_another_range_lets_it_in(kinds):
    text = kinds.file.read_text()
    kinds.file.write_text(text.replace("127.0.0.0/8", "198.51.100.0/24"))
    try:
        seen = kinds.run("up", "--yes").stdout
        assert "? GET /open gets the answer of items\n      not known: this machine may not call (allow_from)" in seen
        status, body = readable(kinds, "/open")
        assert status == 403 and "with an explicit deny" in body["message"]
    finally:
        kinds.file.write_text(text)
    kinds.run("up", "--yes")
    assert readable(kinds, "/open")[0] == 200

