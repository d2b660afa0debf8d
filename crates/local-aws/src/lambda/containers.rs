//! The seam to whatever runs containers: Docker, or nothing in tests that must not need it.

/// Starts and stops the containers of functions.
pub trait ContainerEngine: Send + Sync {}

/// The Docker Engine that `DOCKER_HOST` or the current context names.
pub struct DockerEngine;
impl ContainerEngine for DockerEngine {}

/// No engine: every invocation of an image function is an error that says so.
pub struct NoContainers;
impl ContainerEngine for NoContainers {}
