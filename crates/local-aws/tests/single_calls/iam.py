"""IAM and STS (`docs/aws.md` 1 and 2)."""

import json

from .rows import Answer, Refusal

TRUST = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
)
NOBODY = TRUST.replace("lambda.amazonaws.com", "ec2.amazonaws.com")
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]})
LONG_TRUST = TRUST.replace('"sts:AssumeRole"', '"sts:AssumeRole", "Condition": {"StringEquals": {"aws:SourceArn": "' + "a" * 2048 + '"}}')
MANY_TAGS = [{"Key": f"k{n}", "Value": "v"} for n in range(51)]


def large(size: int) -> str:
    """A policy document of so many bytes that none of them is white space."""
    start, end = DOCUMENT.replace(" ", "").replace('"*"', '["arn:aws:s3:::').split("arn:aws:s3:::")
    return start + "arn:aws:s3:::" + "a" * (size - len(start) - len(end) - 15) + '"]' + end


def make(client) -> dict[str, str]:
    iam = client("iam")
    role = iam.create_role(RoleName="Taken", Path="/service-role/", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "a", "Value": "b"}])["Role"]
    iam.attach_role_policy(RoleName="Taken", PolicyArn=BASIC)
    iam.create_role(RoleName="inline", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="inline", PolicyName="p", PolicyDocument=DOCUMENT)
    iam.put_role_policy(RoleName="inline", PolicyName="q", PolicyDocument=DOCUMENT)
    nobody = iam.create_role(RoleName="nobody", AssumeRolePolicyDocument=NOBODY)["Role"]
    return {"role": role["Arn"], "nobody": nobody["Arn"]}


REFUSALS = [
    Refusal("2", "iam", "get_role", {"RoleName": "none"}, "NoSuchEntity", "The role with name none cannot be found.", 404),
    Refusal("2.1", "iam", "create_role", {"RoleName": "Taken", "AssumeRolePolicyDocument": TRUST}, "EntityAlreadyExists", "Role with name Taken already exists.", 409),
    Refusal("2.1", "iam", "create_role", {"RoleName": "tAKEN", "AssumeRolePolicyDocument": TRUST}, "EntityAlreadyExists", "already exists", 409),
    Refusal("2.3", "iam", "create_role", {"RoleName": "Taken", "Path": "/other/", "AssumeRolePolicyDocument": TRUST}, "EntityAlreadyExists", "already exists", 409),
    Refusal("2.1", "iam", "create_role", {"RoleName": "a b", "AssumeRolePolicyDocument": TRUST}, "ValidationError", "roleName"),
    Refusal("2.1", "iam", "create_role", {"RoleName": "r" * 65, "AssumeRolePolicyDocument": TRUST}, "ValidationError", "less than or equal to 64"),
    Refusal("2.1", "iam", "create_role", {"RoleName": "new", "AssumeRolePolicyDocument": TRUST, "Description": "d" * 1001}, "ValidationError", "less than or equal to 1000"),
    Refusal("2.1", "iam", "create_role", {"RoleName": "new", "AssumeRolePolicyDocument": TRUST, "Tags": MANY_TAGS}, "ValidationError", "less than or equal to 50"),
    Refusal("2.1", "iam", "create_role", {"RoleName": "new", "AssumeRolePolicyDocument": TRUST, "Tags": [{"Key": "aws:x", "Value": ""}]}, "InvalidInput"),
    Refusal("2", "iam", "create_role", {"RoleName": "new", "AssumeRolePolicyDocument": "{"}, "MalformedPolicyDocument"),
    Refusal("2.2", "iam", "create_role", {"RoleName": "new", "AssumeRolePolicyDocument": TRUST.replace("lambda.amazonaws.com", "nobody")}, "MalformedPolicyDocument", "Invalid principal in policy"),
    Refusal("2.1", "iam", "create_role", {"RoleName": "new", "AssumeRolePolicyDocument": LONG_TRUST}, "LimitExceeded", "2048", 409),
    Refusal("2.1", "iam", "update_assume_role_policy", {"RoleName": "none", "PolicyDocument": TRUST}, "NoSuchEntity", "", 404),
    Refusal("2.1", "iam", "update_assume_role_policy", {"RoleName": "Taken", "PolicyDocument": "[]"}, "MalformedPolicyDocument"),
    Refusal("2.1", "iam", "attach_role_policy", {"RoleName": "Taken", "PolicyArn": "arn:aws:iam::aws:policy/None"}, "NoSuchEntity", "Policy arn:aws:iam::aws:policy/None does not exist or is not attachable.", 404),
    Refusal("2.1", "iam", "attach_role_policy", {"RoleName": "Taken", "PolicyArn": "not-an-arn-at-all-but-long"}, "ValidationError", "Invalid ARN:  Could not be parsed!"),
    Refusal("2.1", "iam", "attach_role_policy", {"RoleName": "none", "PolicyArn": BASIC}, "NoSuchEntity", "The role with name none cannot be found.", 404),
    Refusal("2.1", "iam", "detach_role_policy", {"RoleName": "inline", "PolicyArn": BASIC}, "NoSuchEntity", "", 404),
    Refusal("2.1", "iam", "get_role_policy", {"RoleName": "Taken", "PolicyName": "none"}, "NoSuchEntity", "The role policy with name none cannot be found.", 404),
    Refusal("2.1", "iam", "delete_role_policy", {"RoleName": "Taken", "PolicyName": "none"}, "NoSuchEntity", "", 404),
    Refusal("2.1", "iam", "put_role_policy", {"RoleName": "inline", "PolicyName": "p", "PolicyDocument": "{}"}, "MalformedPolicyDocument"),
    Refusal("2.1", "iam", "put_role_policy", {"RoleName": "inline", "PolicyName": "p", "PolicyDocument": large(10_240)}, "LimitExceeded", "10240", 409),
    Refusal("2.1", "iam", "delete_role", {"RoleName": "Taken"}, "DeleteConflict", "Cannot delete entity, must detach all policies first.", 409),
    Refusal("2.1", "iam", "delete_role", {"RoleName": "inline"}, "DeleteConflict", "must delete policies first.", 409),
    Refusal("2.1", "iam", "delete_role", {"RoleName": "none"}, "NoSuchEntity", "", 404),
    Refusal("2.1", "iam", "tag_role", {"RoleName": "none", "Tags": [{"Key": "a", "Value": "b"}]}, "NoSuchEntity", "", 404),
    Refusal("2.1", "iam", "list_attached_role_policies", {"RoleName": "none"}, "NoSuchEntity", "", 404),
    Refusal("2.1", "iam", "list_instance_profiles_for_role", {"RoleName": "none"}, "NoSuchEntity", "", 404),
]

