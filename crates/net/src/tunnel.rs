//! A connection through a proxy by CONNECT, on which TLS is spoken with the host itself.

use super::{Why, stream::Bytes};
use http::{HeaderValue, Request, header};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

/// Asks the proxy at the other end of `link` for a way to `authority` (`HOST:PORT`).
///
/// # Errors
/// What the proxy refuses.
pub(super) async fn through(
    link: Box<dyn Bytes>,
    authority: &str,
    authorization: Option<&HeaderValue>,
) -> Result<Box<dyn Bytes>, Why> {
    let broken = |e: hyper::Error| Why::Connection(e.to_string());
    let (mut sender, connection) =
        http1::Builder::new().handshake(TokioIo::new(link)).await.map_err(broken)?;
    tokio::spawn(connection.with_upgrades());
    let mut ask = Request::connect(authority).header(header::HOST, authority);
    if let Some(value) = authorization {
        ask = ask.header(header::PROXY_AUTHORIZATION, value);
    }
    let ask = ask.body(Empty::<bytes::Bytes>::new()).map_err(|e| Why::Connection(e.to_string()))?;
    let answer = sender.send_request(ask).await.map_err(broken)?;
    match answer.status() {
        status if status.is_success() => {
            Ok(Box::new(TokioIo::new(hyper::upgrade::on(answer).await.map_err(broken)?)))
        }
        http::StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            Err(Why::Password { refused: authorization.is_some() })
        }
        status => Err(Why::Refused(status)),
    }
}
