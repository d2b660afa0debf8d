//! The deployer's policy: every test here runs its commands as a caller who may do what `lambdeploy policy` prints and nothing
//! else (see `World`). These show that nothing of it is too much: without any of its actions or resources, a call that
//! was made would have been refused.

use crate::{
    adopt, auth, doctor, drift, images, metrics, other_registries, pause, pruning, releases, rotation,
    stacks::{THREE, without_orders},
    world::{Record, World, recorded},
    zip,
};
use lambdeploy::testing::engine::Options;
use serde_json::Value;
use std::collections::BTreeSet;

/// Actions with their resources.
type Needs = BTreeSet<(String, String)>;

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        other => other.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
    }
}

/// `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let middle: Vec<&str> = parts.collect();
    let Some((last, middle)) = middle.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Each action with each resource of a policy.
fn pairs(policies: &[Value]) -> BTreeSet<(String, String)> {
    let statements = policies.iter().flat_map(|policy| policy["Statement"].as_array().unwrap());
    let pair = |statement: &Value| -> Vec<(String, String)> {
        let actions = texts(&statement["Action"]);
        let resources = texts(&statement["Resource"]);
        let all = actions.iter().flat_map(|a| resources.iter().map(|r| ((*a).to_owned(), (*r).to_owned())));
        all.collect()
    };
    statements.flat_map(pair).collect()
}

/// What of a policy could be taken out, and no call that was made would be refused: actions, then resources.
fn spare(policies: &[Value], needs: &Needs) -> (Vec<String>, Vec<String>) {
    let pairs = pairs(policies);
    let granted = |pairs: &[&(String, String)], (action, resource): &(String, String)| {
        pairs.iter().any(|(a, r)| a == action && fits(r, resource))
    };
    let without = |keep: &dyn Fn(&(String, String)) -> bool| {
        let left: Vec<_> = pairs.iter().filter(|pair| keep(pair)).collect();
        needs.iter().all(|need| granted(&left, need))
    };
    let actions: BTreeSet<&String> = pairs.iter().map(|(action, _)| action).collect();
    let resources: BTreeSet<&String> = pairs.iter().map(|(_, resource)| resource).collect();
    let spare_actions = actions.into_iter().filter(|action| without(&|(a, _)| a != *action));
    let spare_resources = resources.into_iter().filter(|resource| without(&|(_, r)| r != *resource));
    (spare_actions.cloned().collect(), spare_resources.cloned().collect())
}

/// The keys and the lists of functions that are asleep are read by `logs`, `call` and `verify`, the history of an image by
/// `doctor`: tests/cli runs them.
const BY_OTHER_COMMANDS: [&str; 2] = ["lambda:GetFunctionConfiguration", "ecr:GetDownloadUrlForLayer"];

#[test]
fn without_any_action_or_resource_a_call_is_refused() {
    let lives: [fn(); 33] = [
        whole_life,
        drift::alerts::alarms_come_and_go_with_the_file,
        drift::alerts::an_address_of_somebody_else_goes_once_it_has_confirmed,
        drift::alerts::fields_of_an_alarm,
        drift::alerts::fields_of_the_topic,
        drift::budget::a_budget_that_leaves_the_file_is_deleted,
        drift::budget::budget,
        drift::function::kept_statements,
        drift::function::permission,
        drift::function::settings,
        drift::function::what_is_missing_is_made,
        drift::keys::a_key_or_plan_that_is_gone_is_made_anew,
        drift::keys::api_key,
        drift::keys::usage_plan,
        drift::named::a_boundary_that_the_file_names_takes_the_place_of_another,
        drift::named::log_group,
        drift::named::repository,
        drift::named::role,
        drift::named::what_is_missing_is_made,
        drift::rest_api::rest_api,
        drift::rest_api::stage,
        adopt::the_guides_own_stack_is_refused_and_then_adopted_as_it_is,
        auth::each_kind_is_edited_into_each_other_and_leaves_nothing,
        doctor::a_well_stack_has_no_complaint,
        metrics::two_hundred_calls_of_which_twenty_fail,
        pause::a_key_that_was_disabled_by_hand_stays_so,
        pause::every_call_is_refused_and_up_does_not_reopen,
        rotation::both_values_work_until_the_old_one_is_retired,
        images::an_adopted_repository_keeps_its_immutable_tags_and_its_owners_statements,
        other_registries::another_accounts_image_runs_where_it_lets_us_in,
        pruning::what_a_version_runs_that_an_alias_names_stays,
        releases::code_and_settings_become_live_together_in_one_call,
        zip::a_zip_function_is_made_anew_with_consent_only,
    ];
    lives.iter().for_each(|life| life());
    let Record { needs, policies } = recorded();
    let (mut actions, resources) = spare(&policies, &needs);
    actions.retain(|action| !BY_OTHER_COMMANDS.contains(&action.as_str()));
    assert_eq!((actions, resources), (vec![], vec![]), "nothing fails without these: are they needed?");
}

#[tokio::test(start_paused = true)]
pub(crate) async fn whole_life() {
    let world = World::new();
    let before = THREE
        .replace("log_retention: never", "log_retention: 7")
        .replace("tags: {team: web}", "tags: {team: web, old: tag}");
    world.settles(&before).await;
    world.settles(THREE).await;
    world.settles(&without_orders()).await;
    let aws = world.cloud().await;
    let id = aws.rest_apis().await.unwrap()[0].id().unwrap().to_owned();
    let domain = aws
        .apigateway
        .create_domain_name()
        .domain_name("api.example.com")
        .regional_certificate_arn("arn:aws:acm:us-east-2:000000000000:certificate/a");
    domain.send().await.unwrap();
    let mapping =
        aws.apigateway.create_base_path_mapping().domain_name("api.example.com").rest_api_id(&id).stage("v1");
    mapping.send().await.unwrap();
    world.plan_destroy(&without_orders(), &Options::default()).await;
    aws.apigateway
        .delete_base_path_mapping()
        .domain_name("api.example.com")
        .base_path("(none)")
        .send()
        .await
        .unwrap();
    assert!(world.destroy(&without_orders()).await.is_complete());
}

#[test]
fn a_star_stands_for_anything() {
    assert!(
        fits("*", "")
            && fits("a*", "ab/c")
            && fits("a*c", "abc")
            && fits("/a/*/b", "/a/1/b")
            && fits("a", "a")
    );
    assert!(!fits("a", "ab") && !fits("a*c", "ab") && !fits("/a/*/b", "/a/b"));
}
