//! The API.

use std::collections::BTreeMap;

use super::{Reader, auth, text, texts};
use crate::stack::{
    defaults,
    mistake::Mistake,
    node::Node,
    types::{Api, Auth, Function, Route},
};

impl Reader<'_> {
    pub(super) fn api(&mut self, node: &Node, functions: &BTreeMap<String, Function>) -> Api {
        let auth = auth::read(node).unwrap_or(Auth::None);
        self.authorizer(node, functions);
        self.addresses(node);
        let cors = node.get("cors").map(|cors| self.cors(cors));
        let routes = self.routes(node, &auth, functions, cors.is_some());
        let keys = self.keys(node, &routes);
        Api {
            name: text(node, "name").unwrap_or_else(|| self.stack.clone()),
            description: text(node, "description").unwrap_or_default(),
            stage: text(node, "stage").unwrap_or_else(|| defaults::STAGE.into()),
            auth,
            allow_from: texts(node, "allow_from").unwrap_or_default(),
            cors,
            binary_types: texts(node, "binary_types").unwrap_or_default(),
            throttle: node.get("throttle").and_then(super::usage::throttle),
            usage_plan: self.usage_plan(node.get("usage_plan"), &keys),
            routes,
            keys,
        }
    }

    /// Where a route asks for a key there must be one.
    fn keys(&mut self, node: &Node, routes: &[Route]) -> Vec<String> {
        let needed = routes.iter().any(|route| route.auth == Auth::ApiKey);
        match texts(node, "keys") {
            Some(keys) => {
                let empty = node.get("keys").filter(|list| needed && list.items().is_empty());
                if let Some(list) = empty {
                    self.tell(
                        Mistake::at(list.place, "`api.keys` is empty, and a route asks for a key")
                            .expected("at least one name")
                            .help("leave `keys` out for one key that is named like the stack"),
                    );
                }
                keys
            }
            None if needed => vec![self.stack.clone()],
            None => Vec::new(),
        }
    }
}
