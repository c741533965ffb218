//! Expressions in `${{ }}`: which values they name, and whether these become text.
//!
//! GitHub: "Evaluate expressions in workflows and actions". Names do not depend on case.

/// A value that an expression names: `github.event.issue.title`, in lower case; what an index can be anything for is `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub path: Vec<String>,
    pub role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Its value may become part of the text.
    Rendered,
    /// Written out whole, as JSON.
    Json,
    /// Only compared or searched in: yes or no comes out.
    Tested,
}

impl Reference {
    /// Whether this is the value that `name` writes with dots; `*` there and here stands for any part.
    pub fn is(&self, name: &str) -> bool {
        let mut parts = name.split('.');
        self.path.iter().all(|part| parts.next().is_some_and(|named| part == named || part == "*" || named == "*"))
            && parts.next().is_none()
    }

    /// Whether that value lies inside of this one.
    pub fn holds(&self, name: &str) -> bool {
        let mut parts = name.split('.');
        self.path.iter().all(|part| parts.next().is_some_and(|named| part == named || part == "*" || named == "*"))
            && parts.next().is_some()
    }
}

/// The insides of each `${{ }}` of a text, with the byte offset at which it begins.
pub(super) fn templates(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..)?;
        let begin = rest.find(OPEN)?;
        let inside = rest.get(begin + OPEN.len()..)?;
        let length = length(inside);
        let offset = from + begin;
        from = offset + OPEN.len() + length;
        Some((offset, inside.get(..length).unwrap_or(inside)))
    })
}

const OPEN: &str = "${{";

/// Up to `}}` outside of quotes, or everything.
fn length(inside: &str) -> usize {
    let mut is_quoted = false;
    let mut before = None;
    for (offset, byte) in inside.bytes().enumerate() {
        match byte {
            b'\'' => is_quoted = !is_quoted,
            b'}' if !is_quoted && before == Some(b'}') => return offset - 1,
            _ => {}
        }
        before = Some(byte);
    }
    inside.len()
}

/// The values an expression names, at most [`REFERENCE_LIMIT`].
pub(super) fn references(expression: &str) -> Vec<Reference> {
    let tokens = tokens(expression);
    let mut found = Vec::new();
    // Functions, brackets and parentheses that are open.
    let mut open: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at).filter(|_| found.len() < REFERENCE_LIMIT) {
        match token {
            Token::Name(name) if tokens.get(at + 1) == Some(&Token::Sign('(')) => {
                open.push(name.to_lowercase());
                at += 2;
            }
            Token::Name(name) => {
                let (path, end) = path(name, &tokens, at + 1);
                let is_compared =
                    [at.checked_sub(1), Some(end)].into_iter().flatten().any(|at| is_comparison(&tokens, at));
                found.push(Reference { path, role: role(&open, is_compared) });
                at = end;
            }
            Token::Sign(sign @ ('(' | '[')) => {
                open.push(sign.to_string());
                at += 1;
            }
            Token::Sign(')' | ']') => {
                open.pop();
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}

/// At most this many are looked at.
const REFERENCE_LIMIT: usize = 100;

/// Functions that answer yes or no, or with a digest; and an index, which chooses and is not shown.
const TESTING: [&str; 5] = ["contains", "startswith", "endswith", "hashfiles", "["];

fn role(open: &[String], is_compared: bool) -> Role {
    let is_in = |names: &[&str]| open.iter().any(|name| names.contains(&name.as_str()));
    if is_compared || is_in(&TESTING) {
        Role::Tested
    } else if is_in(&["tojson"]) {
        Role::Json
    } else {
        Role::Rendered
    }
}

fn is_comparison(tokens: &[Token<'_>], at: usize) -> bool {
    matches!(tokens.get(at), Some(Token::Comparison))
}

#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    Name(&'a str),
    /// Between quotes.
    Text(&'a str),
    Number,
    Comparison,
    Sign(char),
}

fn tokens(expression: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            'a'..='z' | 'A'..='Z' | '_' => {
                let length = word(rest);
                (Token::Name(rest.get(..length).unwrap_or_default()), length)
            }
            '0'..='9' => (Token::Number, word(rest)),
            '\'' => {
                let inside = rest.get(1..).unwrap_or_default();
                let length = inside.find('\'').unwrap_or(inside.len());
                (Token::Text(inside.get(..length).unwrap_or_default()), (length + 2).min(rest.len()))
            }
            '=' | '<' | '>' => (Token::Comparison, signs(rest)),
            '!' if rest.starts_with("!=") => (Token::Comparison, 2),
            other => (Token::Sign(other), other.len_utf8()),
        };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    tokens
}

/// Bytes of a name or number. Numbers may have a point; it ends nothing that matters here.
fn word(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte)).count()
}

