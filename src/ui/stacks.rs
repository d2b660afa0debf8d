//! Stacks as a list.

use super::text::StyledText;
use crate::{aws::Destination, outputs::ListedStack};

/// A line each, in columns.
pub(super) fn render(stacks: &[ListedStack], destination: &Destination) -> StyledText {
    if stacks.is_empty() {
        return StyledText::new().exact(format!("no stacks in {destination}"));
    }
    let width = |of: fn(&ListedStack) -> usize| stacks.iter().map(of).max().unwrap_or_default();
    let (name, id) = (width(|s| s.stack.len()), width(|s| s.api_id.len()));
    let line = |s: &ListedStack| {
        let made = s.created.as_deref().and_then(|c| c.split('T').next()).unwrap_or("-");
        let functions =
            if s.functions.is_empty() { "(no functions)".to_owned() } else { s.functions.join(", ") };
        format!("{:name$}  {:id$}  {made:10}  {functions}", s.stack, s.api_id)
    };
    StyledText::new().exact(stacks.iter().map(line).collect::<Vec<_>>().join("\n"))
}
