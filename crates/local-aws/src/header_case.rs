//! Header names as the client wrote them. hyper lowers them, but an event of API Gateway shows them as they came.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The largest head that is looked at; names in a larger one keep hyper's form.
const HEAD_LIMIT: usize = 64 * 1024;

/// The names in a request's head, as a request extension.
#[derive(Debug, Clone, Default)]
pub(crate) struct WrittenNames(Vec<String>);

impl WrittenNames {
    /// The form in which the client wrote a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().map(String::as_str).find(|n| n.eq_ignore_ascii_case(name))
    }
}

/// The head of the request that came last on a connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head(Arc<Mutex<Bytes>>);

#[derive(Debug, Default)]
struct Bytes {
    read: Vec<u8>,
    complete: bool,
    /// Something was answered: what is read next is the next request. Clients do not pipeline.
    answered: bool,
}

impl Head {
    pub(crate) fn names(&self) -> WrittenNames {
        let bytes = self.lock();
        let text = String::from_utf8_lossy(&bytes.read);
        let lines = text.split("\r\n").skip(1).take_while(|line| !line.is_empty());
        WrittenNames(lines.filter_map(|line| Some(line.split_once(':')?.0.to_owned())).collect())
    }

    fn add(&self, new: &[u8]) {
        let mut bytes = self.lock();
        if bytes.answered {
            *bytes = Bytes::default();
        }
        if bytes.complete {
            return;
        }
        let searched = bytes.read.len().saturating_sub(3);
        bytes.read.extend_from_slice(new);
        bytes.complete =
            bytes.read.len() > HEAD_LIMIT || bytes.read[searched..].windows(4).any(|w| w == b"\r\n\r\n");
    }

    fn lock(&self) -> MutexGuard<'_, Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that notes the head of each request in `head`.
pub(crate) struct Noting<S> {
    pub stream: S,
    pub head: Head,
}

impl<S: AsyncRead + Unpin> AsyncRead for Noting<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.head.add(&buf.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Noting<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.head.lock().answered = true;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.head.lock().answered = true;
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[tokio::test]
    async fn each_requests_names_are_seen_and_no_bodys() {
        let (mut client, stream) = duplex(1024);
        let head = Head::default();
        let mut noting = Noting { stream, head: head.clone() };
        let mut buffer = [0; 256];
        client.write_all(b"POST / HTTP/1.1\r\ntEsT-HEADeR: a\r\nX-Ap").await.unwrap();
        assert!(noting.read(&mut buffer).await.unwrap() > 0);
        client.write_all(b"i-Key: b\r\n\r\nBody: c\r\n").await.unwrap();
        assert!(noting.read(&mut buffer).await.unwrap() > 0);
        let names = head.names();
        assert_eq!(
            (names.get("test-header"), names.get("x-api-key")),
            (Some("tEsT-HEADeR"), Some("X-Api-Key"))
        );
        assert_eq!(names.get("body"), None);
        noting.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nORIGIN: d\r\n\r\n").await.unwrap();
        assert!(noting.read(&mut buffer).await.unwrap() > 0);
        assert_eq!((head.names().get("origin"), head.names().get("x-api-key")), (Some("ORIGIN"), None));
    }
}
