//! The usual ends of a process that serves until it is told to stop.

/// Waits for Ctrl-C or, on Unix, SIGTERM. Where neither can be listened for, it never ends: the process is killed then.
#[cfg(unix)]
pub async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}

/// Waits for Ctrl-C. Where it can't be listened for, it never ends: the process is killed then.
#[cfg(not(unix))]
pub async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
