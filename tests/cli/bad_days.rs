//! Each ends with one message that names the thing and the next step, and leaves nothing half-hidden.

use crate::{
    engine::Answers,
    shell::{Shell, block_on, docker},
};
use insta::assert_snapshot;
use std::process::Command;

/// As on AWS: the person's own credentials, without `--local`.
fn as_on_aws(shell: &Shell, line: &str) -> Command {
    let mut command = shell.command(line);
    command.env("AWS_ENDPOINT_URL", &shell.endpoint);
    command.env("AWS_ACCESS_KEY_ID", "000000000000").env("AWS_SECRET_ACCESS_KEY", "x");
    command
}

#[test]
fn nobody_to_ask() {
    let shell = Shell::new();
    assert_snapshot!("no_terminal", shell.run("up --local"));
    assert_snapshot!("no_terminal_json", shell.run("up --local --json"));
}

#[test]
fn credentials_and_accounts() {
    let shell = Shell::new();
    assert_snapshot!("no_credentials", shell.run("plan"));
    shell.faults(r#"[{"operation": "GetCallerIdentity", "action": {"refuse": {"status": 403, "code": "ExpiredToken"}}}]"#);
    assert_snapshot!("expired_credentials", shell.seen(&mut as_on_aws(&shell, "plan")));
    shell.faults("[]");
    shell.edit("region: us-east-2\n", "region: us-east-2\naccount: \"123456789012\"\n");
    assert_snapshot!("wrong_account", shell.seen(&mut as_on_aws(&shell, "up --yes")));
    shell.edit("region: us-east-2\n", "");
    assert_snapshot!("no_region", shell.seen(&mut as_on_aws(&shell, "plan")));
}

#[test]
fn no_docker() {
    let shell = Shell::new();
    let without = |line: &str| shell.seen(shell.command(line).env("DOCKER_HOST", "unix:///nowhere.sock"));
    assert_snapshot!("no_docker", without("up --local --yes"));
    assert_snapshot!("no_docker_json", last_line(&without("up --local --yes --json")));
    assert_snapshot!("no_docker_quiet", without("up --local --yes --quiet"));
    assert!(shell.run("plan --local").contains("13 to create"), "nothing was made");
}

/// A socket that only its owner may open, asked by another user.
#[cfg(unix)]
#[test]
fn docker_without_permission() {
    use std::{
        fs::{self, Permissions},
        os::unix::{
            fs::PermissionsExt,
            net::{UnixListener, UnixStream},
            process::CommandExt,
        },
    };
    let shell = Shell::new();
    // The local AWS keeps its record in the home folder, which is the context here, for its owner alone.
    shell.write(".dockerignore", ".local\n");
    let elsewhere = tempfile::tempdir().unwrap();
    let socket = elsewhere.path().join("docker.sock");
    let _engine = UnixListener::bind(&socket).unwrap();
    fs::set_permissions(&socket, Permissions::from_mode(0o000)).unwrap();
    let mut up = shell.command("up --local --yes");
    up.env("DOCKER_HOST", format!("unix://{}", socket.display()));
    if UnixStream::connect(&socket).is_ok() {
        // Root may open everything.
        fs::set_permissions(shell.folder.path(), Permissions::from_mode(0o777)).unwrap();
        fs::set_permissions(elsewhere.path(), Permissions::from_mode(0o777)).unwrap();
        up.uid(65534);
    }
    let socket = socket.display().to_string();
    assert_snapshot!("docker_without_permission", shell.seen(&mut up).replace(&socket, "[SOCKET]"));
}

/// An engine's own words, and what to do about them.
fn with_engine(shell: &Shell, answers: Answers) -> String {
    let mut up = shell.command("up --local --yes --quiet");
    shell.seen(answers.serve_for(&mut up))
}

#[test]
fn a_dockerfile_that_fails() {
    let build = r#"{"stream": "Step 1/2 : FROM python:3.13\n"}
{"stream": "Step 2/2 : RUN pip install -r requirements.txt\n"}
{"stream": "ERROR: No matching distribution found for requsets\n"}
{"error": "The command '/bin/sh -c pip install -r requirements.txt' returned a non-zero code: 1", "errorDetail": {"code": 1, "message": "The command '/bin/sh -c pip install -r requirements.txt' returned a non-zero code: 1"}}
"#;
    let shell = Shell::new();
    assert_snapshot!("failing_dockerfile", with_engine(&shell, Answers { build, ..Answers::default() }));
    assert_snapshot!("status_of_a_half", shell.run("status --local"));
}

#[test]
fn an_image_for_another_architecture() {
    let image = r#"{"Id": "sha256:0123456789ab", "Os": "linux", "Architecture": "arm64"}"#;
    assert_snapshot!(
        "wrong_architecture",
        with_engine(&Shell::new(), Answers { image, ..Answers::default() })
    );
}

#[test]
fn a_push_that_is_denied() {
    let push = r#"{"status": "The push refers to repository [127.0.0.1:1/shop/hello]"}
{"error": "denied: User: arn:aws:iam::000000000000:user/ann is not authorized to perform: ecr:InitiateLayerUpload on resource: arn:aws:ecr:us-east-2:000000000000:repository/shop/hello because no identity-based policy allows the ecr:InitiateLayerUpload action", "errorDetail": {"message": "denied: User: arn:aws:iam::000000000000:user/ann is not authorized to perform: ecr:InitiateLayerUpload on resource: arn:aws:ecr:us-east-2:000000000000:repository/shop/hello because no identity-based policy allows the ecr:InitiateLayerUpload action"}}
"#;
    assert_snapshot!("denied_push", with_engine(&Shell::new(), Answers { push, ..Answers::default() }));
}

#[test]
fn an_engine_that_is_too_old() {
    let version = r#"{"ApiVersion": "1.38", "Os": "linux", "Arch": "amd64"}"#;
    assert_snapshot!("old_engine", with_engine(&Shell::new(), Answers { version, ..Answers::default() }));
}

#[test]
fn images_that_cannot_be_built() {
    let shell = Shell::new();
    shell.edit("context: .", "context: missing");
    assert_snapshot!("missing_context", shell.run("up --local --yes"));
    shell.edit("context: .", "context: .");
    shell.write("Dockerfile", "FROM scratch\nCOPY missing.py .\n");
    if docker("images_that_cannot_be_built") {
        let seen = shell.run("up --local --yes --quiet");
        assert!(seen.starts_with("exit code: 1\n"), "{seen}");
        assert!(seen.contains("image/hello: the build failed") && seen.contains("missing.py"), "{seen}");
    }
}

#[test]
fn denied() {
    let shell = Shell::new();
    let key = block_on(caller_without(&shell, "iam:CreateRole"));
    let mut up = as_on_aws(&shell, "up --yes --quiet");
    up.env("AWS_ACCESS_KEY_ID", key.0).env("AWS_SECRET_ACCESS_KEY", key.1);
    assert_snapshot!("denied", shell.seen(Answers::that_fail().serve_for(&mut up)));
}

/// The access key of a new user who may do everything but one action.
async fn caller_without(shell: &Shell, action: &str) -> (String, String) {
    let iam = shell.iam();
    iam.create_user().user_name("ann").send().await.unwrap();
    let policy = format!(
        r#"{{"Version": "2012-10-17", "Statement": [
            {{"Effect": "Allow", "Action": "*", "Resource": "*"}},
            {{"Effect": "Deny", "Action": "{action}", "Resource": "*"}}]}}"#
    );
    let put = iam.put_user_policy().user_name("ann").policy_name("p").policy_document(policy);
    put.send().await.unwrap();
    let key = iam.create_access_key().user_name("ann").send().await.unwrap().access_key.unwrap();
    (key.access_key_id, key.secret_access_key)
}

