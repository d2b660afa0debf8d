//! Colour, where it is wanted: on a terminal that has it, without `NO_COLOR`.

use std::io::{self, IsTerminal};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Paint {
    #[default]
    None,
    Green,
    Yellow,
    Red,
    Dim,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) colour: bool,
}

impl Style {
    pub(super) fn of_stdout() -> Self {
        Self::of(io::stdout().is_terminal())
    }

    pub(super) fn of_stderr() -> Self {
        Self::of(io::stderr().is_terminal())
    }

    fn of(terminal: bool) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        Self { colour: terminal && !set("NO_COLOR") && !is_dumb() }
    }

    pub(super) fn paint(self, paint: Paint, text: &str) -> String {
        let code = match paint {
            _ if !self.colour => return text.to_owned(),
            Paint::None => return text.to_owned(),
            Paint::Green => "32",
            Paint::Yellow => "33",
            Paint::Red => "31",
            Paint::Dim => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// A terminal that can neither colour nor move its cursor: an editor's shell, a serial console.
pub(super) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
