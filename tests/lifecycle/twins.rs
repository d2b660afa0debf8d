//! What two runs at once may have made twice: the next `up` keeps the one that is wired, whatever the twin holds.

use crate::{
    stacks::HELLO,
    world::{ACCOUNT, REGION, World, lines},
};
use aws_sdk_apigateway::{Client, types::ApiStage};
use serde_json::Value;
use std::{collections::BTreeSet, rc::Rc, time::Duration};

/// HELLO with two keys, up, and what of it can be made twice.
struct Stack {
    world: World,
    cloud: Rc<lambdeploy::testing::aws::Cloud>,
    text: String,
    api: String,
    plan: String,
}

impl Stack {
    async fn new() -> Self {
        let (world, text) = (World::new(), HELLO.replace("keys: [client]", "keys: [client, other]"));
        world.settles(&text).await;
        let cloud = world.cloud_in(REGION).await;
        let api = cloud.apigateway.get_rest_apis().send().await.unwrap().items()[0].id().unwrap().to_owned();
        let plan =
            cloud.apigateway.get_usage_plans().send().await.unwrap().items()[0].id().unwrap().to_owned();
        Self { world, cloud, text, api, plan }
    }

    fn client(&self) -> &Client {
        &self.cloud.apigateway
    }

    async fn key(&self, name: &str) -> String {
        let keys = self.client().get_api_keys().name_query(name).send().await.unwrap();
        keys.items()[0].id().unwrap().to_owned()
    }

    async fn unlink(&self, key: &str) {
        self.client().delete_usage_plan_key().usage_plan_id(&self.plan).key_id(key).send().await.unwrap();
    }

    async fn link(&self, plan: &str, key: &str) {
        let link = self.client().create_usage_plan_key().usage_plan_id(plan).key_id(key);
        link.key_type("API_KEY").send().await.unwrap();
    }

    fn region(&self) -> Value {
        self.world.dump()["accounts"][ACCOUNT]["regions"][REGION]["apigateway"].clone()
    }

    fn ids(&self, kind: &str) -> BTreeSet<String> {
        self.region()[kind].as_object().unwrap().keys().cloned().collect()
    }

    /// One further `up` leaves nothing to do.
    async fn heals(&self) {
        assert!(self.world.plan(&self.text).await.has_changes());
        let report = self.world.up(&self.text).await;
        assert!(report.is_complete(), "{report:?}");
        assert_eq!(lines(&self.world.plan(&self.text).await), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_holds_one_of_the_keys() {
    let stack = Stack::new().await;
    let (client, other) = (stack.key("client").await, stack.key("other").await);
    let ours = stack.client().get_usage_plan().usage_plan_id(&stack.plan).send().await.unwrap();
    let stage = ApiStage::builder().api_id(&stack.api).stage("default").build();
    let twin = stack.client().create_usage_plan().name(ours.name().unwrap()).set_tags(ours.tags);
    let twin = twin.api_stages(stage).send().await.unwrap().id.unwrap();
    stack.unlink(&other).await;
    stack.link(&twin, &other).await;
    stack.heals().await;
    assert_eq!(stack.ids("plans").len(), 1);
    let plans = stack.region()["plans"].clone();
    let keys = &plans.as_object().unwrap().values().next().unwrap()["keys"];
    assert!(keys[&client].is_string() && keys[&other].is_string(), "{keys}");
}

#[tokio::test(start_paused = true)]
async fn the_key_that_clients_send_stays() {
    let stack = Stack::new().await;
    let older = stack.key("client").await;
    let ours = stack.client().get_api_key().api_key(&older).send().await.unwrap();
    // AWS dates keys by the second.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let twin = stack.client().create_api_key().name("client").enabled(true).set_tags(ours.tags);
    let twin = twin.send().await.unwrap().id.unwrap();
    stack.unlink(&older).await;
    stack.link(&stack.plan, &twin).await;
    let value = stack.region()["keys"][&twin]["value"].clone();
    stack.heals().await;
    assert_eq!(stack.ids("keys"), BTreeSet::from([twin.clone(), stack.key("other").await]));
    assert_eq!(stack.region()["keys"][&twin]["value"], value);
}

#[tokio::test(start_paused = true)]
async fn the_api_that_people_call_stays() {
    let stack = Stack::new().await;
    let ours = stack.client().get_rest_api().rest_api_id(&stack.api).send().await.unwrap();
    stack
        .client()
        .create_rest_api()
        .name(ours.name().unwrap())
        .set_tags(ours.tags)
        .set_endpoint_configuration(ours.endpoint_configuration)
        .send()
        .await
        .unwrap();
    stack.heals().await;
    assert_eq!(stack.ids("apis"), BTreeSet::from([stack.api.clone()]));
}