#[test]
fn a_role_of_somebody_else() {
    let shell = Shell::new();
    let trust = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"}}]}"#;
    let create =
        shell.iam().create_role().role_name("shop-hello-us-east-2").assume_role_policy_document(trust);
    block_on(create.send()).unwrap();
    assert_snapshot!("foreign_role", shell.run("up --local --yes"));
}

#[test]
fn an_api_that_a_custom_domain_leads_to() {
    let shell = Shell::new();
    // The stage stands before the image fails.
    Answers::that_fail().serve_for(&mut shell.command("up --local --yes")).output().unwrap();
    let gateway = shell.api_gateway();
    let api = block_on(gateway.get_rest_apis().send()).unwrap().items()[0].id().unwrap().to_owned();
    let domain = gateway.create_domain_name().domain_name("api.example.com");
    let certificate = "arn:aws:acm:us-east-2:000000000000:certificate/c";
    block_on(domain.regional_certificate_arn(certificate).send()).unwrap();
    let map = gateway.create_base_path_mapping().domain_name("api.example.com").base_path("shop");
    block_on(map.rest_api_id(&api).send()).unwrap();
    assert_snapshot!("destroy_of_a_mapped_api", shell.run("destroy --local --yes"));
    assert_eq!(block_on(gateway.get_usage_plans().send()).unwrap().items().len(), 1, "nothing was deleted");
    let unmap = gateway.delete_base_path_mapping().domain_name("api.example.com").base_path("shop");
    block_on(unmap.send()).unwrap();
    assert!(shell.run("destroy --local --yes").contains("deleted"));
}

#[test]
fn a_local_aws_that_is_not_there() {
    let shell = Shell::new();
    let mut plan = shell.command("plan --local");
    assert_snapshot!("no_local_aws", shell.seen(plan.env("LAMBDEPLOY_LOCAL", "http://127.0.0.1:1")));
}

fn last_line(seen: &str) -> String {
    let out = seen.split("--- stderr").next().unwrap();
    out.lines().last().unwrap().to_owned()
}