ANSWERS = [
    Answer("1", "sts", "get_caller_identity", {}, {"Account": "000000000000", "Arn": "arn:aws:iam::000000000000:user/local"}),
    Answer("2.1", "iam", "get_role", {"RoleName": "Taken"}, {"Role": {"Path": "/service-role/", "Arn": "arn:aws:iam::000000000000:role/service-role/Taken", "Tags": [{"Key": "a", "Value": "b"}], "MaxSessionDuration": 3600, "AssumeRolePolicyDocument": json.loads(TRUST)}}),
    Answer("2.1", "iam", "list_roles", {"PathPrefix": "/service-role/"}, {"Roles": [{"RoleName": "Taken"}]}, lacks=("Roles.0.Tags", "Roles.0.MaxSessionDuration")),
    Answer("2.1", "iam", "attach_role_policy", {"RoleName": "Taken", "PolicyArn": BASIC}, note="again"),
    Answer("2.1", "iam", "put_role_policy", {"RoleName": "inline", "PolicyName": "p", "PolicyDocument": DOCUMENT}, note="again"),
    Answer("2.1", "iam", "get_role_policy", {"RoleName": "inline", "PolicyName": "p"}, {"PolicyDocument": json.loads(DOCUMENT)}),
    Answer("2.1", "iam", "list_role_policies", {"RoleName": "inline", "MaxItems": 1}, {"PolicyNames": ["p"], "IsTruncated": True}, by=("boto3",)),
    Answer("2.1", "iam", "list_attached_role_policies", {"RoleName": "Taken"}, {"AttachedPolicies": [{"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": BASIC}]}),
    Answer("2.1", "iam", "list_instance_profiles_for_role", {"RoleName": "Taken"}, {"InstanceProfiles": []}),
    Answer("2.1", "iam", "create_role", {"RoleName": "tagged-$n", "AssumeRolePolicyDocument": TRUST, "Tags": [{"Key": "lambdeploy:stack", "Value": "s"}]}, {"Role": {"Tags": [{"Key": "lambdeploy:stack", "Value": "s"}]}}),
    Answer("2.1", "iam", "delete_role", {"RoleName": "tagged-$n"}),
]
