"""The example's function, called as Lambda does."""

import importlib.util
import json

import pytest
from places import ROOT

ORIGIN = "https://a.example"


@pytest.fixture
def hello():
    file = ROOT / "examples/hello/lambda_function.py"
    spec = importlib.util.spec_from_file_location("hello", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.lambda_handler


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ('{"name": "Ada"}', 200, "Hello Ada!"),
        ("{}", 200, "Hello stranger!"),
        (None, 200, "Hello stranger!"),
        ("", 200, "Hello stranger!"),
        ("[1]", 200, "Hello stranger!"),
        ("{", 400, "the body is not JSON"),
    ],
)
def test_it_greets(hello, body, status, message):
    answer = hello({"httpMethod": "POST", "headers": None, "body": body}, None)
    assert (answer["statusCode"], json.loads(answer["body"])) == (status, {"message": message})


@pytest.mark.parametrize(
    ("allowed", "headers", "named"),
    [
        (f"https://b.example,{ORIGIN}", {"Origin": ORIGIN}, ORIGIN),
        (f"https://b.example,{ORIGIN}", {"origin": ORIGIN}, ORIGIN),
        (ORIGIN, {"Origin": "https://evil.example"}, ORIGIN),
        (ORIGIN, None, ORIGIN),
        ("*", {"Origin": ORIGIN}, "*"),
        ("", {"Origin": ORIGIN}, None),
    ],
)
def test_it_names_the_origin_that_may_read_the_answer(hello, monkeypatch, allowed, headers, named):
    monkeypatch.setenv("ALLOWED_ORIGINS", allowed)
    answer = hello({"headers": headers, "body": None}, None)
    assert answer["headers"].get("Access-Control-Allow-Origin") == named
