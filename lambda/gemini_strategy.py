"""Asks Gemini what an image of Egyptian art shows."""

import os
from dataclasses import dataclass
from functools import lru_cache

import httpx2
from google import genai
from google.genai import errors, types
from pydantic import ValidationError

from analysis_request import AnalysisRequest
from schemas import EgyptianArtAnalysis, ImageType, Speed

TIMEOUT_MILLISECONDS = 25_000
"""Leaves the function, which has 29 s, the time to say that Gemini was too slow."""


class GeminiFailed(Exception):
    """No analysis came back. The text holds no secret: it may be shown to the caller."""


@dataclass(frozen=True)
class Model:
    name: str
    thinking_budget: int
    """Tokens; 0 is none, and 128 the least that the pro model takes."""


MODELS = {
    Speed.SUPER_FAST: Model("gemini-2.5-flash-lite", thinking_budget=0),
    Speed.FAST: Model("gemini-2.5-flash", thinking_budget=0),
    Speed.REGULAR: Model("gemini-2.5-pro", thinking_budget=512),
}


def analyze_egyptian_art_with_gemini(request: AnalysisRequest) -> EgyptianArtAnalysis:
    """Sends the image to the model that the request's speed chooses. Raises GeminiFailed."""
    model = MODELS[request.speed]
    api_key = _api_key()
    image = types.Part.from_bytes(data=request.image, mime_type=request.mime_type)
    try:
        response = _client(api_key).models.generate_content(
            model=model.name, contents=[create_prompt(request.image_type), image], config=_config(model)
        )
    except errors.APIError as error:
        print(f"Gemini's words: {error.message}".replace(api_key, "***"))
        raise GeminiFailed(f"Gemini answered {error.code} {error.status or ''}".rstrip()) from error
    except httpx2.TimeoutException as error:
        raise GeminiFailed("Gemini did not answer in time") from error
    except httpx2.HTTPError as error:
        raise GeminiFailed("Gemini could not be reached") from error
    return _analysis(response)


def create_prompt(image_type: ImageType) -> str:
    """The question, with what the caller knows about the picture."""
    prompt = (
        "You are an Egyptologist. Analyse the ancient Egyptian art in this image. Say only what can be seen or soundly "
        "inferred, and call unknown what is unknown."
    )
    if image_type in (ImageType.UNKNOWN, ImageType.OTHER):
        return prompt
    return f"{prompt} The picture was taken of or in a {image_type}."


def _api_key() -> str:
    key = os.environ.get("GOOGLE_API_KEY")
    if not key:
        raise GeminiFailed("GOOGLE_API_KEY is not set")
    return key


@lru_cache(maxsize=1)
def _client(api_key: str) -> genai.Client:
    """One client, and so one connection, for all the requests that a warm function gets.

    The SDK takes another address than Google's from GOOGLE_GEMINI_BASE_URL.
    """
    # Structured answers are documented for v1beta.
    options = types.HttpOptions(api_version="v1beta", timeout=TIMEOUT_MILLISECONDS)
    return genai.Client(vertexai=False, api_key=api_key, http_options=options)


def _config(model: Model) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        response_mime_type="application/json",
        response_schema=EgyptianArtAnalysis,
        temperature=0,
        thinking_config=types.ThinkingConfig(thinking_budget=model.thinking_budget),
    )


def _analysis(response: types.GenerateContentResponse) -> EgyptianArtAnalysis:
    if not response.text:
        raise GeminiFailed(f"Gemini gave no analysis ({_reason(response)})")
    try:
        return EgyptianArtAnalysis.model_validate_json(response.text)
    except ValidationError as error:
        raise GeminiFailed(f"Gemini's answer has not the form asked for ({_reason(response)})") from error


def _reason(response: types.GenerateContentResponse) -> str:
    """Why the model stopped: SAFETY, MAX_TOKENS, a block of the prompt."""
    if response.prompt_feedback and response.prompt_feedback.block_reason:
        return response.prompt_feedback.block_reason.name
    finish = response.candidates[0].finish_reason if response.candidates else None
    return finish.name if finish else "no reason given"
