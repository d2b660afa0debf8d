"""What doctors ask: the plan of an account, what is in it, and what its callers may do (`docs/aws.md` 7.4)."""

import json

from .rows import Answer, Refusal

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:Get*", "Resource": "*"}, {"Effect": "Deny", "Action": "lambda:GetPolicy", "Resource": "*"}]})
ARN = "arn:aws:iam::000000000000:user/asked"


def make(client) -> dict[str, str]:
    client("iam").create_user(UserName="asked")
    client("iam").put_user_policy(UserName="asked", PolicyName="own", PolicyDocument=ALLOW)
    return {}


def simulate(arn: str, *actions: str) -> dict:
    return {"PolicySourceArn": arn, "ActionNames": list(actions)}


REFUSALS = [
    Refusal("7.4", "iam", "simulate_principal_policy", simulate("arn:aws:iam::000000000000:user/nobody", "s3:Get"), "NoSuchEntity", status=404),
    Refusal("7.4", "iam", "simulate_principal_policy", simulate("arn:aws:iam::000000000000:root", "s3:Get"), "InvalidInput", "Invalid Entity Arn"),
    Refusal("7.4", "iam", "simulate_principal_policy", {"PolicySourceArn": ARN}, "ValidationError", "actionNames"),
]


def decided(**decisions: str) -> dict:
    return {"EvaluationResults": [{"EvalActionName": f"lambda:{name}", "EvalResourceName": "*", "EvalDecision": decision} for name, decision in decisions.items()]}


ANSWERS = [
    Answer("7.4", "iam", "simulate_principal_policy", simulate(ARN, "lambda:GetFunction", "lambda:GetPolicy", "lambda:CreateFunction"), decided(GetFunction="allowed", GetPolicy="explicitDeny", CreateFunction="implicitDeny")),
    Answer("7.4", "iam", "get_account_summary", {}, {"SummaryMap": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0, "RolesQuota": 1000}}),
    Answer("7.4", "freetier", "get_account_plan_state", {}, {"accountId": "000000000000", "accountPlanType": "PAID", "accountPlanStatus": "ACTIVE"}, lacks=("accountPlanRemainingCredits", "accountPlanExpirationDate")),
]
