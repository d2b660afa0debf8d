//! What is live: the version and the alias that names it; and the right to call the function itself, which is a stack's from
//! before there were aliases.

use super::{Drift, keys::api_id};
use crate::world::{lines, refusals};
use lambdeploy::testing::{aws::Cloud, engine::Options};

const NAME: &str = "hello-hello";

/// Another version than the live one: of a function that was changed, and changed back.
async fn other_version(aws: &Cloud) -> String {
    let publish = async |memory| {
        let update = aws.lambda.update_function_configuration().function_name(NAME).memory_size(memory);
        update.send().await.unwrap();
        aws.lambda.publish_version().function_name(NAME).send().await.unwrap().version.unwrap()
    };
    let other = publish(256).await;
    publish(128).await;
    other
}

async fn move_to(aws: &Cloud, version: &str) {
    let update = aws.lambda.update_alias().function_name(NAME).name("live").function_version(version);
    update.send().await.unwrap();
}

async fn live(aws: &Cloud) -> String {
    let alias = aws.lambda.get_alias().function_name(NAME).name("live").send().await.unwrap();
    alias.function_version.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_version_that_was_made_live_by_hand() {
    let mut drift = Drift::of("version/hello").await;
    let (aws, was) = (drift.aws.clone(), live(&drift.aws).await);
    drift.shows("number", async |aws| move_to(aws, &other_version(aws).await).await).await;
    let mended = live(&aws).await;
    let serves = aws.lambda.get_function_configuration().function_name(NAME).qualifier("live");
    assert_eq!(serves.send().await.unwrap().memory_size(), Some(128));
    assert_ne!(mended, "2", "{was}");
    drift.every_field_is_proven(&[]).await;
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_names_the_function_as_it_is() {
    let drift = Drift::of("version/hello").await;
    let was = live(&drift.aws).await;
    move_to(&drift.aws, "$LATEST").await;
    assert_eq!(
        lines(&drift.world.plan(super::STACK).await),
        [r#"~ version/hello number "$LATEST" → "(known after up)""#]
    );
    drift.world.settles(super::STACK).await;
    assert_eq!(live(&drift.aws).await, was);
}

#[tokio::test(start_paused = true)]
async fn a_share_that_nobody_asked_for_and_an_alias_of_somebody_else() {
    let mut drift = Drift::of("alias/hello").await;
    drift
        .shows("canary", async |aws| {
            let other = other_version(aws).await;
            let weights = std::collections::HashMap::from([(other, 0.25)]);
            let routing = aws_sdk_lambda::types::AliasRoutingConfiguration::builder();
            let routing = routing.set_additional_version_weights(Some(weights)).build();
            let update = aws.lambda.update_alias().function_name(NAME).name("live").routing_config(routing);
            update.send().await.unwrap();
        })
        .await;
    drift.proves("version");
    drift
        .every_field_is_proven(&[(
            "managed",
            "an alias whose description is not ours is somebody else's: see below",
        )])
        .await;
    let (world, aws) = (&drift.world, &drift.aws);
    let update = aws.lambda.update_alias().function_name(NAME).name("live").description("mine");
    update.send().await.unwrap();
    let refused = refusals(&world.plan(super::STACK).await);
    let told = "alias/hello: the alias live of hello-hello (arn:aws:lambda:us-east-2:000000000000:function:hello-hello:live)";
    assert!(refused.len() == 1 && refused[0].starts_with(told), "{refused:?}");
    let adopt = Options { adopt: true, ..Options::default() };
    assert!(world.up_with(super::STACK, &adopt, Default::default()).await.is_complete());
    assert!(!world.plan(super::STACK).await.has_changes());
    let alias = aws.lambda.get_alias().function_name(NAME).name("live").send().await.unwrap();
    assert!(alias.description().unwrap().starts_with("lambdeploy adopted: "), "{alias:?}");
}

/// A stack from before there were aliases may call the function itself: that goes once all else is known to work.
#[tokio::test(start_paused = true)]
async fn the_right_to_call_the_function_itself() {
    let drift = Drift::of("permission/hello").await;
    let (world, aws) = (&drift.world, &drift.aws);
    let source = aws.arn("execute-api", &format!("{}/*/*/*", api_id(aws).await)).unwrap();
    let add = aws.lambda.add_permission().function_name(NAME).statement_id("lambdeploy-hello");
    let add = add.action("lambda:InvokeFunction").principal("apigateway.amazonaws.com").source_arn(source);
    add.send().await.unwrap();
    let planned = [r#"~ permission/hello former ["lambdeploy-hello"] → []"#];
    assert_eq!(lines(&world.plan(super::STACK).await), planned);
    let remove = aws.lambda.remove_permission().function_name(NAME).qualifier("live");
    remove.statement_id("lambdeploy-hello").send().await.unwrap();
    let planned = [r#"~ permission/hello on "the function itself" → "live""#];
    assert_eq!(lines(&world.plan(super::STACK).await), planned);
    assert_eq!(world.up_and_prune(super::STACK, Default::default()).await, [""; 0]);
    assert!(!world.plan(super::STACK).await.has_changes());
    aws.lambda.get_policy().function_name(NAME).send().await.unwrap_err();
}
