//! Which profile counts.
#![allow(clippy::unwrap_used)]

use super::*;
use aws_runtime::env_config::file::EnvConfigFileKind;
use std::fs;

const CONFIG: &str = "\
[default]
region = us-east-1
[profile dev]
ca_bundle = /etc/corp.pem
[profile prod]
region = eu-west-1
";

async fn profiles(text: &str) -> Profiles {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    fs::write(&file, text).unwrap();
    let files = EnvConfigFiles::builder().with_file(EnvConfigFileKind::Config, file).build();
    Profiles::read(&files).await.unwrap()
}

fn wish(asked: Option<&str>, in_file: Option<&str>) -> ProfileWish {
    let place = "stack.yaml, line 3,".to_owned();
    ProfileWish { asked: asked.map(str::to_owned), in_file: in_file.map(|name| (name.to_owned(), place)) }
}

#[tokio::test]
async fn who_names_it_last_loses() {
    let profiles = profiles(CONFIG).await;
    let keys = ("AWS_ACCESS_KEY_ID", "AKIA");
    let (only, usual) = (|n: &str| Choice::Only(n.into()), |n: &str| Choice::Usual(Some(n.into())));
    for (wish, environment, choice) in [
        (wish(Some("prod"), Some("dev")), vec![keys, ("AWS_PROFILE", "default")], only("prod")),
        (wish(None, Some("dev")), vec![keys], Choice::Environment),
        (wish(None, Some("dev")), vec![("AWS_WEB_IDENTITY_TOKEN_FILE", "/t")], Choice::Environment),
        (wish(None, Some("dev")), vec![("AWS_PROFILE", "prod")], usual("prod")),
        (wish(None, Some("dev")), vec![("AWS_PROFILE", ""), ("AWS_ACCESS_KEY_ID", "")], usual("dev")),
        (wish(None, Some("dev")), vec![], usual("dev")),
        (wish(None, None), vec![], Choice::Usual(None)),
    ] {
        let read = |name: &str| environment.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        assert_eq!(profiles.choose(&wish, &read).unwrap(), choice, "{wish:?} {environment:?}");
    }
}

#[tokio::test]
async fn one_that_is_not_there_is_named_with_those_that_are() {
    let (some, none) = (profiles(CONFIG).await, profiles("").await);
    let refused = |profiles: &Profiles, wish: &ProfileWish, environment: Option<&str>| {
        let read = |name: &str| environment.filter(|_| name == "AWS_PROFILE").map(str::to_owned);
        profiles.choose(wish, &read).unwrap_err().to_string()
    };
    assert_eq!(
        refused(&some, &wish(Some("live"), None), None),
        "--profile names the AWS profile `live`, which is not on this machine (there are: default, dev, prod); `aws configure --profile live` makes it"
    );
    assert!(refused(&none, &wish(None, None), Some("live")).contains("(this machine has no profiles)"));
    let instance = some.choose(&wish(None, Some("live")), &|_| None).unwrap();
    let Choice::InstanceRole(text) = instance else { panic!("{instance:?}") };
    assert!(text.starts_with("stack.yaml, line 3, names the AWS profile `live`"), "{text}");
}

#[tokio::test]
async fn the_bundle_is_the_chosen_profile_s() {
    let profiles = profiles(CONFIG).await;
    assert_eq!(profiles.ca_bundle(&Choice::Only("dev".into())), Some("/etc/corp.pem".into()));
    assert_eq!(profiles.ca_bundle(&Choice::Usual(Some("prod".into()))), None);
}
