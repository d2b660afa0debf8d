//! The AWS managed policies that a stack's roles and the people who deploy it are likely to have, in their gist: the
//! actions that they allow, on which resources.

use serde_json::{Value, json};

/// Path and name, allowed actions. All are on `*`.
type Row = (&'static str, &'static [&'static str]);

const LOGS: [&str; 3] = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
const PREFIX: &str = "arn:aws:iam::aws:policy/";

const POLICIES: &[Row] = &[
    // What functions run with.
    ("service-role/AWSLambdaBasicExecutionRole", &LOGS),
    (
        "service-role/AWSLambdaVPCAccessExecutionRole",
        &[
            LOGS[0],
            LOGS[1],
            LOGS[2],
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ],
    ),
    (
        "service-role/AWSLambdaDynamoDBExecutionRole",
        &[
            LOGS[0],
            LOGS[1],
            LOGS[2],
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        ],
    ),
    (
        "service-role/AWSLambdaKinesisExecutionRole",
        &[
            LOGS[0],
            LOGS[1],
            LOGS[2],
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
            "kinesis:ListStreams",
            "kinesis:SubscribeToShard",
        ],
    ),
    (
        "service-role/AWSLambdaSQSQueueExecutionRole",
        &[LOGS[0], LOGS[1], LOGS[2], "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    ),
    ("service-role/AWSLambdaRole", &["lambda:InvokeFunction"]),
    ("service-role/AmazonAPIGatewayPushToCloudWatchLogs", &["logs:*"]),
    ("service-role/CloudWatchLambdaInsightsExecutionRolePolicy", &LOGS),
    ("CloudWatchLambdaInsightsExecutionRolePolicy", &LOGS),
    ("AWSXRayDaemonWriteAccess", &["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSampling*"]),
    ("AWSXRayFullAccess", &["xray:*"]),
    (
        "AmazonS3ReadOnlyAccess",
        &["s3:Get*", "s3:List*", "s3:Describe*", "s3-object-lambda:Get*", "s3-object-lambda:List*"],
    ),
    ("AmazonS3FullAccess", &["s3:*", "s3-object-lambda:*"]),
    (
        "AmazonDynamoDBReadOnlyAccess",
        &[
            "dynamodb:BatchGet*",
            "dynamodb:Describe*",
            "dynamodb:Get*",
            "dynamodb:List*",
            "dynamodb:Query",
            "dynamodb:Scan",
        ],
    ),
    ("AmazonDynamoDBFullAccess", &["dynamodb:*", "dax:*"]),
    ("AmazonSQSReadOnlyAccess", &["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:List*"]),
    ("AmazonSQSFullAccess", &["sqs:*"]),
    ("AmazonSNSReadOnlyAccess", &["sns:GetTopicAttributes", "sns:List*"]),
    ("AmazonSNSFullAccess", &["sns:*"]),
    ("AmazonSESFullAccess", &["ses:*"]),
    ("AmazonKinesisFullAccess", &["kinesis:*"]),
    ("AmazonEventBridgeFullAccess", &["events:*", "schemas:*", "scheduler:*", "pipes:*"]),
    ("AWSStepFunctionsFullAccess", &["states:*"]),
    ("AmazonSSMReadOnlyAccess", &["ssm:Describe*", "ssm:Get*", "ssm:List*"]),
    ("AmazonSSMFullAccess", &["ssm:*"]),
    ("SecretsManagerReadWrite", &["secretsmanager:*"]),
    (
        "AWSKeyManagementServicePowerUser",
        &["kms:Create*", "kms:Describe*", "kms:Get*", "kms:List*", "kms:TagResource", "kms:UntagResource"],
    ),
    ("AmazonBedrockFullAccess", &["bedrock:*"]),
    ("AmazonBedrockReadOnly", &["bedrock:Get*", "bedrock:List*"]),
    (
        "AmazonRekognitionReadOnlyAccess",
        &[
            "rekognition:Compare*",
            "rekognition:Detect*",
            "rekognition:Get*",
            "rekognition:List*",
            "rekognition:Search*",
            "rekognition:Describe*",
        ],
    ),
    ("AmazonRekognitionFullAccess", &["rekognition:*"]),
    ("AmazonTextractFullAccess", &["textract:*"]),
    ("AmazonPollyFullAccess", &["polly:*"]),
    (
        "TranslateReadOnly",
        &[
            "translate:Translate*",
            "translate:Get*",
            "translate:List*",
            "translate:Describe*",
            "comprehend:DetectDominantLanguage",
        ],
    ),
    (
        "ComprehendReadOnly",
        &[
            "comprehend:Detect*",
            "comprehend:BatchDetect*",
            "comprehend:Describe*",
            "comprehend:List*",
            "comprehend:Classify*",
            "comprehend:Contains*",
        ],
    ),
    ("AmazonVPCFullAccess", &["ec2:*"]),
    ("AmazonRDSDataFullAccess", &["rds-data:*", "secretsmanager:GetSecretValue"]),
    // What the people who deploy have.
    ("AdministratorAccess", &["*"]),
    (
        "ReadOnlyAccess",
        &["*:Describe*", "*:Get*", "*:List*", "*:BatchGet*", "logs:FilterLogEvents", "apigateway:GET"],
    ),
    ("IAMFullAccess", &["iam:*", "organizations:Describe*", "organizations:List*"]),
    ("IAMReadOnlyAccess", &["iam:Get*", "iam:List*", "iam:Generate*", "iam:Simulate*"]),
    (
        "AWSLambda_FullAccess",
        &[
            "lambda:*",
            "cloudformation:DescribeStacks",
            "cloudformation:ListStackResources",
            "cloudwatch:ListMetrics",
            "cloudwatch:GetMetricData",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
            "kms:ListAliases",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:ListRoles",
            "iam:PassRole",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:FilterLogEvents",
            "states:DescribeStateMachine",
            "states:ListStateMachines",
            "tag:GetResources",
            "xray:GetTraceSummaries",
            "xray:BatchGetTraces",
        ],
    ),
    (
        "AWSLambda_ReadOnlyAccess",
        &[
            "lambda:Get*",
            "lambda:List*",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:List*",
            "logs:Describe*",
            "logs:FilterLogEvents",
        ],
    ),
    ("AmazonAPIGatewayAdministrator", &["apigateway:*"]),
    ("AmazonAPIGatewayInvokeFullAccess", &["execute-api:Invoke", "execute-api:ManageConnections"]),
    ("CloudWatchLogsFullAccess", &["logs:*", "cloudwatch:GenerateQuery"]),
    (
        "CloudWatchLogsReadOnlyAccess",
        &[
            "logs:Describe*",
            "logs:Get*",
            "logs:List*",
            "logs:StartQuery",
            "logs:StopQuery",
            "logs:TestMetricFilter",
            "logs:FilterLogEvents",
        ],
    ),
    (
        "CloudWatchFullAccess",
        &[
            "cloudwatch:*",
            "logs:*",
            "sns:*",
            "autoscaling:Describe*",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:GetRole",
        ],
    ),
    (
        "CloudWatchReadOnlyAccess",
        &[
            "cloudwatch:Describe*",
            "cloudwatch:Get*",
            "cloudwatch:List*",
            "logs:Get*",
            "logs:List*",
            "logs:Describe*",
            "logs:FilterLogEvents",
        ],
    ),
    ("AmazonEC2ContainerRegistryFullAccess", &["ecr:*", "cloudtrail:LookupEvents"]),
    (
        "AmazonEC2ContainerRegistryPowerUser",
        &[
            "ecr:GetAuthorizationToken",
            "ecr:BatchCheckLayerAvailability",
            "ecr:GetDownloadUrlForLayer",
            "ecr:GetRepositoryPolicy",
            "ecr:DescribeRepositories",
            "ecr:ListImages",
            "ecr:DescribeImages",
            "ecr:BatchGetImage",
            "ecr:GetLifecyclePolicy",
            "ecr:ListTagsForResource",
            "ecr:DescribeImageScanFindings",
            "ecr:InitiateLayerUpload",
            "ecr:UploadLayerPart",
            "ecr:CompleteLayerUpload",
            "ecr:PutImage",
        ],
    ),
    (
        "AmazonEC2ContainerRegistryReadOnly",
        &[
            "ecr:GetAuthorizationToken",
            "ecr:BatchCheckLayerAvailability",
            "ecr:GetDownloadUrlForLayer",
            "ecr:GetRepositoryPolicy",
            "ecr:DescribeRepositories",
            "ecr:ListImages",
            "ecr:DescribeImages",
            "ecr:BatchGetImage",
            "ecr:GetLifecyclePolicy",
            "ecr:ListTagsForResource",
            "ecr:DescribeImageScanFindings",
        ],
    ),
];

/// The document of an AWS managed policy.
pub(crate) fn document(arn: &str) -> Option<Value> {
    let name = arn.strip_prefix(PREFIX)?;
    if name == "PowerUserAccess" {
        return Some(power_user());
    }
    let (_, actions) = POLICIES.iter().find(|(n, _)| *n == name)?;
    let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
    Some(json!({ "Version": "2012-10-17", "Statement": [statement] }))
}

/// Everything but managing people: the only one that says it the other way round.
fn power_user() -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*" },
        { "Effect": "Allow", "Action": ["iam:CreateServiceLinkedRole", "iam:ListRoles"], "Resource": "*" },
    ] })
}

pub(crate) fn arns() -> impl Iterator<Item = String> {
    POLICIES.iter().map(|(name, _)| *name).chain(["PowerUserAccess"]).map(|name| format!("{PREFIX}{name}"))
}

/// AWS's ids of its own policies are arbitrary; here they follow from the name.
pub(crate) fn id(name: &str) -> String {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric).chain(std::iter::repeat(b'A')).take(17);
    "ANPA".chars().chain(letters.map(|b| char::from(b.to_ascii_uppercase()))).collect()
}
