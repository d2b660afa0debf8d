//! The body of what a runtime sends, whole.

use crate::body::Body;
use bytes::{Bytes, BytesMut};
use http::Request;
use http_body_util::BodyExt;

/// Bytes of an answer: 6 MB and a little for its envelope.
const RESPONSE_LIMIT: usize = 6_291_556;

/// What a body turned out to be.
pub(crate) enum Whole {
    Payload(Bytes),
    TooLarge,
    /// The runtime went away in the middle of it.
    Broken,
}

/// A body up to its end, even where it is over the limit: a runtime that is cut off in mid-sentence takes it for a
/// broken connection and gives up.
pub(crate) async fn read(request: Request<Body>) -> Whole {
    let mut body = request.into_body();
    let mut all = BytesMut::new();
    let mut fits = true;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Whole::Broken };
        if let Ok(data) = frame.into_data() {
            fits &= all.len() + data.len() <= RESPONSE_LIMIT;
            if fits {
                all.extend_from_slice(&data);
            }
        }
    }
    if fits { Whole::Payload(all.freeze()) } else { Whole::TooLarge }
}

impl Whole {
    /// What there is to show of an error.
    pub(crate) fn or_empty(self) -> Bytes {
        match self {
            Self::Payload(payload) => payload,
            Self::TooLarge | Self::Broken => Bytes::new(),
        }
    }
}
