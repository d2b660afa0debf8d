//! Ways out, against proxies of this test's own.
#![allow(clippy::unwrap_used)]

use super::{proxies::Proxies, *};
use http::Uri;
use http_body_util::BodyExt;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

fn proxies(variables: &[(&str, &str)]) -> anyhow::Result<Proxies> {
    Proxies::of(&|name| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
}

fn via(variables: &[(&str, &str)], to: &str) -> Option<String> {
    proxies(variables).unwrap().on_the_way_to(&to.parse().unwrap()).map(|p| p.uri().to_string())
}

#[test]
fn which_proxy_is_on_the_way() {
    let both = [("HTTPS_PROXY", "http://a.test:1"), ("HTTP_PROXY", "b.test:2")];
    assert_eq!(via(&both, "https://sts.amazonaws.com/"), Some("http://a.test:1/".into()));
    assert_eq!(via(&both, "http://sts.amazonaws.com/"), Some("http://b.test:2/".into()));
    for direct in [
        "http://127.0.0.1:4510/",
        "https://localhost/",
        "http://x.execute-api.localhost:4510/",
        "http://[::1]:4510/",
        "http://169.254.169.254/latest",
        "http://169.254.170.2/v2",
        "http://[fd00:ec2::254]/latest",
    ] {
        assert_eq!(via(&both, direct), None, "{direct}");
    }
    let no = |list| {
        via(&[("HTTPS_PROXY", "http://a.test:1"), ("NO_PROXY", list)], "https://sts.us-east-2.amazonaws.com/")
    };
    for list in ["*", "amazonaws.com", ".amazonaws.com", "other.test, *.amazonaws.com"] {
        assert_eq!(no(list), None, "{list}");
    }
    assert!(no("us-east-1.amazonaws.com,nothing").is_some());
    let small = [("https_proxy", "http://small.test:1"), ("HTTPS_PROXY", "http://large.test:1")];
    assert_eq!(via(&small, "https://x.test/"), Some("http://small.test:1/".into()));
    assert_eq!(via(&[("https_proxy", ""), ("HTTPS_PROXY", "http://large.test:1")], "https://x.test/"), None);
}

#[test]
fn what_is_no_proxy_is_told_without_its_password() {
    for (value, why) in [
        (
            "socks5://me:secret@a.test:1",
            "HTTPS_PROXY names a proxy over socks5; only http:// and https:// work",
        ),
        ("http://me:secret@ a.test", "HTTPS_PROXY is not the address of a proxy; write http://HOST:PORT"),
    ] {
        assert_eq!(proxies(&[("HTTPS_PROXY", value)]).unwrap_err().to_string(), why);
    }
}

/// How a proxy treats what it is asked.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// Opens connections, with certificates of its own CA.
    Opens,
    WantsPassword,
    Forbids,
}

/// A proxy and what it was asked for.
struct Proxy {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
    folder: tempfile::TempDir,
}

impl Proxy {
    async fn start(manner: Manner) -> Self {
        let ca = CertifiedIssuer::self_signed(ca(), KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), ca.pem()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (asked, ca) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(ca));
        let seen = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, manner, ca.clone(), seen.clone()));
            }
        });
        Self { address, asked, folder }
    }

    fn client(&self, user: &str, bundle: bool) -> Client {
        let url = format!("http://{user}{}", self.address);
        let proxies = proxies(&[("HTTPS_PROXY", &url), ("HTTP_PROXY", &url)]).unwrap();
        Client::new(Network::new(proxies, bundle.then(|| self.folder.path().join("ca.pem"))))
    }
}

fn ca() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params
}

async fn head(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => text.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(text).unwrap()
}

async fn serve(
    mut stream: TcpStream,
    manner: Manner,
    ca: Arc<CertifiedIssuer<'static, KeyPair>>,
    asked: Arc<Mutex<Vec<String>>>,
) {
    let asks = head(&mut stream).await;
    let line = asks.lines().next().unwrap_or_default().to_owned();
    asked.lock().unwrap().push(line.clone());
    let allowed = manner != Manner::WantsPassword
        || asks.to_lowercase().contains("proxy-authorization: basic bwu6c2vjcmv0");
    let answer = match manner {
        Manner::Forbids => "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n",
        _ if !allowed => "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
        _ if line.starts_with("CONNECT ") => "HTTP/1.1 200 Connection established\r\n\r\n",
        _ => "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nproxy",
    };
    stream.write_all(answer.as_bytes()).await.unwrap();
    if answer.contains("established") {
        let host = line.split([' ', ':']).nth(1).unwrap().to_owned();
        inside(stream, &host, &ca).await;
    }
}

