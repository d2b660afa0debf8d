"""What has to change in the guide's commands before they run against the local AWS, and nothing else.

`deploy.sh` (step 5.2.2), `step-6.sh` and `step-7.sh` are the guide's own lines, letter for letter.
"""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Edit:
    why: str
    text: str
    becomes: str
    times: int = 1


def step_6(host: str) -> list[Edit]:
    """`host` is the local AWS's host:port."""
    return [
        Edit("Docker may be used without it", "sudo ", "", times=4),
        Edit("aws-cli's flag takes no value", "--api-key-required true", "--api-key-required"),
        Edit("the registry", "${ACCOUNT_ID}.dkr.ecr.${REGION}.amazonaws.com", host, times=4),
        Edit(
            "the stage's URL",
            "https://${API_ID}.execute-api.${REGION}.amazonaws.com/",
            f"http://${{API_ID}}.execute-api.localhost:{host.rpartition(':')[2]}/",
        ),
    ]


def deploy(host: str) -> list[Edit]:
    """Step 5.2.2. `host` is the local AWS's host:port."""
    return [
        Edit("Docker may be used without it", "sudo ", "", times=4),
        Edit("the registry", "${ACCOUNT_ID}.dkr.ecr.${REGION}.amazonaws.com", host, times=5),
    ]


API = " --rest-api-id $API_ID --region $REGION --profile $PROFILE"
METHOD = API + " --resource-id $ROOT_ID"
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET,POST,OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type",
}
"""The guide names them in a comment."""


def step_7() -> list[Edit]:
    """The guide names the commands and leaves out most of their arguments."""
    declared = ",".join(f"method.response.header.{name}=true" for name in HEADERS)
    values = ",".join(f'"method.response.header.{name}":"\'{value}\'"' for name, value in HEADERS.items())
    quoted = ("{" + values + "}").replace("'", "'\\''")
    return [
        _more("put-method --http-method OPTIONS", METHOD + " --authorization-type NONE"),
        _more(
            "put-method-response --status-code 200",
            f"{METHOD} --http-method OPTIONS --response-parameters {declared}",
        ),
        _more(
            "put-integration --type MOCK",
            METHOD + ' --http-method OPTIONS --request-templates \'{"application/json":"{\\"statusCode\\":200}"}\'',
        ),
        _more(
            "put-integration-response",
            f"{METHOD} --http-method OPTIONS --status-code 200 --response-parameters '{quoted}'",
        ),
        _more("create-deployment --stage-name default", API),
    ]


def _more(command: str, arguments: str) -> Edit:
    line = f"aws apigateway {command}\n"
    return Edit("arguments that the guide leaves out", line, line.rstrip("\n") + arguments + "\n")


def edited(name: str, edits: list[Edit]) -> str:
    """A step with its edits. Raises ValueError when one does not fit the guide's text."""
    text = (FOLDER / name).read_text()
    for edit in edits:
        if (found := text.count(edit.text)) != edit.times:
            raise ValueError(f"{edit.text!r} is {found} times in {name}, not {edit.times} times")
        text = text.replace(edit.text, edit.becomes)
    return text
