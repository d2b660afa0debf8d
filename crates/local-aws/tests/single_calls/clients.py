"""AWS's own clients, asking the local AWS for one call: boto3, and aws-cli in this process (it takes half a second to start)."""

import contextlib
import io
import json
import os
import re
from dataclasses import dataclass
from functools import cache
from unittest import mock

import awscli.clidriver
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# What their own validation would keep from being sent is AWS's to refuse; and every call is sent once.
AS_IT_IS = Config(parameter_validation=False, retries={"total_max_attempts": 1})
CONFIG_FILE = "[default]\nregion = us-east-2\nparameter_validation = false\n"


@dataclass
class Told:
    """What a client says about a call. `error` is the code and the message."""

    answer: dict
    error: tuple[str, str] | None = None
    status: int | None = None


class Boto3:
    name = "boto3"

    def __init__(self, url: str):
        self.url = url
        self.client = cache(self._client)

    def _client(self, service: str, key: str):
        return boto3.client(service, endpoint_url=self.url, region_name="us-east-2", aws_access_key_id=key, aws_secret_access_key="x", config=AS_IT_IS)

    def ask(self, service: str, operation: str, given: dict, key: str) -> Told:
        try:
            answer = getattr(self.client(service, key), operation)(**given)
        except ClientError as refused:
            error = refused.response["Error"]
            return Told({}, (error["Code"], error["Message"]), refused.response["ResponseMetadata"]["HTTPStatusCode"])
        return Told({name: value for name, value in answer.items() if name != "ResponseMetadata"})


class AwsCli:
    """Works in the environment that `variables` describe."""

    name = "aws-cli"
    REFUSED = re.compile(r"An error occurred \((\w+)\) when calling the \w+ operation: (.*)", re.S)

    def __init__(self, variables: dict[str, str]):
        # aws-cli finds its own data by AWS_DATA_PATH, which it sets itself.
        self.variables = variables | {"AWS_DATA_PATH": os.environ["AWS_DATA_PATH"]}
        self.driver = cache(self._driver)

    def _driver(self, key: str):
        return awscli.clidriver.create_clidriver()

    def ask(self, service: str, operation: str, given: dict, key: str) -> Told:
        arguments = [service, operation.replace("_", "-"), "--cli-input-json", json.dumps(given), "--output", "json"]
        with (
            mock.patch.dict(os.environ, self.variables | {"AWS_ACCESS_KEY_ID": key}, clear=True),
            contextlib.redirect_stdout(io.StringIO()) as out,
            contextlib.redirect_stderr(io.StringIO()) as err,
        ):
            code = self.driver(key).main(arguments)
        if code == 0:
            return Told(json.loads(out.getvalue() or "{}"))
        refused = self.REFUSED.search(err.getvalue())
        assert refused, f"aws {' '.join(arguments)}: {code}\n{err.getvalue()}"
        return Told({}, (refused[1], refused[2].rstrip("\n")))
