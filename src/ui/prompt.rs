//! A question on the terminal that Ctrl-C can leave.

use crate::engine::Stop;
use anyhow::Result;
use std::io::{self, Write};
use tokio::sync::oneshot;

/// Asks; only `y` and `yes` agree.
///
/// # Errors
/// `Interrupted`; a terminal that is gone.
pub async fn ask(question: &str, stop: &Stop) -> Result<bool> {
    let answer = line(&format!("{question} [y/N]"), stop).await?;
    Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
}

/// Asks for words.
///
/// # Errors
/// As [`ask`].
pub async fn line(question: &str, stop: &Stop) -> Result<String> {
    _ = write!(io::stderr(), "{question} ");
    let (give, answer) = oneshot::channel();
    // A read can't be cancelled: its thread is left behind, and ends with the process.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line).map(|_| line);
        _ = give.send(read);
    });
    let answered = stop.cancel(answer).await;
    if answered.is_err() {
        _ = writeln!(io::stderr());
    }
    Ok(answered???.trim().to_owned())
}
