//! Which proxy a request goes through, by the variables that other programs know too.

use anyhow::{Result, bail};
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

/// Never through a proxy: this machine itself, and the addresses that a cloud gives credentials at.
const DIRECT: &str = "localhost,127.0.0.0/8,::1,169.254.0.0/16,fe80::/10,fd00:ec2::/32";

/// `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in small letters too, which come first (as with curl and aws-cli).
#[derive(Debug)]
pub struct Proxies(Matcher);

impl Proxies {
    /// As the `variables` say.
    ///
    /// # Errors
    /// A value that is no address of a proxy over HTTP. It may hold a password, and is not repeated.
    pub fn of(variables: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let read = |name: &str| variables(&name.to_lowercase()).or_else(|| variables(name));
        let proxy = |name| read(name).filter(|v| !v.trim().is_empty()).map(|v| checked(name, v.trim()));
        let secure = proxy("HTTPS_PROXY").transpose()?.unwrap_or_default();
        let plain = proxy("HTTP_PROXY").transpose()?.unwrap_or_default();
        let direct = format!("{DIRECT},{}", without_stars(&read("NO_PROXY").unwrap_or_default()));
        Ok(Self(Matcher::builder().https(secure).http(plain).no(direct).build()))
    }

    /// Everything goes straight to where it is for.
    pub fn none() -> Self {
        Self(Matcher::builder().build())
    }

    /// The proxy on the way to `uri`, with what it is to be told of the user.
    pub fn on_the_way_to(&self, uri: &Uri) -> Option<Intercept> {
        self.0.intercept(uri)
    }
}

fn checked(name: &str, value: &str) -> Result<String> {
    let target = Uri::from_static("https://any.test");
    let proxy = Matcher::builder().all(value).build().intercept(&target);
    match proxy.as_ref().and_then(|p| p.uri().scheme_str()) {
        Some("http" | "https") => Ok(value.to_owned()),
        Some(scheme) => bail!("{name} names a proxy over {scheme}; only http:// and https:// work"),
        None => bail!("{name} is not the address of a proxy; write http://HOST:PORT"),
    }
}

/// `*.corp.example` means what `.corp.example` says.
fn without_stars(list: &str) -> String {
    let entries = list.split(',').map(str::trim);
    entries
        .map(|entry| if entry.starts_with("*.") { &entry[1..] } else { entry })
        .collect::<Vec<_>>()
        .join(",")
}
