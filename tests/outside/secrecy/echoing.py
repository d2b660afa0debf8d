"""An AWS that repeats secrets where it refuses: Lambda's own words on an environment over 4 KB hold all of it."""

import json

import aws_model
from recording_proxy import Answer, Recorded, RecordingProxy


class EchoingProxy(RecordingProxy):
    """Answers the next calls of an operation with an error whose text is `words`; passes on all others."""

    def __init__(self, upstream: str, words: str):
        super().__init__(upstream)
        self.words = words
        self.refusals: list[tuple[str, int, str]] = []
        self.refused: set[str] = set()

    def refuse(self, operation: str, status: int, code: str) -> None:
        """The next such call, whichever comes."""
        self.refusals.append((operation, status, code))

    def answer(self, request: Recorded) -> Answer:
        refusal = next((r for r in self.refusals if request.is_signed() and aws_model.read(request)[0].name == r[0]), None)
        if not refusal:
            return super().answer(request)
        self.refusals.remove(refusal)
        operation, status, code = refusal
        self.refused.add(operation)
        if aws_model.read(request)[0].service_model.metadata["protocol"] == "query":
            body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message><![CDATA[{self.words}]]></Message></Error></ErrorResponse>"
            return status, [("content-type", "text/xml")], body.encode()
        body = json.dumps({"__type": code, "message": self.words}).encode()
        return status, [("content-type", "application/json"), ("x-amzn-errortype", code)], body
