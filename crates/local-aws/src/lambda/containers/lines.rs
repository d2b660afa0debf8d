//! A container's output, line by line: standard output and standard error each have their own unfinished line.

use bollard::{container::LogOutput, errors::Error};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use std::collections::VecDeque;

/// Bytes after which a line is cut: CloudWatch takes no longer event.
const LONGEST: usize = 256 * 1024;

#[derive(Default)]
struct Lines {
    out: BytesMut,
    err: BytesMut,
    done: VecDeque<String>,
    over: bool,
}

/// The lines of what the engine sends; what has no line end at the end of the output is a line too.
pub(crate) fn lines<S>(output: S) -> impl Stream<Item = String> + Send
where
    S: Stream<Item = Result<LogOutput, Error>> + Send + Unpin,
{
    stream::unfold((output, Lines::default()), |(mut output, mut lines)| async move {
        while lines.done.is_empty() && !lines.over {
            match output.next().await {
                Some(Ok(chunk)) => lines.push(chunk),
                // A broken connection to the engine is the end of what can be read.
                Some(Err(_)) | None => lines.finish(),
            }
        }
        let line = lines.done.pop_front()?;
        Some((line, (output, lines)))
    })
}

impl Lines {
    fn push(&mut self, chunk: LogOutput) {
        let is_error = matches!(chunk, LogOutput::StdErr { .. });
        let bytes: Bytes = chunk.into_bytes();
        let unfinished = if is_error { &mut self.err } else { &mut self.out };
        unfinished.extend_from_slice(&bytes);
        while let Some(end) = unfinished.iter().position(|b| *b == b'\n') {
            self.done.push_back(text(&unfinished.split_to(end + 1)));
        }
        if unfinished.len() > LONGEST {
            self.done.push_back(text(&unfinished.split()));
        }
    }

    fn finish(&mut self) {
        self.over = true;
        for unfinished in [self.out.split(), self.err.split()] {
            if !unfinished.is_empty() {
                self.done.push_back(text(&unfinished));
            }
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches(['\r', '\n']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn chunks_become_lines_and_the_two_outputs_do_not_mix() {
        let out = |text: &str| Ok(LogOutput::StdOut { message: Bytes::copy_from_slice(text.as_bytes()) });
        let err = |text: &str| Ok(LogOutput::StdErr { message: Bytes::copy_from_slice(text.as_bytes()) });
        let chunks = [out("one\ntw"), err("warn"), out("o\r\n"), err("ing\n"), out("rest")];
        let all: Vec<_> = lines(stream::iter(chunks)).collect().await;
        assert_eq!(all, ["one", "two", "warning", "rest"]);
    }
}
