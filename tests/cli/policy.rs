//! `policy`: what is printed, and that commands which are no deployment need no more than it.

use crate::{
    engine::Answers,
    shell::{Shell, block_on},
};
use insta::assert_snapshot;

#[test]
fn the_policy_of_a_stack() {
    let shell = Shell::new();
    assert_snapshot!("policy", shell.run("policy"));
    assert_snapshot!("policy_for_logs", shell.run("policy --for logs"));
    assert_snapshot!("policy_boundary", shell.run("policy --boundary"));
    assert_snapshot!("policy_github_of_any_account", shell.run("policy --github me/shop"));
    shell.edit("region: us-east-2", "region: us-east-2\naccount: \"012345678901\"");
    assert_snapshot!("policy_github", shell.run("policy --github me/shop --environment prod"));
    assert_snapshot!("policy_of_no_repository", shell.run("policy --github shop"));
    shell.edit("shop", "shop");
    assert_snapshot!("policy_pinned_of_nothing", shell.run("policy --pinned --local"));
}

/// With ids of a stack that is there.
#[test]
fn a_pinned_policy_has_no_stars_in_paths_of_the_stack() {
    let shell = Shell::new();
    Answers::that_fail().serve_for(&mut shell.command("up --local --yes")).output().unwrap();
    let printed =
        String::from_utf8(shell.command("policy --pinned --local").output().unwrap().stdout).unwrap();
    assert!(printed.contains("arn:aws:lambda:us-east-2:000000000000:function:shop-hello"), "{printed}");
    let outputs = shell.run("output --local --json");
    let outputs: serde_json::Value =
        serde_json::from_str(outputs.lines().find(|line| line.contains("outputs")).unwrap()).unwrap();
    let key = outputs["outputs"]["keys"][0]["id"].as_str().unwrap();
    assert!(printed.contains(&format!("::/apikeys/{key}\"")), "{key}: {printed}");
    for open in ["::/restapis/*", "::/apikeys/*", "::/usageplans/*"] {
        assert!(!printed.contains(open), "{open}: {printed}");
    }
}

/// An IAM user with the policy of a command, and nothing else, runs that command.
#[test]
fn who_only_reads_needs_only_what_is_printed() {
    let shell = Shell::new();
    Answers::that_fail().serve_for(&mut shell.command("up --local --yes")).output().unwrap();
    for (task, lines, allowed) in [
        ("logs", &["logs"][..], 0),
        ("output", &["output --show-key", "verify", "call --no-key"][..], 1),
        ("plan", &["plan", "status"][..], 0),
        ("metrics", &["metrics"][..], 0),
        ("doctor", &["doctor"][..], 0),
        ("pause", &["pause", "resume"][..], 0),
        ("key", &["key rotate demo", "key retire demo", "key enable demo"][..], 0),
    ] {
        let printed = shell.command(&format!("policy --for {task}")).output().unwrap().stdout;
        let key = user(&shell, task, &String::from_utf8(printed).unwrap());
        for line in lines {
            let mut command = shell.command(line);
            command.env("AWS_ACCESS_KEY_ID", &key).env("AWS_SECRET_ACCESS_KEY", "any");
            let seen = shell.seen(command.env("AWS_ENDPOINT_URL", &shell.endpoint));
            assert!(!seen.contains("not authorized") && !seen.contains("AccessDenied"), "{line}: {seen}");
            assert!(allowed == 1 || !seen.contains("error:"), "{line}: {seen}");
        }
        let refused = shell
            .command("destroy --yes")
            .env("AWS_ACCESS_KEY_ID", &key)
            .env("AWS_SECRET_ACCESS_KEY", "any")
            .env("AWS_ENDPOINT_URL", &shell.endpoint)
            .output()
            .unwrap();
        assert!(!refused.status.success(), "{task} may destroy");
    }
}

/// A user of that name with this policy; gives the id of its access key.
fn user(shell: &Shell, name: &str, policy: &str) -> String {
    let iam = shell.iam();
    block_on(async {
        iam.create_user().user_name(name).send().await.unwrap();
        let policy = iam.create_policy().policy_name(name).policy_document(policy).send().await.unwrap();
        let arn = policy.policy.unwrap().arn.unwrap();
        iam.attach_user_policy().user_name(name).policy_arn(arn).send().await.unwrap();
        iam.create_access_key().user_name(name).send().await.unwrap().access_key.unwrap().access_key_id
    })
}
