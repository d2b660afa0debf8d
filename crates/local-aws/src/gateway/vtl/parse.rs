//! From text to tree.

use super::{
    expression::{expression, list},
    failure::{TemplateFailure, failed},
    lexer::Cursor,
    syntax::{Expression, Node, Reference, Step},
};

/// Velocity's other directives; any other `#word` is text.
const UNKNOWN: [&str; 8] = ["foreach", "macro", "parse", "include", "stop", "break", "evaluate", "define"];

/// The whole language.
pub(crate) fn template(text: &str) -> Result<Vec<Node>, TemplateFailure> {
    let mut cursor = Cursor::new(text, 0);
    let (nodes, end) = block(&mut cursor)?;
    match end {
        None => Ok(nodes),
        Some(directive) => failed(format!("#{directive} without #if (line {})", cursor.line())),
    }
}

/// References only; everything else is text.
pub(crate) fn references(text: &str) -> Result<Vec<Node>, TemplateFailure> {
    interpolated(&mut Cursor::new(text, 0))
}

/// Text with references in it.
pub(crate) fn interpolated(cursor: &mut Cursor<'_>) -> Result<Vec<Node>, TemplateFailure> {
    let mut nodes = Vec::new();
    while let Some(c) = cursor.peek() {
        match output(cursor)? {
            Some(node) => nodes.push(node),
            None => push_text(&mut nodes, c, cursor),
        }
    }
    Ok(nodes)
}

/// Reads up to the end or to the `#elseif`, `#else` or `#end` that closes the block, and names it.
fn block(cursor: &mut Cursor<'_>) -> Result<(Vec<Node>, Option<String>), TemplateFailure> {
    let mut nodes = Vec::new();
    while let Some(c) = cursor.peek() {
        if let Some(node) = output(cursor)? {
            nodes.push(node);
        } else if skip_comment(cursor)? {
        } else if let Some(name) = directive(cursor) {
            match name.as_str() {
                "set" => nodes.push(set(cursor)?),
                "if" => nodes.push(cursor.deeper(conditional)?),
                "elseif" | "else" | "end" => return Ok((nodes, Some(name))),
                name if UNKNOWN.contains(&name) => {
                    return failed(format!("#{name} is not implemented by the local AWS"));
                }
                name => nodes.push(Node::Text(format!("#{name}"))),
            }
        } else {
            push_text(&mut nodes, c, cursor);
        }
    }
    Ok((nodes, None))
}

fn push_text(nodes: &mut Vec<Node>, c: char, cursor: &mut Cursor<'_>) {
    cursor.bump();
    match nodes.last_mut() {
        Some(Node::Text(text)) => text.push(c),
        _ => nodes.push(Node::Text(c.into())),
    }
}

fn skip_comment(cursor: &mut Cursor<'_>) -> Result<bool, TemplateFailure> {
    if cursor.eat("##") {
        cursor.take_while(|c| c != '\n');
        cursor.eat("\n");
        return Ok(true);
    }
    if !cursor.eat("#*") {
        return Ok(false);
    }
    let Some(length) = cursor.rest().find("*#") else { return failed("a comment has no end") };
    cursor.back_to(cursor.position() + length + 2);
    Ok(true)
}

/// The name of the directive that starts here: `#name` or `#{name}`. A `#` before anything else is text.
fn directive(cursor: &mut Cursor<'_>) -> Option<String> {
    let start = cursor.position();
    if !cursor.eat("#") {
        return None;
    }
    let braced = cursor.eat("{");
    let name = cursor.take_while(|c| c.is_ascii_alphabetic());
    if name.is_empty() || (braced && !cursor.eat("}")) {
        cursor.back_to(start);
        return None;
    }
    Some(name.to_owned())
}

fn set(cursor: &mut Cursor<'_>) -> Result<Node, TemplateFailure> {
    cursor.skip_space();
    cursor.expect("(")?;
    cursor.skip_space();
    let Some((target, _)) = reference(cursor)? else {
        return failed(format!("#set needs a $reference (line {})", cursor.line()));
    };
    cursor.skip_space();
    cursor.expect("=")?;
    let value = expression(cursor)?;
    cursor.expect(")")?;
    cursor.skip_line_end();
    Ok(Node::Set(target, value))
}

fn condition(cursor: &mut Cursor<'_>) -> Result<Expression, TemplateFailure> {
    cursor.skip_space();
    cursor.expect("(")?;
    let condition = expression(cursor)?;
    cursor.expect(")")?;
    cursor.skip_line_end();
    Ok(condition)
}

fn conditional(cursor: &mut Cursor<'_>) -> Result<Node, TemplateFailure> {
    let mut branches = Vec::new();
    let mut test = condition(cursor)?;
    loop {
        let (nodes, end) = block(cursor)?;
        branches.push((test, nodes));
        match end.as_deref() {
            Some("elseif") => test = condition(cursor)?,
            Some("else") => return Ok(Node::If(branches, last_branch(cursor)?)),
            Some(_) => {
                cursor.skip_line_end();
                return Ok(Node::If(branches, Vec::new()));
            }
            None => return failed("#if without #end"),
        }
    }
}

fn last_branch(cursor: &mut Cursor<'_>) -> Result<Vec<Node>, TemplateFailure> {
    cursor.skip_line_end();
    let (nodes, end) = block(cursor)?;
    if end.as_deref() != Some("end") {
        return failed("#else without #end");
    }
    cursor.skip_line_end();
    Ok(nodes)
}

/// A reference in text. A `$` that starts none is text; an escaped one is not emulated.
fn output(cursor: &mut Cursor<'_>) -> Result<Option<Node>, TemplateFailure> {
    if cursor.rest().starts_with("\\$") || cursor.rest().starts_with("\\#") {
        return failed("an escaped $ or # is not implemented by the local AWS");
    }
    let start = cursor.position();
    Ok(reference(cursor)?.map(|(reference, quiet)| Node::Output {
        reference,
        source: if quiet { String::new() } else { cursor.since(start).to_owned() },
    }))
}

/// `$name…`, `${name…}`, and the quiet `$!name…`; whether it was quiet comes along.
pub(crate) fn reference(cursor: &mut Cursor<'_>) -> Result<Option<(Reference, bool)>, TemplateFailure> {
    let start = cursor.position();
    if !cursor.eat("$") {
        return Ok(None);
    }
    let quiet = cursor.eat("!");
    let braced = cursor.eat("{");
    let Some(root) = identifier(cursor) else {
        cursor.back_to(start);
        return Ok(None);
    };
    let steps = cursor.deeper(steps)?;
    if braced {
        cursor.expect("}")?;
    }
    Ok(Some((Reference { root, steps }, quiet)))
}

fn identifier(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.peek().filter(char::is_ascii_alphabetic)?;
    Some(cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-').to_owned())
}

fn steps(cursor: &mut Cursor<'_>) -> Result<Vec<Step>, TemplateFailure> {
    let mut steps = Vec::new();
    loop {
        let start = cursor.position();
        if cursor.eat(".") {
            let Some(name) = identifier(cursor) else {
                cursor.back_to(start);
                return Ok(steps);
            };
            steps.push(if cursor.eat("(") {
                Step::Call(name, list(cursor, ")")?)
            } else {
                Step::Property(name)
            });
        } else if !steps.is_empty() && cursor.eat("[") {
            let index = expression(cursor)?;
            cursor.expect("]")?;
            steps.push(Step::Index(index));
        } else {
            return Ok(steps);
        }
    }
}
