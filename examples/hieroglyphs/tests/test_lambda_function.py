"""The function, called as Lambda does."""

import base64
import json

import numpy as np
import pytest
from conftest import WATER, drawing, encoded, post, post_binary, post_picture
from PIL import ExifTags, Image

import lambda_function
from lambda_function import lambda_handler
from picture_request import LARGEST, MOST_PIXELS

PICTURE = encoded(drawing(WATER))
TURNED = Image.Exif()
TURNED[ExifTags.Base.Orientation] = 6  # the camera was held upright


def called(event):
    answer = lambda_handler(event, None)
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.parametrize("event", [post_picture(PICTURE), post_binary(PICTURE), post_binary(PICTURE, "Image/PNG")])
def test_a_picture_is_answered_with_the_five_likeliest_signs(event):
    status, body = called(event)
    assert status == 200
    confidences = [sign["confidence"] for sign in body["signs"]]
    assert len(confidences) == 5 and confidences == sorted(confidences, reverse=True)
    assert sum(confidences) + body["none"] <= 1.001
    assert body["signs"][0] == {"character": "𓈖", "code": "N35", "name": "water", "confidence": confidences[0]}
    assert confidences[0] > 0.5


@pytest.mark.parametrize(
    "data",
    [
        encoded(drawing(WATER, mode="RGB", ground="black", ink="white"), "JPEG"),
        encoded(drawing(WATER, mode="RGBA", ground=(0, 0, 0, 0))),
        encoded(drawing(WATER, mode="LA", ground=(0, 0), ink=(0, 255))),
        encoded(drawing(WATER).convert("P")),
        encoded(drawing(WATER, mode="1")),
        encoded(Image.fromarray(np.asarray(drawing(WATER), np.uint16) * 257)),
        encoded(drawing(WATER, mode="RGB"), "WEBP"),
        encoded(drawing(WATER).rotate(90), "JPEG", exif=TURNED),
        encoded(drawing(WATER, size=(2400, 1800))),
        encoded(drawing(WATER).resize((40, 40))),
    ],
    ids=["light on dark", "transparent", "gray and alpha", "palette", "bits", "16 bits", "WebP", "turned camera", "mostly empty", "tiny"],
)
def test_pictures_of_every_kind_are_read(data):
    status, body = called(post_picture(data))
    assert (status, body["signs"][0]["code"]) == (200, "N35")


@pytest.mark.parametrize("image", [Image.new("L", (1, 1)), Image.new("L", (1, 400), 255), Image.new("RGB", (300, 200), "gold")])
def test_a_blank_picture_is_none_of_the_signs(image):
    status, body = called(post_picture(encoded(image)))
    assert status == 200 and body["none"] > 0.5


def test_only_post_is_served():
    answer = lambda_handler(post("", httpMethod="GET"), None)
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (post(None), "the body is empty"),
        (post(""), "the body is empty"),
        (post(" \n"), "the body is empty"),
        (post("{"), "the body is not JSON"),
        (post("[1]"), "the body is not a JSON object"),
        (post({}), "image is missing"),
        (post({"image": ""}), "image is missing"),
        (post({"image": 5}), "image is not base64"),
        (post({"image": "é"}), "image is not base64"),
        (post({"image": "AAA"}), "image is not base64"),
        (post({"image": "data:image/png;base64,AAAA"}), "image is not base64"),
        (post_picture(b"GIF89a"), "none of PNG, JPEG, WEBP"),
        (post_picture(PICTURE[:80]), "damaged"),
        (post_picture(encoded(drawing(WATER), "JPEG")[:600]), "damaged"),
        (post_picture(encoded(drawing(WATER), "GIF")), "none of PNG, JPEG, WEBP"),
        (post_binary(b"no picture"), "none of PNG, JPEG, WEBP"),
        (post_binary(PICTURE, "application/octet-stream"), "needs its Content-Type"),
        (post("%", isBase64Encoded=True), "the body is not base64"),
    ],
)
def test_a_wrong_request_is_refused_with_the_reason(event, reason):
    status, body = called(event)
    assert status == 400 and reason in body["error"], body


def test_json_may_be_base64_too():
    body = json.dumps({"image": base64.b64encode(PICTURE).decode()}).encode()
    assert called(post(base64.b64encode(body).decode(), isBase64Encoded=True))[0] == 200


def test_too_many_bytes_are_refused():
    assert called(post_picture(PICTURE + bytes(LARGEST - len(PICTURE))))[0] == 200
    status, body = called(post_binary(PICTURE + bytes(LARGEST - len(PICTURE) + 1)))
    assert status == 413 and str(LARGEST) in body["error"]


def test_a_small_file_that_unfolds_to_a_large_picture_is_refused():
    side = int(MOST_PIXELS**0.5) + 1
    data = encoded(Image.new("1", (side, side)))
    assert len(data) < 20_000
    status, body = called(post_picture(data))
    assert status == 413 and str(MOST_PIXELS) in body["error"]


def test_a_failure_of_the_network_is_500_and_keeps_its_words_to_the_log(monkeypatch, caplog):
    def fail(_):
        raise RuntimeError("the inside of the network")

    monkeypatch.setattr(lambda_function, "confidences", fail)
    assert called(post_picture(PICTURE)) == (500, {"error": "the recognition failed"})
    assert "the inside of the network" in caplog.text


def test_every_answer_names_the_origin_that_may_read_it(monkeypatch):
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://a.example")
    for event in (post_picture(PICTURE), post(None), post("", httpMethod="GET")):
        assert lambda_handler(event, None)["headers"]["Access-Control-Allow-Origin"] == "https://a.example"
