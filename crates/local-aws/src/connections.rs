//! Connections in. Their number is bounded, and a client that says nothing has no claim to one: whatever arrives at the
//! port, the process lives on and answers.

mod places;
mod sending;
mod stalling;

use crate::{
    body::Body,
    faults::Cut,
    header_case::{Head, Noting, WrittenNames},
    peer::Peer,
};
use futures_util::{FutureExt, future::BoxFuture};
use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use places::{Place, Places};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::net::{TcpListener, TcpStream};

/// How long a client may take to send a request's head, or to begin the next request.
const HEAD: Duration = Duration::from_secs(20);
/// The pause after a connection that could not be accepted: what is missing, such as a file descriptor, comes back with
/// time only.
const PAUSE: Duration = Duration::from_millis(50);

/// What answers a request. Boxed: the compiler can't prove an unboxed one `Send` for every lifetime inside it.
pub(crate) type Handle =
    Arc<dyn Fn(Request<Body>) -> BoxFuture<'static, Result<Response<Body>, Cut>> + Send + Sync>;

/// Serves all that come, for ever.
pub(crate) async fn serve(listener: &TcpListener, handle: Handle) {
    let places = Places::default();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let place = places.take().await;
                tokio::spawn(connection(handle.clone(), stream, peer.ip(), place));
            }
            Err(_) => {
                places.free_one();
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn connection(handle: Handle, stream: TcpStream, peer: IpAddr, place: Arc<Place>) {
    let head = Head::default();
    let io = TokioIo::new(Noting { stream, head: head.clone() });
    let at = place.clone();
    let service = service_fn(move |request| answer(&handle, request, peer, head.names(), at.clone()));
    let mut builder = http1::Builder::new();
    let serving = builder.timer(TokioTimer::new()).header_read_timeout(HEAD).serve_connection(io, service);
    tokio::select! {
        // A client that goes away in mid-request is its own business; a cut is wanted.
        _gone = serving => {}
        () = place.is_wanted_back() => {}
    }
}

fn answer(
    handle: &Handle,
    request: Request<Incoming>,
    peer: IpAddr,
    names: WrittenNames,
    place: Arc<Place>,
) -> BoxFuture<'static, Result<Response<Body>, Cut>> {
    let busy = place.busy();
    let mut request = request.map(stalling::bounded);
    request.extensions_mut().insert(Peer(peer));
    request.extensions_mut().insert(names);
    let answer = handle(request);
    async move {
        let response = answer.await?;
        Ok(response.map(|body| sending::keeping(body, busy)))
    }
    .boxed()
}
