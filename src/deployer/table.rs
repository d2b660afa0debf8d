//! The table: which action of IAM is needed for what, on which resources.
//!
//! An operation of AWS is its own action, but for API Gateway, where the HTTP method is the action and the path the resource,
//! and for Budgets, where a few actions stand for all operations. What a call needs beside its own action (to tag what it
//! makes, to pass a role) is here too; `docs/aws.md` has the sources.

use clap::ValueEnum;

/// What somebody wants to do with the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// `up`, `plan`, `status`, `logs`, `output`, `verify`, `call`, `releases`, `rollback` and `promote`
    Up,
    /// `plan` and `status`
    Plan,
    Destroy,
    Logs,
    /// `output`, `verify` and `call`, which need the keys
    Output,
    /// `pause` and `resume`
    Pause,
    Key,
    Metrics,
    Doctor,
}

/// A kind of resource that an action is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum On {
    /// What can't be narrowed.
    All,
    /// The functions' roles that are the stack's own.
    Roles,
    /// Every role that a function gets.
    PassedRoles,
    /// As [`On::All`], where the stack reserves executions.
    Concurrency,
    Functions,
    /// Aliases with containers that are kept ready.
    Provisioned,
    /// Repositories with images of which there are to be snapshots.
    SnapshotImages,
    /// What hangs on a function by a qualifier: its versions and its alias.
    Versions,
    LogGroups,
    /// The list of log groups is one resource.
    AllLogGroups,
    /// Repositories that the stack pushes to.
    Repositories,
    /// As [`On::All`], where something is pushed.
    Registry,
    /// Repositories of others, whose images are used by their URI.
    ForeignRepositories,
    Budget,
    Topic,
    /// As [`On::All`], where the stack has a topic: subscriptions are no resources.
    Subscriptions,
    Alarms,
    /// The list of alarms is one resource.
    AllAlarms,
    /// A path of API Gateway.
    Path(Path),
}

/// A path of API Gateway: what is at it, or something below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Path {
    /// The list of all REST APIs, which is also where they are made.
    RestApis,
    /// The stack's REST API and all below it.
    RestApi,
    ApiKeys,
    ApiKey,
    UsagePlans,
    UsagePlan,
    DomainNames,
    BasePathMappings,
    Tags,
}

/// One action.
pub(super) struct Right {
    pub action: &'static str,
    pub on: On,
    tasks: &'static str,
}

impl Right {
    pub(super) fn is_for(&self, task: Task) -> bool {
        let letter = match task {
            Task::Up => 'u',
            Task::Plan => 'p',
            Task::Destroy => 'd',
            Task::Logs => 'l',
            Task::Output => 'o',
            Task::Pause => 's',
            Task::Key => 'k',
            Task::Metrics => 'm',
            Task::Doctor => 'c',
        };
        self.tasks.contains(letter)
    }
}

const fn right(tasks: &'static str, action: &'static str, on: On) -> Right {
    Right { action, on, tasks }
}

