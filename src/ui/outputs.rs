//! What a client needs, as text.

use super::text::{StyledText, lines};
use crate::outputs::Outputs;

pub(super) fn render(outputs: &Outputs) -> StyledText {
    let url = match &outputs.url {
        Some(url) => StyledText::new().exact(format!("url  {url}/")),
        None => StyledText::from("url  (not deployed)"),
    };
    let keys = outputs.keys.iter().map(|key| {
        let name = StyledText::new().exact(format!("key  {}  ", key.name));
        match &key.value {
            Some(value) => name.exact(value),
            None => name.plain("*** (--show-key shows it)"),
        }
    });
    lines(std::iter::once(url).chain(keys))
}
