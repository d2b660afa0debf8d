//! Signature Version 4, verified: what the client signed, in the header or in a presigned URL, is computed again.

use crate::gateway::request::StageRequest;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ring::hmac;
use sha2::{Digest, Sha256};

/// How far a client's clock may be off.
const SKEW_SECONDS: i64 = 5 * 60;
/// The longest that a presigned URL holds: a week.
const LONGEST_SECONDS: i64 = 604_800;
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// RFC 3986: everything but letters, digits and `-._~` is encoded.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// The parts of a signature as the client wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signature {
    pub access_key: String,
    date: String,
    pub region: String,
    pub service: String,
    signed_headers: Vec<String>,
    signature: String,
    /// `20260701T120000Z`.
    time: String,
    /// Seconds that a presigned URL holds; `None` for a header.
    expires: Option<i64>,
}

/// Why a signature does not hold, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// There is none.
    Missing,
    /// Its parts are not all there.
    Incomplete(String),
    Invalid(String),
}

impl Signature {
    /// From the query of a presigned URL, else from the header `Authorization`.
    ///
    /// # Errors
    /// There is none, or parts of it are missing.
    pub(crate) fn of(request: &StageRequest) -> Result<Self, Wrong> {
        let query = |name: &str| request.query.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone());
        if query("X-Amz-Signature").is_some() {
            let part = |name: &str| {
                query(name).ok_or_else(|| {
                    Wrong::Incomplete(format!("AWS query-string parameters must include '{name}'. "))
                })
            };
            let expires = expires(&part("X-Amz-Expires")?)?;
            return Self::new(
                &part("X-Amz-Credential")?,
                &part("X-Amz-SignedHeaders")?,
                part("X-Amz-Signature")?,
                part("X-Amz-Date")?,
                Some(expires),
            );
        }
        let header = request.headers.get("authorization").ok_or(Wrong::Missing)?;
        let parts = header.strip_prefix(ALGORITHM).unwrap_or_default();
        let part = |name: &str| {
            let found = parts.split(',').find_map(|p| p.trim().strip_prefix(name)?.strip_prefix('='));
            found.ok_or_else(|| {
                Wrong::Incomplete(format!("Authorization header requires '{name}' parameter. "))
            })
        };
        let time = request.headers.get("x-amz-date").map(str::to_owned);
        let time = time.ok_or_else(|| {
            Wrong::Incomplete(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
                    .to_owned(),
            )
        })?;
        Self::new(part("Credential")?, part("SignedHeaders")?, part("Signature")?.to_owned(), time, None)
    }

    fn new(
        credential: &str,
        signed_headers: &str,
        signature: String,
        time: String,
        expires: Option<i64>,
    ) -> Result<Self, Wrong> {
        let scope: Vec<&str> = credential.split('/').collect();
        let [access_key, date, region, service, "aws4_request"] = scope[..] else {
            return Err(Wrong::Incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term. "
                    .to_owned(),
            ));
        };
        Ok(Self {
            access_key: access_key.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_headers: signed_headers.split(';').map(str::to_ascii_lowercase).collect(),
            signature,
            time,
            expires,
        })
    }

    /// Whether the request was signed with this secret, for this region and `execute-api`, and not too long ago.
    ///
    /// # Errors
    /// What is wrong, in AWS's words.
    pub(crate) fn verify(
        &self,
        request: &StageRequest,
        secret: &str,
        region: &str,
        now: Timestamp,
    ) -> Result<(), Wrong> {
        self.check_scope(region)?;
        self.check_time(now)?;
        self.check_signed_headers(request)?;
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let canonical = hex::encode(Sha256::digest(self.canonical_request(request)));
        let text = format!("{ALGORITHM}\n{}\n{scope}\n{canonical}", self.time);
        let key = [self.date.as_str(), &self.region, &self.service, "aws4_request"]
            .iter()
            .fold(format!("AWS4{secret}").into_bytes(), |key, part| sign(&key, part));
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let given = hex::decode(&self.signature).unwrap_or_default();
        hmac::verify(&key, text.as_bytes(), &given).map_err(|_| {
            Wrong::Invalid(
                "The request signature we calculated does not match the signature you provided. Check your AWS \
                 Secret Access Key and signing method. Consult the service documentation for details."
                    .to_owned(),
            )
        })
    }

    fn check_scope(&self, region: &str) -> Result<(), Wrong> {
        if self.region != region {
            return Err(Wrong::Invalid(format!(
                "Credential should be scoped to a valid region, not '{}'. ",
                self.region
            )));
        }
        if self.service != "execute-api" {
            return Err(Wrong::Invalid(
                "Credential should be scoped to correct service: 'execute-api'. ".to_owned(),
            ));
        }
        Ok(())
    }

    /// The host, and whatever is AWS's own, count only where they are signed.
    fn check_signed_headers(&self, request: &StageRequest) -> Result<(), Wrong> {
        let signed = |name: &str| self.signed_headers.iter().any(|signed| signed == name);
        if !signed("host") {
            let text = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
            return Err(Wrong::Invalid(text.to_owned()));
        }
        let mut names = request.headers.0.iter().map(|(name, _)| name.to_ascii_lowercase());
        match names.find(|name| name.starts_with("x-amz-") && !signed(name)) {
            Some(name) => {
                let text = format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.");
                Err(Wrong::Invalid(text))
            }
            None => Ok(()),
        }
    }

    fn check_time(&self, now: Timestamp) -> Result<(), Wrong> {
        let signed = DateTime::strptime("%Y%m%dT%H%M%SZ", &self.time)
            .ok()
            .and_then(|t| t.to_zoned(TimeZone::UTC).ok())
            .map(|t| t.timestamp())
            .ok_or_else(|| Wrong::Invalid(format!("'{}' is no valid date of a signature. ", self.time)))?;
        if self.time.get(..8) != Some(&self.date) {
            return Err(Wrong::Invalid(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}', from '{}'.",
                self.date,
                &self.time.get(..8).unwrap_or_default(),
                self.time
            )));
        }
        let age = now.as_second() - signed.as_second();
        let longest = self.expires.unwrap_or(SKEW_SECONDS);
        let stamp = now.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ");
        if age > longest {
            return Err(Wrong::Invalid(format!(
                "Signature expired: {} is now earlier than {stamp} minus {longest} s.",
                self.time
            )));
        }
        if age < -SKEW_SECONDS {
            return Err(Wrong::Invalid(format!(
                "Signature not yet current: {} is still later than {stamp} plus 5 min.",
                self.time
            )));
        }
        Ok(())
    }

    fn canonical_request(&self, request: &StageRequest) -> String {
        let mut headers = String::new();
        for name in &self.signed_headers {
            let values: Vec<String> = request
                .headers
                .all(name)
                .map(|v| v.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect();
            headers.push_str(&format!("{name}:{}\n", values.join(",")));
        }
        format!(
            "{}\n{}\n{}\n{headers}\n{}\n{}",
            request.method,
            canonical_path(&request.raw_path),
            canonical_query(&request.query),
            self.signed_headers.join(";"),
            hex::encode(Sha256::digest(&request.body)),
        )
    }
}

/// How many seconds a presigned URL holds.
fn expires(text: &str) -> Result<i64, Wrong> {
    let wrong = |text: &str| Err(Wrong::Invalid(text.to_owned()));
    match text.parse::<i64>() {
        Err(_) => wrong("X-Amz-Expires should be a number"),
        Ok(..0) => wrong("X-Amz-Expires must be non-negative"),
        Ok(seconds) if seconds > LONGEST_SECONDS => wrong(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
             604800 seconds",
        ),
        Ok(seconds) => Ok(seconds),
    }
}

/// Encoded once more than on the wire, with doubled slashes and dots resolved, as every signer but S3's does it.
fn canonical_path(raw: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in raw.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let end = if raw.ends_with('/') && !parts.is_empty() { "/" } else { "" };
    utf8_percent_encode(&format!("/{}{end}", parts.join("/")), PATH).to_string()
}

fn canonical_query(query: &[(String, String)]) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    let signed = query.iter().filter(|(name, _)| name != "X-Amz-Signature");
    let mut pairs: Vec<_> = signed.map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort();
    pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}
