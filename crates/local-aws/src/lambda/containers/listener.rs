//! Serves one container's Runtime API on a port of its own, to that container alone.

use crate::{
    body::{Body, text},
    lambda::runtime::RuntimeApi,
    peer::Peer,
};
use futures_util::{FutureExt, future::BoxFuture};
use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, io, net::IpAddr};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// A listener that closes, with all its connections, when it is dropped.
pub(crate) struct Listener {
    /// What the container calls it.
    pub address: String,
    container: watch::Sender<Option<IpAddr>>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens at `bind`, which the container knows as `host`. Nobody is answered before [`Self::admit`].
    ///
    /// # Errors
    /// As binding a port.
    pub(crate) async fn open(bind: IpAddr, host: &str, api: RuntimeApi) -> io::Result<Self> {
        let listener = TcpListener::bind((bind, 0)).await?;
        let address = format!("{host}:{}", listener.local_addr()?.port());
        let (container, known) = watch::channel(None);
        let task = tokio::spawn(accept(listener, known, Server { api, address: address.clone() }));
        Ok(Self { address, container, task })
    }

    /// Answers whoever comes from this address, and from now on hangs up on all others.
    pub(crate) fn admit(&self, container: IpAddr) {
        self.container.send_replace(Some(container));
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Server {
    api: RuntimeApi,
    address: String,
}

async fn accept(listener: TcpListener, container: watch::Receiver<Option<IpAddr>>, server: Server) {
    let mut connections = JoinSet::new();
    while let Ok((stream, peer)) = listener.accept().await {
        // An event is one small packet: it must not wait for more.
        let _slower = stream.set_nodelay(true);
        connections.spawn(serve(stream, peer.ip(), container.clone(), server.clone()));
        while connections.try_join_next().is_some() {}
    }
}

/// Not a byte is read of whoever is not the container.
async fn serve(
    stream: TcpStream,
    peer: IpAddr,
    mut container: watch::Receiver<Option<IpAddr>>,
    server: Server,
) {
    let known = container.wait_for(Option::is_some).await.is_ok_and(|container| *container == Some(peer));
    if !known {
        return;
    }
    let service = service_fn(move |request| answer(server.clone(), request, peer));
    // A runtime that goes away in mid-request is noticed by its container's end.
    let _gone = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

fn answer(
    server: Server,
    request: Request<Incoming>,
    peer: IpAddr,
) -> BoxFuture<'static, Result<Response<Body>, Infallible>> {
    let host = request.headers().get(header::HOST).map(header::HeaderValue::as_bytes);
    // Where an engine is in a machine of its own, everything comes from the loopback, and so would a browser.
    if host != Some(server.address.as_bytes()) {
        let why = format!("this is the Runtime API at {}, and no other name of it\n", server.address);
        return std::future::ready(Ok(text(StatusCode::FORBIDDEN, why))).boxed();
    }
    let mut request = request.map(|b| b.map_err(io::Error::other).boxed_unsync());
    request.extensions_mut().insert(Peer(peer));
    async move { Ok(server.api.handle(request).await) }.boxed()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{lambda::runtime::AwsApi, testing::instant};
    use std::{net::Ipv4Addr, sync::Weak, time::Duration};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    async fn listener(api: Weak<dyn AwsApi>) -> Listener {
        Listener::open(LOOPBACK, "127.0.0.1", RuntimeApi::new(api, "ASIAMINE".to_owned())).await.unwrap()
    }

    /// What comes back for a request, until the other side hangs up.
    async fn ask(address: &str, head: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut answer = Vec::new();
        // Whoever is not admitted may see a reset already while sending.
        if stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).await.is_ok() {
            _ = stream.read_to_end(&mut answer).await;
        }
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn only_the_container_is_answered() {
        let aws = instant();
        let listener = listener(aws.api_for_functions()).await;
        let request = format!("GET /2018-06-01/runtime/nothing HTTP/1.1\r\nHost: {}", listener.address);
        let early = tokio::time::timeout(Duration::from_millis(200), ask(&listener.address, &request)).await;
        assert!(early.is_err(), "nobody is known yet");
        listener.admit("127.0.0.2".parse().unwrap());
        assert_eq!(ask(&listener.address, &request).await, "");
        listener.admit(LOOPBACK);
        assert!(ask(&listener.address, &request).await.starts_with("HTTP/1.1 404"));
        let rebound = request.replace(&listener.address, "evil.example");
        assert!(ask(&listener.address, &rebound).await.starts_with("HTTP/1.1 403"));
    }
}
