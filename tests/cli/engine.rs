//! A Docker engine that says what it is told to say, so that what people see of it is the same on every machine.

use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, net::TcpListener, process::Command, sync::Arc, thread};
use tokio::runtime::Builder;

/// What it answers; the defaults build and push an image.
#[derive(Clone)]
pub(crate) struct Answers {
    pub version: &'static str,
    /// The messages of a build.
    pub build: &'static str,
    /// The image that was built.
    pub image: &'static str,
    /// The messages of a push.
    pub push: &'static str,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            version: r#"{"ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"}"#,
            build: r#"{"stream": "Successfully built 0123456789ab\n"}"#,
            image: r#"{"Id": "sha256:0123456789ab", "Os": "linux", "Architecture": "amd64"}"#,
            push: r#"{"status": "Pushed"}"#,
        }
    }
}

impl Answers {
    /// No build gets anywhere.
    pub(crate) fn that_fail() -> Self {
        let build =
            r#"{"error": "no space left on device", "errorDetail": {"message": "no space left on device"}}"#;
        Self { build, ..Self::default() }
    }

    /// A command that takes this for its engine, which serves until the tests end.
    pub(crate) fn serve_for(self, command: &mut Command) -> &mut Command {
        command.env("DOCKER_HOST", self.serve()).env("DOCKER_BUILDKIT", "0")
    }

    fn serve(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        thread::spawn(move || {
            Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(accept(listener, self.into()));
        });
        format!("tcp://{address}")
    }

    fn to(&self, request: &Request<Incoming>) -> &'static str {
        match request.uri().path() {
            path if path.ends_with("/version") => self.version,
            path if path.ends_with("/build") => self.build,
            path if path.ends_with("/push") => self.push,
            path if path.ends_with("/json") => self.image,
            path if path.ends_with("/tag") => "",
            _ => "[]",
        }
    }
}

async fn accept(listener: TcpListener, answers: Arc<Answers>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let answers = Arc::clone(&answers);
        let service = service_fn(move |request| answer(request, Arc::clone(&answers)));
        let http = hyper::server::conn::http1::Builder::new();
        tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
    }
}

/// The context is read to its end before anything is said of it.
async fn answer(
    request: Request<Incoming>,
    answers: Arc<Answers>,
) -> Result<Response<Full<hyper::body::Bytes>>, Infallible> {
    let text = answers.to(&request);
    _ = request.into_body().collect().await;
    Ok(Response::new(text.into()))
}
