//! `accessLogSettings` of a stage: where a line a call is written to, and of what.

use super::{errors::bad_request, patch::Patch, state::Stage};
use crate::error::AwsError;

/// One patch of the settings. `can_log`: the region's account settings have a role.
///
/// # Errors
/// There is no role, or the patch is none.
pub(crate) fn patch(
    stage: &mut Stage,
    patch: &Patch,
    member: Option<&str>,
    can_log: bool,
) -> Result<(), AwsError> {
    if patch.is_removal() {
        stage.access_log = None;
        return Ok(());
    }
    patch.replaces()?;
    if !can_log {
        return Err(bad_request(
            "CloudWatch Logs role ARN must be set in account settings to enable logging",
        ));
    }
    let log = stage.access_log.get_or_insert_default();
    match member {
        Some("destinationArn") => {
            // AWS gives the ARN back without the asterisk that Logs puts at its end.
            let arn = patch.text().trim_end_matches(":*");
            check_destination(arn)?;
            log.destination_arn = arn.to_owned();
        }
        Some("format") => {
            check_format(patch.text())?;
            log.format = patch.text().to_owned();
        }
        _ => return Err(patch.unknown_path()),
    }
    Ok(())
}

/// # Errors
/// A log that goes nowhere, or says nothing.
pub(crate) fn check_whole(stage: &Stage) -> Result<(), AwsError> {
    match &stage.access_log {
        Some(log) if log.destination_arn.is_empty() || log.format.is_empty() => {
            Err(bad_request("Both destinationArn and format of accessLogSettings must be specified"))
        }
        _ => Ok(()),
    }
}

fn check_destination(arn: &str) -> Result<(), AwsError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "logs", _, _, group]
            if group.starts_with("log-group:") && group.len() > "log-group:".len() =>
        {
            Ok(())
        }
        ["arn", _, "firehose", ..] => Err(AwsError::not_implemented("an access log to Firehose")),
        _ => Err(bad_request(
            "Invalid ARN specified in the request. Access logs go to a log group or a Firehose stream",
        )),
    }
}

fn check_format(format: &str) -> Result<(), AwsError> {
    if format.trim_end_matches('\n').contains('\n') {
        return Err(bad_request(
            "Access Log format must be single line, new line character is allowed only at end of the format",
        ));
    }
    if format.contains("$context.requestId") || format.contains("$context.extendedRequestId") {
        return Ok(());
    }
    Err(bad_request(
        "Access Log format must include at least $context.requestId or $context.extendedRequestId",
    ))
}
