//! SCIM filters: the expressions of `filter` and `search`.
//!
//! Takes text; gives a tree that says of a JSON value whether it fits. Knows `eq ne co sw ew gt ge lt le pr`, `and or not` and
//! parentheses. A path that leads through a list fits where one of its members does.

use serde_json::Value;

use crate::event::Timestamp;

/// Deepest nesting, and most comparisons.
const DEPTH_MAX: usize = 32;
const TERMS_MAX: usize = 500;

const OPERATORS: [&str; 10] = ["eq", "ne", "co", "sw", "ew", "pr", "gt", "ge", "lt", "le"];

/// A filter.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Compare { path: String, operator: &'static str, value: Value },
}

/// What is wrong with a filter, in Okta's words.
pub(super) type Wrong = String;

/// Reads a filter.
pub(super) fn parse(text: &str) -> Result<Filter, Wrong> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, terms: 0, end: text.chars().count() };
    let filter = parser.any(0)?;
    match parser.peek() {
        None => Ok(filter),
        Some(token) => Err(format!("Unexpected text '{}' at position {}", token.text, token.at)),
    }
}

#[derive(Debug)]
struct Token {
    text: String,
    quoted: bool,
    at: usize,
}

fn tokens(text: &str) -> Result<Vec<Token>, Wrong> {
    let mut tokens = Vec::new();
    let mut letters = text.chars().enumerate().peekable();
    while let Some((at, letter)) = letters.next() {
        let token = match letter {
            letter if letter.is_whitespace() => continue,
            '(' | ')' => Token { text: letter.to_string(), quoted: false, at },
            '[' | ']' => return Err(format!("Unexpected character '{letter}' at position {at}")),
            '"' => {
                let mut inner = String::new();
                loop {
                    match letters.next() {
                        Some((_, '"')) => break,
                        Some((_, '\\')) => inner.extend(letters.next().map(|(_, letter)| letter)),
                        Some((_, letter)) => inner.push(letter),
                        None => return Err(format!("Unterminated text at position {at}")),
                    }
                }
                Token { text: inner, quoted: true, at }
            }
            letter => {
                let mut word = letter.to_string();
                while let Some((_, letter)) = letters.next_if(|(_, letter)| !letter.is_whitespace() && !matches!(letter, '(' | ')' | '"' | '[' | ']')) {
                    word.push(letter);
                }
                Token { text: word, quoted: false, at }
            }
        };
        tokens.push(token);
    }
    Ok(tokens)
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    terms: usize,
    end: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<&'t Token> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.peek().is_some_and(|token| !token.quoted && token.text.eq_ignore_ascii_case(word));
        if is_next {
            self.at += 1;
        }
        is_next
    }

    fn any(&mut self, depth: usize) -> Result<Filter, Wrong> {
        let first = self.all(depth)?;
        let mut parts = vec![first];
        while self.takes("or") {
            parts.push(self.all(depth)?);
        }
        Ok(only(parts, Filter::Or))
    }

    fn all(&mut self, depth: usize) -> Result<Filter, Wrong> {
        let mut parts = vec![self.one(depth)?];
        while self.takes("and") {
            parts.push(self.one(depth)?);
        }
        Ok(only(parts, Filter::And))
    }

    fn one(&mut self, depth: usize) -> Result<Filter, Wrong> {
        if depth > DEPTH_MAX {
            return Err("The expression is nested too deeply".to_owned());
        }
        if self.takes("not") {
            return Ok(Filter::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes("(") {
            let inner = self.any(depth + 1)?;
            return if self.takes(")") { Ok(inner) } else { Err(format!("Expected ')' at position {}", self.place())) };
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Filter, Wrong> {
        self.terms += 1;
        if self.terms > TERMS_MAX {
            return Err("The expression has too many terms".to_owned());
        }
        let place = self.place();
        let path = self.next().filter(|token| !token.quoted && token.text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_'));
        let path = path.ok_or_else(|| format!("Expected an attribute name at position {place}"))?.text.clone();
        let place = self.place();
        let word = self.next().ok_or_else(|| format!("Expected an attribute operator at position {place}"))?;
        let operator = OPERATORS.into_iter().find(|operator| word.text.eq_ignore_ascii_case(operator));
        let operator = operator
            .ok_or_else(|| format!("Unrecognized attribute operator '{}' at position {}. Expected: eq,ne,co,sw,ew,pr,gt,ge,lt,le", word.text, word.at))?;
        if operator == "pr" {
            return Ok(Filter::Compare { path, operator, value: Value::Null });
        }
        let place = self.place();
        let token = self.next().ok_or_else(|| format!("Expected a value at position {place}"))?;
        let value = if token.quoted {
            Value::String(token.text.clone())
        } else {
            match serde_json::from_str(&token.text) {
                Ok(value @ (Value::Bool(_) | Value::Number(_) | Value::Null)) => value,
                _ => return Err(format!("Unrecognized value '{}' at position {}", token.text, token.at)),
            }
        };
        Ok(Filter::Compare { path, operator, value })
    }

    fn place(&self) -> usize {
        self.peek().map_or(self.end, |token| token.at)
    }
}

fn only(mut parts: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    match (parts.pop(), parts.is_empty()) {
        (Some(part), true) => part,
        (last, _) => {
            parts.extend(last);
            many(parts)
        }
    }
}

impl Filter {
    /// Says whether a value fits.
    pub(super) fn fits(&self, value: &Value) -> bool {
        match self {
            Filter::And(parts) => parts.iter().all(|part| part.fits(value)),
            Filter::Or(parts) => parts.iter().any(|part| part.fits(value)),
            Filter::Not(part) => !part.fits(value),
            // Not equal: no member is equal.
            Filter::Compare { path, operator: "ne", value: wanted } => !any(value, path, &|found| compare(found, "eq", wanted)),
            Filter::Compare { path, operator, value: wanted } => any(value, path, &|found| compare(found, operator, wanted)),
        }
    }

    /// Calls with every comparison.
    pub(super) fn each(&self, see: &mut impl FnMut(&str, &str)) {
        match self {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| part.each(see)),
            Filter::Not(part) => part.each(see),
            Filter::Compare { path, operator, .. } => see(path, operator),
        }
    }
}

fn any(value: &Value, path: &str, test: &impl Fn(&Value) -> bool) -> bool {
    match value {
        Value::Array(members) => members.iter().any(|member| any(member, path, test)),
        value if path.is_empty() => test(value),
        Value::Object(map) => {
            // A key may hold dots itself.
            if let Some(found) = map.get(path)
                && any(found, "", test)
            {
                return true;
            }
            path.split_once('.').is_some_and(|(key, rest)| map.get(key).is_some_and(|inner| any(inner, rest, test)))
        }
        _ => false,
    }
}

fn compare(found: &Value, operator: &str, wanted: &Value) -> bool {
    match (found, operator, wanted) {
        (found, "pr", _) => !found.is_null() && found != "",
        (Value::String(found), _, Value::String(wanted)) => match operator {
            "eq" => found == wanted || instants(found, wanted).is_some_and(|(found, wanted)| found == wanted),
            "co" => found.contains(wanted.as_str()),
            "sw" => found.starts_with(wanted.as_str()),
            "ew" => found.ends_with(wanted.as_str()),
            _ => {
                let order = instants(found, wanted).map_or_else(|| found.cmp(wanted), |(found, wanted)| found.cmp(&wanted));
                ordered(order, operator)
            }
        },
        (Value::Number(found), _, Value::Number(wanted)) => {
            found.as_f64().zip(wanted.as_f64()).and_then(|(found, wanted)| found.partial_cmp(&wanted)).is_some_and(|order| ordered(order, operator))
        }
        // The values of debugData are texts: `eq true` finds "true".
        (Value::String(found), "eq", Value::Bool(wanted)) => found == &wanted.to_string(),
        (found, "eq", wanted) => found == wanted,
        _ => false,
    }
}

fn ordered(order: std::cmp::Ordering, operator: &str) -> bool {
    match operator {
        "eq" => order.is_eq(),
        "gt" => order.is_gt(),
        "ge" => order.is_ge(),
        "lt" => order.is_lt(),
        "le" => order.is_le(),
        _ => false,
    }
}

fn instants(a: &str, b: &str) -> Option<(Timestamp, Timestamp)> {
    Timestamp::parse(a).zip(Timestamp::parse(b))
}
