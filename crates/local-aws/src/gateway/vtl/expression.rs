//! Expressions: what stands in `#set`, `#if` and between a method's parentheses.

use super::{
    failure::{TemplateFailure, failed},
    lexer::Cursor,
    limits::DEPTH_LIMIT,
    parse::{interpolated, reference},
    syntax::{Comparison, Expression},
};
use serde_json::{Number, Value};

/// Expressions with commas between, up to `end`.
pub(crate) fn list(cursor: &mut Cursor<'_>, end: &str) -> Result<Vec<Expression>, TemplateFailure> {
    let mut items = Vec::new();
    cursor.skip_space();
    if cursor.eat(end) {
        return Ok(items);
    }
    loop {
        items.push(expression(cursor)?);
        if cursor.eat(end) {
            return Ok(items);
        }
        cursor.expect(",")?;
    }
}

/// An expression with the space around it.
pub(crate) fn expression(cursor: &mut Cursor<'_>) -> Result<Expression, TemplateFailure> {
    cursor.deeper(|cursor| {
        chain(cursor, "||", Expression::Any, |c| chain(c, "&&", Expression::All, |c| compare(c, 0)))
    })
}

/// One operand, or several with the same word between them: a list, so that a long chain is not a deep tree.
fn chain(
    cursor: &mut Cursor<'_>,
    word: &str,
    all: fn(Vec<Expression>) -> Expression,
    operand: fn(&mut Cursor<'_>) -> Result<Expression, TemplateFailure>,
) -> Result<Expression, TemplateFailure> {
    let first = operand(cursor)?;
    if !cursor.rest().starts_with(word) {
        return Ok(first);
    }
    let mut operands = vec![first];
    while cursor.eat(word) {
        operands.push(operand(cursor)?);
    }
    Ok(all(operands))
}

/// The comparisons by binding strength, weakest first; a longer token before its prefix.
const LEVELS: [&[(&str, Comparison)]; 2] = [
    &[("==", Comparison::Equal), ("!=", Comparison::NotEqual)],
    &[
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
    ],
];

fn compare(cursor: &mut Cursor<'_>, level: usize) -> Result<Expression, TemplateFailure> {
    let Some(operators) = LEVELS.get(level) else { return operand(cursor) };
    let mut left = compare(cursor, level + 1)?;
    let mut depth = 0;
    while let Some((_, operator)) = operators.iter().find(|(token, _)| cursor.eat(token)) {
        depth += 1;
        if depth > DEPTH_LIMIT {
            return failed(format!("more than {DEPTH_LIMIT} comparisons of comparisons"));
        }
        let right = compare(cursor, level + 1)?;
        left = Expression::Compare(*operator, Box::new(left), Box::new(right));
    }
    Ok(left)
}

fn operand(cursor: &mut Cursor<'_>) -> Result<Expression, TemplateFailure> {
    cursor.skip_space();
    let operand = cursor.deeper(primary)?;
    cursor.skip_space();
    Ok(operand)
}

fn primary(cursor: &mut Cursor<'_>) -> Result<Expression, TemplateFailure> {
    if cursor.eat("!") {
        return Ok(Expression::Not(Box::new(operand(cursor)?)));
    }
    if cursor.eat("(") {
        let inner = expression(cursor)?;
        cursor.expect(")")?;
        return Ok(inner);
    }
    if cursor.eat("[") {
        return Ok(Expression::List(list(cursor, "]")?));
    }
    if let Some((reference, _)) = reference(cursor)? {
        return Ok(Expression::Reference(reference));
    }
    match cursor.peek() {
        Some('\'') => Ok(Expression::Literal(quoted(cursor, '\'')?.into())),
        Some('"') => {
            let text = quoted(cursor, '"')?;
            Ok(Expression::Interpolated(interpolated(&mut Cursor::new(text, cursor.depth()))?))
        }
        _ => word(cursor),
    }
}

fn quoted<'a>(cursor: &mut Cursor<'a>, quote: char) -> Result<&'a str, TemplateFailure> {
    cursor.bump();
    let text = cursor.take_while(|c| c != quote);
    match cursor.bump() {
        Some(_) => Ok(text),
        None => failed(format!("a string has no closing {quote}")),
    }
}

/// `true`, `false`, or a number.
fn word(cursor: &mut Cursor<'_>) -> Result<Expression, TemplateFailure> {
    let word = cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    let number =
        || word.parse::<i64>().map(Number::from).ok().or_else(|| Number::from_f64(word.parse().ok()?));
    match word {
        "true" => Ok(Expression::Literal(true.into())),
        "false" => Ok(Expression::Literal(false.into())),
        _ => match number() {
            Some(number) => Ok(Expression::Literal(Value::Number(number))),
            None => {
                let found: String = word.chars().chain(cursor.rest().chars()).take(16).collect();
                failed(format!(
                    "{found:?} is no expression that the local AWS knows (line {})",
                    cursor.line()
                ))
            }
        },
    }
}
