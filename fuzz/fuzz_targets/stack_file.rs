//! Any text as a stack file: it is read, or refused with places that are in it and without what came from outside.
#![no_main]

use lambdeploy_stack as stack;
use libfuzzer_sys::fuzz_target;
use std::path::Path;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let environment = |name: &str| (name == "TOKEN").then(|| "hunter2-hunter2".to_owned());
    for values in [stack::Values::Needed, stack::Values::NotNeeded] {
        if let Err(error) = stack::read(&text, "stack.yaml", Path::new("/project"), values, &environment) {
            assert!(!error.mistakes.is_empty());
            let shown = error.to_string();
            assert!(text.contains("hunter2-hunter2") || !shown.contains("hunter2-hunter2"), "{shown}");
            for place in error.mistakes.iter().filter_map(|mistake| mistake.place) {
                assert!(place.start <= place.end && place.end <= text.len());
            }
        }
    }
});
