//! What a client needs, as text.

use super::text::{Text, lines};
use crate::outputs::Outputs;

pub(super) fn render(outputs: &Outputs) -> Text {
    let url = match &outputs.url {
        Some(url) => Text::new().exact(format!("url  {url}/")),
        None => Text::from("url  (not deployed)"),
    };
    let keys = outputs.keys.iter().map(|key| {
        let name = Text::new().exact(format!("key  {}  ", key.name));
        match &key.value {
            Some(value) => name.exact(value),
            None => name.plain("*** (--show-key shows it)"),
        }
    });
    lines(std::iter::once(url).chain(keys))
}
