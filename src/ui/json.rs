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
//! | `request` | `function` (its key), `request` (its id), `cause` (why it failed): of the `log` lines that follow |
//! | `log` | `function` (its key), `time` (UTC), `request` (its id), `message`: one log line |
//! | `result` | the last line, once; its keys are below |
//!
//! | in `result` | of | is |
//! |---|---|---|
//! | `exit_code` | all | as the process' own |
//! | `error` | all | why it failed: `kind` (`stack-file`, `usage`, `aws`, `interrupted`, `other`) and `message`; of AWS's also `operation`, `code`, `status`, `request_id`; of a stack file `file` and `mistakes` (`message`, `line`, `column`, `expected`, `help`) |
//! | `message` | all | the outcome in a sentence |
//! | `destination` | `up` `plan` `status` `destroy` `list` | where: `local`, `account`, `region`, `credentials`, `endpoints` |
//! | `plan` | `up` `plan` `status` `destroy` | a list of `id`, `action`, `fields` (`path`, `have`, `want`; secrets masked), `adopted`, `foreign`, `refused` |
//! | `outputs` | `up` `status` `output` | `stack`, `region`, `api_id`, `url`, `keys` (`name`, `id`, and `value` only with `--show-key`) |
//! | `stacks` | `list` | a list of `stack`, `region`, `api_id`, `api_name`, `created`, `adopted`, `functions`, `keys` |
//! | `metrics` | `metrics` | `from`, `until`, `paused`; of `api`, each of `functions` and of `keys` what was called, how it went and what is used; `alarms`, `budget`; `remarks`: what can't be told and why; `metrics_asked` and what that `costs` |
//! | `doctor` | `doctor` | one object a thing: `about`, `outlook` (`fine`, `beware`, `fails`, `unknown`), `text`, and `todo` where there is something to do |
//! | `cost` | `cost` `up` `plan` | the most that the stack can cost: `most` (`day`, `month` of 31 days) in `currency`, from the table of prices of the day `prices_of`; of `cost` with all `lines` (`most` is `null` where nothing limits it; `key`: what to write), `calls`, `rates`, `of_region`; of the others with `no_ceiling`: what has none |
//! | `contract` | `up` `verify` | one object a promise: what was asked from outside, and how it stands: `verdict` (`holds`, `broken`, `unknown`), then `seen` and `fix`, or `why` |
//! | `policies` | `policy` | IAM policy documents |
//! | `releases` | `releases` | one object a function: `function`, `name`, `versions` (`version`, `published`, `image`, `commit`, `is`: `live`, `canary`, `before`, `held`, `failed`; `because`) |
//! | `moved` | `up` `rollback` `promote` | functions whose callers get another version: `function`, `from`, `to` |
//! | `url`, `call` | `call` | what was called; `method`, `key` (its name), `status`, `milliseconds`, `headers`, `body` (JSON where it is) |
//! | `stack`, `written`, `next` | `init` | the stack's name, the paths of the files that it wrote, the command that makes the stack on this machine |
//! | `changed`, `seconds` | `up` | how many resources, how long |
//! | `done`, `failed`, `left` | `up` `destroy`, when it did not end well | ids; `failed` with `id` and `error` (an object, as above) |

use super::{
    failure::because,
    object::Object,
    outcome::{JsonOutput, Outcome},
    sink::Sink,
    view::View,
};
use crate::{Exit, engine::Event};
use serde_json::json;
use std::{cell::RefCell, rc::Rc};

pub(super) struct Json {
    quiet: bool,
    sink: Rc<Sink>,
    /// The last line so far.
    result: RefCell<Object>,
}

impl Json {
    pub(super) fn new(quiet: bool, sink: Rc<Sink>) -> Self {
        Self { quiet, sink, result: RefCell::new(Object::event("result")) }
    }

    fn add(&self, object: Object) {
        let result = self.result.take();
        self.result.replace(result.then(object));
    }
}

impl View for Json {
    fn event(&self, event: &Event) {
        let line = match event {
            Event::Failed { id, error } => json!({ "event": "failed", "id": id, "error": because(error) }),
            other => json!(other),
        };
        self.sink.json(line.into());
    }

    fn show(&self, outcome: Outcome<'_>) {
        let left_out = self.quiet && matches!(outcome, Outcome::Progress(_));
        match outcome.json() {
            JsonOutput::Line(_) if left_out => {}
            JsonOutput::Line(line) => self.sink.json(line),
            JsonOutput::Result(object) => self.add(object),
        }
    }

    /// A program that answers could as well have said `--yes`.
    fn can_ask(&self) -> bool {
        false
    }

    fn end(&self, exit: Exit) {
        self.add(Object::new().any("exit_code", exit as i32));
        self.sink.json(self.result.take());
    }
}
