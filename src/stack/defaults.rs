//! What holds when a key is left out. Names that follow from others are [`super::DefaultNames`]; the API, the key and the
//! plan are named like the stack.

/// MB.
pub const MEMORY: u32 = 128;
/// Seconds.
pub const TIMEOUT: u32 = 3;
/// MB.
pub const EPHEMERAL_STORAGE: u32 = 512;
/// Images.
pub const KEEP: u32 = 10;
/// Days.
pub const LOG_RETENTION: u32 = 30;
pub const ARCHITECTURE: &str = "x86_64";
pub const DOCKERFILE: &str = "Dockerfile";
pub const STAGE: &str = "default";
pub const AUTH: &str = "none";
pub const AUTHORIZER: &str = "token";
pub const AUTHORIZER_HEADER: &str = "Authorization";
/// Seconds.
pub const AUTHORIZER_TTL: u32 = 300;
pub const CHECK_STATUS: u32 = 200;
/// Seconds.
pub const CORS_MAX_AGE: u32 = 600;
