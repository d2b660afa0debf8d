//! Why there is no connection, in one line.

use http::StatusCode;
use std::fmt;

/// A host that can't be reached. Nothing was sent to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    pub host: String,
    /// The proxy on the way, without its password.
    pub proxy: Option<String>,
    /// What is wrong is the way to the proxy, or the proxy itself.
    pub at_proxy: bool,
    pub why: Why,
    /// It has never been reached by this process: what is wrong is no passing trouble.
    pub never_reached: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The name does not resolve; the resolver's words.
    Name(String),
    Slow,
    Connection(String),
    /// Signed by nobody who is believed here.
    UnknownCa,
    /// Not valid yet, or not any more, by this machine's clock.
    OutOfDate,
    Tls(String),
    /// The CAs can't be read.
    Bundle(String),
    /// The proxy wants a user and a password; `refused`: others than it was given.
    Password {
        refused: bool,
    },
    /// Another answer of the proxy than a way.
    Refused(StatusCode),
}

impl Unreachable {
    /// The cause without the host.
    pub fn cause(&self) -> String {
        let via = self.proxy.as_ref().filter(|_| self.at_proxy);
        match (&self.why, via, &self.proxy) {
            (Why::Password { refused: false }, _, Some(proxy)) => {
                format!(
                    "the proxy {proxy} wants a user and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
                )
            }
            (Why::Password { .. }, _, Some(proxy)) => {
                format!("the proxy {proxy} refuses the user and password in HTTPS_PROXY")
            }
            (Why::Refused(status), _, Some(proxy)) => format!("the proxy {proxy} answered {status}"),
            (why, Some(proxy), _) => format!("the proxy {proxy} can't be reached: {why}"),
            (why, None, Some(proxy)) => format!("{why} (through the proxy {proxy})"),
            (why, None, None) => why.to_string(),
        }
    }

    /// What may help, where it is not in the cause.
    pub fn advice(&self) -> Option<String> {
        let text = match (&self.why, self.at_proxy) {
            (Why::UnknownCa, _) => {
                "where a company's proxy opens connections, name the file with its CA: AWS_CA_BUNDLE, or `ca_bundle` in the profile"
            }
            (Why::OutOfDate, _) => "is this machine's clock right?",
            (Why::Bundle(_) | Why::Password { .. }, _) => return None,
            (_, true) => "is HTTPS_PROXY right? NO_PROXY names hosts that need no proxy",
            (Why::Refused(_), _) => "ask whoever runs the proxy to allow the host; or is the region wrong?",
            _ => "is there a network, is a proxy needed (HTTPS_PROXY), is the region right?",
        };
        Some(text.to_owned())
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "can't reach {}: {}", self.host, self.cause())
    }
}

impl std::error::Error for Unreachable {}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(text) => write!(f, "its name does not resolve ({text})"),
            Self::Slow => f.write_str("the connection took too long"),
            Self::UnknownCa => {
                f.write_str("its certificate is signed by a CA that this machine does not know")
            }
            Self::OutOfDate => f.write_str("its certificate is not valid yet, or no longer"),
            Self::Password { .. } => f.write_str("it wants a password"),
            Self::Refused(status) => write!(f, "it answered {status}"),
            Self::Connection(text) | Self::Tls(text) | Self::Bundle(text) => f.write_str(text),
        }
    }
}
