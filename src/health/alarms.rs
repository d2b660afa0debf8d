//! The stack's alarms: which of them ring.

use super::look::Look;
use crate::{resources::AlarmState, stack::Trouble};
use anyhow::Result;

impl Look<'_> {
    pub(super) async fn alarms(&self) -> Result<Vec<AlarmState>> {
        if self.stack.alerts.is_none() {
            return Ok(Vec::new());
        }
        let prefix = self.aws.default_names().alarm("");
        let all = self.aws.cloud.alarms(&prefix).await?;
        // A stack whose name begins as this one's has alarms that do so too.
        let own = all.iter().filter(|alarm| {
            alarm.alarm_name().and_then(|name| name.strip_prefix(&prefix)).is_some_and(Trouble::is_key)
        });
        Ok(own.map(AlarmState::of).collect())
    }
}
