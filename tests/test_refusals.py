"""What AWS refuses, the local AWS refuses with the same code and the same words: IAM, Lambda and Logs, asked by boto3."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

TRUST = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
)
READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
MISSING = "Function not found: arn:aws:lambda:us-east-2:000000000000:function:none"


@pytest.fixture(scope="module")
def client(local_aws):
    def make(service: str):
        return boto3.client(service, endpoint_url=local_aws.url, region_name="us-east-2", aws_access_key_id="x", aws_secret_access_key="x")

    make("iam").create_role(RoleName="taken", AssumeRolePolicyDocument=TRUST)
    make("iam").attach_role_policy(RoleName="taken", PolicyArn=READ_ONLY)
    make("logs").create_log_group(logGroupName="taken")
    return make


@pytest.mark.parametrize(
    ("service", "operation", "given", "code", "words"),
    [
        ("iam", "get_role", {"RoleName": "none"}, "NoSuchEntity", "The role with name none cannot be found."),
        ("iam", "create_role", {"RoleName": "taken", "AssumeRolePolicyDocument": TRUST}, "EntityAlreadyExists", "Role with name taken already exists."),
        ("iam", "create_role", {"RoleName": "new", "AssumeRolePolicyDocument": "{"}, "MalformedPolicyDocument", ""),
        ("iam", "delete_role", {"RoleName": "taken"}, "DeleteConflict", "Cannot delete entity, must detach all policies first."),
        ("lambda", "get_function", {"FunctionName": "none"}, "ResourceNotFoundException", MISSING),
        ("lambda", "delete_function", {"FunctionName": "none"}, "ResourceNotFoundException", MISSING),
        ("lambda", "update_function_configuration", {"FunctionName": "none", "Timeout": 3}, "ResourceNotFoundException", MISSING),
        ("logs", "create_log_group", {"logGroupName": "taken"}, "ResourceAlreadyExistsException", "The specified log group already exists"),
        ("logs", "delete_log_group", {"logGroupName": "none"}, "ResourceNotFoundException", "The specified log group does not exist."),
        ("logs", "put_retention_policy", {"logGroupName": "taken", "retentionInDays": 2}, "InvalidParameterException", ""),
    ],
)
def test_a_refusal(client, service, operation, given, code, words):
    with pytest.raises(ClientError) as refused:
        getattr(client(service), operation)(**given)
    assert refused.value.response["Error"]["Code"] == code
    assert words in refused.value.response["Error"]["Message"]
