//! Every scenario and every fault, one test each, so that they run beside each other.

use crate::{
    fault::Fault,
    scenario::Scenario,
    stacks::{HELLO, hello_changed},
    sweep::sweep,
};

/// One test a fault for a scenario.
macro_rules! sweeps {
    ($($scenario:ident: $make:expr;)*) => {$(
        mod $scenario {
            use super::*;
            sweeps!(@ $make, death_before: DeathBefore, death_after: DeathAfter, reply_lost: ReplyLost,
                request_lost: RequestLost, error: Error, throttle: Throttle, ctrl_c: CtrlC);
        }
    )*};
    (@ $make:expr, $($name:ident: $fault:ident),*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            sweep(&$make, Fault::$fault).await;
        }
    )*};
}

sweeps! {
    first_up_of_one: Scenario::up("first up, one function", HELLO);
    changes_of_one: Scenario::up("changes, one function", hello_changed()).after(HELLO);
    destroy_of_one: Scenario::destroy("destroy, one function", HELLO);
}
