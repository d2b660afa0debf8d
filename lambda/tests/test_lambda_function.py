"""The HTTP side: which requests are refused and how, and what a good one gets."""

import base64
import json

import pytest
from conftest import image, post

from lambda_function import lambda_handler


def refused(event):
    answer = lambda_handler(event, None)
    return answer["statusCode"], json.loads(answer["body"])["error"]


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", None])
def test_other_methods_are_405(method):
    answer = lambda_handler(post({"image": image()}, httpMethod=method), None)
    assert answer["statusCode"] == 405
    assert answer["headers"]["Allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, "the body is empty: send JSON with an image"),
        ("", "the body is empty: send JSON with an image"),
        (" \n", "the body is empty: send JSON with an image"),
        ("{", "the body is not JSON"),
        ("[1]", "the body is not a JSON object"),
        ({}, "image is missing"),
        ({"image": ""}, "image is missing"),
        ({"image": 7}, "image is not base64"),
        ({"image": "a"}, "image is not base64"),
        ({"image": "Ägypten"}, "image is not base64"),
        ({"image": "data:image/png;base64," + image()}, "image is not base64"),
        ({"image": base64.b64encode(b"hello").decode()}, "image is none of JPEG, PNG, WEBP, or damaged"),
        ({"image": image("GIF")}, "image is none of JPEG, PNG, WEBP, or damaged"),
        ({"image": image()[:80]}, "image is none of JPEG, PNG, WEBP, or damaged"),
        ({"image": image(), "speed": "warp"}, "speed must be one of super-fast, fast, regular"),
        ({"image": image(), "speed": []}, "speed must be one of super-fast, fast, regular"),
        (
            {"image": image(), "imageType": "cat"},
            "imageType must be one of unknown, tomb, temple, papyrus, statue, stela, other",
        ),
    ],
)
def test_bad_requests_are_400_with_the_reason(body, reason):
    assert refused(post(body)) == (400, reason)


def test_a_body_that_says_it_is_base64_and_is_not():
    assert refused(post("%", isBase64Encoded=True)) == (400, "the body is not base64")


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_an_image_is_analysed(gemini, format):
    answer = lambda_handler(post({"image": image(format)}), None)
    analysis = json.loads(answer["body"])
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "application/json"
    assert analysis["is_egyptian_art"] is True
    assert analysis["title"].startswith("title by gemini-2.5-flash, image ")
    assert analysis["figures"][0]["name"].startswith("name by gemini-2.5-flash")


def test_a_base64_encoded_body_is_decoded(gemini):
    body = base64.b64encode(json.dumps({"image": image()}).encode()).decode()
    assert lambda_handler(post(body, isBase64Encoded=True), None)["statusCode"] == 200


def test_a_failure_of_gemini_is_500(gemini):
    gemini.api_key = "another"
    assert refused(post({"image": image()})) == (500, "the analysis failed: Gemini answered 400 INVALID_ARGUMENT")


def test_without_a_gemini_key_it_is_500(monkeypatch):
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    assert refused(post({"image": image()})) == (500, "the analysis failed: GOOGLE_API_KEY is not set")


@pytest.mark.parametrize(
    ("event", "status"),
    [(post(None, httpMethod="GET"), 405), (post(None), 400), (post({"image": image()}), 500)],
)
def test_every_refusal_carries_cors_headers(monkeypatch, event, status):
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://a.example")
    answer = lambda_handler({**event, "headers": {"Origin": "https://a.example"}}, None)
    assert answer["statusCode"] == status
    assert answer["headers"]["Access-Control-Allow-Origin"] == "https://a.example"


def test_an_analysis_carries_cors_headers(gemini, monkeypatch):
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://a.example,https://b.example")
    answer = lambda_handler(post({"image": image()}, headers={"origin": "https://b.example"}), None)
    assert answer["statusCode"] == 200
    assert answer["headers"]["Access-Control-Allow-Origin"] == "https://b.example"
    assert answer["headers"]["Vary"] == "Origin"
