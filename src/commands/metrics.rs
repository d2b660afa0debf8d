//! `metrics`: how the stack is, in one screen.

use super::{
    logs::age,
    session::{READING_STOPS, Session},
};
use crate::{
    Exit, cli,
    health::Health,
    stack::Values,
    ui::{Outcome, Printer},
};
use anyhow::{Result, bail};
use std::time::Duration;

/// Between two looks: GetMetricData is paid by the metric.
const ON_AWS: Duration = Duration::from_mins(1);
const LOCALLY: Duration = Duration::from_secs(2);

pub(super) async fn run(common: &cli::Common, args: &cli::MetricsArgs, printer: &Printer) -> Result<Exit> {
    let session = Session::open(common, Values::NotNeeded, printer).await?;
    session.listen_for_ctrl_c(READING_STOPS, printer);
    let seconds = (age(&args.since)? / 1000).max(60);
    loop {
        let look = session.stop.cancel(Health::read(&session.stack, &session.cloud, seconds)).await?;
        let Some(health) = look? else { bail!(session.not_deployed(common)) };
        if args.watch {
            printer.clear();
        }
        printer.show(Outcome::Health(&health));
        if !args.watch || !printer.is_read() {
            return Ok(Exit::Done);
        }
        let pause = if session.cloud.local { LOCALLY } else { ON_AWS };
        if session.stop.sleep(pause).await.is_err() {
            return Ok(Exit::Interrupted);
        }
    }
}
