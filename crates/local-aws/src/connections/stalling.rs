//! A request's body whose client may not fall silent.

use crate::body::Body;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Incoming;
use std::{io, time::Duration};
use tokio::time::timeout;

/// How long nothing of a body that is awaited may come.
const SILENCE: Duration = Duration::from_mins(1);

/// Fails once its client has been silent for too long.
pub(crate) fn bounded(body: Incoming) -> Body {
    let frames = stream::try_unfold(body, |mut body| async move {
        match timeout(SILENCE, body.frame()).await {
            Ok(None) => Ok(None),
            Ok(Some(frame)) => Ok(Some((frame.map_err(io::Error::other)?, body))),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the rest of the body did not come")),
        }
    });
    StreamBody::new(frames).boxed_unsync()
}
