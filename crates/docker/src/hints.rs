//! What to do about what engines and registries say.

use regex_lite::Regex;
use std::path::Path;

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
        "the image that `# syntax=` names could not be pulled; without that line the engine reads the Dockerfile itself",
    ),
    (
        &["toomanyrequests", "too many requests", "pull rate limit"],
        "the registry limits how much is pulled without a login: `docker login` first, or take the image from a mirror (most \
         official ones are in public.ecr.aws/docker/library/)",
    ),
    (
        &["unknown flag:"],
        "this engine's builder is older than that option: update Docker, or make `# syntax=docker/dockerfile:1` the first line \
         of the Dockerfile",
    ),
    (
        &["bad interpreter", "$'\\r'", "'\\r'", "\\r': no such", "required file not found"],
        "the program in the first line of a script is not there. If the script has Windows line endings (CRLF), save it with LF",
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

// Engines up to 28 pass on the registry's error code, 29 only its words: so it is the words of AWS that count.
const PUSH: Hints = &[
    (
        &[
            "authorization token",
            "no basic auth credentials",
            "401 unauthorized",
            "authorization failed",
            "authentication required",
        ],
        "the registry does not take the token: each push fetches a new one, so run the same command again; if it fails again, is the clock of this machine right?",
    ),
    (&["is not authorized to perform: ecr:"], "the caller's IAM policy lacks this action on the repository"),
    (
        &["does not exist in the registry", "name unknown", "name_unknown"],
        "the repository is gone, perhaps deleted meanwhile: run the same command again",
    ),
    (
        &["the repository is immutable", "tag invalid: the image tag"],
        "the repository is immutable and has this tag with another image: delete that image, or change the context",
    ),
    (&["no space left on device"], "a disk is full: the engine's, or the one of temporary files"),
    (
        &["timeout awaiting response headers"],
        "the registry took longer to store a layer than the engine waits: run the same command again, nothing is sent twice",
    ),
    (
        &["toomanyrequests", "too many requests", "rate exceeded"],
        "the registry refuses so many requests: run the same command again in a minute",
    ),
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
        "if it fails again, the caller's IAM policy may name another repository: ECR then just hangs up",
    ),
    (
        &["server gave http response to https client"],
        "the engine asks for TLS there: a registry without it must be in the engine's `insecure-registries`",
    ),
];

/// What another attempt does not change. All else may: 29 leaves out by which code a registry refuses.
const FOR_GOOD: &[&str] = &[
    "denied",
    "forbidden",
    "authori",
    "authentication",
    "basic auth",
    "does not exist in the registry",
    "name unknown",
    "immutable",
    "tag invalid",
    "no space left",
    "no such image",
    "platform",
    "certificate",
    "response to https client",
];

/// Whether a push that failed with `message` may go well the next time.
pub(super) fn may_pass(message: &str) -> bool {
    let lower = message.to_lowercase();
    !FOR_GOOD.iter().any(|words| lower.contains(words))
}

/// What builders say of a file that `COPY` or `ADD` names and they don't find: BuildKit by age, then the classic builder.
const NOT_FOUND: [&str; 5] = [
    "\"/?([^\"]+)\":? not found",
    "lstat [^:]*/(?:merged|buildkit-mount[0-9]+|dir/[0-9a-f]+)/([^:]+): no such file",
    "`[^`]*(?:COPY|ADD) [^`]*`: lstat /([^:]+): no such file",
    "excluded by \\.dockerignore: stat /?([^:]+):",
    "(?:COPY|ADD) failed: stat [^:]*/docker-builder[0-9]+/([^:]+):",
];

/// What a build in the folder `context` said, with advice if there is any.
pub(super) fn explain_build(message: &str, context: &Path) -> String {
    match not_found(message) {
        Some(file) => format!("{message}\nhint: {}", where_it_is(&file, message, context)),
        None => explain(message, BUILD),
    }
}

/// The file that a `COPY` or `ADD` did not find, as seen from the context or from the stage it copies from.
fn not_found(message: &str) -> Option<String> {
    let find =
        |pattern: &&str| Some(Regex::new(pattern).ok()?.captures(message)?.get(1)?.as_str().to_owned());
    NOT_FOUND.iter().find_map(find)
}

fn where_it_is(file: &str, message: &str, context: &Path) -> String {
    let first = file.split('/').next().unwrap_or_default();
    if message.contains("--from=") {
        format!("the stage or image that `--from` names has no `/{file}`")
    } else if !context.join(file).exists() {
        format!(
            "there is no `{file}` in the build context {}: COPY and ADD take paths as seen from that folder",
            context.display()
        )
    } else if first == ".git" {
        "`.git` is left out of every build context: write `!.git` in .dockerignore to send it".to_owned()
    } else {
        format!(
            "`{file}` is there, but .dockerignore leaves it out of the build context: add a line `!{file}` to it"
        )
    }
}

