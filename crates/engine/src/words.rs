//! What kinds say about themselves for who prints a plan or a status.

use super::change;

/// What a difference in one field means to a person, where its values (a hash, an id) do not say it.
#[derive(Debug)]
pub struct Words {
    /// The field, and all below it.
    pub field: &'static str,
    pub meaning: Meaning,
}

#[derive(Debug)]
pub enum Meaning {
    Says {
        /// In a plan: "the function runs the new one".
        planned: &'static str,
        /// In a status: "in AWS is another one than the stack file's".
        standing: &'static str,
    },
    /// Only this program needs it: a short plan leaves it out.
    Bookkeeping,
}

impl Words {
    /// Whether they are about the field at this path.
    pub fn are_of(&self, path: &str) -> bool {
        change::below(path, self.field)
    }

    pub const fn new(field: &'static str, planned: &'static str, standing: &'static str) -> Self {
        Self { field, meaning: Meaning::Says { planned, standing } }
    }

    pub const fn bookkeeping(field: &'static str) -> Self {
        Self { field, meaning: Meaning::Bookkeeping }
    }
}

/// Things that must hold together for a call to arrive, and that break without an error anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain(pub &'static str);

/// A kind's place in a chain.
#[derive(Debug)]
pub struct Link {
    pub chain: Chain,
    pub breaks: Breaks,
    /// A chain whose first link the stack has none of is not there to break.
    pub is_first: bool,
}

impl Link {
    pub const fn first(chain: Chain, breaks: Breaks) -> Self {
        Self { chain, breaks, is_first: true }
    }

    pub const fn of(chain: Chain, breaks: Breaks) -> Self {
        Self { chain, breaks, is_first: false }
    }
}

/// Which differences of a thing break the chain; one that is not there, or is not ours, always does.
#[derive(Debug)]
pub enum Breaks {
    Never,
    Always,
    /// A difference in one of these fields.
    Fields(&'static [&'static str]),
}

/// Something that a person should see before they agree: "anybody may call", "GET /health".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notable {
    pub what: &'static str,
    pub value: String,
}
