#![allow(clippy::unwrap_used)]
use super::*;
use futures_util::FutureExt;

fn logins(config: Value, given: Option<&str>) -> Logins {
    Logins::new(serde_json::from_value(config).unwrap(), given, None).unwrap()
}

fn auth(user: &str, password: &str) -> Value {
    json!({"auth": STANDARD.encode(format!("{user}:{password}"))})
}

#[expect(clippy::unnecessary_wraps, reason = "as it is found")]
fn login(user: &str, secret: &str) -> Option<Login> {
    Some(Login { user: user.into(), secret: secret.into() })
}

async fn find(logins: &Logins, host: &str) -> Option<Login> {
    logins.find(host, None).await.unwrap_or_else(|e| panic!("{e:#}"))
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.user, self.secret)
    }
}

#[tokio::test]
async fn a_login_is_found_by_the_registry_alone() {
    let auths = json!({
        "https://index.docker.io/v1/": auth("me", "hub:word"),
        "ghcr.io": {"identitytoken": "t"},
        "https://old.example.com/v1/": auth("x", "y"),
        "empty.example.com": {},
    });
    let logins = logins(json!({"auths": auths}), None);
    for name in ["docker.io", "index.docker.io", "registry-1.docker.io"] {
        assert_eq!(find(&logins, name).await, login("me", "hub:word"), "{name}");
    }
    assert_eq!(find(&logins, "ghcr.io").await, login("", "t"));
    assert_eq!(find(&logins, "old.example.com").await, login("x", "y"));
    for name in ["empty.example.com", "quay.io", "evil-ghcr.io", "ghcr.io.evil.example"] {
        assert_eq!(find(&logins, name).await, None, "{name}");
    }
}

#[tokio::test]
async fn what_the_environment_gives_goes_first() {
    let given = json!({"auths": {"ghcr.io": auth("ci", "1")}}).to_string();
    let logins = logins(json!({"auths": {"ghcr.io": auth("me", "2"), "a.b": auth("me", "3")}}), Some(&given));
    assert_eq!(find(&logins, "ghcr.io").await, login("ci", "1"));
    assert_eq!(find(&logins, "a.b").await, login("me", "3"));
    assert!(Logins::new(ClientConfig::default(), Some("{"), None).is_err());
}

/// A helper that knows `known.example.com`, has nothing else, and writes down what it was asked.
#[cfg(unix)]
fn helper(folder: &std::path::Path, name: &str) {
    use std::os::unix::fs::PermissionsExt;
    let program = folder.join(format!("docker-credential-{name}"));
    let text = "#!/bin/sh\nread -r server\necho \"$1 $server\" >> \"$(dirname \"$0\")/asked\"\ncase $server in\n\
                known.example.com) echo '{\"ServerURL\":\"x\",\"Username\":\"u\",\"Secret\":\"s\"}' ;;\n\
                token.example.com) echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}' ;;\n\
                locked.example.com) echo 'the keychain is locked'; exit 1 ;;\n\
                *) echo 'credentials not found in native keychain'; exit 1 ;;\nesac\n";
    std::fs::write(&program, text).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn helpers_are_asked_for_the_one_registry_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    helper(folder.path(), "one");
    helper(folder.path(), "all");
    let config = json!({
        "auths": {"known.example.com": {}, "kept.example.com": auth("k", "p")},
        "credHelpers": {"token.example.com": "one", "gone.example.com": "nowhere"},
        "credsStore": "all",
    });
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let logins = Logins::new(serde_json::from_value(config).unwrap(), None, Some(path)).unwrap();
    assert_eq!(find(&logins, "known.example.com").await, login("u", "s"));
    assert_eq!(find(&logins, "token.example.com").await, login("", "t"));
    assert_eq!(find(&logins, "kept.example.com").await, login("k", "p"));
    assert_eq!(find(&logins, "docker.io").await, None);
    let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
    assert_eq!(asked, "get known.example.com\nget token.example.com\nget https://index.docker.io/v1/\n");
    let locked = format!("{:#}", logins.find("locked.example.com", None).await.unwrap_err());
    assert!(
        locked.contains("`docker-credential-all`") && locked.ends_with("the keychain is locked"),
        "{locked}"
    );
    let gone = format!("{:#}", logins.find("gone.example.com", None).await.unwrap_err());
    assert!(gone.contains("`docker-credential-nowhere`") && gone.contains("can't be run"), "{gone}");
}

/// Pushes to `own.example.com`, and can make a login for `other.example.com` too.
struct Two;

impl OwnLogins for Two {
    fn is_ours(&self, host: &str) -> bool {
        host == "own.example.com"
    }

    fn login<'a>(&'a self, host: &'a str) -> LocalBoxFuture<'a, Result<Option<Login>>> {
        let known = ["own.example.com", "other.example.com"].contains(&host);
        async move { Ok(known.then(|| Login { user: "AWS".into(), secret: "fresh".into() })) }.boxed_local()
    }
}

#[tokio::test]
async fn our_own_login_beats_a_stored_one_only_where_we_push() {
    let stored = auth("AWS", "stale");
    let logins = logins(json!({"auths": {"own.example.com": stored, "other.example.com": stored}}), None);
    let find = async |host| logins.find(host, Some(&Two)).await.unwrap();
    assert_eq!(find("own.example.com").await, login("AWS", "fresh"));
    assert_eq!(find("other.example.com").await, login("AWS", "stale"));
    assert_eq!(find("quay.io").await, None);
    let none = Logins::default();
    assert_eq!(none.find("other.example.com", Some(&Two)).await.unwrap(), login("AWS", "fresh"));
}

#[test]
fn registries_of_images() {
    for (image, registry) in [
        ("python:3.11", "docker.io"),
        ("org/app", "docker.io"),
        ("public.ecr.aws/lambda/python:3.13", "public.ecr.aws"),
        ("localhost/a", "localhost"),
        ("127.0.0.1:5000/a/b@sha256:0", "127.0.0.1:5000"),
    ] {
        assert_eq!(registry_of(image), registry, "{image}");
    }
}

#[test]
fn the_classic_builders_header() {
    // These characters differ between the two alphabets of base64.
    let all = [
        ("docker.io".to_owned(), login("me", "a>b?c~d>>??~~").unwrap()),
        ("ghcr.io".to_owned(), login("", "t").unwrap()),
    ];
    let value: Value = serde_json::from_slice(&URL_SAFE.decode(header(&all)).unwrap()).unwrap();
    let wanted = json!({
        "https://index.docker.io/v1/": {"username": "me", "password": "a>b?c~d>>??~~"},
        "ghcr.io": {"identitytoken": "t"},
    });
    assert_eq!(value, wanted);
}
