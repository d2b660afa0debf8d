"""Every refusal and every oddity that `docs/aws.md` records, asked of the local AWS by boto3 and by aws-cli."""

import pytest

from . import account, apigateway, budgets, cloudwatch, ecr, functions, iam, logs, sns, versions
from .clients import CONFIG_FILE, AwsCli, Boto3
from .rows import filled, has, part_of

TABLES = [iam, logs, ecr, functions, versions, apigateway, budgets, cloudwatch, sns, account]
CLIENTS = (Boto3.name, AwsCli.name)
NAMES = {Boto3.name: {"n": "boto3", "verb": "PATCH"}, AwsCli.name: {"n": "aws-cli", "verb": "PUT"}}
"""What differs so that both clients can make the same thing."""


def rows(kind: str) -> list:
    """In their order, by one client and then by the other: some rows follow from those before."""
    return [
        pytest.param(client, table, row, id=f"{client} {row}")
        for client in CLIENTS
        for table in TABLES
        for row in getattr(table, kind)
        if client in getattr(row, "by", CLIENTS)
    ]


@pytest.fixture(scope="module")
def worlds(local_aws):
    """What each table's rows are about, by its name: made once."""
    return {table.__name__: table.make(local_aws.client) for table in TABLES}


@pytest.fixture(scope="module")
def clients(local_aws, tmp_path_factory):
    config = tmp_path_factory.mktemp("aws-cli") / "config"
    config.write_text(CONFIG_FILE)
    return {Boto3.name: Boto3(local_aws.url), AwsCli.name: AwsCli(local_aws.environment() | {"AWS_CONFIG_FILE": str(config)})}


@pytest.fixture
def ask(request, clients):
    return clients[request.param]


@pytest.mark.parametrize(("ask", "table", "row"), rows("REFUSALS"), indirect=["ask"])
def test_refused(ask, worlds, table, row):
    names = worlds[table.__name__] | NAMES[ask.name]
    told = ask.ask(row.service, row.operation, filled(row.given, names), names.get(row.caller, "local"))
    assert told.error, f"accepted: {told.answer}"
    code, message = told.error
    assert code == row.code, message
    assert filled(row.words, names) in message
    assert told.status in (row.status, None)


@pytest.mark.parametrize(("ask", "table", "row"), rows("ANSWERS"), indirect=["ask"])
def test_answered(ask, worlds, table, row):
    names = worlds[table.__name__] | NAMES[ask.name]
    told = ask.ask(row.service, row.operation, filled(row.given, names), "local")
    assert not told.error
    assert part_of(filled(row.shows, names), told.answer) == []
    assert [path for path in row.lacks if has(told.answer, path)] == []
    assert [path for path in row.holds if not has(told.answer, path)] == []
