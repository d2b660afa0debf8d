//! Holds a tree against the table: unknown keys, wrong types, values out of range, what is missing, what is unset.

use super::{
    Values,
    mistake::Mistake,
    node::{Entry, Kind, Node, Origin, Scalar, Value},
    place::Place,
    rule::Rule,
    scalar::{decimal, flag, whole},
    shape::{Field, Fields, Shape, one_of},
    slips::{example, nearest_choice, quotes, with_unit},
    unit::Unit,
};

/// Everything about `root` that is not as `shape` says.
pub(crate) fn check(root: &Node, shape: &Shape, values: Values) -> Vec<Mistake> {
    let mut check = TreeCheck { values, mistakes: Vec::new(), path: Vec::new(), unit: None };
    check.node(root, shape, Context { needed: false, closed: None, key: root.place });
    check.mistakes
}

/// What holds from a key downwards.
#[derive(Clone, Copy)]
struct Context {
    needed: bool,
    closed: Option<&'static str>,
    /// Where the key is: what is missing is shown there.
    key: Place,
}

/// Why a scalar does not fit.
enum ScalarFault {
    Type,
    Value(Option<String>),
}

struct TreeCheck {
    values: Values,
    mistakes: Vec<Mistake>,
    path: Vec<String>,
    /// What the number at `path` counts.
    unit: Option<Unit>,
}

impl TreeCheck {
    fn node(&mut self, node: &Node, shape: &Shape, context: Context) {
        match (shape, &node.value) {
            (Shape::Either(shapes), _) => match shapes.iter().find(|shape| shape.takes(node)) {
                Some(shape) => self.node(node, shape, context),
                None => self.wrong_type(node, shape),
            },
            (Shape::Nullable(inner), _) if !node.is_null() => self.node(node, inner, context),
            (Shape::Nullable(_), _) => {}
            (Shape::List { of, min, max }, _) if node.is_null() || matches!(node.value, Value::List(_)) => {
                self.count("items", node.items().len(), *min, *max, context);
                self.items(node.items(), of, context);
            }
            (Shape::Map { keys, of, min, max }, _) if is_mapping(node) => {
                self.count("entries", node.entries().len(), *min, *max, context);
                self.map(node.entries(), keys, of, context);
            }
            (Shape::Fields(fields), _) if is_mapping(node) => self.fields(node, fields, context),
            (Shape::List { .. } | Shape::Map { .. } | Shape::Fields(_), _) => self.wrong_type(node, shape),
            (_, Value::Scalar(scalar)) => self.scalar(node, scalar, shape, context),
            _ => self.wrong_type(node, shape),
        }
    }

    fn items(&mut self, items: &[Node], of: &Shape, context: Context) {
        let mut seen = std::collections::HashSet::new();
        for (index, item) in items.iter().enumerate() {
            self.path.push((index + 1).to_string());
            self.node(item, of, Context { key: item.place, ..context });
            if item.scalar().is_some_and(|scalar| !scalar.unset() && !seen.insert(&scalar.text))
                && !of.repeats()
            {
                let message = format!("{} is in the list already", self.here());
                self.mistakes.push(Mistake::at(item.place, message).expected("items that differ"));
            }
            self.path.pop();
        }
    }

    fn map(&mut self, entries: &[Entry], keys: &Rule, of: &Shape, context: Context) {
        for entry in entries {
            if !keys.fits(&entry.key) {
                let mistake = Mistake::at(entry.key_place, format!("`{}` cannot be used here", entry.key))
                    .expected(format!("expected {}", keys.expected));
                self.mistakes.push(with_help(mistake, (keys.hint)(&entry.key)));
            }
            self.path.push(entry.key.clone());
            self.node(&entry.value, of, Context { key: entry.key_place, ..context });
            self.path.pop();
        }
    }

