//! From text to programs. The parser descends as deep as an expression nests, so it runs on a thread with a stack that holds
//! whatever passes the limits on length; what comes back is bounded in depth.

use std::thread;

use cel::Env;

use super::check::check;
use super::program::Program;
use super::{MAX_CHARS, Mistake, MistakeKind};
use crate::artifact::text::quoted;

const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Reads every text; what is wrong with one does not keep the others from being read.
pub(super) fn programs(texts: &[&str]) -> Vec<Result<Program, Vec<Mistake>>> {
    let failed = || texts.iter().map(|text| Err(vec![whole(text, "it could not be read".to_owned())])).collect();
    if texts.is_empty() {
        return Vec::new();
    }
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("conditions".to_owned()).stack_size(STACK_BYTES);
        let read = || texts.iter().map(|text| program(text)).collect();
        match builder.spawn_scoped(scope, read).map(thread::ScopedJoinHandle::join) {
            Ok(Ok(programs)) => programs,
            // A parser that gave up on one text has not read the others either: nothing is taken for read.
            Ok(Err(_)) | Err(_) => failed(),
        }
    })
}

fn program(text: &str) -> Result<Program, Vec<Mistake>> {
    let length = text.chars().take(MAX_CHARS + 1).count();
    if length > MAX_CHARS {
        return Err(vec![whole(text, format!("a condition has at most {MAX_CHARS} characters"))]);
    }
    if text.trim().is_empty() {
        return Err(vec![whole(text, "the condition is empty".to_owned())]);
    }
    // Without the macros: `files.all(f, ...)` stays as it is written, for messages that speak of it.
    let parser = Env::default().with_optional_support(false).parser();
    match parser.parse_with_source_info(text) {
        Ok((expression, source)) => check(&expression, &source, text),
        Err(errors) => Err(syntax(text, &errors)),
    }
}

fn whole(text: &str, what: String) -> Mistake {
    Mistake { kind: MistakeKind::Wrong, start: 0, end: text.len(), what, help: None }
}

/// The first thing that could not be read; what follows from it helps nobody.
fn syntax(text: &str, errors: &cel::ParseErrors) -> Vec<Mistake> {
    let Some(error) = errors.errors.first() else { return vec![whole(text, "it cannot be read".to_owned())] };
    let start = offset(text, error.pos);
    let rest = text.get(start..).unwrap_or_default();
    let token = token(rest);
    let (what, help) = words(token, &error.msg, rest);
    vec![Mistake { kind: MistakeKind::Wrong, start, end: start + token.len(), what, help }]
}

fn words(token: &str, message: &str, rest: &str) -> (String, Option<String>) {
    if message.contains("Recursion limit") {
        return ("the condition nests too deeply".to_owned(), None);
    }
    let help = match token {
        "=" => Some("write `==` to compare"),
        "and" | "AND" => Some("write `&&`"),
        "or" | "OR" => Some("write `||`"),
        "not" | "NOT" => Some("write `!`"),
        "&" => Some("write `&&`"),
        "|" => Some("write `||`"),
        _ if rest.starts_with(['"', '\'']) => Some("is the quote closed, and is every `\\` written twice?"),
        _ => None,
    };
    let what = match token {
        "" => "the condition ends where something is missing".to_owned(),
        token => format!("`{}` is not expected here", quoted(token)),
    };
    (what, help.map(str::to_owned))
}

/// The byte that line and column (from 1, in characters) stand for.
fn offset(text: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line).unwrap_or(1).max(1);
    let column = usize::try_from(column).unwrap_or(1).max(1);
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let in_line = text.get(start..).unwrap_or_default();
    start + in_line.char_indices().nth(column - 1).map_or(in_line.len(), |(at, _)| at)
}

/// The word, or the sign, at the start of a text.
fn token(rest: &str) -> &str {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let end = match rest.chars().next() {
        Some(c) if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        Some(c) => c.len_utf8(),
        None => 0,
    };
    rest.get(..end).unwrap_or_default()
}
