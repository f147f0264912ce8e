//! Regular expressions of rules: limits, and those that say no more than an ordinary operator.

use super::ast::Comparison;
use super::typed::Pattern;

/// Longest pattern in bytes.
pub const PATTERN_BYTES_MAX: usize = 1024;

/// Most memory a compiled pattern may take. Realistic patterns for Okta need at most a quarter of it; `\w{1,200}z$`,
/// which costs milliseconds on a long text, needs more.
pub const COMPILED_BYTES_MAX: usize = 256 * 1024;

/// Deepest nesting of groups in a pattern.
pub(crate) const NEST_MAX: u32 = 64;

/// Why a regular expression is refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RegexFault {
    /// A flag that does not exist.
    Flag(char),
    /// A fault of its syntax, in words.
    Invalid(String),
    /// Too big once compiled, or too long.
    TooBig,
}

/// Checks a pattern and writes its flags into it.
///
/// # Errors
/// Says why it is refused.
pub fn check_regex(pattern: &str, flags: &str) -> Result<Pattern, RegexFault> {
    if let Some(flag) = flags.chars().find(|flag| !"imsx".contains(*flag)) {
        return Err(RegexFault::Flag(flag));
    }
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(RegexFault::TooBig);
    }
    let text = if flags.is_empty() { pattern.to_owned() } else { format!("(?{flags}){pattern}") };
    match compile(&text) {
        Ok(_) => Ok(Pattern { text }),
        Err(regex::Error::CompiledTooBig(_)) => Err(RegexFault::TooBig),
        Err(error) => Err(RegexFault::Invalid(last_line(&error.to_string()))),
    }
}

/// Compiles a pattern with the limits of rules.
///
/// # Errors
/// The library's own; none for a pattern that [`check_regex`] gave.
pub fn compile(text: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(text).size_limit(COMPILED_BYTES_MAX).dfa_size_limit(1024 * 1024).nest_limit(NEST_MAX).build()
}

fn last_line(message: &str) -> String {
    let line = message.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(message);
    line.trim().trim_start_matches("error: ").to_owned()
}

/// An ordinary operator that says the same as a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Plain {
    /// The operator.
    pub(crate) op: Comparison,
    /// Whether it ignores case.
    pub(crate) fold: bool,
    /// Its right side.
    pub(crate) text: String,
}

/// Returns the ordinary operator that a pattern could be, if it could.
pub(crate) fn plain_form(pattern: &str) -> Option<Plain> {
    let (fold, pattern) = match pattern.strip_prefix("(?i)") {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    if pattern.starts_with("(?") {
        return None;
    }
    let (at_start, pattern) = match pattern.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    let (at_start, pattern) = match pattern.strip_prefix(".*") {
        // `^.*x` is no more than x anywhere; what `.` does not match, line ends, a login or an address does not have.
        Some(rest) => (false, rest),
        None => (at_start, pattern),
    };
    let ends = pattern.ends_with('$') && !pattern.ends_with("\\$");
    let pattern = if ends { pattern.get(..pattern.len() - 1)? } else { pattern };
    let (at_end, pattern) = match pattern.strip_suffix(".*") {
        Some(rest) if !rest.ends_with('\\') => (false, rest),
        _ => (ends, pattern),
    };
    let mut text = String::new();
    let mut chars = pattern.chars();
    while let Some(next) = chars.next() {
        match next {
            '\\' => {
                let escaped = chars.next()?;
                if escaped.is_ascii_alphanumeric() {
                    return None;
                }
                text.push(escaped);
            }
            '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' => return None,
            next => text.push(next),
        }
    }
    if text.is_empty() {
        return None;
    }
    let op = match (at_start, at_end) {
        (true, true) => Comparison::Equal,
        (true, false) => Comparison::StartsWith,
        (false, true) => Comparison::EndsWith,
        (false, false) => Comparison::Contains,
    };
    Some(Plain { op, fold, text })
}
