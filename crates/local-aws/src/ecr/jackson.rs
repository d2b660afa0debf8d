//! ECR gives a policy back as its own JSON writer lays it out, not as it was put: `"key" : value`, arrays on one line.

use serde::Serialize;
use serde_json::{Serializer, Value, ser::Formatter};
use std::io::{self, Write};

/// The document in ECR's layout.
pub(crate) fn layout(document: &Value) -> String {
    let mut text = Vec::new();
    // Writing to a Vec cannot fail, and a Value has only string keys.
    let _always = document.serialize(&mut Serializer::with_formatter(&mut text, Layout::default()));
    String::from_utf8_lossy(&text).into_owned()
}

#[derive(Default)]
struct Layout {
    depth: usize,
    filled: bool,
}

impl Layout {
    fn line<W: Write + ?Sized>(&self, to: &mut W) -> io::Result<()> {
        write!(to, "\n{:width$}", "", width = 2 * self.depth)
    }
}

impl Formatter for Layout {
    fn begin_array<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b"[ ")
    }

    fn end_array<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(if self.filled { b" ]" } else { b"]" })
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        to.write_all(b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.filled {
            self.line(to)?;
        } else {
            to.write_all(b" ")?;
        }
        to.write_all(b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if !first {
            to.write_all(b",")?;
        }
        self.line(to)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.filled = false;
        to.write_all(b" : ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::layout;
    use serde_json::json;

    #[test]
    fn objects_take_lines_and_arrays_do_not() {
        let document = json!({"Version": "2012-10-17", "Statement": [{"Action": ["a", "b"], "Condition": {}}], "None": []});
        let text = "{\n  \"Version\" : \"2012-10-17\",\n  \"Statement\" : [ {\n    \"Action\" : [ \"a\", \"b\" ],\n    \"Condition\" : { }\n  } ],\n  \"None\" : [ ]\n}";
        assert_eq!(layout(&document), text);
    }
}
