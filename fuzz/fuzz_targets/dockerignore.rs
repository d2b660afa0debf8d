//! Any patterns, up to a NUL, and any name after it: read or refused, soon, and what is below an excluded folder is out
//! unless an exception says otherwise.
#![no_main]

#[allow(dead_code)]
#[path = "../../crates/docker/src/ignore.rs"]
mod ignore;

use ignore::Ignore;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (patterns, name) = text.split_once('\0').unwrap_or((&text, "a/b.c"));
    let Ok(ignore) = Ignore::parse(patterns) else { return };
    let name = name.trim_matches('/');
    let (out, below) = (ignore.excludes(name), ignore.excludes(&format!("{name}/below")));
    if !patterns.contains('!') {
        assert!(!out || below, "{patterns:?} takes {name:?} out and not what is below it");
    }
    if out && !below {
        assert!(ignore.may_include_below(name), "{patterns:?} has an exception below {name:?} that nobody would look for");
    }
});
