"""Whatever arrives at the local AWS's port: it answers or hangs up, soon, in little memory, and lives on."""

import errno
import json
import os
import random
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

SCOPE = "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-2/{}/aws4_request, SignedHeaders=host, Signature=0"
# Bytes that it may grow by, at the worst: a body of 70 MB is read, and copied once.
GROWTH = 200 * 1024 * 1024
DEEP = 100_000


def resident(aws) -> int:
    """The highest resident memory so far, in bytes."""
    with open(f"/proc/{aws.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def exchange(aws, raw: bytes, ends: bool = False) -> bytes:
    """Sends bytes as they are, and no more if it `ends` there; what comes back before it hangs up. Silence is a failure."""
    with socket.create_connection(("127.0.0.1", aws.port), timeout=10) as connection:
        answer = b""
        try:
            connection.sendall(raw)
            if ends:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answer += part
        except OSError as error:
            # It hung up, which is an answer too.
            assert error.errno in (errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN), error
        return answer


def request(service: str, method: str, path: str, body: bytes, **headers: str) -> bytes:
    head = {"Host": "localhost", "Authorization": SCOPE.format(service), "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"{method} {path} HTTP/1.1", *(f"{k.replace('_', '-')}: {v}" for k, v in (head | headers).items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


BODIES = {
    "empty": b"",
    "nothing": b"null",
    "list": b"[]",
    "number": b"1e999",
    "text": b'"x"',
    "cut": b'{"a": ',
    "deep list": b"[" * DEEP,
    "deep object": b'{"a":' * DEEP,
    "deep dots": b"Action=CreateRole&" + b"a." * DEEP + b"b=1",
    "many members": b"Action=CreateRole&" + b"&".join(b"Tags.member.%d.Key=k" % n for n in range(50_000)),
    "far member": b"Action=CreateRole&Tags.member.99999999999999999999.Key=k&Tags.member.-1.Key=k&Tags.member..Key=k",
    "not UTF-8": b'{"name": "\xff\xfe\xc0\x80"}',
    "NUL": b'{"name": "a\\u0000b", "x": "\x00"}',
    "lone surrogate": b'{"name": "\\ud800"}',
    "control": bytes(range(256)),
    "wrong types": json.dumps(
        {k: v for k, v in zip(["name", "RoleName", "repositoryName", "logGroupName", "Role", "Code", "tags", "Tags", "body", "patchOperations", "apiStages",
                               "imageIds", "logEvents", "Environment", "limit", "maxResults", "throttle", "quota"],
                              [5, [], {}, True, None, 1.5, "x", [1, [2]], {"a": {}}, "y", {"b": 1}, [[]], {"c": 2}, [], "z", -1, 7, [8]])}
    ).encode(),
    "10 MB": b'{"name": "' + b"a" * 10_000_000 + b'"}',
    "45 MB of numbers": b'{"name": [' + b"0," * 22_500_000 + b"0]}",
    "a form of 6 MB": b"Action=CreateRole&" + b"&".join(b"a%d.b.c.d=" % n for n in range(400_000)),
    "percent": b"Action=%zz&%=%&=%C0%80&RoleName=%00",
    "OpenAPI bomb": b'{"openapi":"3.0.1","paths":{' + b",".join(b'"/p%d/{a}/{b+}":{"get":{"x-amazon-apigateway-integration":{"type":"MOCK"}}}' % n for n in range(2000)) + b"}}",
    "YAML bomb": b"openapi: 3.0.1\na: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(b"%c: &%c [%s]\n" % (c + 1, c + 1, b",".join([b"*%c" % c] * 9)) for c in range(97, 115)) + b"paths: {}\n",
}  # fmt: skip

DOORS = [
    ("iam", "POST", "/", {"Content_Type": "application/x-www-form-urlencoded"}),
    ("sts", "POST", "/", {"Content_Type": "application/x-www-form-urlencoded"}),
    *(("ecr", "POST", "/", {"X_Amz_Target": f"AmazonEC2ContainerRegistry_V20150921.{name}"}) for name in ("CreateRepository", "PutImage", "BatchGetImage", "SetRepositoryPolicy", "PutLifecyclePolicy")),
    *(("logs", "POST", "/", {"X_Amz_Target": f"Logs_20140328.{name}"}) for name in ("CreateLogGroup", "PutLogEvents", "FilterLogEvents", "GetLogEvents", "DescribeLogGroups")),
    *(("budgets", "POST", "/", {"X_Amz_Target": f"AWSBudgetServiceGateway.{name}"}) for name in ("CreateBudget", "DescribeBudgets", "TagResource")),
    *(("lambda", method, "/2015-03-31/functions" + path, {}) for method, path in (("POST", ""), ("POST", "/f/invocations"), ("PUT", "/f/configuration"), ("PUT", "/f/code"), ("POST", "/f/policy"), ("GET", "/%00%ff"))),
    *(("apigateway", method, path, {}) for method, path in (("POST", "/restapis"), ("PUT", "/restapis/a?mode=overwrite"), ("POST", "/restapis?mode=import"), ("PATCH", "/restapis/a"), ("POST", "/usageplans"), ("POST", "/apikeys"), ("PUT", "/tags/%25%2f%ff"), ("GET", "/restapis?limit=-1&position=%00"))),
    ("registry", "PUT", "/v2/a/manifests/b", {}),
    ("registry", "POST", "/v2/a/blobs/uploads/", {}),
    ("registry", "PATCH", "/v2/a/blobs/uploads/x", {"Content_Range": "99999999999999999999-0"}),
    ("none", "PUT", "/_local/faults", {}),
    ("none", "POST", "/_aws/execute-api/a/b/c", {}),
]  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_bodies(local_aws, name):
    before = resident(local_aws)
    for service, method, path, headers in DOORS:
        since = time.monotonic()
        answer = exchange(local_aws, request(service, method, path, BODIES[name], **headers))
        # It may hang up before it has read a body that is too large, and its answer is lost then.
        assert 200 <= status(answer) < 600 or len(BODIES[name]) > 1_000_000 and not answer, (service, path, answer[:200])
        assert status(answer) != 500 and b"panicked" not in answer, (service, path, answer[:500])
        assert time.monotonic() - since < 5, (service, path, "slow")
    assert resident(local_aws) - before < GROWTH
    assert_alive(local_aws)


def chunked(*chunks: bytes) -> bytes:
    return request("ecr", "POST", "/", b"", Transfer_Encoding="chunked").replace(b"Content-Length: 0\r\n", b"") + b"".join(chunks)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n" * 10_000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,  # A TLS client's hello.
        b"GET",
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"v" * 100) for n in range(20_000)) + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"v" * 5_000_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\xfe\x00\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        request("ecr", "POST", "/", b"", Content_Length="9000000000000000000"),
        request("ecr", "POST", "/", b"x", Content_Length="52428801"),
        chunked(b"zz\r\n"),
        chunked(b"ffffffffffffffffff\r\n"),
        chunked(b"5\r\nab"),
        chunked(b"1\r\na\r\n" * 100_000, b"0\r\n\r\n"),
        chunked(b"1;" + b"e" * 100_000 + b"\r\na\r\n0\r\n\r\n"),
        request("ecr", "POST", "/", b"", Authorization="AWS4-HMAC-SHA256 Credential=" + "/" * 10_000),
        request("ecr", "POST", "/", b"", Authorization="AWS4-HMAC-SHA256 Credential="),
        request("apigateway", "GET", "/restapis/" + "%2e%2e%2f" * 1000, b""),
        request("apigateway", "GET", "/" + "/" * 10_000, b""),
        request("registry", "GET", "/v2/" + "../" * 1000 + "etc/passwd", b""),
        request("registry", "GET", "/v2/a/blobs/sha256:../../../../etc/passwd", b"", Range="bytes=99999999999999999999-1,-,5-2"),
        request("none", "GET", "/_local/cognito/%00/%ff?x=" + "y" * 60_000, b""),
    ],
    ids=lambda raw: repr(raw[:30]),
)  # fmt: skip
def test_heads_and_framing(local_aws, raw):
    before = resident(local_aws)
    since = time.monotonic()
    answer = exchange(local_aws, raw, ends=True)
    assert status(answer) < 500 or status(answer) == 501, answer[:300]
    assert b"root:" not in answer
    assert time.monotonic() - since < 5
    assert resident(local_aws) - before < GROWTH
    assert_alive(local_aws)


