//! Whole lives of stacks against the local AWS, in this process: no socket (but where it is the point), no Docker, a
//! clock that stands still.

#![allow(clippy::unwrap_used)]

mod adopt;
mod alerts;
mod anew;
mod api_gateway;
mod asleep;
mod auth;
mod canaries;
mod contract;
mod doctor;
mod drift;
mod edits;
mod images;
mod live_url;
mod local_page;
mod metrics;
mod names;
mod neighbours;
mod other_registries;
mod ownership;
mod patience;
mod pause;
mod policy;
mod provisioned;
mod pruning;
mod realistic;
mod releases;
mod requests;
mod rollback;
mod rotation;
mod snapstart;
mod stage_url;
mod states;
mod twins;
mod zip;

use test_support::{by_hand, functions, stacks, world};
