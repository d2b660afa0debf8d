"""What Gemini is sent, and what its failures become."""

import socket
import time

import pytest
from conftest import image, post

import gemini_strategy
from analysis_request import AnalysisRequest
from gemini_server import ApiError, candidate
from gemini_strategy import GeminiFailed, analyze_egyptian_art_with_gemini
from schemas import Speed


def request(**fields):
    return AnalysisRequest.from_event(post({"image": image(), **fields}))


def failure():
    with pytest.raises(GeminiFailed) as failed:
        analyze_egyptian_art_with_gemini(request())
    return str(failed.value)


def raising(error):
    def answer(call):
        raise error

    return answer


@pytest.mark.parametrize(
    ("speed", "model", "budget"),
    [
        ("super-fast", "gemini-2.5-flash-lite", 0),
        ("fast", "gemini-2.5-flash", 0),
        ("regular", "gemini-2.5-pro", 512),
    ],
)
def test_the_speed_chooses_the_model(gemini, speed, model, budget):
    analyze_egyptian_art_with_gemini(request(speed=speed))
    [call] = gemini.calls
    assert call.model == model
    assert call.body["generationConfig"]["thinkingConfig"] == {"thinkingBudget": budget}


def test_every_speed_has_a_model():
    assert set(gemini_strategy.MODELS) == set(Speed)


def test_what_is_sent(gemini):
    analyze_egyptian_art_with_gemini(request(imageType="papyrus"))
    [call] = gemini.calls
    prompt, sent = call.body["contents"][0]["parts"]
    config = call.body["generationConfig"]
    assert "papyrus" in prompt["text"]
    assert sent["inlineData"]["mimeType"] == "image/png"
    assert config["temperature"] == 0
    assert config["responseMimeType"] == "application/json"
    assert "is_egyptian_art" in config["responseSchema"]["properties"]


def test_nothing_is_said_about_an_unknown_image(gemini):
    analyze_egyptian_art_with_gemini(request())
    assert "unknown." in gemini.calls[0].body["contents"][0]["parts"][0]["text"]
    assert "taken of" not in gemini.calls[0].body["contents"][0]["parts"][0]["text"]


def test_an_error_names_its_status_and_not_the_key(gemini, capsys):
    gemini.answer = raising(ApiError(429, "Quota exceeded for secret-key"))
    assert failure() == "Gemini answered 429 RESOURCE_EXHAUSTED"
    printed = capsys.readouterr().out
    assert "Quota exceeded for ***" in printed
    assert "secret-key" not in printed


def test_an_error_is_not_tried_again(gemini):
    gemini.answer = raising(ApiError(503, "overloaded"))
    failure()
    assert len(gemini.calls) == 1


def test_a_blocked_prompt(gemini):
    gemini.answer = lambda call: {"promptFeedback": {"blockReason": "SAFETY"}}
    assert failure() == "Gemini gave no analysis (SAFETY)"


def test_an_answer_that_was_cut_off(gemini):
    gemini.answer = lambda call: candidate(call.model, '{"title": "An', "MAX_TOKENS")
    assert failure() == "Gemini's answer has not the form asked for (MAX_TOKENS)"


def test_a_slow_gemini(gemini, monkeypatch):
    def slow(call):
        time.sleep(0.5)
        return candidate(call.model, "{}")

    gemini.answer = slow
    monkeypatch.setattr(gemini_strategy, "TIMEOUT_MILLISECONDS", 100)
    assert failure() == "Gemini did not answer in time"


def test_no_gemini_at_all(gemini, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        assert failure() == "Gemini could not be reached"


def test_gemini_is_given_up_before_the_function_is():
    assert gemini_strategy.TIMEOUT_MILLISECONDS < 29_000
