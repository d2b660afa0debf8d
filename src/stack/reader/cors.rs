//! Cross-origin calls.

use super::{Reader, flag, texts, whole};
use crate::stack::{defaults, mistake::Mistake, node::Node, types::Cors};

impl Reader<'_> {
    pub(super) fn cors(&mut self, node: &Node) -> Cors {
        let credentials = flag(node, "credentials").unwrap_or(false);
        for item in node.get("origins").map(Node::items).unwrap_or_default() {
            self.origin(node, item, credentials);
        }
        for item in node.get("headers").map(Node::items).unwrap_or_default() {
            if credentials && is(item, "*") {
                self.tell(
                    Mistake::at(item.place, "with `credentials`, `*` is not a wildcard")
                        .expected("the names of the headers"),
                );
            }
        }
        Cors {
            origins: texts(node, "origins").unwrap_or_default(),
            headers: texts(node, "headers").unwrap_or_default(),
            methods: texts(node, "methods").unwrap_or_default(),
            max_age: whole(node, "max_age").unwrap_or(defaults::CORS_MAX_AGE),
            credentials,
        }
    }

    fn origin(&mut self, cors: &Node, item: &Node, credentials: bool) {
        let origins = cors.get("origins").map_or(0, |list| list.items().len());
        if is(item, "*") && credentials {
            self.tell(
                Mistake::at(item.place, "every page may not call with `credentials`")
                    .expected("the origins one by one")
                    .help("browsers refuse `*` together with credentials"),
            );
        } else if is(item, "*") && origins > 1 {
            self.tell(Mistake::at(item.place, "`*` allows every origin").expected("`*` stands alone"));
        }
        let port = item.scalar().and_then(|scalar| needless_port(&scalar.text));
        if let Some(port) = port {
            let message = format!("browsers leave the port {port} out, so this origin never matches");
            self.tell(Mistake::at(item.place, message).expected(format!("the same without `:{port}`")));
        }
    }
}

fn is(item: &Node, text: &str) -> bool {
    item.scalar().is_some_and(|scalar| scalar.text == text)
}

/// The default port of the scheme, if it is written.
fn needless_port(origin: &str) -> Option<&'static str> {
    [("https://", "443"), ("http://", "80")]
        .into_iter()
        .find(|(scheme, port)| {
            origin.starts_with(scheme) && origin.rsplit_once(':').is_some_and(|(_, written)| written == *port)
        })
        .map(|(_, port)| port)
}
