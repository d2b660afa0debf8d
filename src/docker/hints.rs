//! What to do about what engines and registries say.

/// Words in a message, and the advice for them; the first that fits is given.
const HINTS: &[(&[&str], &str)] = &[
    (
        &["exec format error"],
        "this engine cannot run programs of that architecture: install emulation \
         (`docker run --privileged --rm tonistiigi/binfmt --install all`), or build on a machine of that architecture",
    ),
    (
        &["no space left on device"],
        "the engine's disk is full: `docker system df` shows what takes the space",
    ),
    (
        &["authorization token has expired", "no basic auth credentials"],
        "the registry does not take the token: it is fetched anew for each push, so run again; is the clock of this machine right?",
    ),
    (&["is not authorized to perform: ecr:"], "the caller's IAM policy lacks this action on the repository"),
    (
        &["name unknown: the repository with name", "name_unknown"],
        "the repository is gone: was it deleted meanwhile? Run again",
    ),
    (
        &["tag invalid: the image tag"],
        "the repository is immutable and has this tag with another image: delete that image, or change the context",
    ),
    (&["requires buildkit"], "this Dockerfile needs BuildKit: unset DOCKER_BUILDKIT=0, or update the engine"),
    (
        &[
            "no such host",
            "temporary failure in name resolution",
            "i/o timeout",
            "tls handshake timeout",
            "network is unreachable",
            "connection refused",
        ],
        "the engine could not reach that registry: is it online, and does it need a proxy?",
    ),
    (
        &["pull access denied", "manifest unknown", "manifest for ", "not found: manifest"],
        "is the image name right? lambdeploy pulls base images without credentials: `docker pull` a private one first",
    ),
    (
        &["retrying in", "unexpected eof", ": eof"],
        "if it stays so, the caller's IAM policy may name another repository ARN",
    ),
    (
        &["server gave http response to https client"],
        "the engine asks for TLS there: a registry without TLS must be in its `insecure-registries`",
    ),
];

/// `message`, with advice if there is any.
pub fn explain(message: &str) -> String {
    let lower = message.to_lowercase();
    let fits = |words: &&(&[&str], &str)| words.0.iter().any(|w| lower.contains(w));
    match HINTS.iter().find(fits) {
        Some((_, hint)) => format!("{message}\nhint: {hint}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_messages_get_a_hint_and_others_stay() {
        let denied = explain(
            "denied: User: arn:x is not authorized to perform: ecr:InitiateLayerUpload on resource: y",
        );
        assert!(denied.ends_with("lacks this action on the repository"), "{denied}");
        assert!(
            explain("denied: Your authorization token has expired. Reauthenticate and try again.")
                .contains("clock")
        );
        assert_eq!(explain("exit code: 1"), "exit code: 1");
    }
}
