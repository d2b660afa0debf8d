//! What AWS accepts and what will hurt all the same.

use super::rights;
use crate::stack::{
    limits,
    mistake::Mistake,
    node::{Node, Origin},
    types::{Api, Auth, Role, Route, Stack, Throttle},
};
use std::collections::BTreeSet;

/// One sentence each, at the place where it can be helped.
pub fn of(stack: &Stack, root: &Node) -> Vec<Mistake> {
    let mut warnings = Warnings { root, told: Vec::new() };
    warnings.timeouts(stack);
    warnings.roles(stack);
    warnings.outside(stack);
    warnings.routes(&stack.api);
    warnings.open(&stack.api);
    warnings.keys(&stack.api);
    warnings.throttle(stack.api.throttle, &["api", "throttle", "burst"]);
    let plan = stack.api.usage_plan.as_ref();
    warnings.throttle(plan.and_then(|plan| plan.throttle), &["api", "usage_plan", "burst"]);
    warnings.told
}

struct Warnings<'a> {
    root: &'a Node,
    told: Vec<Mistake>,
}

impl Warnings<'_> {
    /// Where the line is not written, the warning comes without.
    fn tell(&mut self, path: &[&str], text: String) {
        self.told.push(match find(self.root, path) {
            Some(node) => Mistake::at(node.place, text),
            None => Mistake::of_file(text),
        });
    }

    fn timeouts(&mut self, stack: &Stack) {
        for function in stack.functions.values().filter(|it| it.timeout > limits::GATEWAY_TIMEOUT) {
            if let Some(route) = stack.api.routes.iter().find(|route| route.function == function.key) {
                let text = format!(
                    "`{}` may run {} seconds, but API Gateway answers `{} {}` with 504 after {}",
                    function.key,
                    function.timeout,
                    route.method,
                    route.path,
                    limits::GATEWAY_TIMEOUT
                );
                self.tell(&["functions", &function.key, "timeout"], text);
            }
        }
        for function in stack.functions.values().filter(|it| it.timeout > limits::SURE_TIMEOUT) {
            let text = format!(
                "AWS's pages differ on whether a call that waits for `{}` may take longer than {} seconds; events may",
                function.key,
                limits::SURE_TIMEOUT
            );
            self.tell(&["functions", &function.key, "timeout"], text);
        }
    }

    fn roles(&mut self, stack: &Stack) {
        for function in stack.functions.values() {
            let Role::Managed(role) = &function.role else { continue };
            let path = |last: &'static str| ["functions", &function.key, "role", last];
            for (place, what) in rights::wide(role) {
                self.tell(&path(place), format!("the role of `{}` may {what}", function.key));
            }
        }
    }

    /// Values from outside the file are secrets elsewhere; here everybody can read them.
    fn outside(&mut self, stack: &Stack) {
        for key in stack.functions.keys() {
            let function = ["functions", key.as_str()];
            let args = find(self.root, &[&function[..], &["image", "args"]].concat());
            let args = args.map(Node::entries).unwrap_or_default();
            for arg in args.iter().filter(|arg| from_outside(&arg.value)) {
                let text = format!(
                    "`args.{}` of `{key}` comes from outside the file and stays readable in the image's history: for a \
                     secret there is `image.secrets`",
                    arg.key
                );
                self.tell(&[&function[..], &["image", "args", &arg.key]].concat(), text);
            }
            for name in ["entrypoint", "command", "working_directory"] {
                let path = [&function[..], &[name]].concat();
                if find(self.root, &path).is_some_and(from_outside) {
                    let text = format!(
                        "`{name}` of `{key}` comes from outside the file and is shown in plans and in the console: a \
                         secret belongs into `environment`"
                    );
                    self.tell(&path, text);
                }
            }
        }
    }

    fn routes(&mut self, api: &Api) {
        let resources = resources(&api.routes);
        if resources > limits::API_RESOURCES {
            let text = format!(
                "the routes make {resources} resources; an API has {}, unless AWS raised that",
                limits::API_RESOURCES
            );
            self.tell(&["api", "routes"], text);
        }
        for route in api.routes.iter().filter(|route| ["/ping", "/sping"].contains(&route.path.as_str())) {
            let text = format!("API Gateway answers `{}` itself, as its health check", route.path);
            self.tell(&["api", "routes", &format!("{} {}", route.method, route.path)], text);
        }
    }

    fn open(&mut self, api: &Api) {
        let at = |path: &str| api.routes.iter().any(|other| other.path == path);
        for route in api.routes.iter().filter(|route| route.path.ends_with("+}")) {
            let (name, above) = (format!("{} {}", route.method, route.path), parent(&route.path));
            if route.auth == Auth::None && route.method == "ANY" && api.allow_from.is_empty() {
                let text = format!(
                    "anybody may call `{}` with every method, at every path below `{above}`",
                    route.function
                );
                self.tell(&["api", "routes", &name], text);
            }
            if !at(above) && above == "/" {
                let text = format!(
                    "`{name}` does not cover `/` itself, which answers 403: add `{} /: {}`",
                    route.method, route.function
                );
                self.tell(&["api", "routes", &name], text);
            }
        }
    }

    fn keys(&mut self, api: &Api) {
        let asked = api.routes.iter().any(|route| route.auth == Auth::ApiKey);
        let anyone = api.cors.as_ref().is_some_and(|cors| cors.origins.iter().any(|origin| origin == "*"));
        if anyone && asked {
            let text =
                "every page may call with the key: whoever sees a page that has it can use it anywhere";
            self.tell(&["api", "cors", "origins"], text.into());
        }
        if !asked && !api.keys.is_empty() {
            self.tell(&["api", "keys"], "no route asks for a key: write `auth: api_key`".into());
        } else if !asked && api.usage_plan.is_some() {
            let text = "the usage plan limits nobody: it counts by key, and no route asks for one";
            self.tell(&["api", "usage_plan"], text.into());
        }
    }

    fn throttle(&mut self, throttle: Option<Throttle>, path: &[&str]) {
        let Some(Throttle { rate, burst }) = throttle else { return };
        if rate == 0.0 || burst == 0 {
            self.tell(path, "a rate or burst of 0 lets no call through".into());
        } else if f64::from(burst) < rate {
            let text =
                format!("with a burst of {burst} below the rate of {rate}, calls are refused below the rate");
            self.tell(path, text);
        }
    }
}

fn find<'a>(root: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter().try_fold(root, |node, key| node.get(key))
}

fn from_outside(node: &Node) -> bool {
    node.scalar().is_some_and(|scalar| scalar.origin == Origin::Outside)
        || node.items().iter().any(from_outside)
}

/// `/` of `/{proxy+}`, `/files` of `/files/{proxy+}`.
fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        None | Some(("", _)) => "/",
        Some((parent, _)) => parent,
    }
}

/// Every path with all its parents, and the root.
fn resources(routes: &[Route]) -> usize {
    let mut paths = BTreeSet::from([""]);
    for route in routes {
        let path = route.path.trim_end_matches('/');
        paths.extend(path.match_indices('/').skip(1).map(|(at, _)| &path[..at]));
        paths.insert(path);
    }
    paths.len()
}