def test_a_body_that_never_ends_is_not_kept(local_aws):
    before, sent = resident(local_aws), 0
    head = chunked()
    with socket.create_connection(("127.0.0.1", local_aws.port), timeout=10) as connection:
        try:
            connection.sendall(head)
            while sent < 200_000_000:
                connection.sendall(b"100000\r\n" + b"a" * 0x100000 + b"\r\n")
                sent += 0x100000
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert sent < 200_000_000, "it went on reading"
    assert resident(local_aws) - before < GROWTH
    assert_alive(local_aws)


def test_slow_clients_hold_up_nobody(local_aws):
    slow = [socket.create_connection(("127.0.0.1", local_aws.port), timeout=10) for _ in range(200)]
    try:
        for number, connection in enumerate(slow):
            whole = request("ecr", "POST", "/", b"{}", Content_Length="1000", X_Amz_Target="AmazonEC2ContainerRegistry_V20150921.DescribeRepositories")
            connection.sendall(whole[: number % len(whole)])
        for _ in range(20):
            assert_alive(local_aws)
    finally:
        for connection in slow:
            connection.close()


def test_more_connections_than_files_may_be_open(local_aws):
    many = []
    try:
        for _ in range(1100):
            many.append(socket.create_connection(("127.0.0.1", local_aws.port), timeout=10))
        assert_alive(local_aws)
        # Whoever is asked nothing has made room; the latest are still there.
        many[-1].sendall(b"GET /_local/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert many[-1].recv(1000).endswith(b"ok\n")
    finally:
        for connection in many:
            connection.close()
    assert_alive(local_aws)


def registry_authorization(aws) -> str:
    token = request("ecr", "POST", "/", b"{}", X_Amz_Target="AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken")
    data = json.loads(exchange(aws, token).split(b"\r\n\r\n", 1)[1])["authorizationData"][0]
    return f"Basic {data['authorizationToken']}"


def test_more_uploads_are_begun_than_files_may_be_open(local_aws):
    body = json.dumps({"repositoryName": "many"}).encode()
    create = request("ecr", "POST", "/", body, X_Amz_Target="AmazonEC2ContainerRegistry_V20150921.CreateRepository")
    assert status(exchange(local_aws, create)) == 200
    begin = request("none", "POST", "/v2/many/blobs/uploads/", b"", Authorization=registry_authorization(local_aws), Connection="keep-alive")
    places = set()
    with socket.create_connection(("127.0.0.1", local_aws.port), timeout=10) as connection:
        for _ in range(1100):
            connection.sendall(begin)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(65536)
            assert status(answer) == 202, answer
            places.add(next(line for line in answer.split(b"\r\n") if line.lower().startswith(b"location:")))
    assert len(places) == 1100
    assert_alive(local_aws)
    open_files = len(os.listdir(f"/proc/{local_aws.process.pid}/fd"))
    assert open_files < 100, f"{open_files} files are open"


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(local_aws):
    since = time.monotonic()
    with socket.create_connection(("127.0.0.1", local_aws.port), timeout=60) as connection:
        connection.setblocking(False)
        connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        while time.monotonic() - since < 40:
            time.sleep(0.5)
            try:
                connection.send(b"a")
                if not connection.recv(1000):
                    break
            except BlockingIOError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break
    assert 10 < time.monotonic() - since < 35


@pytest.mark.parametrize("host", ["evil.example:4510", "127.0.0.1.evil.example", "1.execute-api.evil.example", "192.168.0.7", "x"])
@pytest.mark.parametrize("path", ["/_local/dump", "/v2/", "/", "/_aws/execute-api/a/b/"])
def test_a_name_that_somebody_else_gave_this_machine_opens_no_door(local_aws, host, path):
    assert status(exchange(local_aws, request("ecr", "GET", path, b"", Host=host))) == 403


@pytest.mark.parametrize("header", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "same-origin"}, {"Sec_Fetch_Site": "cross-site"}], ids=str)
def test_a_web_page_opens_no_door_but_a_stage_url(local_aws, header):
    for method, path in (("GET", "/_local/dump"), ("POST", "/_local/stop"), ("PUT", "/_local/faults"), ("POST", "/v2/a/blobs/uploads/?token=x"), ("GET", "/restapis")):
        answer = exchange(local_aws, request("apigateway", method, path, b"", **header))
        assert status(answer) == 403 and b"this request comes from a page" in answer, answer
    assert b"this request comes from a page" not in exchange(local_aws, request("none", "GET", "/_aws/execute-api/a/b/", b"", **header))


def test_a_link_ends_nothing(local_aws):
    assert status(exchange(local_aws, request("none", "GET", "/_local/stop", b""))) == 405
    assert_alive(local_aws)


def test_random_bytes(local_aws):
    seed = int(os.environ.get("HOSTILE_SEED", "1"))
    dice = random.Random(seed)
    whole = [request(*door[:3], body, **door[3]) for door in DOORS for body in list(BODIES.values())[:6]]

    def one(number: int) -> int:
        raw = bytearray(whole[number % len(whole)])
        for _ in range(dice.randint(1, 20)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        return status(exchange(local_aws, bytes(raw), ends=True))

    with ThreadPoolExecutor(8) as pool:
        assert 500 not in set(pool.map(one, range(1500))), f"HOSTILE_SEED={seed}"
    assert_alive(local_aws)


def assert_alive(aws):
    since = time.monotonic()
    assert exchange(aws, b"GET /_local/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").endswith(b"ok\n")
    assert time.monotonic() - since < 2