    fn fields(&mut self, node: &Node, fields: &Fields, context: Context) {
        for entry in node.entries() {
            match fields.get(&entry.key) {
                Some(field) => self.field(entry, field, context),
                None => self.mistakes.push(unknown(entry, fields)),
            }
        }
        for field in fields.fields.iter().filter(|field| field.required && node.get(field.name).is_none()) {
            let message = format!("{} has no `{}`", self.here(), field.name);
            self.mistakes
                .push(Mistake::at(context.key, message).expected(format!("`{}` is needed", field.name)));
        }
        self.exactly_one(node, fields.one_of, context);
        let there = fields.together.iter().filter(|name| node.get(name).is_some()).count();
        if there > 0 && there < fields.together.len() {
            let names = one_of(fields.together).replace(" or ", " and ");
            let message = format!("{} has only one of {names}", self.here());
            self.mistakes.push(Mistake::at(context.key, message).expected("they belong together"));
        }
    }

    fn field(&mut self, entry: &Entry, field: &Field, context: Context) {
        self.path.push(entry.key.clone());
        let below = Context {
            needed: (context.needed && !field.spared)
                || field.needed
                || (field.shown && self.values == Values::Numbers),
            closed: field.closed.or(context.closed),
            key: entry.key_place,
        };
        let above = std::mem::replace(&mut self.unit, field.unit);
        self.node(&entry.value, &field.shape, below);
        self.unit = above;
        self.path.pop();
    }

    fn exactly_one(&mut self, node: &Node, names: &[&str], context: Context) {
        let mut there = node.entries().iter().filter(|entry| names.contains(&entry.key.as_str()));
        let (first, second) = (there.next(), there.next());
        if !names.is_empty() && first.is_none() {
            let message = format!("{} needs one of {}", self.here(), one_of(names));
            self.mistakes
                .push(Mistake::at(context.key, message).expected(format!("one of {}", one_of(names))));
        }
        for entry in second.into_iter().chain(there) {
            let first = first.map_or("", |entry| &entry.key);
            let message = format!("{} has both `{first}` and `{}`", self.here(), entry.key);
            let mistake = Mistake::at(entry.key_place, message);
            self.mistakes.push(mistake.expected(format!("exactly one of {}", one_of(names))));
        }
    }

    fn count(&mut self, what: &str, count: usize, min: usize, max: usize, context: Context) {
        if count < min {
            let message = format!("{} is empty", self.here());
            self.mistakes
                .push(Mistake::at(context.key, message).expected(format!("at least {min} of its {what}")));
        } else if count > max {
            let message = format!("{} has {count} {what}", self.here());
            self.mistakes.push(Mistake::at(context.key, message).expected(format!("at most {max}")));
        }
    }

    fn scalar(&mut self, node: &Node, scalar: &Scalar, shape: &Shape, context: Context) {
        if let (Some(why), true) = (context.closed, scalar.refers()) {
            let message = format!("{} takes nothing from outside the file", self.here());
            return self.mistakes.push(Mistake::at(node.place, message).help(why));
        }
        if let Origin::Unset(unset) = &scalar.origin {
            if context.needed || self.values == Values::Needed {
                self.mistakes.extend(unset.iter().map(|unset| {
                    let help = unset.message.clone().unwrap_or_else(|| {
                        format!(
                            "export it, put it into `.env` beside the file, or write `${{{}:-default}}`",
                            unset.name
                        )
                    });
                    Mistake::at(unset.place, format!("`{}` is not set", unset.name)).help(help)
                }));
            }
            return;
        }
        match fault(scalar, shape) {
            None => {}
            Some(ScalarFault::Type) if !scalar.refers() => self.wrong_type(node, shape),
            Some(ScalarFault::Type) => self.wrong_value(node, shape, None),
            Some(ScalarFault::Value(hint)) => self.wrong_value(node, shape, hint),
        }
    }

    fn wrong_type(&mut self, node: &Node, shape: &Shape) {
        let message = format!("{} cannot be {}", self.here(), node.found());
        let help = quotes(node, shape).or_else(|| with_unit(node, shape, self.unit));
        let help = help.or_else(|| example(self.path.last()?, node, shape));
        let mistake = Mistake::at(node.place, message).expected(self.expected(shape));
        self.mistakes.push(with_help(mistake, help));
    }

