//! Every class of failure with its patience: how long, how it is said, and that AWS has the last word.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    aws::failure_of,
    engine::{Event, Id, Interrupted, Stop},
    net::{Unreachable, Why},
};
use aws_sdk_lambda::operation::get_function::GetFunctionError;
use aws_smithy_runtime_api::{client::result::ConnectorError, http::StatusCode};
use aws_smithy_types::{body::SdkBody, error::ErrorMetadata};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

type Refusal = SdkError<GetFunctionError, HttpResponse>;

fn refusal(status: u16, code: &str, message: &str) -> Refusal {
    let meta = ErrorMetadata::builder().code(code).message(message).build();
    let response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
    SdkError::service_error(GetFunctionError::generic(meta), response)
}

fn no_answer() -> Refusal {
    SdkError::dispatch_failure(ConnectorError::io("the connection was cut".into()))
}

/// One call that fails as often as it is tried, and what came of it.
struct Outcome {
    error: String,
    seconds: f64,
    tries: u32,
    notes: Vec<String>,
    interrupted: bool,
}

async fn run(operation: &'static str, repeatable: bool, fail: impl Fn(u32) -> Refusal) -> Outcome {
    run_until(&Stop::default(), operation, repeatable, fail).await
}

async fn run_until(
    stop: &Stop,
    operation: &'static str,
    repeatable: bool,
    fail: impl Fn(u32) -> Refusal,
) -> Outcome {
    let (notes, tries, since) = (Rc::new(RefCell::new(Vec::new())), Cell::new(0), Instant::now());
    let heard = notes.clone();
    let listener = move |event| {
        if let Event::Note { text, .. } = event {
            heard.borrow_mut().push(text);
        }
    };
    let run = Run::new(Id::only("thing"), Rc::new(listener), stop.clone());
    let send = || {
        tries.set(tries.get() + 1);
        std::future::ready(Err::<(), _>(fail(tries.get())))
    };
    let error = patiently(&run, operation, repeatable, send).await.unwrap_err();
    let (notes, seconds) = (notes.take(), since.elapsed().as_secs_f64());
    let interrupted = error.is::<Interrupted>();
    Outcome { error: format!("{error:#}"), seconds, tries: tries.get(), notes, interrupted }
}

/// Operation, refusal, what is waited for, for how many seconds at most.
const PATIENCES: &[(&str, u16, &str, &str, &str, u32)] = &[
    (
        "CreateFunction",
        400,
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
        "AWS to see what was just made",
        300,
    ),
    (
        "CreateFunction",
        403,
        "AccessDeniedException",
        "Lambda does not have permission to access the ECR image. Check the ECR permissions.",
        "AWS to see what was just made",
        300,
    ),
    ("PutRolePolicy", 404, "NoSuchEntity", "The role cannot be found.", "AWS to see what was just made", 30),
    (
        "DeleteRestApi",
        429,
        "TooManyRequestsException",
        "Too Many Requests",
        "AWS to allow this call again (it is rate-limited)",
        300,
    ),
    ("GetRole", 400, "Throttling", "Rate exceeded", "AWS to allow this call again (it is rate-limited)", 300),
    (
        "UpdateFunctionCode",
        409,
        "ResourceConflictException",
        "The operation cannot be performed at this time. An update is in progress for resource: arn",
        "another update to finish",
        600,
    ),
    (
        "PutRestApi",
        409,
        "ConflictException",
        "Unable to complete operation due to concurrent modification. Please try again later.",
        "other changes to settle",
        120,
    ),
    (
        "DeleteRole",
        409,
        "DeleteConflict",
        "Cannot delete entity, must detach all policies first.",
        "other changes to settle",
        120,
    ),
    ("GetFunction", 500, "ServiceException", "An error occurred.", "an answer", 20),
    ("GetRole", 503, "ServiceUnavailable", "Please try again shortly.", "an answer", 20),
];

