//! An error as an object, for programs.

use crate::{
    aws::failure_of,
    engine::Interrupted,
    exit::Usage,
    stack::{Mistake, StackError},
};
use anyhow::Error;
use serde_json::{Value, json};

/// `kind` and `message`, and what else is known of it; the table is in [`super::json`].
pub(super) fn object(error: &Error) -> Value {
    if let Some(error) = error.downcast_ref::<StackError>() {
        return of_stack_file(error);
    }
    let mut object = because(&format!("{error:#}"));
    let kind = match failure_of(error) {
        Some(failure) => {
            object["operation"] = failure.operation.into();
            object["code"] = json!(failure.code);
            object["status"] = json!(failure.status);
            object["request_id"] = json!(failure.request_id);
            "aws"
        }
        None if error.is::<Usage>() => "usage",
        None if error.is::<Interrupted>() => "interrupted",
        None => "other",
    };
    object["kind"] = kind.into();
    object
}

/// An error of which only the text is known.
pub(super) fn because(message: &str) -> Value {
    json!({ "kind": "other", "message": message })
}

fn of_stack_file(error: &StackError) -> Value {
    let message = match error.mistakes.as_slice() {
        [only] => only.message.clone(),
        several => format!("{} mistakes in {}", several.len(), error.file),
    };
    let mistakes: Vec<Value> = error.mistakes.iter().map(mistake).collect();
    json!({ "kind": "stack-file", "message": message, "file": error.file, "mistakes": mistakes })
}

fn mistake(mistake: &Mistake) -> Value {
    json!({
        "message": mistake.message,
        "line": mistake.line(),
        "column": mistake.column(),
        "expected": mistake.expected,
        "help": mistake.help,
    })
}
