//! AWS's errors by code and text, and what each means (`docs/aws.md` 13).

use super::*;
use crate::net::Why;

fn failure(operation: &'static str, status: u16, code: &str, message: &str) -> Failure {
    Failure {
        operation,
        code: (!code.is_empty()).then(|| code.to_owned()),
        message: message.to_owned(),
        status: (status > 0).then_some(status),
        retry_after: None,
        request_id: None,
        unanswered: status == 0,
        unreachable: None,
        no_credentials: None,
        skew: None,
    }
}

#[test]
fn every_error_has_its_class() {
    use Class::{AlreadyThere, Ambiguous, Busy, Credentials, Denied, Fatal, NotFound, NotYet, Throttled};
    let invalid = "InvalidParameterValueException";
    let conflict = "ResourceConflictException";
    for (status, code, message, class) in [
        (400, "Throttling", "Rate exceeded", Throttled),
        (400, "ThrottlingException", "Rate exceeded", Throttled),
        (429, "TooManyRequestsException", "Too Many Requests", Throttled),
        (503, "RequestLimitExceeded", "", Throttled),
        (429, "", "Too Many Requests", Throttled),
        (429, "LimitExceededException", "a hard quota", Fatal),
        (0, "", "no reply", Ambiguous),
        (500, "ServiceException", "", Ambiguous),
        (500, "InternalFailure", "", Ambiguous),
        (503, "ServiceUnavailableException", "", Ambiguous),
        (502, "", "<html>", Ambiguous),
        (501, "NotImplemented", "not implemented by the local AWS", Fatal),
        (403, "AccessDenied", "is not authorized to perform: iam:GetRole on resource: x", Denied),
        (403, "AccessDeniedException", "not authorized to perform: iam:PassRole", Denied),
        (401, "UnauthorizedException", "", Denied),
        (403, "ExpiredToken", "", Credentials),
        (400, "ExpiredTokenException", "", Credentials),
        (403, "InvalidClientTokenId", "", Credentials),
        (400, "UnrecognizedClientException", "", Credentials),
        (403, "SignatureDoesNotMatch", "", Credentials),
        (409, "EntityAlreadyExists", "", AlreadyThere),
        (409, "ConcurrentModification", "", Busy),
        (400, "MalformedPolicyDocument", "Invalid principal in policy: x", NotYet),
        (400, "MalformedPolicyDocument", "Syntax errors in policy.", Fatal),
        (409, "DeleteConflict", "Cannot delete entity, must detach all policies first.", Busy),
        (400, "RepositoryAlreadyExistsException", "", AlreadyThere),
        (400, "RepositoryNotFoundException", "", NotFound),
        (400, "InvalidParameterException", "Invalid repository policy provided", NotYet),
        (400, "InvalidParameterException", "Invalid parameter at x", Fatal),
        (400, "ImageNotFoundException", "", NotFound),
        (400, invalid, "The role defined for the function cannot be assumed by Lambda.", NotYet),
        (400, invalid, "The provided execution role does not have permissions to call x", NotYet),
        (400, invalid, "Your request has been throttled by EC2", NotYet),
        (400, invalid, "the KMS key is invalid for CreateGrant", NotYet),
        (400, invalid, "InvalidArnException: ARN does not refer to a valid principal", NotYet),
        (400, invalid, "The image manifest, config or layer media type for x is not supported.", Fatal),
        (400, invalid, "Source image x is not valid. Provide a valid source image.", Fatal),
        (403, "AccessDeniedException", "Lambda does not have permission to access the ECR image.", NotYet),
        (409, conflict, "An update is in progress for resource: x", Busy),
        (409, conflict, "The function is currently in the following state: Pending", Busy),
        (409, conflict, "The function is currently in the following state: 'Pending'", Busy),
        (409, conflict, "The function is currently in the following state: 'Failed'", Fatal),
        (409, conflict, "The function is currently in the following state: Failed", Fatal),
        (409, conflict, "The function is currently in the following state: Deactivated", Fatal),
        (409, conflict, "Function already exist: x", AlreadyThere),
        (409, conflict, "The statement id (x) provided already exists.", AlreadyThere),
        (404, "ResourceNotFoundException", "Function not found: x", NotFound),
        (409, "ConflictException", "concurrent modification. Please try again later.", Busy),
        (409, "ConflictException", "Stage already exists", AlreadyThere),
        (400, "BadRequestException", "Cannot delete Usage Plan x", Fatal),
        (400, "BadRequestException", "Active stages pointing to this deployment", Fatal),
        (404, "NotFoundException", "Invalid API identifier specified", NotFound),
        (
            404,
            "NotFoundException",
            "Invalid API Stage {api: a, stage: s} specified for usageplan p",
            NotFound,
        ),
        (400, "BadRequestException", "Invalid API Stage specified", NotFound),
        (400, "BadRequestException", "There is already an update in progress. Please wait", Busy),
        (400, "BadRequestException", "Unable to complete operation due to concurrent modification.", Busy),
        (400, "BadRequestException", "Invalid mapping expression specified", Fatal),
        (404, "NoSuchEntity", "", NotFound),
        (404, "NoSuchEntity", "The role with name r cannot be found.", NotFound),
        (404, "NoSuchEntity", "Policy arn:aws:iam::aws:policy/X does not exist or is not attachable.", Fatal),
        (400, "ResourceAlreadyExistsException", "", AlreadyThere),
        (400, "OperationAbortedException", "", Busy),
    ] {
        let failure = failure("Anything", status, code, message);
        assert_eq!(failure.class(), class, "{status} {code}: {message}");
    }
}

