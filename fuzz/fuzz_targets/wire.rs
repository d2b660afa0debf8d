//! Any bytes as a row of requests to the local AWS, its stage URLs and its registry; see `local_aws::hostile`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(local_aws::hostile::requests(data));
});
