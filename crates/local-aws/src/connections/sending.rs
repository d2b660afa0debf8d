//! A response's body that keeps something until the last of it is sent.

use crate::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{self, Frame, SizeHint};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

struct Sending<K> {
    body: Body,
    _kept: K,
}

/// `body`, which keeps `kept` until it is dropped.
pub(crate) fn keeping<K: Send + Unpin + 'static>(body: Body, kept: K) -> Body {
    Sending { body, _kept: kept }.boxed_unsync()
}

impl<K: Unpin> body::Body for Sending<K> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
