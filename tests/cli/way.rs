//! The way to AWS: whose credentials, which region, through what; and one clear line where it can't be gone.

use crate::{
    fakes::{Ca, Fake, opening, refusal, sts, sts_at},
    shell::Shell,
};
use aws_smithy_types::{DateTime, date_time::Format};
use insta::assert_snapshot;
use sha2::Digest;
use std::{
    fs,
    process::Command,
    time::{Duration, Instant, SystemTime},
};

/// A person with profiles, whose calls come to the local AWS: it takes an access key of twelve digits as the account.
fn person(profiles: &str) -> Shell {
    let shell = Shell::new();
    fs::create_dir(shell.folder.path().join(".aws")).unwrap();
    shell.write(".aws/config", profiles);
    shell
}

const PROFILES: &str = "\
[profile prod]
aws_access_key_id = 111111111111
aws_secret_access_key = x
region = eu-west-1
[profile empty]
region = eu-west-1
[profile guarded]
role_arn = arn:aws:iam::111111111111:role/admin
source_profile = prod
mfa_serial = arn:aws:iam::111111111111:mfa/ann
[profile assumed]
role_arn = arn:aws:iam::111111111111:role/admin
source_profile = prod
[profile login]
login_session = arn:aws:sts::333333333333:assumed-role/admin/ann
";

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "000000000000"), ("AWS_SECRET_ACCESS_KEY", "x")];

/// A command without `--local`, in the local AWS all the same.
fn on_aws(shell: &Shell, line: &str) -> Command {
    let mut command = shell.command(line);
    command.env("AWS_ENDPOINT_URL", &shell.endpoint);
    command
}

/// The head of a plan.
fn head(shell: &Shell, command: &mut Command) -> String {
    let seen = shell.seen(command);
    let out = seen.lines().skip_while(|l| *l != "--- stdout").nth(1);
    let head = out.unwrap_or_default().to_owned();
    assert!(head.starts_with("account "), "{seen}");
    head
}

#[test]
fn whose_credentials() {
    let shell = person(PROFILES);
    shell.edit("region: us-east-2\n", "region: us-east-2\nprofile: prod\n");
    let by = "by way of [LOCAL]";
    // The environment comes before the file, --profile before both.
    assert_eq!(
        head(&shell, on_aws(&shell, "plan").envs(KEYS)),
        format!("account 000000000000, region us-east-2, credentials of the environment, {by}")
    );
    let prod = format!("account 111111111111, region us-east-2, profile prod, {by}");
    assert_eq!(head(&shell, on_aws(&shell, "plan --profile prod").envs(KEYS)), prod);
    assert_eq!(head(&shell, &mut on_aws(&shell, "plan")), prod);
    shell.edit("region: us-east-2\n", "");
    assert_eq!(
        head(&shell, on_aws(&shell, "plan").env("AWS_PROFILE", "prod")),
        prod.replace("us-east-2", "eu-west-1")
    );
}

#[test]
fn which_region() {
    let shell = person("");
    for (line, environment, region) in [
        ("plan", ("AWS_REGION", ""), "us-east-2"),
        ("plan", ("AWS_REGION", "eu-west-1"), "eu-west-1"),
        ("plan", ("AWS_DEFAULT_REGION", "eu-west-2"), "eu-west-2"),
        ("plan --region eu-west-3", ("AWS_REGION", "eu-west-1"), "eu-west-3"),
    ] {
        let (name, value) = environment;
        let mut plan = on_aws(&shell, line);
        plan.envs(KEYS).env(name, value);
        assert!(head(&shell, &mut plan).contains(&format!(", region {region}, ")), "{line} {name}={value}");
    }
    assert_snapshot!("no_region_s_name", shell.seen(on_aws(&shell, "plan --region Ohio").envs(KEYS)));
}

#[test]
fn profiles_that_can_not_be_used() {
    let shell = person(PROFILES);
    assert_snapshot!("absent_profile", shell.seen(on_aws(&shell, "plan --profile live").envs(KEYS)));
    assert_snapshot!(
        "absent_profile_of_environment",
        shell.seen(on_aws(&shell, "plan").env("AWS_PROFILE", "live"))
    );
    assert_snapshot!("empty_profile", shell.seen(&mut on_aws(&shell, "plan --profile empty")));
    assert_snapshot!("mfa_without_terminal", shell.seen(&mut on_aws(&shell, "plan --profile guarded")));
    shell.edit("region: us-east-2\n", "region: us-east-2\nprofile: live\n");
    assert_snapshot!("absent_profile_of_file", shell.seen(&mut on_aws(&shell, "plan")));
    shell.write(".aws/config", "[profile prod\n");
    assert_snapshot!("unreadable_profiles", shell.seen(&mut on_aws(&shell, "plan --profile prod")));
}

#[test]
fn a_session_of_aws_login() {
    let shell = person(PROFILES);
    let name: String = sha2::Sha256::digest("arn:aws:sts::333333333333:assumed-role/admin/ann")
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    fs::create_dir_all(shell.folder.path().join(".aws/login/cache")).unwrap();
    let token = r#"{"accessToken": {"accessKeyId": "333333333333", "secretAccessKey": "x", "sessionToken": "x",
        "accountId": "333333333333", "expiresAt": "2099-01-01T00:00:00Z"}, "tokenType": "aws_sigv4",
        "refreshToken": "x", "clientId": "arn:aws:signin:::devtools/same-device", "dpopKey": "x"}"#;
    shell.write(&format!(".aws/login/cache/{name}.json"), token);
    assert!(head(&shell, &mut on_aws(&shell, "plan --profile login")).starts_with("account 333333333333, "));
}

