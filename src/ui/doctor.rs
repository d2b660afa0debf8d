//! What will go wrong: a line for each thing, and below it what to do.

use super::text::{StyledText, lines};
use crate::doctor::{Advice, Outlook};

/// Characters of an outlook, and of what it is about.
const OUTLOOK: usize = 7;
const ABOUT: usize = 11;

pub(super) fn render(all: &[Advice]) -> StyledText {
    lines(all.iter().flat_map(of).chain([sum(all)]))
}

fn of(it: &Advice) -> Vec<StyledText> {
    let outlook = match it.outlook {
        Outlook::Fine => StyledText::new().green(padded("fine")),
        Outlook::Beware => StyledText::new().yellow(padded("beware")),
        Outlook::Fails => StyledText::new().red(padded("fails")),
        Outlook::Unknown => StyledText::new().dim(padded("unknown")),
    };
    let line = outlook.plain(format!("  {:ABOUT$}  {}", it.about, it.text));
    let todo =
        it.todo.iter().map(|todo| StyledText::new().plain(format!("{:1$}→ {todo}", "", OUTLOOK + ABOUT + 4)));
    std::iter::once(line).chain(todo).collect()
}

fn padded(word: &str) -> String {
    format!("{word:OUTLOOK$}")
}

fn sum(all: &[Advice]) -> StyledText {
    let count = |outlook| all.iter().filter(|it| it.outlook == outlook).count();
    let (fails, beware, unknown) = (count(Outlook::Fails), count(Outlook::Beware), count(Outlook::Unknown));
    let mut text = match fails {
        0 => StyledText::from("nothing will fail that can be seen from here"),
        1 => StyledText::from("1 thing will fail"),
        n => StyledText::from(format!("{n} things will fail")),
    };
    if beware > 0 {
        text = text.plain(format!(", {beware} to look at"));
    }
    if unknown > 0 {
        text = text.plain(format!(", {unknown} not known"));
    }
    text
}
