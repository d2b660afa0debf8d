//! `schema`: the JSON Schema of the stack file, for editors.

use crate::{
    Exit,
    ui::{Printer, StyledText},
};

/// Made from the table of keys that the check goes by; a test holds the file against it.
const SCHEMA: &str = include_str!("../../stack.schema.json");

pub(super) fn run(printer: &Printer) -> Exit {
    printer.answer(StyledText::new().exact(SCHEMA));
    Exit::Done
}