#[tokio::test(start_paused = true)]
async fn each_class_has_its_patience_and_aws_the_last_word() {
    for (operation, status, code, message, what, budget) in PATIENCES {
        let run = run(operation, true, |_| refusal(*status, code, message)).await;
        let budget_s = f64::from(*budget);
        // Another wait would have gone beyond it.
        assert!(run.seconds <= budget_s && run.seconds > budget_s - 36.0, "{code}: {} s", run.seconds);
        assert!(run.error.starts_with(&format!("{operation} failed: {code}: {message}")), "{}", run.error);
        assert_eq!(u32::try_from(run.notes.len()), Ok(run.tries - 1), "{code}");
        let first = format!("waiting for {what}: 0 s of at most {budget} s ({operation}: {message})");
        assert_eq!(run.notes[0], first);
        for note in &run.notes {
            assert!(note.starts_with(&format!("waiting for {what}: ")), "{note}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_no_waiting_mends_fails_at_once() {
    for (operation, status, code, message) in [
        ("GetFunction", 404, "ResourceNotFoundException", "Function not found"),
        ("DeleteRole", 404, "NoSuchEntity", "The role cannot be found."),
        ("CreateFunction", 409, "ResourceConflictException", "Function already exist: x"),
        ("CreateApiKey", 409, "ConflictException", "API Key already exists"),
        ("CreateRole", 403, "AccessDenied", "not authorized to perform: iam:CreateRole on resource: x"),
        ("GetCallerIdentity", 403, "ExpiredToken", "The security token included in the request is expired"),
        ("CreateFunction", 400, "InvalidParameterValueException", "Source image x is not valid."),
        ("CreateRestApi", 429, "LimitExceededException", "Maximum number of APIs"),
        ("PutMethod", 501, "NotImplemented", "not implemented by the local AWS"),
    ] {
        let run = run(operation, true, |_| refusal(status, code, message)).await;
        assert_eq!((run.tries, run.seconds), (1, 0.0), "{code}");
        assert!(run.error.starts_with(&format!("{operation} failed: {code}: {message}")), "{}", run.error);
    }
}

#[tokio::test(start_paused = true)]
async fn an_ambiguous_create_without_a_name_is_its_callers_to_resolve() {
    for (repeatable, tries) in [(true, 2..20), (false, 1..2)] {
        let cut = run("CreateRestApi", repeatable, |_| no_answer()).await;
        let error =
            run("CreateRestApi", repeatable, |_| refusal(500, "InternalServerErrorException", "x")).await;
        assert!(tries.contains(&cut.tries) && tries.contains(&error.tries), "{} {}", cut.tries, error.tries);
        assert!(cut.error.contains("the connection was cut"), "{}", cut.error);
    }
    // A refusal had no effect: it is waited for all the same.
    let refused = run("CreateRestApi", false, |_| refusal(429, "TooManyRequestsException", "x")).await;
    assert!(refused.tries > 5, "{}", refused.tries);
}

/// DeleteRestApi is granted once in 30 s: ten runs at once come back often enough to get theirs, and not all at a time.
#[tokio::test(start_paused = true)]
async fn throttled_waits_grow_to_what_the_slowest_grant_takes() {
    let run = run("DeleteRestApi", true, |_| refusal(429, "TooManyRequestsException", "x")).await;
    assert!((8..=24).contains(&run.tries), "{}", run.tries);
    let waits: Vec<f64> = (0..12).map(|n| Patience::THROTTLED.wait(n).as_secs_f64()).collect();
    assert!(waits[0] >= 1.0 && waits.iter().all(|w| *w <= 35.0) && waits[11] >= 17.5, "{waits:?}");
    let again: Vec<f64> = (0..12).map(|n| Patience::THROTTLED.wait(n).as_secs_f64()).collect();
    assert_ne!(waits, again);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_is_heeded_within_the_budget() {
    let after = |seconds: &'static str| {
        move |_| {
            let SdkError::ServiceError(e) = refusal(429, "TooManyRequestsException", "Too Many Requests")
            else {
                unreachable!()
            };
            let (error, mut response) = (
                GetFunctionError::generic(
                    ErrorMetadata::builder()
                        .code("TooManyRequestsException")
                        .message("Too Many Requests")
                        .build(),
                ),
                e.into_raw(),
            );
            response.headers_mut().insert("retry-after", seconds);
            SdkError::service_error(error, response)
        }
    };
    let run_60 = run("DeleteRestApi", true, after("60")).await;
    assert_eq!((run_60.tries, run_60.seconds), (6, 300.0));
    let run_301 = run("DeleteRestApi", true, after("301")).await;
    assert_eq!((run_301.tries, run_301.seconds), (1, 0.0));
}

#[tokio::test(start_paused = true)]
async fn another_class_has_a_budget_of_its_own() {
    let role = "The role defined for the function cannot be assumed by Lambda.";
    let run = run("CreateFunction", true, |n| match n {
        ..=400 => refusal(400, "InvalidParameterValueException", role),
        _ => refusal(409, "ResourceConflictException", "An update is in progress for resource: x"),
    });
    let run = run.await;
    assert!((700.0..=900.0).contains(&run.seconds), "{}", run.seconds);
    assert!(run.error.contains("An update is in progress"), "{}", run.error);
    assert!(run.notes[400].starts_with("waiting for another update to finish: 0 s of at most 600 s"));
}

fn no_connection(never_reached: bool) -> Refusal {
    let (host, why) = ("lambda.us-east-2.amazonaws.com".to_owned(), Why::Slow);
    let gone = Unreachable { host, proxy: None, at_proxy: false, why, never_reached };
    SdkError::dispatch_failure(ConnectorError::io(gone.into()))
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_tried_again_where_there_was_one_before() {
    for (repeatable, never_reached, seconds) in
        [(true, true, 0.0..=0.0), (true, false, 10.0..=20.0), (false, false, 10.0..=20.0)]
    {
        let run = run("GetFunction", repeatable, |_| no_connection(never_reached)).await;
        assert!(seconds.contains(&run.seconds), "{} s", run.seconds);
        assert!(
            run.error.starts_with("can't reach lambda.us-east-2.amazonaws.com: the connection took too long"),
            "{}",
            run.error
        );
        assert_eq!(run.notes.is_empty(), never_reached, "{:?}", run.notes);
    }
}

/// An API that is gone, behind a grant: a call of it is throttled and not found in turn.
#[tokio::test(start_paused = true)]
async fn what_fails_of_two_things_in_turn_has_an_end() {
    let run = run("CreateDeployment", true, |n| match n % 2 {
        0 => refusal(429, "TooManyRequestsException", "Too Many Requests"),
        _ => refusal(404, "NotFoundException", "Invalid API identifier specified"),
    });
    let run = tokio::time::timeout(Duration::from_secs(400), run).await.unwrap();
    assert!(run.seconds <= 330.0, "{}", run.seconds);
}

#[tokio::test(start_paused = true)]
#[expect(clippy::float_cmp, reason = "the clock stands, but for whole seconds")]
async fn ctrl_c_ends_a_wait() {
    let stop = Stop::default();
    let press = async {
        tokio::time::sleep(Duration::from_secs(7)).await;
        stop.now();
        std::future::pending::<()>().await;
    };
    let run = run_until(&stop, "DeleteRestApi", true, |_| refusal(429, "TooManyRequestsException", "x"));
    let run = tokio::select! {
        run = run => run,
        () = press => unreachable!(),
    };
    assert!(run.interrupted && run.seconds == 7.0, "{} s: {}", run.seconds, run.error);
}

#[tokio::test(start_paused = true)]
async fn polling_says_how_it_stands_and_ends() {
    let notes = Rc::new(RefCell::new(Vec::new()));
    let heard = notes.clone();
    let listener = move |event| {
        if let Event::Note { text, .. } = event {
            heard.borrow_mut().push(text);
        }
    };
    let run = Run::new(Id::only("thing"), Rc::new(listener), Stop::default());
    let asked = Cell::new(0);
    let ask = || {
        asked.set(asked.get() + 1);
        std::future::ready(Ok(Err::<(), _>("InProgress".to_owned())))
    };
    let error = wait_until(&run, Patience::BUSY, "the function", ask).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "waited 599 s for the function, and still: InProgress; run the same command again to wait longer"
    );
    assert!(failure_of(&error).is_none());
    assert_eq!(notes.borrow()[0], "waiting for the function: 0 s of at most 600 s (InProgress)");
    assert_eq!(notes.borrow().len() + 1, asked.get());
    let left = wait_at_most(&run, Patience::LISTED, "a list", || {
        std::future::ready(Ok(Err::<(), _>("no".to_owned())))
    });
    assert_eq!(left.await.unwrap(), Err("no".to_owned()));
}