#[test]
fn it_says_the_operation_aws_s_words_and_what_to_do() {
    let denied = "User: arn:aws:iam::1:user/u is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::1:role/r because no policy allows it";
    for (operation, status, code, message, expected) in [
        (
            "CreateRole",
            403,
            "AccessDenied",
            denied,
            format!(
                "CreateRole failed: AccessDenied: {denied}\n  → the caller's policy has to allow iam:CreateRole on arn:aws:iam::1:role/r; then run the same command again"
            ),
        ),
        (
            "DeleteRestApi",
            429,
            "TooManyRequestsException",
            "Too Many Requests",
            "DeleteRestApi failed: TooManyRequestsException: Too Many Requests".to_owned(),
        ),
        (
            "GetRole",
            0,
            "",
            "connection reset",
            "GetRole failed: connection reset\n  → nothing is lost: run the same command again".to_owned(),
        ),
    ] {
        assert_eq!(failure(operation, status, code, message).to_string(), expected);
    }
}

fn unreachable(host: &str, why: Why, proxy: Option<&str>) -> Failure {
    let gone = Unreachable {
        host: host.to_owned(),
        proxy: proxy.map(str::to_owned),
        at_proxy: false,
        why,
        never_reached: true,
    };
    Failure { unreachable: Some(gone), ..failure("GetCallerIdentity", 0, "", "") }
}

#[test]
fn a_region_that_is_none_is_named_where_its_host_is_not_there() {
    let host = "sts.us-east-22.amazonaws.com";
    for (failure, expected) in [
        (unreachable(host, Why::Name("no".into()), None), format!("can't reach {host}: its name does not resolve (no)\n  → there may be no region `us-east-22`: did you mean `us-east-2`?")),
        (
            unreachable(host, Why::Refused(http::StatusCode::BAD_GATEWAY), Some("http://proxy:3128")),
            format!("can't reach {host}: the proxy http://proxy:3128 answered 502 Bad Gateway\n  → there may be no region `us-east-22`: did you mean `us-east-2`?"),
        ),
        (
            unreachable("sts.us-east-2.amazonaws.com", Why::Name("no".into()), None),
            "can't reach sts.us-east-2.amazonaws.com: its name does not resolve (no)\n  → is there a network, is a proxy needed (HTTPS_PROXY), is the region right?".to_owned(),
        ),
    ] {
        assert_eq!(failure.class(), Class::Unreachable);
        assert!(failure.is_out_of_reach());
        assert_eq!(failure.to_string(), expected);
    }
}
