//! What to do about what engines and registries say.

/// Words in a message, and the advice for them; the first that fits is given.
type Hints = &'static [(&'static [&'static str], &'static str)];

const BUILD: Hints = &[
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
        &["gateway.v0: failed"],
        "the image that `# syntax=` names could not be had; without that line the engine reads the Dockerfile itself",
    ),
    (
        &["toomanyrequests", "too many requests", "pull rate limit"],
        "the registry limits how much is pulled without a login: `docker login` first, or take the image from a mirror (most \
         official ones are in public.ecr.aws/docker/library/)",
    ),
    (
        &["401 unauthorized", "403 forbidden", "authorization failed", "no basic auth credentials"],
        "the registry wants a login: `docker login` for its host first; base images are pulled with Docker's own logins",
    ),
    (
        &["pull access denied", "insufficient_scope"],
        "is the name of the base image right? If it is private, `docker login` first; base images are pulled with Docker's own \
         logins",
    ),
    (&["manifest unknown", ": not found"], "is the name of the base image right?"),
    (
        &[
            "no such host",
            "name resolution",
            "i/o timeout",
            "tls handshake timeout",
            "network is unreachable",
            "connection refused",
        ],
        "something could not be reached from the engine: is it online, and does it need a proxy?",
    ),
];

const PUSH: Hints = &[
    (
        &["your authorization token", "no basic auth credentials"],
        "the registry does not take the token: it is fetched anew for each push, so run again; is the clock of this machine right?",
    ),
    (&["is not authorized to perform: ecr:"], "the caller's IAM policy lacks this action on the repository"),
    (&["name unknown", "name_unknown"], "the repository is gone: was it deleted meanwhile? Run again"),
    (
        &["tag invalid: the image tag"],
        "the repository is immutable and has this tag with another image: delete that image, or change the context",
    ),
    (&["no space left on device"], "a disk is full: the engine's, or the one of temporary files"),
    (
        &[
            "no such host",
            "name resolution",
            "i/o timeout",
            "tls handshake timeout",
            "network is unreachable",
            "connection refused",
        ],
        "the registry could not be reached: is there a network, and does it need a proxy?",
    ),
    (
        &["retrying in", "unexpected eof", ": eof"],
        "if it stays so, the caller's IAM policy may name another repository: ECR then just hangs up",
    ),
    (
        &["server gave http response to https client"],
        "the engine asks for TLS there: a registry without it must be in the engine's `insecure-registries`",
    ),
];

/// What a build said, with advice if there is any.
pub fn explain_build(message: &str) -> String {
    explain(message, BUILD)
}

/// What a push said, with advice if there is any.
pub fn explain_push(message: &str) -> String {
    explain(message, PUSH)
}

fn explain(message: &str, hints: Hints) -> String {
    let lower = message.to_lowercase();
    match hints.iter().find(|(words, _)| words.iter().any(|w| lower.contains(w))) {
        Some((_, hint)) => format!("{message}\nhint: {hint}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_messages_get_a_hint_and_others_stay() {
        let denied = explain_push(
            "denied: User: arn:x is not authorized to perform: ecr:InitiateLayerUpload on resource: y",
        );
        assert!(denied.ends_with("lacks this action on the repository"), "{denied}");
        assert!(
            explain_push("denied: Your authorization token has expired. Reauthenticate and try again.")
                .contains("clock")
        );
        assert!(explain_build("exec /bin/sh: exec format error").contains("emulation"));
        assert_eq!(explain_build("exit code: 1"), "exit code: 1");
    }
}
