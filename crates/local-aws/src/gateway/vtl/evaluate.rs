//! From tree to text.

use super::{
    failure::{TemplateFailure, failed},
    input,
    limits::{DEPTH_LIMIT, OUTPUT_LIMIT, WORK_LIMIT},
    methods,
    scope::{Rendered, Scope},
    syntax::{Comparison, Expression, Node, Reference, Step},
    util,
    value::shown,
};
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) fn run(nodes: &[Node], scope: &Scope) -> Result<Rendered, TemplateFailure> {
    let mut evaluation =
        Evaluation { scope, variables: BTreeMap::new(), made: Rendered::default(), spent: 0 };
    evaluation.nodes(nodes)?;
    Ok(evaluation.made)
}

/// One run of one template.
struct Evaluation<'a> {
    scope: &'a Scope,
    variables: BTreeMap<String, Value>,
    made: Rendered,
    /// Bytes that were made and read so far.
    spent: usize,
}

impl Evaluation<'_> {
    fn nodes(&mut self, nodes: &[Node]) -> Result<(), TemplateFailure> {
        nodes.iter().try_for_each(|node| self.node(node))
    }

    fn node(&mut self, node: &Node) -> Result<(), TemplateFailure> {
        match node {
            Node::Text(text) => self.write(text),
            Node::Output { reference, source } => {
                let text = self.reference(reference)?.map_or_else(|| source.clone(), |v| shown(&v));
                self.write(&text)
            }
            Node::Set(target, value) => {
                let value = self.value(value)?;
                self.set(target, value)
            }
            Node::If(branches, otherwise) => {
                for (condition, nodes) in branches {
                    if self.holds(condition)? {
                        return self.nodes(nodes);
                    }
                }
                self.nodes(otherwise)
            }
        }
    }

    fn write(&mut self, text: &str) -> Result<(), TemplateFailure> {
        if self.made.text.len() + text.len() > OUTPUT_LIMIT {
            return failed(format!("the result is larger than {OUTPUT_LIMIT} bytes"));
        }
        self.made.text.push_str(text);
        self.spend(text.len())
    }

    /// Bounds what a template can cost: its variables can double with every line.
    fn spend(&mut self, bytes: usize) -> Result<(), TemplateFailure> {
        self.spent += bytes;
        if self.spent > WORK_LIMIT {
            return failed(format!("the template makes or reads more than {WORK_LIMIT} bytes"));
        }
        Ok(())
    }

    /// Velocity leaves a variable alone when the right side is undefined.
    fn set(&mut self, target: &Reference, value: Option<Value>) -> Result<(), TemplateFailure> {
        let Some(value) = value else { return Ok(()) };
        let properties: Option<Vec<&str>> = target.steps.iter().map(as_property).collect();
        match (target.root.as_str(), properties.as_deref()) {
            ("context", Some(["responseOverride", "status"])) => self.override_status(&value),
            ("context", Some(["responseOverride", "header", name])) => self.override_header(name, &value),
            // There is no request to an integration behind a MOCK: what it would carry goes nowhere.
            ("context", Some(["requestOverride", "header" | "path" | "querystring", _])) => Ok(()),
            ("input" | "context" | "util" | "stageVariables", _) => {
                failed(format!("#set cannot change ${}", target.root))
            }
            (name, Some([])) => {
                self.variables.insert(name.to_owned(), value);
                Ok(())
            }
            (name, _) => failed(format!("#set of a part of ${name} is not implemented by the local AWS")),
        }
    }

    fn override_status(&mut self, value: &Value) -> Result<(), TemplateFailure> {
        let text = shown(value);
        let Some(status) = text.parse().ok().filter(|s| (200..600).contains(s)) else {
            return failed(format!("$context.responseOverride.status cannot be {text:?}"));
        };
        match self.made.status.replace(status) {
            None => Ok(()),
            Some(_) => failed("$context.responseOverride.status is set twice"),
        }
    }

    fn override_header(&mut self, name: &str, value: &Value) -> Result<(), TemplateFailure> {
        match self.made.headers.insert(name.to_owned(), shown(value)) {
            None => Ok(()),
            Some(_) => failed(format!("$context.responseOverride.header.{name} is set twice")),
        }
    }

    fn holds(&mut self, condition: &Expression) -> Result<bool, TemplateFailure> {
        Ok(match self.value(condition)? {
            None | Some(Value::Null) => false,
            Some(Value::Bool(b)) => b,
            Some(_) => true,
        })
    }

    fn value(&mut self, expression: &Expression) -> Result<Option<Value>, TemplateFailure> {
        Ok(Some(match expression {
            Expression::Literal(value) => value.clone(),
            Expression::Interpolated(nodes) => self.interpolate(nodes)?.into(),
            Expression::List(items) => {
                let items = self.values(items)?.into_iter().map(Option::unwrap_or_default).collect();
                self.bounded(Value::Array(items))?
            }
            Expression::Reference(reference) => return self.reference(reference),
            Expression::Not(inner) => (!self.holds(inner)?).into(),
            Expression::Any(operands) => self.is_any(operands, true)?.into(),
            Expression::All(operands) => (!self.is_any(operands, false)?).into(),
            Expression::Compare(operator, left, right) => self.compare(*operator, left, right)?.into(),
        }))
    }

    fn values(&mut self, expressions: &[Expression]) -> Result<Vec<Option<Value>>, TemplateFailure> {
        expressions.iter().map(|e| self.value(e)).collect()
    }

    fn interpolate(&mut self, nodes: &[Node]) -> Result<String, TemplateFailure> {
        let outer = std::mem::take(&mut self.made.text);
        let result = self.nodes(nodes);
        let inner = std::mem::replace(&mut self.made.text, outer);
        result.map(|()| inner)
    }

    /// Whether any of them is `wanted`; those behind it are not looked at.
    fn is_any(&mut self, operands: &[Expression], wanted: bool) -> Result<bool, TemplateFailure> {
        for operand in operands {
            if self.holds(operand)? == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn compare(
        &mut self,
        operator: Comparison,
        left: &Expression,
        right: &Expression,
    ) -> Result<bool, TemplateFailure> {
        let (left, right) = (self.value(left)?, self.value(right)?);
        match operator {
            Comparison::Equal => Ok(equal(left.as_ref(), right.as_ref())),
            Comparison::NotEqual => Ok(!equal(left.as_ref(), right.as_ref())),
            _ => ordered(operator, left.as_ref(), right.as_ref()),
        }
    }

    fn reference(&mut self, reference: &Reference) -> Result<Option<Value>, TemplateFailure> {
        let value = self.found(reference)?;
        value.map(|value| self.bounded(value)).transpose()
    }

    fn bounded(&mut self, value: Value) -> Result<Value, TemplateFailure> {
        let Some(size) = size(&value, DEPTH_LIMIT) else {
            return failed(format!("a list nested deeper than {DEPTH_LIMIT} levels"));
        };
        self.spend(size)?;
        Ok(value)
    }

    fn found(&mut self, reference: &Reference) -> Result<Option<Value>, TemplateFailure> {
        let (first, rest) = match reference.steps.split_first() {
            Some((first, rest)) => (Some(first), rest),
            None => (None, &[][..]),
        };
        let (start, rest) = match (reference.root.as_str(), first) {
            ("input", Some(Step::Property(name))) if name == "body" => {
                (Some(self.scope.body.clone().into()), rest)
            }
            ("input", Some(Step::Call(name, arguments))) => {
                let arguments = self.values(arguments)?;
                self.spend(self.scope.body.len())?;
                (Some(input::call(self.scope, name, &arguments)?), rest)
            }
            ("util", Some(Step::Call(name, arguments))) => {
                let arguments = self.values(arguments)?;
                (Some(util::call(name, &arguments)?), rest)
            }
            ("input" | "util", _) => {
                return failed(format!("${} is used in a way the local AWS does not know", reference.root));
            }
            (root, _) => (self.root(root), reference.steps.as_slice()),
        };
        self.follow(start, rest)
    }

    fn root(&self, root: &str) -> Option<Value> {
        match root {
            "context" => Some(self.scope.context.clone()),
            "stageVariables" => Some(self.scope.stage_variables.clone()),
            "method" if self.scope.method.is_some() => self.scope.method.clone(),
            name => self.variables.get(name).cloned(),
        }
    }

    fn follow(&mut self, start: Option<Value>, steps: &[Step]) -> Result<Option<Value>, TemplateFailure> {
        let Some(mut value) = start else { return Ok(None) };
        for step in steps {
            value = match step {
                Step::Property(name) => methods::property(&value, name),
                Step::Call(name, arguments) => methods::call(&value, name, &self.values(arguments)?)?,
                Step::Index(index) => {
                    let index = self.value(index)?;
                    methods::index(&value, index.as_ref())?
                }
            };
        }
        Ok(Some(value))
    }
}

/// About how many bytes a value takes; `None` where it is nested deeper than `depth`.
fn size(value: &Value, depth: usize) -> Option<usize> {
    let below = |value| size(value, depth.checked_sub(1)?);
    let inner = match value {
        Value::String(text) => Some(text.len()),
        Value::Array(items) => items.iter().map(below).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| Some(key.len() + below(value)?)).sum(),
        _ => Some(0),
    };
    Some(inner? + size_of::<Value>())
}

fn as_property(step: &Step) -> Option<&str> {
    match step {
        Step::Property(name) => Some(name),
        _ => None,
    }
}

/// Numbers compare as numbers, everything else by its text; what is undefined equals only what is undefined.
#[expect(clippy::float_cmp, reason = "Velocity compares numbers exactly")]
fn equal(left: Option<&Value>, right: Option<&Value>) -> bool {
    let defined = |v: Option<&Value>| v.filter(|v| !v.is_null()).cloned();
    match (defined(left), defined(right)) {
        (None, None) => true,
        (Some(left), Some(right)) => match (left.as_f64(), right.as_f64()) {
            (Some(left), Some(right)) => left == right,
            _ => shown(&left) == shown(&right),
        },
        _ => false,
    }
}

fn ordered(
    operator: Comparison,
    left: Option<&Value>,
    right: Option<&Value>,
) -> Result<bool, TemplateFailure> {
    let (Some(left), Some(right)) = (left.and_then(Value::as_f64), right.and_then(Value::as_f64)) else {
        return failed("<, <=, > and >= compare numbers only");
    };
    Ok(match operator {
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        _ => left >= right,
    })
}
