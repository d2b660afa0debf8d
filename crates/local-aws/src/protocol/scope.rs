//! Who calls which service where, as the signature says.

use super::Unreadable;
use http::{StatusCode, header, request::Parts};

/// The credential scope of a SigV4 signature: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
pub(crate) struct CredentialScope {
    pub access_key: String,
    pub region: String,
    /// As it is signed, whether there is such a service or not.
    pub service: String,
}

impl CredentialScope {
    /// # Errors
    /// The request is not signed.
    pub(crate) fn of(parts: &Parts) -> Result<Self, Unreadable> {
        let missing = || {
            let why = "this is a local AWS: AWS API requests must be signed (SigV4); see /_local/requests for what was asked\n";
            Unreadable::Plain(StatusCode::FORBIDDEN, why.to_owned())
        };
        let authorization =
            parts.headers.get(header::AUTHORIZATION).and_then(|h| h.to_str().ok()).ok_or_else(missing)?;
        let credential = authorization.split("Credential=").nth(1).and_then(|rest| rest.split(',').next());
        let mut fields = credential.ok_or_else(missing)?.trim().rsplit('/');
        let _terminator = fields.next();
        let service = fields.next().ok_or_else(missing)?.to_owned();
        let region = fields.next().ok_or_else(missing)?.to_owned();
        let _date = fields.next();
        let access_key = fields.next().ok_or_else(missing)?.to_owned();
        Ok(Self { access_key, region, service })
    }
}
