//! `--json`: JSON lines on stdout, for programs. First the events as they happen, last one result.
//!
//! Every line is an object with `event`:
//!
//! | `event` | with |
//! |---|---|
//! | `started`, `done` | `id`, `change` (`{"action": "create" \| "update" \| "delete" \| "keep", "fields": […]}`) |
//! | `note` | `id`, `text`: a build line, what is waited for |
//! | `progress` | `id`, `done`, `total`: bytes |
//! | `failed`, `skipped` | `id`, `error` (an object, as below) or `because` |
//! | `message` | `text`: what people are told beside it; of a warning `level` too, and of one about the stack file `file`, `line`, `column` |
//! | `log` | `function` (its key), `time` (UTC), `message`: one log line |
//! | `result` | the last line, once; its keys are below |
//!
//! | in `result` | of | is |
//! |---|---|---|
//! | `exit_code` | all | as the process' own |
//! | `error` | all | why it failed: `kind` (`stack-file`, `usage`, `aws`, `interrupted`, `other`) and `message`; of AWS's also `operation`, `code`, `status`, `request_id`; of a stack file `file` and `mistakes` (`message`, `line`, `column`, `expected`, `help`) |
//! | `message` | all | the outcome in a sentence |
//! | `plan` | `up` `plan` `status` `destroy` | a list of `id`, `action`, `fields` (`path`, `have`, `want`; secrets masked), `adopted`, `foreign`, `refused` |
//! | `outputs` | `up` `status` `output` | `stack`, `region`, `api_id`, `url`, `keys` (`name`, `id`, and `value` only with `--show-key`) |
//! | `contract` | `up` `verify` | one object a promise: what was asked from outside, and how it stands: `verdict` (`holds`, `broken`, `unknown`), then `seen` and `fix`, or `why` |
//! | `changed`, `seconds` | `up` | how many resources, how long |
//! | `done`, `failed`, `left` | `up` `destroy`, when it did not end well | ids; `failed` with `id` and `error` (an object, as above) |

use super::{View, failure::because, sink::Sink, text::Text};
use crate::engine::Event;
use serde_json::{Map, json};
use std::rc::Rc;

pub(super) struct Json(pub(super) Rc<Sink>);

impl View for Json {
    fn event(&self, event: &Event) {
        let line = match event {
            Event::Failed { id, error } => json!({ "event": "failed", "id": id, "error": because(error) }),
            other => json!(other),
        };
        _ = self.0.json(line, Map::new());
    }

    fn line(&self, text: &Text) {
        // What is exact in it would be hidden if it went through as any other text.
        let text = Map::from_iter([("text".to_owned(), self.0.words(text).into())]);
        _ = self.0.json(json!({ "event": "message" }), text);
    }
}
