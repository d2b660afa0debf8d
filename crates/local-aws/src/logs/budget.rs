//! What logs may take of the memory: AWS keeps all of it, a process on a laptop keeps the newest.

use super::state::Logs;

/// Bytes of one region's events.
const BUDGET: usize = 64 * 1024 * 1024;
/// What is left of them once it is used up: to count and sort is not for every line.
const KEPT: usize = BUDGET / 4 * 3;

impl Logs {
    /// Makes room for events of so many bytes; the oldest go first, whatever group they are in.
    pub(super) fn make_room(&mut self, bytes: usize) {
        self.at_most += bytes;
        if self.at_most <= BUDGET {
            return;
        }
        let streams = self.groups.values().flat_map(|group| group.streams.values());
        let mut sizes: Vec<_> = streams.flat_map(|s| &s.events).map(|e| (e.arrival, e.size())).collect();
        let mut total: usize = sizes.iter().map(|(_, size)| size).sum();
        if total + bytes > BUDGET {
            sizes.sort_unstable();
            let mut oldest_kept = u64::MAX;
            for (arrival, size) in sizes {
                if total + bytes <= KEPT {
                    oldest_kept = arrival;
                    break;
                }
                total -= size;
            }
            self.forget_before(oldest_kept);
        }
        self.at_most = total + bytes;
    }

    fn forget_before(&mut self, arrival: u64) {
        let streams = self.groups.values_mut().flat_map(|group| group.streams.values_mut());
        streams.for_each(|stream| stream.events.retain(|event| event.arrival >= arrival));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn a_function_that_writes_without_end_keeps_its_newest_lines() {
        let mut logs = Logs::default();
        let line = "x".repeat(256 * 1024);
        for n in 0..1000 {
            logs.append("/g", "s", &[(Timestamp::UNIX_EPOCH, format!("{n} {line}"))], true);
        }
        let stored: usize = logs.groups.values().map(crate::logs::state::LogGroup::stored_bytes).sum();
        assert!((KEPT / 2..=BUDGET).contains(&stored), "{stored}");
        let newest =
            logs.groups["/g"].streams["s"].events.last().map(|e| e.message.as_str()).unwrap_or_default();
        assert!(newest.starts_with("999 "));
    }
}
