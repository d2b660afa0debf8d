"""The guide's scripts against a local AWS that is as slow to agree as AWS: they fail where they fail on AWS, in its words
(`docs/aws.md`, section 15: B1, B4, B12, C1, C4, C17, C19). Neither script stops at a failure, as in the guide."""

import json
import re
import subprocess

import pytest

from . import edits
from .machine import Machine

FUNCTION = "arn:aws:lambda:us-east-2:000000000000:function:egyptianArtAnalyzer"
ERROR = re.compile(r"An error occurred \((\w+)\) when calling the (\w+) operation: (.*)")
AGAIN = ("# Create the Lambda function w/ docker image", "# Create a REST API in API Gateway")
"""What somebody sends again who reads the first failure: from here, up to here."""


@pytest.fixture(scope="module")
def machine(docker_left_clean, slow_aws, tmp_path_factory):
    machine = Machine(slow_aws, tmp_path_factory.mktemp("guide"))
    machine.write("step-6.sh", edits.step_6(slow_aws.host))
    machine.write("deploy.sh", edits.deploy(slow_aws.host))
    docker_left_clean.append(slow_aws.host)
    return machine


@pytest.fixture(scope="module")
def first(machine):
    """Step 6 has run once."""
    return machine.run(". ./step-6.sh")


@pytest.fixture(scope="module")
def again(machine, first, slow_aws):
    """Once the role can be assumed, the function's two commands are sent again."""
    script = (machine.folder / "step-6.sh").read_text()
    start, end = (script.index(mark) for mark in AGAIN)
    settings = script[: script.index("# Create ECR repository")]
    slow_aws.wait_until_old("CreateRole", 11)
    return machine.run(settings + script[start:end])


def errors(ran: subprocess.CompletedProcess) -> list[tuple[str, ...]]:
    """(operation, code, text) of every failure that a person sees, in order."""
    return [(operation, code, text) for code, operation, text in ERROR.findall(ran.stderr)]


def test_the_first_run_fails_at_the_young_role_and_at_all_that_needs_the_function(first):
    missing = ("ResourceNotFoundException", f"Function not found: {FUNCTION}")
    assert errors(first) == [
        ("CreateFunction", "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda."),
        ("UpdateFunctionConfiguration", *missing),
        ("AddPermission", *missing),
    ]


def test_the_first_run_goes_on_to_its_end_where_the_key_is_not_known_yet(first):
    lines = first.stdout.splitlines()
    assert "API key already added" in lines
    assert json.loads(lines[-1]) == {"message": "Forbidden"}


def test_the_secret_is_refused_while_the_function_is_pending(again):
    pending = "The operation cannot be performed at this time. The function is currently in the following state: Pending"
    assert errors(again) == [("UpdateFunctionConfiguration", "ResourceConflictException", pending)]
    assert json.loads(again.stdout)["State"] == "Pending"


def test_the_deployment_script_says_it_is_complete_without_having_set_the_secret(again, machine, slow_aws):
    client = slow_aws.client("lambda")
    client.get_waiter("function_active_v2").wait(FunctionName="egyptianArtAnalyzer")
    ran = machine.run("export GOOGLE_API_KEY=XXXXXXXXXXXXXXXX; . ./deploy.sh")
    busy = f"The operation cannot be performed at this time. An update is in progress for resource: {FUNCTION}"
    assert errors(ran) == [("UpdateFunctionConfiguration", "ResourceConflictException", busy)]
    assert "Deployment complete!" in ran.stdout.splitlines()
    assert "Environment" not in client.get_function_configuration(FunctionName="egyptianArtAnalyzer")
    # Without a role, its first command is refused by aws-cli itself.
    assert [r["operation"] for r in slow_aws.requests() if r["service"] == "lambda"].count("CreateFunction") == 2
