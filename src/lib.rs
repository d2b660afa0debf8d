//! lambdeploy: one `stack.yaml` in, a running HTTPS endpoint out.
//!
//! # The map
//!
//! Follow one `up` from top to bottom:
//!
//! 1. [`cli`] reads the command line; [`run`] picks the command; [`exit`] says what its end means to the shell.
//! 2. [`stack`] (`crates/stack`) reads the stack file: a tree that knows its places, all mistakes at once, secrets marked.
//! 3. [`commands`]: one file a command. [`commands::session`] is what they share: the file, the clients, the printer.
//! 4. [`stack_graph`] turns the stack into a graph of resources: the only place that knows all kinds.
//! 5. [`engine`] (`crates/engine`) observes all of them at once, plans (purely), and applies along the needs. It knows neither AWS nor a
//!    screen, and says what happens as typed events.
//! 6. [`resources`]: one file a kind: how it is observed, wished, made, changed, deleted. What several of them build on is
//!    [`policy`], IAM's language, and [`ecr`], what becomes of an image in AWS.
//! 7. [`aws`]: how AWS is called: retry by class in one place, errors in AWS's words with the next step, ownership tags.
//!    [`docker`] (`crates/docker`): contexts, builds, pushes, behind a trait.
//! 8. [`contract`] derives from the stack what the outside must see, and asks for it; [`outside`] carries the requests as a
//!    client would, [`net`] (`crates/net`) is every way out of this machine; [`outputs`] is what a client needs; [`files`] opens what
//!    somebody names. [`ui`] prints: terminal, plain lines and JSON are three readers of one event stream, and print
//!    through one sink, which hides secrets ([`mask`]) and shows control characters as pictures.
//! 9. [`health`] reads how a stack is; [`cost`] says from the stack file and the table of [`prices`] what a stack can cost at most.
//! 10. [`deployer`]: the IAM policies of whoever deploys a stack; [`doctor`] asks what will go wrong, rights among it; [`init`] writes the files that a stack begins with.
//!
//! The local AWS is its own crate, `crates/local-aws`, so that neither leans on the other's misunderstandings.
//!
//! Dependencies go one way: `cli → commands → stack_graph → resources → (policy, ecr) → (aws, docker) → engine`, and
//! `ui → engine`.

#![allow(rustdoc::private_intra_doc_links, reason = "the map is for who works on it")]
// What tests reach is public for them alone.
#![cfg_attr(not(feature = "testing"), allow(unreachable_pub))]
// What is printed goes through the one sink of `ui`.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod aws;
mod cli;
mod commands;
mod contract;
mod cost;
mod deployer;
mod doctor;
mod ecr;
mod exit;
mod health;
mod init;
mod outputs;
mod outside;
mod policy;
mod prices;
mod resources;
mod stack_graph;
#[cfg(feature = "testing")]
pub mod testing;
mod ui;

use clap::{Parser, error::ErrorKind};
use exit::Exit;
use lambdeploy_docker as docker;
use lambdeploy_engine as engine;
use lambdeploy_net as net;
use lambdeploy_stack::{self as stack, files, mask};
use std::{
    io::{self, Write},
    process::ExitCode,
};

/// Runs the command line of this process on this thread.
pub fn run() -> ExitCode {
    ui::no_colours_where_dumb();
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let error = cli::tipped(error);
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // A closed pipe is nobody to tell it to.
            _ = error.print();
            return if asked { Exit::Done } else { Exit::Usage }.into();
        }
    };
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let exit = runtime.block_on(tokio::task::LocalSet::new().run_until(commands::run(cli)));
            // Nothing blocking is worth waiting for once the command has ended.
            runtime.shutdown_background();
            exit.into()
        }
        Err(error) => {
            // There is no printer yet.
            _ = writeln!(io::stderr(), "lambdeploy can't start: {error}");
            Exit::Failed.into()
        }
    }
}
