//! The gate before every door: whether a request may come in, and which door it goes to.
//!
//! Every program of this machine can reach the port, and so can every page that a browser here shows. Two things tell a
//! page from a person's own tools. A name that somebody else made to point at this machine (DNS rebinding) stands in
//! `Host`. And browsers say where a request comes from, in `Origin` and `Sec-Fetch-Site`: all but a stage URL, which is
//! there for pages, is closed to pages, also to those that a function serves at this very address.

use crate::{
    body::{Body, text},
    gateway::{StageTarget, target},
};
use http::{HeaderMap, Request, Response, StatusCode, header, uri::Authority};
use std::{net::IpAddr, str::FromStr};

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// A page of our own, `/_local/<page>`.
    Local(String),
    /// The registry, `/v2/…`.
    Registry,
    /// A stage URL.
    Stage(StageTarget),
    /// The AWS API.
    Api,
}

/// A request that stays outside, and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outsider {
    Host(String),
    Page(String),
}

/// What a host name names.
enum HostName {
    /// This machine.
    Here,
    /// An API, as in `abc123.execute-api.localhost`.
    Api(String),
}

/// The door of a request.
///
/// # Errors
/// It was sent to a name that is not this machine's, or comes from a web page and goes to another door than a stage URL.
pub(crate) fn door<B>(request: &Request<B>) -> Result<Door, Outsider> {
    let door = match name(request)? {
        HostName::Api(api) => Door::Stage(target::on_own_host(api, request.uri().path())),
        HostName::Here => by_path(request.uri().path()),
    };
    // The links in mails are followed from the page that shows them; nobody else knows their tokens.
    let is_link = matches!(&door, Door::Local(page) if page == "mail/confirm");
    match (&door, page(request.headers())) {
        (Door::Stage(_), _) | (_, None) => Ok(door),
        _ if is_link => Ok(door),
        (_, Some(page)) => Err(Outsider::Page(page)),
    }
}

fn by_path(path: &str) -> Door {
    if let Some(page) = path.strip_prefix("/_local/") {
        return Door::Local(page.to_owned());
    }
    if path == "/v2" || path.starts_with("/v2/") {
        return Door::Registry;
    }
    target::in_path(path).map_or(Door::Api, Door::Stage)
}

/// Whom the request asks. No browser leaves the host out.
fn name<B>(request: &Request<B>) -> Result<HostName, Outsider> {
    let written = request.headers().get_all(header::HOST).iter();
    let mut hosts: Vec<_> = written.map(|h| String::from_utf8_lossy(h.as_bytes()).into_owned()).collect();
    hosts.extend(request.uri().authority().map(ToString::to_string));
    let mut named = HostName::Here;
    for host in hosts {
        named = HostName::of(&host).ok_or(Outsider::Host(host))?;
    }
    Ok(named)
}

impl HostName {
    fn of(host: &str) -> Option<Self> {
        let authority = Authority::from_str(host).ok()?;
        let name = authority.host().trim_end_matches('.').to_ascii_lowercase();
        if let Some((api, rest)) = name.split_once(".execute-api.") {
            return is_ours(rest).then(|| Self::Api(api.to_owned()));
        }
        is_this_machine(&name).then_some(Self::Here)
    }
}

/// Names that nobody else can make point here: browsers and resolvers keep `localhost` to the loopback, and Docker's
/// engines name the host of their containers like this.
fn is_this_machine(name: &str) -> bool {
    let number = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_name = name == "localhost" || name.ends_with(".localhost") || name == "host.docker.internal";
    is_name || number.is_ok_and(|ip| ip.is_loopback())
}

/// What follows `<api>.execute-api.`: this machine, or a region of AWS, whose names only AWS gives out.
fn is_ours(rest: &str) -> bool {
    is_this_machine(rest)
        || [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"].iter().any(|of| rest.ends_with(of))
}

/// The web page that a request comes from. `none` is a person who wrote the URL into the browser.
fn page(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
    if let Some(origin) = text("origin") {
        return Some(format!("Origin: {origin}"));
    }
    let site = text("sec-fetch-site").filter(|site| site != "none")?;
    Some(format!("Sec-Fetch-Site: {site}"))
}

impl Outsider {
    pub(crate) fn into_response(self) -> Response<Body> {
        let why = match self {
            Self::Host(host) => format!(
                "The local AWS does not answer to the name {host:?}: ask 127.0.0.1, localhost or a name below localhost.\n"
            ),
            Self::Page(page) => format!(
                "The local AWS answers web pages at stage URLs only, and this request comes from a page ({page}).\n"
            ),
        };
        text(StatusCode::FORBIDDEN, why)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn asked(host: &str, path: &str, headers: &[(&str, &str)]) -> Result<Door, Outsider> {
        let mut request = Request::builder().uri(path).header("host", host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        door(&request.body(()).unwrap())
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in [
            "127.0.0.1:4510",
            "localhost:4510",
            "LOCALHOST",
            "[::1]:4510",
            "127.0.0.1",
            "localhost.",
            "host.docker.internal:1",
        ] {
            assert_eq!(asked(host, "/_local/dump", &[]), Ok(Door::Local("dump".to_owned())), "{host}");
        }
        let foreign = [
            "evil.example:4510",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "192.168.1.7",
            "0.0.0.0:4510",
            "x",
            "",
            "a b",
            "1.execute-api.evil.example",
        ];
        for host in foreign {
            for path in ["/_local/dump", "/v2/", "/", "/_aws/execute-api/a/default/"] {
                assert_eq!(asked(host, path, &[]), Err(Outsider::Host(host.to_owned())), "{host} {path}");
            }
        }
    }

    #[test]
    fn a_second_host_is_looked_at_too() {
        let request = Request::builder().uri("http://evil.example/_local/dump").header("host", "localhost");
        assert_eq!(door(&request.body(()).unwrap()), Err(Outsider::Host("evil.example".to_owned())));
        let request = Request::builder().uri("/").header("host", "evil.example").header("host", "localhost");
        assert_eq!(door(&request.body(()).unwrap()), Err(Outsider::Host("evil.example".to_owned())));
    }

    #[test]
    fn the_host_of_an_api_has_stages_and_nothing_else() {
        for path in ["/_local/dump", "/v2/", "/_aws/execute-api/other/default/", "/default/x"] {
            let door = asked("abc.execute-api.localhost:4510", path, &[]).unwrap();
            let Door::Stage(target) = door else { panic!("{path}: {door:?}") };
            assert_eq!(target.api, "abc");
            assert_eq!(target.stage, path.split('/').nth(1).unwrap());
        }
    }

    #[test]
    fn web_pages_see_stage_urls_only() {
        let pages: [&[_]; 5] = [
            &[("origin", "http://evil.example")],
            &[("origin", "null")],
            // What a function serves below /_aws/ has the address of all the other doors.
            &[("origin", "http://127.0.0.1:4510")],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "cross-site")],
        ];
        for headers in pages {
            for path in ["/_local/dump", "/_local/stop", "/v2/a/blobs/uploads/?token=x", "/", "/restapis"] {
                assert!(
                    matches!(asked("127.0.0.1:4510", path, headers), Err(Outsider::Page(_))),
                    "{headers:?} {path}"
                );
            }
            assert!(asked("127.0.0.1:4510", "/_aws/execute-api/abc/default/", headers).is_ok());
            assert!(asked("abc.execute-api.localhost:4510", "/default/", headers).is_ok());
        }
        assert!(asked("127.0.0.1:4510", "/_local/requests", &[("sec-fetch-site", "none")]).is_ok());
    }
}