#[test]
fn what_gives_credentials_is_asked_again_after_a_503() {
    let shell = person(PROFILES);
    let fake = Fake::http(|count, request| match (count, request.contains("Action=AssumeRole")) {
        (0, true) => sts("503 Service Unavailable", &refusal("ServiceUnavailable", "try later")),
        (_, true) => sts(
            "200 OK",
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>222222222222</AccessKeyId>\
             <SecretAccessKey>x</SecretAccessKey><SessionToken>x</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>\
             </Credentials></AssumeRoleResult></AssumeRoleResponse>",
        ),
        _ => sts(
            "200 OK",
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::222222222222:assumed-role/admin/x</Arn>\
             <UserId>x</UserId><Account>222222222222</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        ),
    });
    let mut plan = on_aws(&shell, "plan --profile assumed");
    plan.env("AWS_ENDPOINT_URL_STS", &fake.url);
    assert!(head(&shell, &mut plan).starts_with("account 222222222222, region us-east-2, profile assumed, "));
    assert_eq!(fake.asked.lock().unwrap().iter().filter(|r| r.contains("Action=AssumeRole")).count(), 2);
}

#[test]
fn a_clock_ten_minutes_off() {
    let shell = person("");
    for (seconds, name) in [(600, "clock_behind"), (-600, "clock_ahead")] {
        let fake = Fake::http(move |_, _| {
            let now = DateTime::from(SystemTime::now()).secs();
            let date = DateTime::from_secs(now + seconds).fmt(Format::HttpDate).unwrap();
            sts_at("403 Forbidden", &date, &refusal("SignatureDoesNotMatch", "Signature expired"))
        });
        let mut plan = on_aws(&shell, "plan");
        plan.envs(KEYS).env("AWS_ENDPOINT_URL_STS", &fake.url);
        assert_snapshot!(name, shell.seen(&mut plan));
    }
}

/// What a command shows that can't reach AWS; a person is told within seconds.
fn soon(shell: &Shell, command: &mut Command) -> String {
    let since = Instant::now();
    let seen = shell.seen(command);
    assert!(since.elapsed() < Duration::from_secs(20), "{:?}\n{seen}", since.elapsed());
    seen
}

#[test]
fn nothing_there() {
    let shell = person("");
    let plan = |line: &str| {
        let mut plan = shell.command(line);
        plan.envs(KEYS);
        plan
    };
    assert_snapshot!("no_network", soon(&shell, plan("plan").env("AWS_ENDPOINT_URL", "http://aws.invalid")));
    assert_snapshot!("no_such_region", soon(&shell, &mut plan("plan --region us-east-22")));
    assert_snapshot!(
        "no_proxy_there",
        soon(&shell, plan("up --yes").env("HTTPS_PROXY", "http://me:secret@127.0.0.1:1"))
    );
    assert_snapshot!(
        "no_proxy_s_address",
        soon(&shell, plan("plan").env("HTTPS_PROXY", "socks5://me:secret@127.0.0.1:1"))
    );
}

#[test]
fn a_proxy_that_wants_a_password() {
    let shell = person("");
    let fake = Fake::http(|_, _| {
        "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            .to_owned()
    });
    let seen = |proxy: &str| soon(&shell, shell.command("plan").envs(KEYS).env("HTTPS_PROXY", proxy));
    assert_snapshot!("proxy_without_password", seen(&fake.url));
    assert_snapshot!("proxy_with_wrong_password", seen(&fake.url.replace("http://", "http://me:secret@")));
}

#[test]
fn a_company_s_proxy_sees_every_host() {
    let shell = person("");
    let (ca, address) = (Ca::new(), shell.endpoint.replace("http://", ""));
    shell.write("ca.pem", &ca.pem());
    let proxy = opening(ca, address);
    let plan = || {
        let mut plan = shell.command("plan");
        plan.envs(KEYS).env("HTTPS_PROXY", &proxy.url);
        plan
    };
    assert_snapshot!("unknown_ca", soon(&shell, &mut plan()));
    proxy.asked.lock().unwrap().clear();
    assert_eq!(
        head(&shell, plan().env("AWS_CA_BUNDLE", "ca.pem")),
        "account 000000000000, region us-east-2, credentials of the environment"
    );
    let mut hosts = proxy.lines();
    hosts.sort();
    hosts.dedup();
    let connect = |host: &str| format!("CONNECT {host}.amazonaws.com:443 HTTP/1.1");
    let services = [
        "api.ecr.us-east-2",
        "apigateway.us-east-2",
        "iam",
        "lambda.us-east-2",
        "logs.us-east-2",
        "sts.us-east-2",
    ];
    assert_eq!(hosts, services.map(connect));
    // NO_PROXY: straight to where nobody is.
    proxy.asked.lock().unwrap().clear();
    let seen =
        shell.seen(plan().env("AWS_ENDPOINT_URL", "https://aws.invalid").env("NO_PROXY", "aws.invalid"));
    assert!(seen.contains("can't reach aws.invalid: its name does not resolve ([WHY])\n"), "{seen}");
    assert_eq!(proxy.lines(), Vec::<String>::new());
}
