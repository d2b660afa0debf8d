//! lambdeploy: one `stack.yaml` in, a running HTTPS endpoint out.

pub mod aws;
pub mod docker;
pub mod engine;
pub mod resources;
pub mod stack;
pub mod stack_graph;
