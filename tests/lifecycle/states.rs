//! Functions in states and accounts that are not the everyday ones.

use crate::{
    stage_url::StageUrl,
    world::{REGION, World, lines, refusals},
};
use aws_sdk_lambda::types::FunctionUrlAuthType;
use lambdeploy::testing::{
    aws::Cloud,
    contract::{Ask, Carrier},
    docker::Docker,
    engine::{Change, Options},
    stack_graph::{StackGraph, Wishes},
};
use local_aws::{Config, Consistency, Reaction, Scripted};
use serde_json::{Value, json};
use std::{rc::Rc, sync::Arc, time::Duration};

const STACK: &str = "
stack: hello
region: us-east-2
functions:
  hello:
    image: {context: .}
    environment: {GREETING: Hello}
api:
  routes:
    POST /: hello
";
const NAME: &str = "hello-hello";
const ROLE: &str = "hello-hello-us-east-2";
const REPLACE: Options = Options { adopt: false, replace: true, include_adopted: false };
const WEEKS: Duration = Duration::from_hours(360);

fn running(config: Config) -> World {
    let answer = |_: &Value, _: &_| Reaction::Respond(json!({ "statusCode": 200, "body": "{}" }));
    World::running(config, Arc::new(Scripted::new(answer)))
}

async fn status(world: &World, aws: &Cloud) -> u16 {
    let apis = aws.apigateway.get_rest_apis().send().await.unwrap().items.unwrap();
    let stage = StageUrl::known(world, apis[0].id().unwrap(), "");
    stage.carry(&Ask::new("POST", "/")).await.unwrap().status
}

