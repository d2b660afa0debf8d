//! The binary as people meet it: exit code, stdout and stderr of every command and of bad days, in one snapshot each.
//!
//! A snapshot that changed on purpose is accepted with `INSTA_UPDATE=always`, and read before it is committed.

#![allow(clippy::unwrap_used)]

mod bad_days;
mod call;
mod canaries;
mod commands;
mod doctor;
mod engine;
mod fakes;
mod init;
mod interruptions;
mod locals;
mod logs;
mod ownership;
mod policy;
mod releases;
mod secrets;
mod usage;
mod verify;
mod way;

use test_support::{archive, functions, shell};
