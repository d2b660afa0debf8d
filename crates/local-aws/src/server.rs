//! One local AWS. Its port has four doors behind one [`gate`]: the AWS API (signed requests to any path), the registry
//! (`/v2/`), the stage URL (`<api>.execute-api.localhost` or `/_aws/execute-api/<api>/…`) and our own pages (`/_local/…`).

use crate::{
    body::Body,
    config::Config,
    connections,
    faults::Cut,
    gate::{self, Door},
    gateway::{self, Gateway},
    home,
    lambda::{
        containers::ContainerEngine,
        runtime::{AwsApi, Pool},
    },
    registry,
    request_log::RequestLog,
    request_quotas::RequestQuotas,
    secret::Secret,
    shared::Shared,
};
use futures_util::future::BoxFuture;
use http::{Request, Response};
use serde_json::Value;
use std::{
    future::Future,
    io,
    sync::{Arc, Weak},
};
use tokio::{net::TcpListener, sync::Notify};

/// One local AWS. A clone is another handle to the same.
#[derive(Clone)]
pub struct LocalAws(Arc<Inner>);

pub(crate) struct Inner {
    pub shared: Arc<Shared>,
    pub requests: RequestLog,
    pub request_quotas: RequestQuotas,
    pub pool: Arc<Pool>,
    pub gateway: Gateway,
    /// `/_local/stop` was asked for.
    stop: Notify,
}

impl LocalAws {
    /// A new, empty local AWS. Functions run in `engine`; blobs live in a temporary folder that goes with it.
    ///
    /// # Errors
    /// No folder can be made for the blobs, or the system has no randomness to give.
    pub fn new(config: Config, engine: Arc<dyn ContainerEngine>) -> io::Result<Self> {
        Ok(Self::on(Shared::new(config)?, engine))
    }

    /// For tests: another one that starts with everything that is in this one: what happens to either then is nothing to the other.
    /// Requests are logged and granted from the start, there are no faults, and functions run in `engine`.
    ///
    /// # Errors
    /// Where the blobs can't be copied.
    #[cfg(any(test, feature = "testing"))]
    pub fn fork(&self, engine: Arc<dyn ContainerEngine>) -> io::Result<Self> {
        Ok(Self::on(self.shared().fork()?, engine))
    }

    fn on(shared: Shared, engine: Arc<dyn ContainerEngine>) -> Self {
        let shared = Arc::new(shared);
        Self(Arc::new_cyclic(|inner: &Weak<Inner>| {
            let pool = Arc::new(Pool::new(shared.clone(), inner.clone(), engine));
            Inner {
                gateway: Gateway::new(shared.clone(), pool.clone()),
                pool,
                shared,
                requests: RequestLog::default(),
                request_quotas: RequestQuotas::default(),
                stop: Notify::new(),
            }
        }))
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
            Ok(Door::Local(page)) => self.local_page(&page, request).await,
            Ok(Door::Registry) => return registry::handle(self.shared(), request).await,
            Ok(Door::Stage(target)) => gateway::handle(&self.0.gateway, target, request).await,
            Ok(Door::Api) => return self.api(request).await,
        })
    }

    /// Serves `listener` until `until` is done; warm containers are stopped before it returns.
    ///
    /// # Errors
    /// The listener has no address, or what killed local AWSs left behind can't be cleared away.
    pub async fn serve(&self, listener: TcpListener, until: impl Future<Output = ()>) -> io::Result<()> {
        self.0.pool.served_at(listener.local_addr()?);
        self.0.shared.home.claim()?;
        for abandoned in home::abandoned()? {
            abandoned.clear()?;
        }
        tokio::select! {
            () = until => {}
            () = self.0.stop.notified() => {}
            () = connections::serve(&listener, self.handle_of_connections()) => {}
        }
        self.0.pool.stop_all().await;
        Ok(())
    }

    fn handle_of_connections(&self) -> connections::Handle {
        let aws = self.clone();
        Arc::new(move |request| {
            let aws = aws.clone();
            Box::pin(async move { aws.try_handle(request).await })
        })
    }

    /// Ends [`Self::serve`], also one that is just taking a connection.
    pub(crate) fn stop(&self) {
        self.0.stop.notify_one();
    }

    /// From now on `tell` gets a line for every request that was answered, and for every line that a function writes.
    pub fn watch(&self, tell: impl Fn(String) + Send + Sync + 'static) {
        self.0.shared.watch.begin(tell);
    }

    /// By which whoever started it knows it again.
    pub fn secret(&self) -> &Secret {
        &self.0.shared.secret
    }

    /// Everything there is, for comparing before and after; accounts and regions without content are left out.
    pub fn dump(&self) -> Value {
        let mut value = serde_json::to_value(&*self.shared().world()).unwrap_or_default();
        prune(&mut value);
        value
    }

    /// Which permissions (action and resource) callers that are IAM users or roles needed so far, granted or not.
    pub fn permissions_asked(&self) -> std::collections::BTreeSet<(String, String)> {
        self.shared().asked.all()
    }

    /// From now on an access key may do what these policies say, and nothing else, as if it were an IAM user's that is nowhere
    /// to be seen: for tests of what a caller needs.
    pub fn allow_only(&self, access_key: &str, policies: Vec<Value>) {
        self.shared().asked.give(access_key, policies);
    }

    pub fn requests(&self) -> &RequestLog {
        &self.0.requests
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0.shared
    }

    /// The door through which functions call AWS. It does not keep this local AWS alive.
    #[cfg(test)]
    pub(crate) fn api_for_functions(&self) -> Weak<dyn AwsApi> {
        let inner: Weak<Inner> = Arc::downgrade(&self.0);
        inner
    }
}

impl AwsApi for Inner {
    fn answer(
        self: Arc<Self>,
        request: Request<Body>,
        access_key: String,
    ) -> BoxFuture<'static, Response<Body>> {
        Box::pin(async move { LocalAws(self).api_of_function(request, &access_key).await })
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