/// Deletes the function's image, lets it fall asleep, and calls it.
async fn make_it_fail(world: &World, aws: &Cloud) {
    let ids = aws.ecr.list_images().repository_name("hello/hello").send().await.unwrap().image_ids;
    let delete = aws.ecr.batch_delete_image().repository_name("hello/hello").set_image_ids(ids);
    delete.send().await.unwrap();
    tokio::time::sleep(WEEKS).await;
    assert_eq!(status(world, aws).await, 500);
    // What the stage calls, and the function itself.
    aws.lambda.invoke().function_name(NAME).send().await.unwrap_err();
    for qualifier in [Some("live"), None] {
        let function = aws.lambda.get_function().function_name(NAME);
        let function = function.set_qualifier(qualifier.map(str::to_owned)).send().await.unwrap();
        assert_eq!(function.configuration().unwrap().state().unwrap().as_str(), "Failed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_that_once_worked_gets_its_image_back_and_is_not_deleted() {
    let world = running(Config::default());
    world.settles(STACK).await;
    let aws = world.cloud_in(REGION).await;
    let url =
        aws.lambda.create_function_url_config().function_name(NAME).auth_type(FunctionUrlAuthType::None);
    url.send().await.unwrap();
    make_it_fail(&world, &aws).await;
    let plan = world.plan(STACK).await;
    assert_eq!(plan.refusals().count(), 0, "{:?}", refusals(&plan));
    world.settles(STACK).await;
    assert_eq!(status(&world, &aws).await, 200);
    aws.lambda.get_function_url_config().function_name(NAME).send().await.unwrap();
    let deleted = world.aws.requests().entries().iter().filter(|e| e.operation == "DeleteFunction").count();
    assert_eq!(deleted, 0);
}

#[tokio::test(start_paused = true)]
async fn a_role_that_was_made_anew_makes_the_function_be_saved_anew() {
    let world = running(Config::default());
    world.settles(STACK).await;
    let aws = world.cloud_in(REGION).await;
    assert_eq!(status(&world, &aws).await, 200);
    tokio::time::sleep(Duration::from_mins(1)).await;
    aws.iam.delete_role_policy().role_name(ROLE).policy_name("lambdeploy").send().await.unwrap();
    aws.iam.delete_role().role_name(ROLE).send().await.unwrap();
    world.settles(STACK).await;
    assert_eq!(status(&world, &aws).await, 200);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_died_between_role_and_function_is_made_up_for() {
    let world = running(Config::default());
    world.settles(STACK).await;
    let aws = world.cloud_in(REGION).await;
    let trust = aws.iam.get_role().role_name(ROLE).send().await.unwrap().role.unwrap();
    let tags = trust.tags().to_vec();
    let trust = trust.assume_role_policy_document().unwrap().to_owned();
    let trust = percent_encoding::percent_decode_str(&trust).decode_utf8().unwrap().into_owned();
    let inline = aws.iam.get_role_policy().role_name(ROLE).policy_name("lambdeploy").send().await.unwrap();
    let inline =
        percent_encoding::percent_decode_str(inline.policy_document()).decode_utf8().unwrap().into_owned();
    tokio::time::sleep(Duration::from_mins(1)).await;
    aws.iam.delete_role_policy().role_name(ROLE).policy_name("lambdeploy").send().await.unwrap();
    aws.iam.delete_role().role_name(ROLE).send().await.unwrap();
    let create =
        aws.iam.create_role().role_name(ROLE).assume_role_policy_document(trust).set_tags(Some(tags));
    create.send().await.unwrap();
    let put = aws.iam.put_role_policy().role_name(ROLE).policy_name("lambdeploy").policy_document(inline);
    put.send().await.unwrap();
    let shown = lines(&world.plan(STACK).await);
    assert!(shown.len() == 1 && shown[0].starts_with("~ function/hello role"), "{shown:#?}");
    world.settles(STACK).await;
    assert_eq!(status(&world, &aws).await, 200);
}

#[tokio::test(start_paused = true)]
async fn what_a_young_account_cannot_reserve_is_refused_before_anything_is_made() {
    let world = World::with(Config { concurrency: 10, ..Config::default() });
    let reserving = STACK.replace("    environment", "    reserved_concurrency: 2\n    environment");
    let refused = refusals(&world.plan(&reserving).await);
    assert_eq!(refused.len(), 1, "{refused:?}");
    for part in
        ["function/hello: `reserved_concurrency: 2`", "runs 10 executions", "\"Concurrent executions\""]
    {
        assert!(refused[0].contains(part), "{part}: {refused:?}");
    }
    world.settles(STACK).await;
    assert_eq!(refusals(&world.plan(&reserving).await).len(), 1);
    let asked = world.aws.requests().entries();
    let asked = asked.iter().filter(|e| e.operation == "GetAccountSettings").count();
    assert_eq!(asked, 2, "asked only where the file reserves some");
}

/// A caller with a user's rights: everything but `denied`.
async fn caller(world: &World, denied: &str) -> Rc<Cloud> {
    let admin = world.cloud_in(REGION).await;
    admin.iam.create_user().user_name("ci").send().await.unwrap();
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Action": denied, "Resource": "*" },
    ] });
    let put = admin.iam.put_user_policy().user_name("ci").policy_name("ci");
    put.policy_document(policy.to_string()).send().await.unwrap();
    let key = admin.iam.create_access_key().user_name("ci").send().await.unwrap().access_key.unwrap();
    world.cloud_of(&key.access_key_id, REGION).await
}