fn signs(text: &str) -> usize {
    text.bytes().take_while(|byte| b"=<>".contains(byte)).count()
}

/// A name and what is reached through it, and the position after it.
fn path(name: &str, tokens: &[Token<'_>], mut at: usize) -> (Vec<String>, usize) {
    let mut path = vec![name.to_lowercase()];
    loop {
        let part = match (tokens.get(at), tokens.get(at + 1), tokens.get(at + 2)) {
            (Some(Token::Sign('.')), Some(Token::Name(part)), _) => (part.to_lowercase(), 2),
            (Some(Token::Sign('.')), Some(Token::Sign('*')), _) => ("*".to_owned(), 2),
            (Some(Token::Sign('[')), Some(Token::Text(part)), Some(Token::Sign(']'))) => (part.to_lowercase(), 3),
            (Some(Token::Sign('[')), Some(Token::Number | Token::Sign('*')), Some(Token::Sign(']'))) => {
                ("*".to_owned(), 3)
            }
            // Chosen by another value: any part. What stands in the brackets is read next.
            (Some(Token::Sign('[')), _, _) => {
                path.push("*".to_owned());
                return (path, at);
            }
            _ => return (path, at),
        };
        path.push(part.0);
        at += part.1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(expression: &str) -> Vec<(String, Role)> {
        references(expression).into_iter().map(|found| (found.path.join("."), found.role)).collect()
    }

    #[test]
    fn templates_end_at_braces_outside_of_quotes() {
        let all: Vec<_> = templates("a ${{ x }} b ${{ '}}' }}${{y").collect();
        assert_eq!(all, [(2, " x "), (13, " '}}' "), (24, "y")]);
        assert_eq!(templates("$ {{ x }}").count(), 0);
    }

    #[test]
    fn every_spelling_of_a_value_is_the_same() {
        for spelling in
            ["github.event.issue.title", "GitHub['event']['issue'].title", "github . event[ 'Issue' ] . Title"]
        {
            assert_eq!(found(spelling), [("github.event.issue.title".to_owned(), Role::Rendered)], "{spelling}");
        }
        assert_eq!(found("github.event.commits[0].message")[0].0, "github.event.commits.*.message");
        assert_eq!(found("github.event.commits.*.message")[0].0, "github.event.commits.*.message");
        let by_input = found("github.event[inputs.what]");
        assert_eq!(by_input, [("github.event.*".into(), Role::Rendered), ("inputs.what".into(), Role::Tested)]);
    }

    #[test]
    fn values_that_are_only_tested_are_told_apart() {
        assert_eq!(found("contains(github.head_ref, 'x')")[0].1, Role::Tested);
        assert_eq!(found("github.head_ref == 'x'")[0].1, Role::Tested);
        assert_eq!(found("'x' != github.head_ref")[0].1, Role::Tested);
        assert_eq!(found("toJSON(github.event)")[0].1, Role::Json);
        assert_eq!(found("format('{0}', github.head_ref)")[0].1, Role::Rendered);
        let chosen = found("github.event_name == 'push' && github.sha || github.head_ref");
        let roles: Vec<_> = chosen.into_iter().map(|(_, role)| role).collect();
        assert_eq!(roles, [Role::Tested, Role::Rendered, Role::Rendered]);
        assert_eq!(found("'github.head_ref'"), []);
    }

    #[test]
    fn names_match_with_stars_on_either_side() {
        let reference = &references("github.event.commits[0].author.name")[0];
        assert!(reference.is("github.event.commits.*.author.name"));
        assert!(!reference.is("github.event.commits.*.author"));
        let event = &references("github.event")[0];
        assert!(event.holds("github.event.issue.title") && !event.holds("github.event") && !event.is("github"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[a-c.$\\{\\}\\[\\]()'*!=<> 0-9\u{e9}]{0,60}") {
            for (_, inside) in templates(&text) {
                references(inside);
            }
            references(&text);
        }
    }
}
