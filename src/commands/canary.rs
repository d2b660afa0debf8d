//! A new version has a share of the calls: it is watched, or left so.

use super::session::Session;
use crate::{
    cli,
    stack_graph::{Came, StackGraph},
    ui::{Outcome, Printer},
};
use anyhow::{Context as _, Result};

/// Whether what has a share of the calls goes on, or may.
///
/// # Errors
/// As [`StackGraph::watch`].
pub(super) async fn watch(
    session: &Session,
    common: &cli::Common,
    args: &cli::ReleaseArgs,
    graph: &StackGraph<'_>,
    printer: &Printer,
) -> Result<bool> {
    if !graph.has_canaries() {
        return Ok(true);
    }
    let (promote, rollback) = (common.again("promote"), common.again("rollback"));
    if args.hold {
        printer.say(format!(
            "the canary goes on: `{promote}` gives the new version all calls, `{rollback}` none"
        ));
        return Ok(true);
    }
    let tell = |line: String| printer.say(line);
    let came = graph.watch(args.watch, tell, printer.events(), &session.stop).await;
    let came = came.with_context(|| {
        let up = common.again("up");
        format!(
            "the canary is no longer watched: `{up}` watches it again, `{promote}` or `{rollback}` ends it"
        )
    })?;
    match came {
        Came::Live(moved) => {
            printer.show(Outcome::Moved(&moved));
            Ok(true)
        }
        Came::Back(function, why) => {
            printer.warn(format!(
                "{function}: the new version is worse: {why}; what was live before has all calls again"
            ));
            Ok(false)
        }
    }
}
