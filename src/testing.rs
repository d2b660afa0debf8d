//! What the tests outside of this crate reach of it: they live whole lives of a stack, with the local AWS in their own process
//! and a Docker that does as it is told.

pub mod aws {
    pub use crate::aws::{Cloud, Target, http_client};
}

pub mod contract {
    pub use crate::contract::{
        Ask, Carrier, ContractRun, Finding, Grace, Misbehaviour, Row, RowNeed, SentKey, Verdict, by_web_acl,
        judge, misbehaviours, rows,
    };
}

pub mod deployer {
    pub use crate::deployer::{Ids, Scope, Task, documents};
}

pub mod docker {
    pub use crate::{
        docker::{Call, Docker, Exchange, Fault, ScriptedDocker, connect},
        net::Body,
    };
}

pub mod doctor {
    pub use crate::doctor::{Advice, Checkup, Outlook};
}

pub mod engine {
    pub use crate::engine::{Change, Event, Field, Id, Interrupted, Options, Plan, Report, Run, Stop};
}

pub mod health {
    pub use crate::health::{
        AlarmState, ApiNumbers, Canary, FunctionNumbers, Health, KeyUsage, LiveRelease, Spent, Times,
    };
}

pub mod net {
    pub use crate::net::{Client, Network};
}

pub mod outside {
    pub use crate::outside::LiveStage;

    pub mod http {
        pub use crate::outside::http::{Response, request};
    }
}

pub mod stack {
    pub use crate::stack::{Stack, Values, load, read};
}

pub mod stack_graph {
    pub use crate::resources::{FunctionReleases, ListedVersion, VersionChange, VersionStanding};
    pub use crate::stack_graph::{
        Came, Door, KeyUse, LiveStack, Moved, Rotation, StackGraph, Wishes, ended_functions, releases,
    };
}
