//! One of everything, with what others may have written in it.

use super::{exact, foreign};
use crate::{
    contract::{self, Verdict},
    cost::{Amount, CallCost, Cost, CostLine, MeasuredCost, UnitPrice},
    doctor::Advice,
    engine::{Change, Field, Id, Notable, Plan, Planned},
    health::{AlarmState, ApiNumbers, Canary, FunctionNumbers, Health, KeyUsage, LiveRelease, Spent, Times},
};

pub(super) fn plan(id: Id) -> Plan {
    let text = || Some(foreign());
    let field = |path: &str| Field { path: path.to_owned(), have: foreign().into(), want: foreign().into() };
    let changes = [
        Change::Create,
        Change::Update(vec![field("memory"), field(&format!("tags.{}", exact()))]),
        Change::Delete,
        Change::Keep,
    ];
    let item = |change| Planned {
        id: id.clone(),
        aws_name: foreign(),
        change,
        standing: text(),
        adopted: true,
        kept_for: Some(id.clone()),
        loses: text(),
        foreign: text(),
        refused: text(),
        settings: Some(serde_json::json!({ "name": foreign(), "id": foreign() })),
        words: &[],
        links: &[],
        notable: vec![Notable { what: "allows", value: foreign() }],
    };
    Plan { items: changes.map(item).into() }
}

pub(super) fn cost() -> Cost {
    let (most, why) = (Amount { day: 1.0, month: 31.0 }, foreign());
    let line = |most| CostLine { what: foreign(), most, why: why.clone(), key: Some("api.throttle") };
    Cost {
        stack: exact(),
        region: exact(),
        of_region: false,
        prices_of: exact(),
        currency: exact(),
        most,
        lines: vec![line(Some(most)), line(None)],
        calls: vec![CallCost {
            function: foreign(),
            request: 1.0,
            second: 1.0,
            longest: 1.0,
            measured: Some(MeasuredCost { call: 1.0, billed_ms: 12.0, memory_used: Some(64), memory: 128 }),
        }],
        rates: vec![UnitPrice { what: foreign(), price: 1.0, per: "GB" }],
    }
}

pub(super) fn findings() -> [contract::Finding; 3] {
    let broken = Verdict::Broken { seen: vec![foreign()], fix: foreign() };
    [Verdict::Holds, Verdict::Unknown { why: foreign() }, broken].map(|verdict| contract::Finding {
        promise: foreign(),
        verdict,
        answer: Some(foreign()),
        failed: None,
        lost: false,
    })
}

pub(super) fn health() -> Health {
    let times = Times { p50: Some(1.0), p95: Some(2000.0) };
    let api =
        ApiNumbers { calls: 2.0, errors_4xx: 1.0, errors_5xx: 1.0, times, calls_in_time: vec![0.0, 2.0] };
    let function = FunctionNumbers {
        function: foreign(),
        calls: 2.0,
        errors: 1.0,
        throttles: 0.0,
        times,
        calls_in_time: vec![1.0, 1.0],
        starts: Some(1),
        start_ms: Some(100.0),
        billed_ms: Some(12.0),
        memory_used: Some(64),
        memory: 128,
        release: Some(LiveRelease {
            version: foreign(),
            canary: Some(Canary { version: foreign(), percent: 10.0 }),
        }),
    };
    let (key, quota) = (foreign(), Some(foreign()));
    let state = "ALARM".to_owned();
    Health {
        stack: exact(),
        region: exact(),
        from: exact(),
        until: exact(),
        paused: Some(foreign()),
        api: Some(api),
        functions: vec![function],
        keys: vec![KeyUsage { key, today: 1, quota, used: Some(1), limit: Some(1) }],
        alarms: vec![AlarmState { name: foreign(), state, reason: foreign(), since: Some(foreign()) }],
        budget: Some(Spent { spent: 2.0, forecast: Some(3.0), limit: 1.0, unit: foreign() }),
        remarks: vec![foreign()],
        metrics_asked: 12,
        costs: 0.00012,
    }
}

pub(super) fn advice() -> [Advice; 2] {
    [Advice::fine("docker", foreign()), Advice::fails("rights", foreign(), foreign())]
}
