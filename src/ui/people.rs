//! The view for people: what is told as text.

use super::{
    channel::Channel, dumb::is_dumb, lines::Lines, outcome::Outcome, plain::Plain, plan::Detail, sink::Sink,
    terminal::Terminal, text::StyledText, view::View,
};
use crate::{cli::Common, engine::Event, engine::Id};
use std::{
    io::{self, IsTerminal},
    rc::Rc,
};

/// Text: results on stdout, all else among the lines of a [`Lines`].
pub(super) struct People {
    pub(super) quiet: bool,
    pub(super) detail: Detail,
    pub(super) sink: Rc<Sink>,
    pub(super) stream: Box<dyn Lines>,
}

impl People {
    pub(super) fn new(common: &Common, sink: Rc<Sink>) -> Self {
        let moves = io::stderr().is_terminal() && !is_dumb() && !common.quiet;
        let stream: Box<dyn Lines> = if moves {
            Box::new(Terminal::new(common.verbose, sink.clone()))
        } else {
            Box::new(Plain::new(common.verbose, common.quiet, sink.clone()))
        };
        let detail = if common.verbose { Detail::Whole } else { Detail::Short };
        Self { quiet: common.quiet, detail, sink, stream }
    }

    fn print(&self, place: Channel, text: &StyledText) {
        match place {
            _ if text.is_empty() => {}
            Channel::Result => self.sink.out(text),
            Channel::Progress if self.quiet => {}
            Channel::Progress | Channel::Remark => self.stream.line(text),
            Channel::End => {
                self.stream.settle();
                self.sink.err(text);
            }
        }
    }
}

impl View for People {
    fn event(&self, event: &Event) {
        self.stream.event(event);
    }

    fn show(&self, outcome: Outcome<'_>) {
        for (place, text) in outcome.text(self.detail) {
            self.print(place, &text);
        }
    }

    fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    fn live(&self, id: &Id, doing: &str) {
        self.stream.live(id, doing);
    }

    fn settle(&self) {
        self.stream.settle();
    }

    fn clear(&self) {
        if io::stdout().is_terminal() && !is_dumb() {
            self.sink.clear();
        }
    }
}
