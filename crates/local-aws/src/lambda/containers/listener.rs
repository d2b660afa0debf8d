//! Serves one container's Runtime API on a port of its own.

use crate::{lambda::runtime::RuntimeApi, server::Body};
use futures_util::{FutureExt, future::BoxFuture};
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, io, net::IpAddr};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// A listener that closes, with all its connections, when it is dropped.
pub struct Listener {
    pub port: u16,
    task: JoinHandle<()>,
}

impl Listener {
    pub async fn open(address: IpAddr, api: RuntimeApi) -> io::Result<Self> {
        let listener = TcpListener::bind((address, 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { port, task: tokio::spawn(accept(listener, api)) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, api: RuntimeApi) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        // An event is one small packet: it must not wait for more.
        let _slower = stream.set_nodelay(true);
        connections.spawn(serve(stream, api.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, api: RuntimeApi) {
    let service = service_fn(move |request| answer(api.clone(), request));
    // A runtime that goes away in mid-request is noticed by its container's end.
    let _gone = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

fn answer(
    api: RuntimeApi,
    request: Request<Incoming>,
) -> BoxFuture<'static, Result<Response<Body>, Infallible>> {
    let request = request.map(|b| b.map_err(io::Error::other).boxed_unsync());
    async move { Ok(api.handle(request).await) }.boxed()
}
