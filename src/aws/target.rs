//! Which AWS.

use super::profiles::ProfileWish;

/// The real one, or a stand-in for it.
#[derive(Clone)]
pub enum Target {
    /// The real one.
    Aws { profile: ProfileWish, region: Option<String> },
    /// A local AWS at `http://127.0.0.1:<port>`.
    Local { endpoint: String, account: String, region: String },
    /// A local AWS in this process.
    #[cfg(feature = "testing")]
    InProcess { aws: local_aws::LocalAws, account: String, region: String },
}