    fn wrong_value(&mut self, node: &Node, shape: &Shape, hint: Option<String>) {
        let message = format!("{} has a value that is not possible", self.here());
        let help = self.several(node).or_else(|| with_unit(node, shape, self.unit)).or(hint);
        self.mistakes.push(with_help(Mistake::at(node.place, message).expected(self.expected(shape)), help));
    }

    /// For a variable that was meant to be more than the one item it stands for.
    fn several(&self, node: &Node) -> Option<String> {
        let [.., list, item] = self.path.as_slice() else { return None };
        let several = node.scalar().is_some_and(|scalar| scalar.refers() && scalar.text.contains(','));
        (several && whole(item).is_some()).then(|| {
            format!(
                "a variable with several, separated by commas, stands for the whole list: `{list}: ${{…}}`"
            )
        })
    }

    fn expected(&self, shape: &Shape) -> String {
        match (shape, self.unit) {
            (Shape::Whole { .. }, Some(unit)) => format!("expected {} ({})", shape.expected(), unit.name()),
            _ => format!("expected {}", shape.expected()),
        }
    }

    fn here(&self) -> String {
        if self.path.is_empty() { "the stack file".into() } else { format!("`{}`", self.path.join(".")) }
    }
}

fn with_help(mistake: Mistake, help: Option<impl Into<String>>) -> Mistake {
    match help {
        Some(help) => mistake.help(help),
        None => mistake,
    }
}

fn is_mapping(node: &Node) -> bool {
    node.is_null() || matches!(node.value, Value::Map(_))
}

fn unknown(entry: &Entry, fields: &Fields) -> Mistake {
    let names: Vec<_> = fields.names().collect();
    Mistake::at(entry.key_place, format!("unknown key `{}`", entry.key))
        .help(format!("the keys here are {}", one_of(&names).replace(" or ", " and ")))
}

fn fault(scalar: &Scalar, shape: &Shape) -> Option<ScalarFault> {
    match shape {
        Shape::Text(rule) => text_fault(scalar, rule),
        Shape::Whole { min, max } if is(scalar, Kind::Number) => match whole(&scalar.text) {
            Some(number) if (*min..=*max).contains(&number) => None,
            _ => Some(ScalarFault::Value(None)),
        },
        Shape::Decimal if is(scalar, Kind::Number) => {
            let fits = decimal(&scalar.text).is_some_and(|number| number >= 0.0);
            (!fits).then_some(ScalarFault::Value(None))
        }
        Shape::Flag if is(scalar, Kind::Flag) => {
            flag(&scalar.text).is_none().then_some(ScalarFault::Value(None))
        }
        Shape::Choice(choices) => choice_fault(scalar, choices),
        _ => Some(ScalarFault::Type),
    }
}

/// What came by `${…}` is text to YAML, and may be read as anything.
fn is(scalar: &Scalar, kind: Kind) -> bool {
    scalar.kind == kind || scalar.refers()
}

fn text_fault(scalar: &Scalar, rule: &Rule) -> Option<ScalarFault> {
    match scalar.kind {
        Kind::Null => Some(ScalarFault::Type),
        Kind::Number | Kind::Flag if !rule.spelled => Some(ScalarFault::Type),
        _ if rule.fits(&scalar.text) => None,
        _ => Some(ScalarFault::Value((rule.hint)(&scalar.text).map(str::to_owned))),
    }
}

fn choice_fault(scalar: &Scalar, choices: &[&str]) -> Option<ScalarFault> {
    let fits = choices.contains(&scalar.text.as_str());
    match scalar.kind {
        Kind::Null | Kind::Flag => Some(ScalarFault::Type),
        Kind::Text if fits && whole(&scalar.text).is_some() && !scalar.refers() => {
            Some(ScalarFault::Value(Some("write it without quotes".into())))
        }
        _ if fits => None,
        _ => {
            let meant = nearest_choice(&scalar.text, choices);
            Some(ScalarFault::Value(meant.map(|name| format!("did you mean `{name}`?"))))
        }
    }
}
