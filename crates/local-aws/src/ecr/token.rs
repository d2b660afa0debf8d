//! GetAuthorizationToken: what `docker login` needs, valid for twelve hours.

use super::{
    constraint::{self, registry_id},
    input::Input,
    time::epoch,
};
use crate::{
    blobs::password,
    call::{Call, Reply},
    error::AwsError,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::SignedDuration;
use serde_json::{Value, json};

const MOST_REGISTRIES: usize = 10;
const VALID: SignedDuration = SignedDuration::from_hours(12);

/// The token is for every registry that its bearer may use; naming some only repeats it.
pub(crate) fn get(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let input = Input(input);
    let named = input.bounded_list("registryIds", false)?.len();
    constraint::length("registryIds", named, 0..=MOST_REGISTRIES)?;
    input.texts("registryIds").into_iter().try_for_each(|id| registry_id("registryIds", id))?;
    let password = password(call.secret, &call.account, &call.region, &call.access_key);
    let data = json!({
        "authorizationToken": STANDARD.encode(format!("AWS:{password}")),
        "expiresAt": epoch(call.now + VALID),
        "proxyEndpoint": format!("http://{}", registry_host(&call.host)),
    });
    Ok(Reply::ok(json!({ "authorizationData": vec![data; named.max(1)] })))
}

/// Where the registry is: at the caller's own address, with the loopback by number, which Docker takes for a registry
/// and does not ask TLS of.
pub(crate) fn registry_host(host: &str) -> String {
    match host.split_once(':').unwrap_or((host, "")) {
        ("localhost", "") => "127.0.0.1".to_owned(),
        ("localhost", port) => format!("127.0.0.1:{port}"),
        _ => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{instant, ok};

    #[tokio::test]
    async fn the_token_is_basic_credentials_of_the_user_aws() {
        let data = &ok(&instant(), "ecr", "GetAuthorizationToken", json!({})).await["authorizationData"][0];
        assert_eq!(data["proxyEndpoint"], "http://127.0.0.1:4566");
        let token = STANDARD.decode(data["authorizationToken"].as_str().unwrap()).unwrap();
        assert!(String::from_utf8(token).unwrap().starts_with("AWS:"));
    }

    #[test]
    fn localhost_is_named_by_number() {
        assert_eq!(registry_host("localhost:4566"), "127.0.0.1:4566");
        assert_eq!(registry_host("localhost"), "127.0.0.1");
        assert_eq!(registry_host("host.docker.internal:1"), "host.docker.internal:1");
    }
}