#[tokio::test(start_paused = true)]
async fn hidden_tags_are_an_error_and_not_somebody_elses_function() {
    let world = World::new();
    world.settles(STACK).await;
    let cloud = caller(&world, "lambda:ListTags").await;
    let stack = world.stack(STACK);
    let docker: Rc<dyn Docker> = world.docker.clone();
    for error in [
        StackGraph::observed(&stack, &cloud, docker, Wishes::default()).await.err(),
        StackGraph::doomed(&stack, &cloud).await.err(),
    ] {
        let error = error.unwrap().to_string();
        assert!(error.contains("does not show the tags of hello-hello"), "{error}");
        assert!(
            error.contains("the caller's policy has to allow lambda:ListTags on arn:aws:lambda:"),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_that_is_not_ours_keeps_its_role_and_repository_and_is_left() {
    let world = World::new();
    world.settles(STACK).await;
    let aws = world.cloud().await;
    let arn = aws.arn("lambda", &format!("function:{NAME}")).unwrap();
    let keys = ["stack", "id", "region"].map(|t| format!("lambdeploy:{t}")).to_vec();
    aws.lambda.untag_resource().resource(arn).set_tag_keys(Some(keys)).send().await.unwrap();
    let plan = world.plan_destroy(STACK, &Options::default()).await;
    let mut left: Vec<_> = plan.left().map(|i| i.id.to_string()).collect();
    left.sort();
    assert_eq!(left, ["function/hello", "log-group/hello", "repository/hello", "role/hello"]);
    assert!(world.destroy(STACK).await.is_complete());
    aws.iam.get_role().role_name(ROLE).send().await.unwrap();
    aws.ecr.describe_repositories().repository_names("hello/hello").send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_role_in_an_instance_profile_is_said_before_anything_is_deleted() {
    let world = World::new();
    world.settles(STACK).await;
    let aws = world.cloud_in(REGION).await;
    aws.iam.create_instance_profile().instance_profile_name("web").send().await.unwrap();
    let add = aws.iam.add_role_to_instance_profile().instance_profile_name("web").role_name(ROLE);
    add.send().await.unwrap();
    let refused = refusals(&world.plan_destroy(STACK, &Options::default()).await);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(
        refused[0].starts_with("role/hello: the role hello-hello-us-east-2 is in the instance profile web")
    );
}

#[tokio::test(start_paused = true)]
pub(crate) async fn a_function_leaves_its_network_before_its_role_goes() {
    let world = World::with(Config { consistency: Consistency::Realistic, ..Config::default() });
    let networked = STACK.replace(
        "    environment",
        "    vpc: {subnets: [subnet-1], security_groups: [sg-1]}\n    environment",
    );
    assert!(world.up(&networked).await.is_complete());
    tokio::time::sleep(Duration::from_mins(1)).await;
    let report = world.destroy(&networked).await;
    assert!(report.is_complete(), "{report:?}");
    assert!(!world.dump().to_string().contains("stranded"), "{}", world.dump());
}

#[tokio::test(start_paused = true)]
async fn a_network_that_the_file_does_not_name_is_not_touched_by_other_changes() {
    let world = World::new();
    world.settles(STACK).await;
    let edited = STACK.replace("    environment", "    memory: 256\n    environment");
    let from = world.aws.requests().entries().len();
    world.settles(&edited).await;
    let calls = world.aws.requests().entries().split_off(from);
    assert_eq!(calls.iter().filter(|e| e.operation == "UpdateFunctionConfiguration").count(), 1);
    let aws = world.cloud_in(REGION).await;
    let function = aws.lambda.get_function_configuration().function_name(NAME).send().await.unwrap();
    assert!(function.vpc_config().is_none(), "{:?}", function.vpc_config());
}

#[tokio::test(start_paused = true)]
async fn settings_come_before_code_and_variables_that_go_go_last() {
    let world = World::new();
    world.settles(STACK).await;
    let edited = STACK.replace("GREETING: Hello", "FAREWELL: Bye");
    crate::world::write(world.folder.path(), "app.py", "print('bye')\n");
    let from = world.aws.requests().entries().len();
    world.settles(&edited).await;
    let calls = world.aws.requests().entries().split_off(from);
    let updates: Vec<_> =
        calls.iter().map(|e| e.operation).filter(|o| o.starts_with("UpdateFunction")).collect();
    let [configuration, code] = ["UpdateFunctionConfiguration", "UpdateFunctionCode"];
    assert_eq!(updates, [configuration, code, configuration]);
}

#[tokio::test(start_paused = true)]
async fn variables_that_the_caller_may_not_read_are_a_refusal_with_the_right() {
    let world = World::new();
    world.settles(STACK).await;
    let admin = world.cloud_in(REGION).await;
    let key = "arn:aws:kms:us-east-2:000000000000:key/1";
    let update = admin.lambda.update_function_configuration().function_name(NAME).kms_key_arn(key);
    update.send().await.unwrap();
    let cloud = caller(&world, "kms:Decrypt").await;
    let stack = world.stack(STACK);
    let docker: Rc<dyn Docker> = world.docker.clone();
    let graph = StackGraph::observed(&stack, &cloud, docker, Wishes::default());
    let plan = graph.await.unwrap().plan(&REPLACE).unwrap();
    let refused = refusals(&plan);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].contains("the caller's policy has to allow kms:Decrypt"), "{refused:?}");
    assert!(plan.items.iter().all(|i| i.change == Change::Keep), "{:#?}", lines(&plan));
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_nobody_has_is_said_at_once() {
    let world = World::new();
    let typo =
        STACK.replace("    environment", "    role: {policies: [AmazonS3ReadOnlyAcces]}\n    environment");
    let since = tokio::time::Instant::now();
    let report = world.up(&typo).await;
    let error = report.failed.iter().find(|(id, _)| id.as_str() == "role/hello").unwrap().1.to_string();
    assert!(error.contains("is its name right?"), "{error}");
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
}
