//! `--json`: JSON lines on stdout, for programs. First the events as they happen, last one result.
//!
//! Every line is an object with `event`:
//!
//! | `event` | with |
//! |---|---|
//! | `started`, `done` | `id`, `change` (`{"action": "create" \| "update" \| "delete" \| "keep", "fields": […]}`) |
//! | `note` | `id`, `text`: a build line, what is waited for |
//! | `progress` | `id`, `done`, `total`: bytes |
//! | `failed`, `skipped` | `id`, `error` or `because` |
//! | `message` | `text`: what people are told beside it |
//! | `log` | `function`, `time` (UTC), `message`: one log line |
//! | `result` | the last line, once; its keys are below |
//!
//! | in `result` | of | is |
//! |---|---|---|
//! | `exit_code` | all | as the process' own |
//! | `error` | all | why it failed, as people read it |
//! | `message` | all | the outcome in a sentence |
//! | `plan` | `up` `plan` `status` `destroy` | a list of `id`, `action`, `fields` (`path`, `have`, `want`; secrets masked), `adopted`, `foreign`, `refused` |
//! | `outputs` | `up` `status` `output` | `stack`, `region`, `api_id`, `url`, `keys` (`name`, `id`, and `value` only with `--show-key`) |
//! | `contract` | `up` `verify` | one object a promise: what was asked from outside, and how it stands |
//! | `changed`, `seconds` | `up` | how many resources, how long |
//! | `done`, `failed`, `left` | `up` `destroy`, when it did not end well | ids; `failed` with `id` and `error` |

use super::{View, write_out};
use crate::engine::Event;
use serde_json::json;

pub struct Json;

impl View for Json {
    fn event(&self, event: &Event) {
        _ = write_out(&json!(event).to_string());
    }

    fn line(&self, text: &str) {
        _ = write_out(&json!({ "event": "message", "text": text }).to_string());
    }
}
