//! One local AWS. Its port has four doors behind one [`gate`]: the AWS API (signed requests to any path), the registry
//! (`/v2/`), the stage URL (`<api>.execute-api.localhost` or `/_aws/execute-api/<api>/…`) and our own pages (`/_local/…`).

use crate::{
    authorization,
    clock::Clock,
    config::Config,
    connections,
    error::AwsError,
    faults::{Cut, Faults},
    gate::{self, Door},
    gateway::{self, Gateway},
    grants::Grants,
    home::{self, Home},
    lambda::{containers::ContainerEngine, revision, runtime::Pool},
    local_pages,
    operation::{Call, Reply},
    protocol::Incoming,
    registry::{self, BlobStore},
    request_log::RequestLog,
    secret::Secret,
    watch::Watch,
    world::World,
};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use serde_json::Value;
use std::{
    future::Future,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{net::TcpListener, sync::Notify};

/// A request or response body: whole or streamed.
pub type Body = UnsyncBoxBody<Bytes, io::Error>;

/// One local AWS. A clone is another handle to the same.
#[derive(Clone)]
pub struct LocalAws(Arc<Inner>);

/// A local AWS that may be gone.
#[derive(Clone)]
pub(crate) struct WeakAws(Weak<Inner>);

impl WeakAws {
    pub fn upgrade(&self) -> Option<LocalAws> {
        self.0.upgrade().map(LocalAws)
    }
}

pub(crate) struct Inner {
    pub config: Config,
    pub clock: Clock,
    world: Mutex<World>,
    pub requests: RequestLog,
    pub blobs: BlobStore,
    /// Where the blobs are; it goes after them.
    pub home: Home,
    pub pool: Pool,
    /// `/_local/stop` was asked for.
    stop: Notify,
    pub gateway: Gateway,
    pub grants: Grants,
    pub faults: Faults,
    secret: Secret,
    pub watch: Watch,
    next_request: AtomicU64,
}

impl LocalAws {
    /// A new, empty local AWS. Functions run in `engine`; blobs live in a temporary folder that goes with it.
    pub fn new(config: Config, engine: Arc<dyn ContainerEngine>) -> io::Result<Self> {
        let home = Home::make()?;
        Ok(Self(Arc::new(Inner {
            clock: Clock::start(),
            world: Mutex::default(),
            requests: RequestLog::default(),
            blobs: BlobStore::new(home.path()),
            pool: Pool::new(engine, home.id()),
            home,
            stop: Notify::new(),
            gateway: Gateway::default(),
            grants: Grants::default(),
            faults: Faults::default(),
            secret: Secret::random()?,
            watch: Watch::default(),
            next_request: AtomicU64::new(1),
            config,
        })))
    }

    /// Another one that starts with everything that is in this one: what happens to either then is nothing to the other.
    /// Requests are logged and granted from the start, there are no faults, and functions run in `engine`.
    ///
    /// # Errors
    /// Where the blobs can't be copied.
    pub fn fork(&self, engine: Arc<dyn ContainerEngine>) -> io::Result<Self> {
        let inner = self.inner();
        let home = Home::make()?;
        Ok(Self(Arc::new(Inner {
            clock: inner.clock.clone(),
            world: Mutex::new(self.world().clone()),
            requests: RequestLog::default(),
            blobs: inner.blobs.fork(home.path())?,
            pool: Pool::new(engine, home.id()),
            home,
            stop: Notify::new(),
            gateway: Gateway::default(),
            grants: Grants::default(),
            faults: Faults::default(),
            secret: inner.secret.clone(),
            watch: Watch::default(),
            next_request: AtomicU64::new(inner.next_request.load(Ordering::Relaxed)),
            config: inner.config.clone(),
        })))
    }

    /// Answers one request, whichever door it came to. Needs no socket. Where a fault plan cuts the connection, it never
    /// ends, as for a client that waits for a reply.
    pub async fn handle(&self, request: Request<Body>) -> Response<Body> {
        match self.try_handle(request).await {
            Ok(response) => response,
            Err(Cut) => std::future::pending().await,
        }
    }

    /// As [`Self::handle`], but says that the connection was cut.
    ///
    /// # Errors
    /// [`Cut`], only where a fault plan says so.
    pub async fn try_handle(&self, request: Request<Body>) -> Result<Response<Body>, Cut> {
        Ok(match gate::door(&request) {
            Err(refusal) => refusal.into_response(),
            Ok(Door::Local(page)) => local_pages::answer(self, &page, request).await,
            Ok(Door::Registry) => return registry::handle(self, request).await,
            Ok(Door::Stage(target)) => gateway::handle(self, target, request).await,
            Ok(Door::Api) => return self.api(request).await,
        })
    }

    /// Serves `listener` until `until` is done; warm containers are stopped before it returns.
    pub async fn serve(&self, listener: TcpListener, until: impl Future<Output = ()>) -> io::Result<()> {
        self.0.pool.served_at(listener.local_addr()?);
        self.0.home.claim()?;
        for abandoned in home::abandoned()? {
            abandoned.clear()?;
        }
        tokio::select! {
            () = until => {}
            () = self.0.stop.notified() => {}
            () = connections::serve(self, &listener) => {}
        }
        self.0.pool.stop_all().await;
        Ok(())
    }

    /// Ends [`Self::serve`], also one that is just taking a connection.
    pub(crate) fn stop(&self) {
        self.0.stop.notify_one();
    }

    /// From now on `tell` gets a line for every request that was answered, and for every line that a function writes.
    pub fn watch(&self, tell: impl Fn(String) + Send + Sync + 'static) {
        self.0.watch.begin(tell);
    }

    /// By which whoever started it knows it again.
    pub fn secret(&self) -> &Secret {
        &self.0.secret
    }

    /// Everything there is, for comparing before and after; accounts and regions without content are left out.
    pub fn dump(&self) -> Value {
        let mut value = serde_json::to_value(&*self.world()).unwrap_or_default();
        prune(&mut value);
        value
    }

    pub fn requests(&self) -> &RequestLog {
        &self.0.requests
    }

    /// A handle that does not keep this local AWS alive, for what it started itself.
    pub(crate) fn downgrade(&self) -> WeakAws {
        WeakAws(Arc::downgrade(&self.0))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request id in AWS's form, from a counter and the seed, which it does not tell.
    pub(crate) fn request_id(&self) -> String {
        let n = self.0.next_request.fetch_add(1, Ordering::Relaxed);
        revision::uuid(&["request", &self.0.config.seed.to_string(), &n.to_string()])
    }

    pub(crate) async fn run(&self, incoming: &Incoming, request_id: &str) -> Result<Reply, AwsError> {
        let reply = {
            let mut world = self.world();
            let mut call = Call {
                service: incoming.service,
                operation: incoming.operation.name,
                account: incoming.account.clone(),
                region: incoming.region.clone(),
                access_key: incoming.access_key.clone(),
                host: incoming.host.clone(),
                headers: incoming.headers.clone(),
                payload: incoming.payload.clone(),
                request_id: request_id.to_owned(),
                now: self.0.clock.now(),
                clock: &self.0.clock,
                config: &self.0.config,
                secret: &self.0.secret,
                delays: self.0.config.delays(),
                world: &mut world,
                blobs: &self.0.blobs,
                pool: &self.0.pool,
                meters: &self.0.gateway.meters,
            };
            authorization::check(&mut call, incoming.operation, &incoming.input, incoming.peer)?;
            (incoming.operation.handler)(&mut call, incoming.input.clone())?
        };
        match reply {
            Reply::Invoke(request) => crate::lambda::invoke::answer(self, request).await,
            reply => Ok(reply),
        }
    }
}

/// Drops empty objects and lists from the inside out, so that "nothing there" has one form.
fn prune(value: &mut Value) {
    if let Value::Object(map) = value {
        map.values_mut().for_each(prune);
        map.retain(|_, v| {
            !matches!(v, Value::Object(m) if m.is_empty()) && !matches!(v, Value::Array(a) if a.is_empty())
        });
    }
}

/// A plain-text response.
pub(crate) fn text(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("text/plain"));
    response
}

/// A body that is all there.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}