/// What a push said, with advice if there is any.
pub(super) fn explain_push(message: &str) -> String {
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
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn hint(explained: &str) -> &str {
        explained.split_once("\nhint: ").map_or("", |(_, hint)| hint)
    }

    #[test]
    fn known_messages_get_a_hint_and_others_stay() {
        let build = |message| explain_build(message, Path::new("/nowhere"));
        assert!(build("exec /bin/sh: exec format error").contains("emulation"));
        assert!(
            build("dockerfile parse error line 2: Unknown flag: link").contains("older than that option")
        );
        for crlf in [
            "/bin/sh: 1: ./x.sh: bad interpreter: No such file",
            "env: 'bash\\r': No such file",
            "sh: $'\\r': command",
        ] {
            assert!(build(crlf).contains("CRLF"), "{crlf}");
        }
        assert!(build("docker.io/library/nope:1: not found").contains("base image right?"));
        assert_eq!(build("exit code: 1"), "exit code: 1");
    }

    #[test]
    fn what_copy_does_not_find_is_told_by_its_cause() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("there"), "").unwrap();
        let hint = |message: &str| {
            let told = explain_build(message, folder.path());
            told.split_once("\nhint: ").unwrap_or_else(|| panic!("{told}")).1.to_owned()
        };
        for absent in [
            "the build failed in `[2/2] COPY nope /x`: failed to compute cache key: \"/nope\" not found: not found",
            "failed to compute cache key: failed to calculate checksum of ref a::b: \"/nope\": not found",
            "COPY failed: file not found in build context or excluded by .dockerignore: stat nope: file does not exist",
            "COPY failed: stat /var/lib/docker/tmp/docker-builder123/nope: no such file or directory",
        ] {
            assert!(hint(absent).starts_with("there is no `nope` in the build context "), "{absent}");
        }
        let from = "the build failed in `[2/2] COPY --from=one /nope /x`: failed to compute cache key: \"/nope\" not found: not found";
        let older = "the build failed in `[2/2] COPY --from=one /nope /x`: lstat /var/lib/docker/overlay2/0a/merged/nope: no such file or directory";
        let docker_29 =
            "the build failed in `[2/2] COPY --from=one /nope /x`: lstat /nope: no such file or directory";
        for from in [from, older, docker_29] {
            assert_eq!(hint(from), "the stage or image that `--from` names has no `/nope`");
        }
        let run = "the build failed in `[2/2] RUN x`: lstat /nope: no such file or directory";
        assert_eq!(explain_build(run, folder.path()), run);
        assert!(
            hint("failed to compute cache key: \"/there\": not found")
                .starts_with("`there` is there, but .dockerignore")
        );
    }

    /// What ECR says, as engines up to 28 and 29 pass it on.
    #[test]
    fn a_push_that_is_refused_is_explained_on_every_engine_and_not_tried_again() {
        let gone = "The repository with name 'x' does not exist in the registry with id '123456789012'";
        let fixed = "The image tag 'v1' already exists in the 'x' repository and cannot be overwritten because the repository \
                     is immutable.";
        let over = "Your authorization token has expired. Reauthenticate and try again.";
        let user = "User: arn:x is not authorized to perform: ecr:InitiateLayerUpload on resource: y";
        for (code, said, advice) in [
            ("name unknown", gone, "the repository is gone"),
            ("tag invalid", fixed, "immutable"),
            ("denied", over, "clock"),
            ("denied", user, "lacks this action on the repository"),
        ] {
            for message in [format!("{code}: {said}"), format!("error from registry: {said}")] {
                let explained = explain_push(&message);
                assert!(hint(&explained).contains(advice), "{explained}");
                assert!(!may_pass(&message), "{message}");
            }
        }
        let bare = "unexpected status from HEAD request to https://x/v2/a/blobs/sha256:0: 401 Unauthorized";
        assert!(hint(&explain_push(bare)).contains("does not take the token") && !may_pass(bare));
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        for message in [
            "toomanyrequests: Rate exceeded",
            "error from registry: Rate exceeded",
            "received unexpected HTTP status: 500 Internal Server Error",
            "unexpected status from PUT request to https://x/v2/a/manifests/v1: 503 Service Unavailable",
            "failed to copy: failed to do request: Put \"https://x/y\": net/http: timeout awaiting response headers",
            "unexpected EOF",
            "tag does not exist: x/app:v1",
        ] {
            assert!(may_pass(message), "{message}");
        }
        let slow = explain_push("Put \"https://x/y\": net/http: timeout awaiting response headers");
        assert!(hint(&slow).contains("took longer to store a layer"), "{slow}");
    }
}
