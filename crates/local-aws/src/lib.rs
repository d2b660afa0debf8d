//! A local AWS: the part of AWS that a lambdeploy stack uses, on 127.0.0.1.
//!
//! It speaks AWS's wire protocols well enough for the AWS SDKs, aws-cli and boto3 to use it unchanged through
//! `AWS_ENDPOINT_URL`, holds the registry that `docker push` pushes to, runs functions from their images through the
//! Lambda Runtime API, and serves the stage URL with what API Gateway enforces there. It is as strict as AWS; with
//! [`Consistency::Realistic`] it is also as slow to agree.
//!
//! # The map
//!
//! | module | what it holds |
//! |---|---|
//! | [`server`] | one local AWS, and its four doors |
//! | `connections` | HTTP in: so many connections at most, and none that only waits |
//! | `gate` | before every door: names of this machine only, web pages at stage URLs only; which door a request goes to |
//! | `local_pages` | the door `/_local/`, for people and tests |
//! | `home` | the folder of one local AWS, which shows whether its process lives |
//! | `secret` | what nobody can compute from outside: the signatures of passwords and proofs |
//! | `api` | the AWS API's door: through latency, [`faults`], `grants`, `authorization` to the handler |
//! | [`protocol`] | a request on the wire becomes a [`Call`]; a reply or an [`AwsError`] becomes bytes again |
//! | [`world`] | all state, as plain data: accounts, and in each the regions |
//! | [`operation`] | one table row an operation: name, HTTP binding, handler |
//! | [`policy`] | IAM's policy language, for all who decide by policies |
//! | [`constraint`] | the constraints of AWS's model, with AWS's sentences for what breaks them |
//! | `sts`, `iam`, `ecr`, `logs`, `lambda`, `apigateway` | the control planes, one folder a service |
//! | `registry` | the data plane of ECR: the OCI distribution API, blobs on disk |
//! | `lambda::runtime` | the data plane of Lambda: containers and the Runtime API |
//! | `gateway` | the data plane of API Gateway: the stage URL |
//! | [`clock`], [`config`], [`request_log`] | time that a test can pause, settings, what was asked since the start |

pub mod clock;
pub mod config;
pub mod constraint;
pub mod error;
pub mod faults;
pub mod policy;
pub mod protocol;
pub mod request_log;
pub mod server;
pub mod world;

mod api;
mod apigateway;
mod authorization;
mod blobs;
mod body;
mod call;
mod connections;
mod ecr;
mod error_words;
mod gate;
mod gateway;
mod header_case;
mod home;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod iam;
mod lambda;
mod local_pages;
mod logs;
mod peer;
mod permission;
mod registry;
mod request_quotas;
mod secret;
mod service;
mod services;
mod shared;
mod stable_id;
mod sts;
#[cfg(any(test, fuzzing))]
mod testing;
mod token_bucket;
mod watch;

pub use body::{Body, full};
pub use config::{Config, Consistency, random_seed};
pub use error::AwsError;
pub use faults::{Action, Cut, Fault, FaultPlan, Hook, Moment, Point};
pub use lambda::containers::{ContainerEngine, DockerEngine, NoContainers, Reaction, Scripted, Started};
pub use local_pages::PROOF;
pub use secret::{Secret, random};
pub use server::LocalAws;
