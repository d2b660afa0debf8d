//! Why a function gave no answer, from its own log: API Gateway says the same 502 of every cause.

/// The cause in a sentence, and what to do, from the lines of the last invocation (oldest first), which failed; `None`: they
/// don't say.
pub(crate) fn cause(lines: &[&str]) -> Option<String> {
    // It answered, and API Gateway took it for a failure.
    let ended_well = || lines.iter().any(|l| l.starts_with("REPORT ") && !l.contains("Status: "));
    failure(lines).or_else(|| ended_well().then(|| "its answer is not an HTTP answer: return {\"statusCode\": 200, \"headers\": {…}, \"body\": \"…\"}, where `body` is a text (json.dumps(…), JSON.stringify(…))".to_owned()))
}

/// The same of an invocation that may have gone well.
pub(crate) fn failure(lines: &[&str]) -> Option<String> {
    let all = lines.join("\n");
    let after = |text: &str| all.rsplit_once(text).map(|(_, rest)| rest.lines().next().unwrap_or_default());
    let found = |text: &str| all.contains(text);
    if let Some(rest) = after("Task timed out after ") {
        let limit = rest.trim().trim_end_matches(" seconds");
        return Some(format!(
            "it was stopped after its timeout of {limit} s: raise `timeout`, or find in its log what it waits for"
        ));
    }
    if found("Runtime.OutOfMemory")
        || (found("signal: killed") && memory(&all).is_none_or(|(used, size)| used * 10 >= size * 9))
    {
        let size = memory(&all).map(|(_, size)| format!(" of {size} MB")).unwrap_or_default();
        return Some(format!("it was killed because it needed more than its memory{size}: raise `memory`"));
    }
    if let Some(rest) = after("Runtime.ImportModuleError: ") {
        return Some(format!(
            "it can't be loaded ({}): the image lacks that module, or `command` names another file",
            rest.trim()
        ));
    }
    if let Some(rest) = after("Runtime.HandlerNotFound: ") {
        return Some(format!(
            "its handler is not there ({}): correct CMD in the Dockerfile, or `command`",
            rest.trim()
        ));
    }
    if found("Runtime.InvalidEntrypoint") {
        return Some(entrypoint(&all));
    }
    if let Some(rest) = after("Runtime exited with error: ") {
        return Some(format!("its process ended ({}) without an answer: its log says why", rest.trim()));
    }
    if found("Runtime exited without providing a reason") {
        return Some("its process ended without an answer: a handler must return, and not exit".to_owned());
    }
    // AWS's own words, and those of the runtime client whose answer the Runtime API does not take.
    if found("Function.ResponseSizeTooLarge") || found("Exceeded maximum allowed payload size") {
        return Some(
            "its answer is over the 6 MB that Lambda passes on: answer less, or a link to a file in S3"
                .to_owned(),
        );
    }
    raised(lines).map(|error| format!("it raised {error}"))
}

/// Why a process can't be started, in words that help: the system's own name the file, which is there.
fn entrypoint(log: &str) -> String {
    if log.contains("exec format error") {
        return "its entry point can't run on this architecture, or is a script without `#!` in its first line".to_owned();
    }
    if log.contains("no such file or directory") {
        return "its entry point is not in the image; or it is a script whose lines end as on Windows (CRLF), so that the program in its first line is not found: save it with LF".to_owned();
    }
    if log.contains("permission denied") {
        return "its entry point may not be executed: `RUN chmod +x` it in the Dockerfile".to_owned();
    }
    "its entry point can't be started: check ENTRYPOINT and CMD in the Dockerfile, `entrypoint` and `command` in the stack file".to_owned()
}

/// The last error that the runtime wrote of a handler: `KeyError: 'a'`.
fn raised(lines: &[&str]) -> Option<String> {
    let python =
        |line: &&str| Some(line.split_once("[ERROR] ")?.1.split(['\r', '\n']).next()?.trim().to_owned());
    let node = |line: &&str| {
        let json = &line[line.find("Invoke Error")?..];
        let json = &json[json.find('{')?..];
        let error: serde_json::Value = serde_json::from_str(json.trim()).ok()?;
        Some(format!("{}: {}", error["errorType"].as_str()?, error["errorMessage"].as_str()?))
    };
    lines.iter().rev().find_map(|line| python(line).or_else(|| node(line)))
}

/// MB, used and granted, of the last REPORT line.
fn memory(log: &str) -> Option<(u64, u64)> {
    let of = |name: &str| log.rsplit_once(name)?.1.split_whitespace().next()?.parse().ok();
    Some((of("Max Memory Used: ")?, of("Memory Size: ")?))
}

#[cfg(test)]
mod tests {
    use super::cause;

    const REPORT: &str = "REPORT RequestId: 1\tDuration: 9.00 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t";

    #[track_caller]
    fn says(lines: &[&str], word: &str) {
        let said = cause(lines).unwrap_or_default();
        assert!(said.contains(word), "{lines:?}: {said}");
    }

    #[test]
    fn each_cause_has_its_own_sentence() {
        let failed = format!("{REPORT}Status: error\t");
        let full = failed.replace("Used: 40", "Used: 128");
        says(
            &[
                "2026-11-29T10:00:00.000Z 1 Task timed out after 3.00 seconds",
                &format!("{REPORT}Status: timeout\t"),
            ],
            "timeout of 3.00 s",
        );
        says(
            &["RequestId: 1 Error: Runtime exited with error: signal: killed", "Runtime.ExitError", &full],
            "memory of 128 MB",
        );
        says(
            &["RequestId: 1 Error: Runtime exited with error: signal: killed", "Runtime.ExitError", &failed],
            "signal: killed",
        );
        says(&["Runtime.OutOfMemory", &failed], "memory");
        says(
            &["RequestId: 1 Error: Runtime exited with error: exit status 1", "Runtime.ExitError", &failed],
            "exit status 1",
        );
        says(&["RequestId: 1 Error: Runtime exited without providing a reason", &failed], "must return");
        says(
            &[
                "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'flask'\rTraceback",
                &failed,
            ],
            "'flask'",
        );
        says(
            &["[ERROR] Runtime.HandlerNotFound: Handler 'main' missing on module 'app'", &failed],
            "Handler 'main'",
        );
        says(
            &[
                "RequestId: 1 Error: fork/exec /entry.sh: no such file or directory",
                "Runtime.InvalidEntrypoint",
            ],
            "CRLF",
        );
        says(
            &["RequestId: 1 Error: fork/exec /entry.sh: exec format error", "Runtime.InvalidEntrypoint"],
            "architecture",
        );
        says(&["[ERROR] KeyError: 'a'\rTraceback (most recent call last):", &failed], "raised KeyError: 'a'");
        says(
            &[
                "2026\t1\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"x is not a function\"}",
                &failed,
            ],
            "TypeError: x is not a function",
        );
        says(&["START RequestId: 1", "hello", REPORT], "not an HTTP answer");
        assert_eq!(cause(&["START RequestId: 1"]), None);
    }
}
