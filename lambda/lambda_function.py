"""The HTTP side of the analyser: what API Gateway's event asks for, and the answer in API Gateway's form."""

import json
from typing import Any

from analysis_request import AnalysisRequest, BadRequest
from cors import cors_headers
from gemini_strategy import GeminiFailed, analyze_egyptian_art_with_gemini


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Analyses the image of a POST request.

    The body is {"image": base64, "speed": "fast", "imageType": "unknown"}; the last two may be left out.
    """
    if event.get("httpMethod") != "POST":
        return _answer(event, 405, {"error": "only POST is served"}, Allow="POST")
    try:
        request = AnalysisRequest.from_event(event)
        print(f"Received image: {len(request.image)} bytes, {request.mime_type}; speed {request.speed}")
        analysis = analyze_egyptian_art_with_gemini(request)
    except BadRequest as error:
        return _answer(event, 400, {"error": str(error)})
    except GeminiFailed as error:
        print(f"Analysis failed: {error}")
        return _answer(event, 500, {"error": f"the analysis failed: {error}"})
    return _answer(event, 200, analysis.model_dump())


def _answer(event: dict[str, Any], status: int, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", **headers, **cors_headers(event)},
        "body": json.dumps(body, indent=2, ensure_ascii=False),
    }
