//! What happens at one call, and what the command must make of it.

use crate::call::{BUILD, Call, DOCKER, PUSH};
use lambdeploy::testing::docker;
use local_aws::{Action, Fault as AwsFault};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process dies before the call has an effect.
    DeathBefore,
    /// The process dies when the call has had its effect.
    DeathAfter,
    CtrlC,
    /// The effect takes place, and the connection is cut instead of a reply.
    ReplyLost,
    /// The connection is cut before the effect.
    RequestLost,
    /// 500 once.
    Error,
    /// 429 three times.
    Throttle,
    /// 503 once.
    Unavailable,
    /// 429 once, with the seconds to wait.
    ThrottleWithTime,
    /// The effect takes place, and half of the reply arrives.
    HalfReply,
    /// The effect takes place when the caller has given up waiting.
    Late,
    /// Every try to send a blob is cut.
    BlobCut,
    ManifestRefused,
    EngineGone,
    StepFails,
    DeathInBuild,
    CtrlCInBuild,
    PushRefused,
    PushBreaks,
    PushStalls,
    DeathInPush,
    CtrlCInPush,
}

/// What becomes of the run that is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Dies,
    /// It stops, and nothing failed.
    Stops,
    /// It gets through all the same.
    Heals,
    /// It fails, and says this.
    Fails(&'static str),
}

/// Longer than one try of a call is waited for (60 s).
const LATE: u64 = 90_000;
/// What [`Fault::ThrottleWithTime`] asks for, in seconds.
pub(crate) const RETRY_AFTER: u32 = 30;

impl Fault {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::DeathBefore => "death before the effect",
            Self::DeathAfter => "death after the effect",
            Self::CtrlC => "Ctrl-C",
            Self::ReplyLost => "reply lost",
            Self::RequestLost => "request lost",
            Self::Error => "500 once",
            Self::Throttle => "429 three times",
            Self::Unavailable => "503 once",
            Self::ThrottleWithTime => "429 with Retry-After",
            Self::HalfReply => "half a reply",
            Self::Late => "answer after the time-out",
            Self::BlobCut => "blob upload cut",
            Self::ManifestRefused => "manifest rejected",
            Self::EngineGone => "daemon gone in mid build",
            Self::StepFails => "build step fails",
            Self::DeathInBuild => "death in the build",
            Self::CtrlCInBuild => "Ctrl-C in the build",
            Self::PushRefused => "push refused",
            Self::PushBreaks => "push breaks off",
            Self::PushStalls => "push stalls",
            Self::DeathInPush => "death in the push",
            Self::CtrlCInPush => "Ctrl-C in the push",
        }
    }

    pub(crate) fn fate(self) -> Fate {
        match self {
            Self::DeathBefore | Self::DeathAfter | Self::DeathInBuild | Self::DeathInPush => Fate::Dies,
            Self::CtrlC | Self::CtrlCInBuild | Self::CtrlCInPush => Fate::Stops,
            Self::BlobCut => Fate::Fails("cut the connection"),
            Self::ManifestRefused => Fate::Fails("MANIFEST_INVALID"),
            Self::EngineGone | Self::PushBreaks => Fate::Fails("the engine closed the connection"),
            Self::StepFails => Fate::Fails("exit code: 1"),
            Self::PushRefused => Fate::Fails("denied"),
            Self::PushStalls => Fate::Fails("the push has stalled"),
            _ => Fate::Heals,
        }
    }

    /// Whether this can happen to a call.
    pub(crate) fn strikes(self, call: &Call) -> bool {
        match self {
            Self::BlobCut => call.operation() == "registry:AppendUpload",
            Self::ManifestRefused => call.operation() == "registry:PutManifest",
            Self::EngineGone | Self::StepFails | Self::DeathInBuild | Self::CtrlCInBuild => {
                (call.service, call.operation) == (DOCKER, BUILD)
            }
            Self::PushRefused
            | Self::PushBreaks
            | Self::PushStalls
            | Self::DeathInPush
            | Self::CtrlCInPush => (call.service, call.operation) == (DOCKER, PUSH),
            _ => call.service != DOCKER,
        }
    }

    /// What a fault plan makes of it.
    pub(crate) fn on(self, call: &Call) -> Vec<AwsFault> {
        let nth = |nth: u64, action: Action| AwsFault::on_nth(&call.operation(), nth, action);
        let one = |action: Action| vec![nth(call.nth, action)];
        let refuse = |status, retry_after| Action::Refuse { status, code: None, message: None, retry_after };
        let tries = |count: u64, action: Action| {
            (call.nth..call.nth + count).map(|n| nth(n, action.clone())).collect()
        };
        match self {
            Self::ReplyLost => one(Action::DropReply),
            Self::RequestLost => one(Action::DropRequest),
            Self::Error => one(refuse(500, None)),
            Self::Throttle => tries(3, refuse(429, None)),
            Self::Unavailable => one(refuse(503, None)),
            Self::ThrottleWithTime => one(refuse(429, Some(RETRY_AFTER))),
            Self::HalfReply => one(Action::MalformedReply),
            Self::Late => one(Action::Delay { milliseconds: LATE }),
            // Of as many uploads as run beside each other, each with its tries.
            Self::BlobCut => tries(16, Action::DropRequest),
            Self::ManifestRefused => one(Action::Refuse {
                status: 400,
                code: Some("MANIFEST_INVALID".to_owned()),
                message: None,
                retry_after: None,
            }),
            _ => Vec::new(),
        }
    }

    /// What the scripted Docker makes of it.
    pub(crate) fn in_docker(self) -> Option<docker::Fault> {
        Some(match self {
            Self::EngineGone => docker::Fault::BuildBreaks,
            Self::StepFails => docker::Fault::StepFails,
            Self::DeathInBuild | Self::CtrlCInBuild => docker::Fault::BuildStalls,
            Self::PushRefused => docker::Fault::PushRefused,
            Self::PushBreaks => docker::Fault::PushBreaks,
            Self::PushStalls | Self::DeathInPush | Self::CtrlCInPush => docker::Fault::PushStalls,
            _ => return None,
        })
    }
}
