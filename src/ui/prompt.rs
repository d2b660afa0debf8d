//! A question on the terminal that Ctrl-C can leave.

use super::sink::Sink;
use crate::engine::Stop;
use anyhow::{Context as _, Result};
use std::io;
use tokio::sync::oneshot;

/// Asks; only `y` and `yes` agree.
///
/// # Errors
/// `Interrupted`; a terminal that is gone.
pub(super) async fn ask(sink: &Sink, question: &str, stop: &Stop) -> Result<bool> {
    let answer = line(sink, &format!("{question} [y/N]"), stop).await?;
    Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
}

/// Asks for words.
///
/// # Errors
/// As [`ask`].
pub(super) async fn line(sink: &Sink, question: &str, stop: &Stop) -> Result<String> {
    sink.ask(&question.into());
    let (give, answer) = oneshot::channel();
    // A read can't be cancelled: its thread is left behind, and ends with the process.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line).map(|_| line);
        _ = give.send(read);
    });
    let answered = stop.cancel(answer).await;
    sink.answered();
    let line = answered.context("nothing was changed").inspect_err(|_| end_line(sink))???;
    if !line.ends_with('\n') {
        // Ctrl-D: nobody has ended the question's line.
        end_line(sink);
    }
    Ok(line.trim().to_owned())
}

fn end_line(sink: &Sink) {
    sink.err(&"".into());
}
