//! Every scenario and every fault, one test each, so that they run beside each other.

use crate::{
    by_hand::{ADOPT, GUIDE},
    fault::Fault,
    functions::CRASH,
    scenario::{Scenario, Start},
    stacks::{
        HELLO, THREE, ZIP, ZIP_FUNCTION, greeting, guide_and_more, hello_changed, three_changed, told, two,
    },
    sweep::sweep,
};
use lambdeploy::testing::engine::Options;
use local_aws::{Config, Consistency};

/// One test a fault for a scenario: those that every scenario has, and after a `+` what else it has.
macro_rules! sweeps {
    ($($scenario:ident: $make:expr $(, + $($more:ident)*)?;)*) => {$(
        mod $scenario {
            use super::*;
            sweeps!(@ $make, death_before: DeathBefore, death_after: DeathAfter, reply_lost: ReplyLost,
                request_lost: RequestLost, error: Error, throttle: Throttle, ctrl_c: CtrlC);
            $($(sweeps!($more $make);)*)?
        }
    )*};
    (answers $make:expr) => {
        sweeps!(@ $make, unavailable: Unavailable, throttle_with_time: ThrottleWithTime, half_reply: HalfReply, late: Late);
    };
    (docker $make:expr) => {
        sweeps!(@ $make, blob_cut: BlobCut, manifest_refused: ManifestRefused, engine_gone: EngineGone,
            step_fails: StepFails, death_in_build: DeathInBuild, ctrl_c_in_build: CtrlCInBuild,
            push_refused: PushRefused, push_breaks: PushBreaks, push_stalls: PushStalls,
            death_in_push: DeathInPush, ctrl_c_in_push: CtrlCInPush);
    };
    (@ $make:expr, $($name:ident: $fault:ident),*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            sweep(&$make, Fault::$fault).await;
        }
    )*};
}

const REPLACE: Options = Options { adopt: false, replace: true, include_adopted: false };

/// An AWS that is as slow to agree as AWS.
fn slow() -> Config {
    Config { consistency: Consistency::Realistic, ..Config::default() }
}

sweeps! {
    first_up_of_one: Scenario::up("first up, one function", HELLO), + answers docker;
    slow_first_up_of_one: Scenario::up("first up, one function, AWS slow to agree", HELLO).on(slow());
    changes_of_one: Scenario::up("changes, one function", hello_changed()).changing(HELLO), + answers docker;
    destroy_of_one: Scenario::destroy("destroy, one function", HELLO), + answers;
    first_up_of_three: Scenario::up("first up, three functions", THREE), + docker;
    changes_of_three: Scenario::up("changes, three functions", three_changed()).changing(THREE), + docker;
    destroy_of_three: Scenario::destroy("destroy, three functions", THREE);
    first_up_with_alerts: Scenario::up("first up, alerts and a budget", told());
    destroy_with_alerts: Scenario::destroy("destroy, alerts and a budget", &told());
    adoption: Scenario::up("adoption of the guide's stack", GUIDE).after(Start::Guide).with(ADOPT);
    zip_to_image: Scenario::up("Zip → Image", ZIP).after(Start::Zip(ZIP.to_owned(), ZIP_FUNCTION)).with(REPLACE)
        .on(slow());
    release: Scenario::release("release of code and settings", None, &greeting("Bye"), HELLO).with_new_source();
    release_that_fails: Scenario::release("release, the new version fails", None, &greeting(CRASH), HELLO).refused();
    canary: Scenario::release("release with a canary, two functions", Some(10), &two("Bye"), &two("Hello"));
    promote: Scenario::promote("promote, two functions", &two("Hello"), &two("Bye"));
    rollback: Scenario::rollback("rollback of two functions", &[&two("Hello"), &two("Bye")]), + answers;
    migration: Scenario::release("a stack from before aliases", None, HELLO, HELLO).after(Start::Old(HELLO.to_owned()));
    destroy_beside_adopted: Scenario::destroy("destroy beside what was adopted", &guide_and_more())
        .after(Start::Adopted(guide_and_more()));
}