/// `u`: up; `p`: plan, status; `d`: destroy; `l`: logs; `o`: output, verify, call; `s`: pause, resume (the door is shut);
/// `k`: key; `m`: metrics; `c`: doctor (a check-up).
pub(super) const RIGHTS: &[Right] = &[
    right("up", "iam:ListRoles", On::All),
    right("upd", "iam:GetRole", On::Roles),
    right("upd", "iam:GetRolePolicy", On::Roles),
    right("upd", "iam:ListRolePolicies", On::Roles),
    right("upd", "iam:ListAttachedRolePolicies", On::Roles),
    right("upd", "iam:ListInstanceProfilesForRole", On::Roles),
    right("u", "iam:CreateRole", On::Roles),
    right("u", "iam:TagRole", On::Roles),
    right("u", "iam:UntagRole", On::Roles),
    right("u", "iam:UpdateAssumeRolePolicy", On::Roles),
    right("u", "iam:PutRolePolicy", On::Roles),
    right("u", "iam:PutRolePermissionsBoundary", On::Roles),
    right("u", "iam:AttachRolePolicy", On::Roles),
    right("ud", "iam:DetachRolePolicy", On::Roles),
    right("ud", "iam:DeleteRolePolicy", On::Roles),
    right("ud", "iam:DeleteRole", On::Roles),
    right("u", "iam:PassRole", On::PassedRoles),
    right("u", "ecr:GetAuthorizationToken", On::Registry),
    right("upd", "ecr:DescribeRepositories", On::Repositories),
    right("upd", "ecr:ListTagsForResource", On::Repositories),
    right("upd", "ecr:GetRepositoryPolicy", On::Repositories),
    right("upd", "ecr:DescribeImages", On::Repositories),
    right("updc", "ecr:BatchGetImage", On::Repositories),
    right("c", "ecr:GetDownloadUrlForLayer", On::Repositories),
    right("u", "ecr:CreateRepository", On::Repositories),
    right("u", "ecr:TagResource", On::Repositories),
    right("u", "ecr:UntagResource", On::Repositories),
    right("u", "ecr:SetRepositoryPolicy", On::Repositories),
    right("u", "ecr:PutImageTagMutability", On::Repositories),
    right("u", "ecr:BatchCheckLayerAvailability", On::Repositories),
    right("u", "ecr:InitiateLayerUpload", On::Repositories),
    right("u", "ecr:UploadLayerPart", On::Repositories),
    right("u", "ecr:CompleteLayerUpload", On::Repositories),
    right("u", "ecr:PutImage", On::Repositories),
    right("ud", "ecr:BatchDeleteImage", On::Repositories),
    right("ud", "ecr:DeleteRepository", On::Repositories),
    right("up", "ecr:DescribeRepositories", On::ForeignRepositories),
    right("up", "ecr:DescribeImages", On::ForeignRepositories),
    right("up", "ecr:BatchGetImage", On::ForeignRepositories),
    right("up", "ecr:GetRepositoryPolicy", On::ForeignRepositories),
    right("u", "ecr:GetDownloadUrlForLayer", On::SnapshotImages),
    right("up", "lambda:GetAccountSettings", On::Concurrency),
    right("c", "lambda:GetAccountSettings", On::All),
    right("c", "iam:SimulatePrincipalPolicy", On::All),
    right("c", "iam:GetAccountSummary", On::All),
    right("c", "freetier:GetAccountPlanState", On::All),
    right("upd", "lambda:GetProvisionedConcurrencyConfig", On::Provisioned),
    right("us", "lambda:PutProvisionedConcurrencyConfig", On::Provisioned),
    right("uds", "lambda:DeleteProvisionedConcurrencyConfig", On::Provisioned),
    right("u", "lambda:ListFunctions", On::Registry),
    right("upds", "lambda:GetFunction", On::Functions),
    right("upds", "lambda:ListTags", On::Functions),
    right("updc", "lambda:GetPolicy", On::Functions),
    right("uplo", "lambda:GetFunctionConfiguration", On::Functions),
    right("up", "lambda:ListAliases", On::Functions),
    right("up", "lambda:ListVersionsByFunction", On::Functions),
    right("upc", "lambda:ListFunctionUrlConfigs", On::Functions),
    right("up", "lambda:ListFunctionEventInvokeConfigs", On::Functions),
    right("updc", "lambda:GetFunction", On::Versions),
    right("updc", "lambda:ListTags", On::Versions),
    right("updc", "lambda:GetPolicy", On::Versions),
    right("ulo", "lambda:GetFunctionConfiguration", On::Versions),
    right("updm", "lambda:GetAlias", On::Functions),
    right("u", "lambda:CreateAlias", On::Functions),
    right("u", "lambda:UpdateAlias", On::Functions),
    right("u", "lambda:PublishVersion", On::Functions),
    right("u", "lambda:InvokeFunction", On::Versions),
    right("u", "lambda:AddPermission", On::Versions),
    right("ud", "lambda:RemovePermission", On::Versions),
    right("u", "lambda:DeleteFunction", On::Versions),
    right("um", "cloudwatch:GetMetricData", On::All),
    right("u", "lambda:CreateFunction", On::Functions),
    right("u", "lambda:TagResource", On::Functions),
    right("u", "lambda:UntagResource", On::Functions),
    right("u", "lambda:UpdateFunctionCode", On::Functions),
    right("ud", "lambda:UpdateFunctionConfiguration", On::Functions),
    right("us", "lambda:PutFunctionConcurrency", On::Functions),
    right("us", "lambda:DeleteFunctionConcurrency", On::Functions),
    right("u", "lambda:AddPermission", On::Functions),
    right("ud", "lambda:RemovePermission", On::Functions),
    right("ud", "lambda:DeleteFunction", On::Functions),
    right("upd", "logs:DescribeLogGroups", On::AllLogGroups),
    right("upd", "logs:ListTagsForResource", On::LogGroups),
    right("u", "logs:CreateLogGroup", On::LogGroups),
    right("u", "logs:TagResource", On::LogGroups),
    right("u", "logs:UntagResource", On::LogGroups),
    right("u", "logs:PutRetentionPolicy", On::LogGroups),
    right("u", "logs:DeleteRetentionPolicy", On::LogGroups),
    right("ud", "logs:DeleteLogGroup", On::LogGroups),
    right("ulom", "logs:FilterLogEvents", On::LogGroups),
    right("updloskmc", "apigateway:GET", On::Path(Path::RestApis)),
    right("updlomk", "apigateway:GET", On::Path(Path::RestApi)),
    right("updloskc", "apigateway:GET", On::Path(Path::ApiKeys)),
    right("updloskc", "apigateway:GET", On::Path(Path::ApiKey)),
    right("updkmc", "apigateway:GET", On::Path(Path::UsagePlans)),
    right("updkm", "apigateway:GET", On::Path(Path::UsagePlan)),
    right("d", "apigateway:GET", On::Path(Path::DomainNames)),
    right("d", "apigateway:GET", On::Path(Path::BasePathMappings)),
    right("u", "apigateway:POST", On::Path(Path::RestApis)),
    right("u", "apigateway:POST", On::Path(Path::RestApi)),
    right("uk", "apigateway:POST", On::Path(Path::ApiKeys)),
    right("u", "apigateway:POST", On::Path(Path::UsagePlans)),
    right("uk", "apigateway:POST", On::Path(Path::UsagePlan)),
    right("u", "apigateway:PUT", On::Path(Path::RestApi)),
    right("usk", "apigateway:PUT", On::Path(Path::Tags)),
    right("u", "apigateway:UpdateRestApiPolicy", On::Path(Path::RestApi)),
    right("u", "apigateway:UpdateRestApiPolicy", On::Path(Path::RestApis)),
    right("us", "apigateway:PATCH", On::Path(Path::RestApi)),
    right("usk", "apigateway:PATCH", On::Path(Path::ApiKey)),
    right("ud", "apigateway:PATCH", On::Path(Path::UsagePlan)),
    right("ud", "apigateway:DELETE", On::Path(Path::RestApi)),
    right("udk", "apigateway:DELETE", On::Path(Path::ApiKey)),
    right("ud", "apigateway:DELETE", On::Path(Path::UsagePlan)),
    right("usk", "apigateway:DELETE", On::Path(Path::Tags)),
    right("updm", "budgets:ViewBudget", On::Budget),
    right("upd", "budgets:ListTagsForResource", On::Budget),
    right("ud", "budgets:ModifyBudget", On::Budget),
    right("u", "budgets:TagResource", On::Budget),
    right("u", "budgets:UntagResource", On::Budget),
    right("upd", "sns:GetTopicAttributes", On::Topic),
    right("updc", "sns:ListSubscriptionsByTopic", On::Topic),
    right("upd", "sns:ListTagsForResource", On::Topic),
    right("u", "sns:CreateTopic", On::Topic),
    right("u", "sns:TagResource", On::Topic),
    right("u", "sns:UntagResource", On::Topic),
    right("u", "sns:SetTopicAttributes", On::Topic),
    right("u", "sns:Subscribe", On::Topic),
    right("u", "sns:Unsubscribe", On::Subscriptions),
    right("ud", "sns:DeleteTopic", On::Topic),
    right("updm", "cloudwatch:DescribeAlarms", On::AllAlarms),
    right("upd", "cloudwatch:ListTagsForResource", On::Alarms),
    right("u", "cloudwatch:PutMetricAlarm", On::Alarms),
    right("u", "cloudwatch:TagResource", On::Alarms),
    right("u", "cloudwatch:UntagResource", On::Alarms),
    right("ud", "cloudwatch:DeleteAlarms", On::Alarms),
];
