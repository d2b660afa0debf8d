//! From a text to an expression.

use super::{
    functions,
    syntax::{Expression, Operator},
};

/// Deeper than anybody writes.
const DEEPEST: usize = 50;

/// Operators as they are written, the longer ones first.
const OPERATORS: [(&str, Operator); 15] = [
    ("&&", Operator::And),
    ("||", Operator::Or),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("+", Operator::Plus),
    ("-", Operator::Minus),
    ("*", Operator::Times),
    ("/", Operator::Divided),
    ("^", Operator::Power),
    ("AND ", Operator::And),
    ("OR ", Operator::Or),
];

/// # Errors
/// Why it is no expression.
pub(crate) fn parse(text: &str) -> Result<Expression, String> {
    let mut parser = Parser { rest: text.trim_start(), depth: 0 };
    let expression = parser.expression(0)?;
    if parser.rest.is_empty() { Ok(expression) } else { Err(parser.unexpected()) }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    /// Operators that bind more strongly than `rank`.
    fn expression(&mut self, rank: u8) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("the expression is nested too deeply".to_owned());
        }
        let mut left = self.operand()?;
        while let Some((written, operator)) = self.operator().filter(|(_, o)| o.rank() > rank) {
            self.skip(written.len());
            let right = self.expression(operator.rank())?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operator(&self) -> Option<(&'static str, Operator)> {
        OPERATORS.into_iter().find(|(written, _)| self.rest.starts_with(written))
    }

    fn operand(&mut self) -> Result<Expression, String> {
        if self.takes("-") {
            // Stronger than everything but a power.
            return Ok(Expression::Negative(Box::new(self.expression(Operator::Times.rank())?)));
        }
        if self.takes("(") {
            let inner = self.expression(0)?;
            self.wants(")")?;
            return Ok(inner);
        }
        if self.takes("[") {
            return Ok(Expression::List(self.parts("]")?));
        }
        match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => self.text(quote),
            Some('0'..='9' | '.') => self.number(),
            Some(c) if c.is_ascii_alphabetic() => self.word(),
            _ => Err(self.unexpected()),
        }
    }

    fn text(&mut self, quote: char) -> Result<Expression, String> {
        let (text, _) = self.rest[1..].split_once(quote).ok_or("a quote is not closed")?;
        self.skip(text.len() + 2);
        Ok(Expression::Text(text.to_owned()))
    }

    fn number(&mut self) -> Result<Expression, String> {
        let digits = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.rest.len());
        let number = self.rest[..digits].parse().map_err(|_| self.unexpected())?;
        self.skip(digits);
        Ok(Expression::Number(number))
    }

    /// A query or a function.
    fn word(&mut self) -> Result<Expression, String> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let word = self.rest[..end].to_owned();
        self.skip(end);
        if !self.takes("(") {
            return Ok(Expression::Name(word));
        }
        let parts = self.parts(")")?;
        functions::check(&word, parts.len())?;
        Ok(Expression::Call(word, parts))
    }

    /// Expressions with commas between, up to `end`.
    fn parts(&mut self, end: &str) -> Result<Vec<Expression>, String> {
        let mut parts = Vec::new();
        if self.takes(end) {
            return Ok(parts);
        }
        loop {
            parts.push(self.expression(0)?);
            if self.takes(end) {
                return Ok(parts);
            }
            self.wants(",")?;
        }
    }

    fn takes(&mut self, sign: &str) -> bool {
        let here = self.rest.starts_with(sign);
        if here {
            self.skip(sign.len());
        }
        here
    }

    fn wants(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(format!("{sign} expected. {}", self.unexpected())) }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest[bytes..].trim_start();
    }

    fn unexpected(&self) -> String {
        match self.rest.chars().next() {
            Some(sign) => format!("Unexpected character {sign}"),
            None => "Unexpected end of the expression".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn stronger_operators_go_first_and_equal_ones_from_the_left() {
        for (text, same) in [
            ("1+2*3", "1+(2*3)"),
            ("1-2-3", "(1-2)-3"),
            ("-a^2", "-(a^2)"),
            ("-a*2", "(-a)*2"),
            ("a<1 && b>=2 || c", "((a<1)&&(b>=2))||c"),
            ("IF(a, FILL(b,0) , 1)", "IF(a,FILL(b,0),1)"),
            ("100 * m1 / m2", "(100*m1)/m2"),
        ] {
            assert_eq!(parse(text).unwrap(), parse(same).unwrap(), "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        let deep = "(".repeat(500);
        for text in
            ["", "1+", "(1", "SUM(", "NONE(m1)", "m1 m2", "\"a", "1..2", "é", "FILL(m1)", "[1,]", &deep]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_expression_names_queries() {
        let names = parse("IF(FILL(m1, REPEAT) > 0, SUM([m2, e1]), SUM(METRICS(\"m\")))").unwrap().names();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["e1", "m1", "m2"]);
    }
}
