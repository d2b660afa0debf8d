//! A local AWS: the part of AWS that a lambdeploy stack uses, on 127.0.0.1.
//!
//! It speaks AWS's wire protocols well enough for the AWS SDKs, aws-cli and boto3 to use it unchanged through
//! `AWS_ENDPOINT_URL`, holds the registry that `docker push` pushes to, runs functions from their images through the
//! Lambda Runtime API, and serves the stage URL with what API Gateway enforces there. It is as strict as AWS; with
//! [`Consistency::Realistic`] it is also as slow to agree.
//!
//! # The map, from the ground up
//!
//! | module | what it holds |
//! |---|---|
//! | `config`, `clock`, `secret`, `home`, `watch`, `request_log` | settings, time that a test can pause, what nobody can compute from outside, the folder of one local AWS, who looks on, what was asked |
//! | `body`, `content_encoding`, `peer`, `header_case` | what requests and responses carry |
//! | `error`, `error_words`, `constraint`, `paging`, `tags`, `policy`, `permission`, `token_bucket`, `request_quotas` | AWS's errors; its model's constraints with their sentences; pages of lists; what tags may be; IAM's policy language; what a caller has to be allowed, and how often |
//! | `blobs` | the content of images, on disk |
//! | `account_settings`, `mailbox` | what AWS knows of an account besides; the mails that it would have sent |
//! | `<service>::state`, `world` | all state, as plain data: accounts, and in each the regions |
//! | `call`, `service`, `protocol` | one request on its way through a handler; a service as a value; the wire |
//! | `sts`, `iam`, `ecr`, `logs`, `lambda`, `apigateway`, `sns`, `cloudwatch`, `budgets`, `freetier` | the control planes, a folder each, which export a `SERVICE` |
//! | `services` | the one list of them |
//! | `watchers` | alarms and budgets are brought up to date |
//! | `authorization` | may this caller do that? |
//! | `faults`, `shared` | faults by plan; what every part of one local AWS works on |
//! | `registry` | the data plane of ECR: the OCI distribution API |
//! | `lambda::runtime`, `lambda::containers` | the data plane of Lambda: containers and the Runtime API |
//! | `gateway` | the data plane of API Gateway: the stage URL |
//! | `gate`, `connections` | before every door: how many connections, names of this machine only, web pages at stage URLs only |
//! | `server`, `api`, `local_pages`, `mail_pages`, `account_pages` | one local AWS, and its four doors |
//!
//! A module knows those above it in the table and not those below: `tests/outside/test_import_circles.py` watches.
//! To add a service: a folder with its state and a `SERVICE`, a field in `world`, a line in `services`.

mod account_pages;
mod account_settings;
mod api;
mod apigateway;
mod authorization;
mod blobs;
mod body;
mod budgets;
mod call;
mod clock;
mod cloudwatch;
mod config;
mod connections;
mod constraint;
mod content_encoding;
mod ecr;
mod error;
mod error_words;
mod faults;
mod freetier;
mod gate;
mod gateway;
mod header_case;
mod home;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod iam;
mod interrupted;
mod lambda;
mod local_pages;
mod logs;
mod mail_pages;
mod mailbox;
mod paging;
mod peer;
mod permission;
mod policy;
mod protocol;
mod registry;
mod request_log;
mod request_quotas;
#[cfg(feature = "sdk")]
pub mod sdk;
mod secret;
mod server;
mod service;
mod services;
mod shared;
mod sns;
mod stable_id;
mod sts;
mod tags;
#[cfg(any(test, fuzzing))]
mod testing;
mod token_bucket;
mod watch;
mod watchers;
mod world;

pub use body::{Body, full};
pub use config::{Config, Consistency, Delays, random_seed};
pub use faults::{Action, Cut, Fault, FaultPlan, Hook, Moment, Point, REGISTRY};
pub use interrupted::interrupted;
pub use lambda::containers::{ContainerEngine, DockerEngine, NoContainers};
#[cfg(any(test, feature = "testing"))]
pub use lambda::containers::{Reaction, Scripted, Started};
pub use local_pages::PROOF;
pub use request_log::{LoggedRequest, RequestLog};
pub use secret::{Secret, random};
pub use server::LocalAws;
