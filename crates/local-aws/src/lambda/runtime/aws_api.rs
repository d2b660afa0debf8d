//! The AWS API, as a function's container reaches it.

use crate::body::Body;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use std::sync::Arc;

/// The door to the rest of AWS.
pub(crate) trait AwsApi: Send + Sync {
    /// Answers a request by a function's own code, which has the credentials of its role and no others.
    fn answer(
        self: Arc<Self>,
        request: Request<Body>,
        access_key: String,
    ) -> BoxFuture<'static, Response<Body>>;
}
