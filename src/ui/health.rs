//! How a stack is, in one screen.

use super::text::{StyledText, lines};
use crate::{
    cost::usd,
    health::{AlarmState, ApiNumbers, FunctionNumbers, Health, KeyUsage, LiveRelease, Spent, Times},
};

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Characters of a quota's bar.
const BAR: i64 = 20;
/// Characters of a name.
const NAME: usize = 16;

pub(super) fn render(it: &Health) -> StyledText {
    let head = format!("{} in {}, {} to {}", it.stack, it.region, it.from, it.until);
    let mut all = vec![StyledText::new().exact(head)];
    all.extend(it.paused.iter().map(|since| StyledText::new().yellow(format!("paused since {since}"))));
    all.push(StyledText::new().dim(format!(
        "{:NAME$}  {:>8}  {:>8}  {:>8}  {:>9}  {:>9}",
        "", "calls", "errors", "refused", "p50", "p95"
    )));
    all.extend(it.api.iter().map(api));
    all.extend(it.functions.iter().flat_map(function));
    all.extend(it.keys.iter().map(key));
    all.extend(it.alarms.iter().map(|alarm| ringing(&it.stack, alarm)));
    all.extend(it.budget.iter().map(budget));
    all.extend(it.remarks.iter().map(|why| StyledText::new().yellow("note").plain(format!(": {why}"))));
    let paid = format!("asked for {} metrics: {} on AWS", it.metrics_asked, usd(it.costs));
    all.push(StyledText::new().dim(paid));
    lines(all)
}

fn api(it: &ApiNumbers) -> StyledText {
    row("API", it.calls, it.errors_5xx, it.errors_4xx, it.times, &it.calls_in_time)
}

fn function(it: &FunctionNumbers) -> Vec<StyledText> {
    let numbers = row(&it.function, it.calls, it.errors, it.throttles, it.times, &it.calls_in_time);
    let starts = match (it.starts, it.start_ms) {
        (Some(n), Some(ms)) => Some(format!("{n} cold starts, {} each", time(ms))),
        (Some(0), _) => Some("no cold start".to_owned()),
        _ => None,
    };
    let memory = it.memory_used.map(|used| format!("memory {used} of {} MB", it.memory));
    let of_calls = starts.into_iter().chain(memory).filter(|_| it.calls > 0.0);
    let more: Vec<_> = it.release.iter().map(live).chain(of_calls).collect();
    let below =
        (!more.is_empty()).then(|| StyledText::new().dim(format!("{:NAME$}  {}", "", more.join(", "))));
    std::iter::once(numbers).chain(below).collect()
}

fn live(it: &LiveRelease) -> String {
    let canary =
        it.canary.as_ref().map(|it| format!(" ({:.0}% of the calls go to {})", it.percent, it.version));
    format!("version {} is live{}", it.version, canary.unwrap_or_default())
}

fn row(name: &str, calls: f64, errors: f64, refused: f64, times: Times, parts: &[f64]) -> StyledText {
    let shown = |ms: Option<f64>| ms.map_or_else(|| "-".to_owned(), time);
    let line = StyledText::new().plain(format!("{name:NAME$}")).exact(format!("  {calls:>8}  "));
    let errors_text = format!("{errors:>8}");
    let line = if errors > 0.0 { line.red(errors_text) } else { line.exact(errors_text) };
    line.exact(format!("  {refused:>8}  {:>9}  {:>9}  ", shown(times.p50), shown(times.p95)))
        .plain(sparkline(parts))
}

fn time(ms: f64) -> String {
    if ms >= 1000.0 { format!("{:.1} s", ms / 1000.0) } else { format!("{ms:.0} ms") }
}

fn sparkline(parts: &[f64]) -> String {
    let most = parts.iter().copied().fold(0.0, f64::max);
    let bar = |value: &f64| {
        let nth = BARS.iter().enumerate().rev().find(|(n, _)| {
            let step = u32::try_from(*n).map_or(0.0, f64::from) / 7.0;
            *value > 0.0 && *value >= step * most
        });
        nth.map_or(' ', |(_, bar)| *bar)
    };
    parts.iter().map(bar).collect()
}

fn key(it: &KeyUsage) -> StyledText {
    let name = StyledText::new().plain(format!("{:NAME$}", format!("key {}", it.key)));
    match (&it.quota, it.used, it.limit) {
        (Some(quota), Some(used), Some(limit)) if limit > 0 => {
            let full = (used * BAR / limit).clamp(0, BAR);
            let cells = |n: i64| usize::try_from(n).unwrap_or_default();
            let bar = "█".repeat(cells(full)) + &"░".repeat(cells(BAR - full));
            let text = format!("  {used} of {quota}  {bar}");
            // AWS lets some more through than the quota has.
            match used - limit {
                ..0 => name.exact(text),
                0 => name.red(text + "  used up"),
                more => name.red(format!("{text}  used up, and {more} calls beyond it")),
            }
        }
        _ => name.exact(format!("  {} today, no quota", it.today)),
    }
}

fn ringing(stack: &str, it: &AlarmState) -> StyledText {
    let short = it.name.strip_prefix(&format!("lambdeploy-{stack}-")).unwrap_or(&it.name);
    let name = StyledText::new().plain(format!("{:NAME$}  ", format!("alarm {short}")));
    let since = it.since.as_ref().map(|at| format!(" since {at}")).unwrap_or_default();
    match it.state.as_str() {
        "ALARM" => name.red("ALARM").plain(format!("{since}: {}", it.reason)),
        "OK" => name.green("ok").plain(since),
        _ => name.plain("no data yet"),
    }
}

fn budget(it: &Spent) -> StyledText {
    let forecast = it.forecast.map(|f| format!(", {f:.2} expected")).unwrap_or_default();
    let text =
        format!("  {:.2} of {:.2} {} this month{forecast}; 8 to 24 hours late", it.spent, it.limit, it.unit);
    let name = StyledText::new().plain(format!("{:NAME$}", "budget"));
    if it.spent > it.limit { name.red(text) } else { name.exact(text) }
}

#[cfg(test)]
mod tests {
    use super::{key, live, sparkline, time};
    use crate::health::{Canary, KeyUsage, LiveRelease};

    #[test]
    fn calls_beyond_the_quota_are_counted() {
        let text = |used| {
            let (quota, limit) = (Some("100/day".to_owned()), Some(100));
            let usage = KeyUsage { key: "web".to_owned(), today: used, quota, used: Some(used), limit };
            key(&usage).0.iter().map(|piece| piece.words.clone()).collect::<String>()
        };
        assert!(text(99).ends_with("99 of 100/day  ███████████████████░"), "{}", text(99));
        assert!(text(100).ends_with("  used up"), "{}", text(100));
        assert!(text(103).ends_with("103 of 100/day  ████████████████████  used up, and 3 calls beyond it"));
    }

    #[test]
    fn what_is_live_and_what_has_a_share() {
        let alone = LiveRelease { version: "7".to_owned(), canary: None };
        assert_eq!(live(&alone), "version 7 is live");
        let canary = Some(Canary { version: "8".to_owned(), percent: 10.0 });
        assert_eq!(live(&LiveRelease { canary, ..alone }), "version 7 is live (10% of the calls go to 8)");
    }

    #[test]
    fn the_most_is_the_highest_and_nothing_is_nothing() {
        assert_eq!(sparkline(&[0.0, 1.0, 50.0, 100.0]), " ▁▄█");
        assert_eq!(sparkline(&[]), "");
        assert_eq!((time(12.4), time(1250.0)), ("12 ms".to_owned(), "1.2 s".to_owned()));
    }
}
