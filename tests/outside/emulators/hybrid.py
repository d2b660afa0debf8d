"""One AWS made of two emulators: API Gateway is LocalStack's, the rest moto's; what keeps a lifecycle from going through is mended
on the way (`gaps.py` says what)."""

import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

from recording_proxy import Answer, Recorded, RecordingProxy, pass_on

LIMITS = {"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}, "AccountUsage": {"FunctionCount": 0}}
RESPONSES = "x-amazon-apigateway-gateway-responses"


class Hybrid(RecordingProxy):
    """A proxy before both. `moto` and `localstack` are `host:port`."""

    def __init__(self, moto: str, localstack: str):
        super().__init__(moto)
        self.localstack = localstack
        self.retagged: dict[str, dict[str, str | None]] = {}
        """What TagResource and UntagResource said, by what ARNs end in."""

    def answer(self, request: Recorded) -> Answer:
        if "/apigateway/aws4_request" not in request.headers.get("authorization", ""):
            if re.fullmatch("/2016-08-19/account-settings/?", request.target):
                return 200, [("content-type", "application/json")], json.dumps(LIMITS).encode()
            answer = one_at_sign(pass_on(request, self.upstream))
            return of_its_qualifier(request, answer) if re.search(r"/functions/[^/]+/policy/?(\?|$)", request.target) else answer
        answer = pass_on(request, self.localstack)
        if answer[0] >= 300:
            return answer
        url = urlsplit(request.target)
        if url.path.startswith("/tags/"):
            self._note_tags(request, unquote(url.path).partition("::/")[2])
        if (api := re.fullmatch(r"/restapis/(\w+)", url.path)) and request.method == "PUT":
            self._put_gateway_responses(request, api[1])
        if (deployment := re.fullmatch(r"/restapis/(\w+)/deployments/\w+", url.path)) and "embed=apisummary" in url.query:
            return changed(answer, lambda reply: reply | {"apiSummary": self._methods(request, deployment[1])})
        if request.method == "GET" and re.fullmatch(r"/(restapis|apikeys)(/\w+)?|/restapis/\w+/stages(/[\w-]+)?", url.path):
            return changed(answer, lambda reply: self._with_tags(url.path.strip("/"), reply))
        return answer

    def _note_tags(self, request: Recorded, what: str) -> None:
        said = json.loads(request.body)["tags"] if request.method == "PUT" else {}
        gone = parse_qs(urlsplit(request.target).query).get("tagKeys", [])
        self.retagged.setdefault(what, {}).update(said | dict.fromkeys(gone))

    def _with_tags(self, path: str, reply: dict) -> dict:
        """`reply` is one thing, or a list of such; `path` names the thing, or what the list is of."""
        if "item" in reply:
            return reply | {"item": [self._with_tags(f"{path}/{one.get('stageName') or one.get('id')}", one) for one in reply["item"]]}
        tags = reply.get("tags", {}) | self.retagged.get(path, {})
        return reply | {"tags": {key: value for key, value in tags.items() if value is not None}}

    def _ask(self, like: Recorded, method: str, target: str, body: dict | None = None) -> dict:
        """A request of the same caller's. LocalStack checks no signatures."""
        headers = {name: like.headers[name] for name in ("authorization", "x-amz-date") if name in like.headers}
        request = Recorded(method, target, headers | {"content-type": "application/json"}, json.dumps(body).encode() if body is not None else b"")
        status, _, text = pass_on(request, self.localstack)
        assert status < 300, f"{method} {target}: {status} {text.decode()}"
        return json.loads(text or b"{}")

    def _put_gateway_responses(self, request: Recorded, api: str) -> None:
        wanted = json.loads(request.body).get(RESPONSES, {})
        there = self._ask(request, "GET", f"/restapis/{api}/gatewayresponses")["item"]
        for old in [one["responseType"] for one in there if not one["defaultResponse"] and one["responseType"] not in wanted]:
            self._ask(request, "DELETE", f"/restapis/{api}/gatewayresponses/{old}")
        for kind, response in wanted.items():
            self._ask(request, "PUT", f"/restapis/{api}/gatewayresponses/{kind}", response)

    def _methods(self, request: Recorded, api: str) -> dict:
        resources = self._ask(request, "GET", f"/restapis/{api}/resources?embed=methods&limit=500")["item"]
        return {
            one["path"]: {
                verb: {name: method[name] for name in ("authorizationType", "apiKeyRequired")}
                for verb, method in one["resourceMethods"].items()
            }
            for one in resources
            if one.get("resourceMethods")
        }


def changed(answer: Answer, change) -> Answer:
    status, headers, body = answer
    return status, headers, json.dumps(change(json.loads(body))).encode()


def of_its_qualifier(request: Recorded, answer: Answer) -> Answer:
    """The statements of what was asked alone: of the function, or of its alias."""
    if request.method != "GET" or answer[0] >= 300:
        return answer
    (qualifier,) = parse_qs(urlsplit(request.target).query).get("Qualifier", [""])
    policy = json.loads(json.loads(answer[2])["Policy"])
    # arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]
    own = [one for one in policy["Statement"] if "".join(one["Resource"].split(":")[7:]) == qualifier]
    if not own:
        return 404, [("content-type", "application/json"), ("x-amzn-errortype", "ResourceNotFoundException")], b'{"Message": "no policy"}'
    return changed(answer, lambda reply: reply | {"Policy": json.dumps(policy | {"Statement": own})})


def one_at_sign(answer: Answer) -> Answer:
    status, headers, body = answer
    return status, headers, body.replace(b"@sha256@sha256:", b"@sha256:")