/// The host, as the proxy plays it.
async fn inside(stream: TcpStream, host: &str, ca: &CertifiedIssuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([host.to_owned()]).unwrap().signed_by(&key, ca).unwrap();
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
    // A client that does not believe it goes away.
    if let Ok(mut tls) = TlsAcceptor::from(Arc::new(config)).accept(stream).await {
        head(&mut tls).await;
        _ = tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhost").await;
        _ = tls.shutdown().await;
    }
}

async fn get(client: &Client, url: &str) -> Result<String, String> {
    let request = http::Request::get(url.parse::<Uri>().unwrap()).body(whole("")).unwrap();
    let answer = client.send(request).await.map_err(|e| e.to_string())?;
    Ok(String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

#[tokio::test]
async fn a_proxy_is_asked_for_each_host_and_reads_only_what_is_plain() {
    let proxy = Proxy::start(Manner::Opens).await;
    let client = proxy.client("", true);
    assert_eq!(get(&client, "https://sts.us-east-2.amazonaws.com/").await.unwrap(), "host");
    assert_eq!(get(&client, "https://abc.execute-api.us-east-2.amazonaws.com:8443/x").await.unwrap(), "host");
    assert_eq!(get(&client, "http://plain.test/path").await.unwrap(), "proxy");
    let asked = proxy.asked.lock().unwrap().clone();
    assert_eq!(
        asked,
        [
            "CONNECT sts.us-east-2.amazonaws.com:443 HTTP/1.1",
            "CONNECT abc.execute-api.us-east-2.amazonaws.com:8443 HTTP/1.1",
            "GET http://plain.test/path HTTP/1.1",
        ]
    );
}

#[tokio::test]
async fn a_ca_that_nobody_named_is_not_believed() {
    let proxy = Proxy::start(Manner::Opens).await;
    let said = get(&proxy.client("", false), "https://sts.us-east-2.amazonaws.com/").await.unwrap_err();
    let url = format!("http://{}", proxy.address);
    assert_eq!(
        said,
        format!(
            "can't reach sts.us-east-2.amazonaws.com: its certificate is signed by a CA that this machine does not know (through the proxy {url})"
        )
    );
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_gets_it() {
    let proxy = Proxy::start(Manner::WantsPassword).await;
    for url in ["https://sts.us-east-2.amazonaws.com/", "http://plain.test/"] {
        assert!(get(&proxy.client("me:secret@", true), url).await.is_ok(), "{url}");
    }
    let address = format!("http://{}", proxy.address);
    let url = "https://sts.us-east-2.amazonaws.com/";
    for (user, why) in [
        (
            "",
            format!(
                "the proxy {address} wants a user and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
            ),
        ),
        ("me:wrong@", format!("the proxy {address} refuses the user and password in HTTPS_PROXY")),
    ] {
        let said = get(&proxy.client(user, true), url).await.unwrap_err();
        assert_eq!(said, format!("can't reach sts.us-east-2.amazonaws.com: {why}"));
    }
}

#[tokio::test]
async fn a_proxy_that_forbids_or_is_not_there_is_named() {
    let proxy = Proxy::start(Manner::Forbids).await;
    let said = get(&proxy.client("", true), "https://x.test/").await.unwrap_err();
    assert_eq!(
        said,
        format!("can't reach x.test: the proxy http://{} answered 403 Forbidden", proxy.address)
    );
    let gone = proxies(&[("HTTPS_PROXY", "http://127.0.0.1:1")]).unwrap();
    let said = get(&Client::new(Network::new(gone, None)), "https://x.test/").await.unwrap_err();
    assert!(
        said.starts_with("can't reach x.test: the proxy http://127.0.0.1:1 can't be reached: "),
        "{said}"
    );
}

#[tokio::test]
async fn a_bundle_that_can_not_be_read_is_named() {
    let empty = tempfile::NamedTempFile::new().unwrap();
    for file in [Path::new("/nowhere/ca.pem"), empty.path()] {
        let proxy = Proxy::start(Manner::Opens).await;
        let url = format!("http://{}", proxy.address);
        let network = Network::new(proxies(&[("HTTPS_PROXY", &url)]).unwrap(), Some(file.to_owned()));
        let said = get(&Client::new(network), "https://x.test/").await.unwrap_err();
        assert!(said.contains(&format!("the CA bundle {}: ", file.display())), "{said}");
    }
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_read_for_ever() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        head(&mut stream).await;
        let mut more = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while more.is_ok() {
            more = stream.write_all(&vec![b' '; 1 << 16]).await;
        }
    });
    let client = Client::new(Network::direct());
    let request = http::Request::get(url.parse::<Uri>().unwrap()).body(whole("")).unwrap();
    let body = client.send(request).await.unwrap().into_body();
    assert_eq!(all_of(body).await.unwrap_err().to_string(), "the answer does not end within 64 MiB");
}
