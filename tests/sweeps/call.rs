//! What a command asks of the outside, call by call.

use crate::world::World;
use futures_util::FutureExt;
use lambdeploy::testing::docker;
use local_aws::{FaultPlan, Moment, Point};
use std::{
    fmt,
    sync::{Arc, Mutex},
};

/// The service that Docker's builds and pushes are counted under.
pub(crate) const DOCKER: &str = "docker";
pub(crate) const BUILD: &str = "build";
pub(crate) const PUSH: &str = "push";

/// One call of AWS's APIs, one request to the registry, one build or push: in words that hold whatever runs beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub service: &'static str,
    pub operation: &'static str,
    /// Its number among the calls of its operation, from 1.
    pub nth: u64,
}

impl Call {
    pub(crate) fn is(&self, point: &Point) -> bool {
        (self.service, self.operation, self.nth) == (point.service, point.operation, point.nth)
    }

    /// `service:operation`, as fault plans name it.
    pub(crate) fn operation(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }

    /// Notes all calls from now on but Docker's, in their order.
    pub(crate) fn noted(world: &World) -> Arc<Mutex<Vec<Self>>> {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let noted = calls.clone();
        let hook = move |p: Point| {
            if p.moment == Moment::Before {
                noted.lock().unwrap().push(Self { service: p.service, operation: p.operation, nth: p.nth });
            }
            std::future::ready(()).boxed()
        };
        world.aws.set_faults(FaultPlan { faults: Vec::new(), hook: Some(Arc::new(hook)) });
        calls
    }

    /// All builds and pushes of a world so far.
    pub(crate) fn of_docker(world: &World) -> Vec<Self> {
        let (mut builds, mut pushes) = (0, 0);
        let call = |call: &docker::Call| {
            let (operation, count) = match call {
                docker::Call::Build { .. } => (BUILD, &mut builds),
                docker::Call::Push { .. } | docker::Call::PushArchive { .. } => (PUSH, &mut pushes),
            };
            *count += 1;
            Self { service: DOCKER, operation, nth: *count }
        };
        world.docker.calls().iter().map(call).collect()
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {}", self.service, self.operation, self.nth)
    }
}
