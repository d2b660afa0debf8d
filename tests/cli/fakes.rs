//! Servers that stand where AWS or a proxy would: what they are asked is kept.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A server on a port of its own, until the test's process ends.
pub(crate) struct Fake {
    pub url: String,
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    /// Answers each request by its number (from 0) and its text, and closes the connection.
    pub(crate) fn http(answer: impl Fn(usize, &str) -> String + Send + 'static) -> Self {
        Self::start(move |count, mut stream, request| {
            _ = stream.write_all(answer(count, &request).as_bytes());
        })
    }

    /// Hands each connection over after the first request on it.
    pub(crate) fn start(serve: impl Fn(usize, TcpStream, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let seen = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = request(&mut stream);
                let mut seen = seen.lock().unwrap();
                seen.push(request.clone());
                let count = seen.len() - 1;
                drop(seen);
                serve(count, stream, request);
            }
        });
        Self { url, asked }
    }

    /// The first lines of what was asked.
    pub(crate) fn lines(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|request| request.lines().next().unwrap_or_default().to_owned()).collect()
    }
}

/// One request with its body, as text.
pub(crate) fn request(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head.lines().find_map(|l| l.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |l| l.trim().parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    bytes.extend(body);
    String::from_utf8(bytes).unwrap()
}

/// An answer of STS.
pub(crate) fn sts(status: &str, body: &str) -> String {
    sts_at(status, "Sun, 29 Nov 2026 12:00:00 GMT", body)
}

/// The same, at another hour.
pub(crate) fn sts_at(status: &str, date: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ndate: {date}\r\ncontent-type: text/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// STS's refusal.
pub(crate) fn refusal(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    )
}

/// A CA, and the end of TLS connections for any host by it.
pub(crate) struct Ca(rcgen::CertifiedIssuer<'static, rcgen::KeyPair>);

impl Ca {
    pub(crate) fn new() -> Self {
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        Self(rcgen::CertifiedIssuer::self_signed(params, key).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// TLS as `host` on a connection.
    pub(crate) fn end(
        &self,
        host: &str,
        stream: TcpStream,
    ) -> rustls::StreamOwned<rustls::ServerConnection, TcpStream> {
        use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new([host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = Arc::new(config.with_single_cert(chain, key).unwrap());
        rustls::StreamOwned::new(rustls::ServerConnection::new(config).unwrap(), stream)
    }
}

/// A company's proxy: it opens TLS by `ca` and brings each request to the local AWS at `address`.
pub(crate) fn opening(ca: Ca, address: String) -> Fake {
    let ca = Arc::new(ca);
    Fake::start(move |_, mut stream, asks| {
        let (ca, address) = (ca.clone(), address.clone());
        thread::spawn(move || {
            let host = asks.split([' ', ':']).nth(1).unwrap().to_owned();
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
            pass_on(&mut ca.end(&host, stream), &address);
        });
    })
}

/// One request, and its answer; what does not speak TLS goes away.
fn pass_on(client: &mut (impl Read + Write), address: &str) {
    let request = request(client);
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return };
    let kept = head.lines().filter(|line| !line.to_lowercase().starts_with("host:"));
    let head: Vec<&str> = kept.collect();
    let mut aws = TcpStream::connect(address).unwrap();
    let text = format!("{}\r\nhost: {address}\r\nconnection: close\r\n\r\n{body}", head.join("\r\n"));
    aws.write_all(text.as_bytes()).unwrap();
    let mut answer = Vec::new();
    aws.read_to_end(&mut answer).unwrap();
    client.write_all(&answer).unwrap();
    client.flush().unwrap();
}
