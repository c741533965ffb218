//! Functions.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, LiteralValue};
use regex::RegexBuilder;

use super::{Checker, Range, Typed};
use crate::artifact::text::quoted;
use crate::domain::nearest::nearest;
use crate::policy::condition::names::{Base, Type, Vocabulary};
use crate::policy::condition::program::{Conversion, Expression, FieldAccess, Search};

const BOOL: Type = Type::One(Base::Bool);
/// Room that a compiled regular expression may take.
const MAX_REGEX_BYTES: usize = 64 * 1024;
const FUNCTIONS: [&str; 16] = [
    "has",
    "size",
    "startsWith",
    "endsWith",
    "contains",
    "matches",
    "int",
    "double",
    "string",
    "all",
    "exists",
    "exists_one",
    "existsOne",
    "filter",
    "map",
    "in",
];

impl Checker<'_> {
    pub(super) fn call(&mut self, call: &CallExpr, whole: &IdedExpr) -> Option<Typed> {
        let place = self.place(whole.id);
        let target = call.target.as_deref();
        let arguments = call.args.as_slice();
        if target.is_none()
            && let Some(typed) = self.sign(&call.func_name, arguments, place)
        {
            return typed;
        }
        let name_place = self.name_place(&call.func_name, target, place);
        match (call.func_name.as_str(), target, arguments) {
            ("has", None, [of]) => self.has(of),
            ("size", None, [of]) | ("size", Some(of), []) => self.size(of),
            ("startsWith", Some(text), [part]) => self.search(Search::Starts, text, part),
            ("endsWith", Some(text), [part]) => self.search(Search::Ends, text, part),
            ("contains", Some(text), [part]) => self.search(Search::Contains, text, part),
            ("matches", Some(text), [pattern]) | ("matches", None, [text, pattern]) => self.matches(text, pattern),
            ("int", None, [of]) => self.convert(Conversion::Int, of),
            ("double", None, [of]) => self.convert(Conversion::Double, of),
            ("string", None, [of]) => self.convert(Conversion::Text, of),
            (name @ ("all" | "exists" | "exists_one" | "existsOne" | "filter" | "map"), Some(over), arguments) => {
                self.each(name, over, arguments, name_place)
            }
            (name, ..) => self.unknown_call(name, name_place),
        }
    }

    fn unknown_call(&mut self, name: &str, place: Range) -> Option<Typed> {
        if FUNCTIONS.contains(&name) {
            let what = format!("`{name}` is not called like this");
            return self.wrong_with_help(place, what, usage(name));
        }
        let near = nearest(name, FUNCTIONS).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
        let what = format!("unknown function `{}`{near}", quoted(name));
        self.wrong_with_help(place, what, format!("functions are: {}", FUNCTIONS.join(", ")))
    }

    /// Where the name of a function stands: the parser marks the parenthesis behind it.
    fn name_place(&self, name: &str, target: Option<&IdedExpr>, (start, end): Range) -> Range {
        let from = target.map_or(0, |target| self.span(target).1).min(start);
        let before = self.text.get(from..start).unwrap_or_default();
        match before.rfind(name) {
            Some(at) => (from + at, from + at + name.len()),
            None => (start, end),
        }
    }

    fn has(&mut self, of: &IdedExpr) -> Option<Typed> {
        let place = self.span(of);
        let Expr::Select(_) = &of.expr else {
            return self.wrong(place, "`has(...)` asks for a field or a key: `has(inputs.reason)`");
        };
        let expression = match self.expression(of)?.expression {
            Expression::Entry(map, key) => Expression::HasEntry(map, key),
            Expression::Field(object, FieldAccess { field, name }) => {
                Expression::Has(object, FieldAccess { field, name })
            }
            other => other,
        };
        Some(Typed { expression, kind: BOOL })
    }

    fn size(&mut self, of: &IdedExpr) -> Option<Typed> {
        let typed = self.expression(of)?;
        match typed.kind {
            Type::List(_) | Type::One(Base::Text(_) | Base::Map) => {
                Some(Typed { expression: Expression::Size(Box::new(typed.expression)), kind: Type::One(Base::Int) })
            }
            Type::One(base) => {
                let place = self.span(of);
                self.wrong(place, format!("{} has no size", base.word()))
            }
        }
    }

    fn text(&mut self, expression: &IdedExpr) -> Option<Typed> {
        let typed = self.expression(expression)?;
        if matches!(typed.kind, Type::One(Base::Text(_))) {
            return Some(typed);
        }
        let place = self.span(expression);
        self.wrong(place, format!("this is {}, and has to be text", typed.kind.words()))
    }

    fn search(&mut self, search: Search, text: &IdedExpr, part: &IdedExpr) -> Option<Typed> {
        let (typed, part_typed) = (self.text(text), self.text(part));
        let (typed, part_typed) = (typed?, part_typed?);
        let is_part: fn(&str, &str) -> bool = match search {
            Search::Starts => |part, word| word.starts_with(part),
            Search::Ends => |part, word| word.ends_with(part),
            Search::Contains => |part, word| word.contains(part),
        };
        self.known_part(typed.kind, part, is_part);
        let expression = Expression::Search(search, Box::new(typed.expression), Box::new(part_typed.expression));
        Some(Typed { expression, kind: BOOL })
    }

    /// The expression is compiled here, once: one that is put together while evaluating could be anything.
    fn matches(&mut self, text: &IdedExpr, pattern: &IdedExpr) -> Option<Typed> {
        let typed = self.text(text);
        let place = self.span(pattern);
        let Expr::Literal(LiteralValue::String(written)) = &pattern.expr else {
            return self.wrong(place, "the regular expression has to be written out in quotes");
        };
        let built =
            RegexBuilder::new(written.inner()).size_limit(MAX_REGEX_BYTES).dfa_size_limit(MAX_REGEX_BYTES * 8).build();
        match built {
            Ok(regex) => {
                let expression = Expression::Matches(Box::new(typed?.expression), regex);
                Some(Typed { expression, kind: BOOL })
            }
            Err(regex::Error::CompiledTooBig(_)) => self.wrong(place, "the regular expression is too large"),
            Err(error) => {
                let error = error.to_string();
                let why = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
                let written = quoted(written.inner());
                self.wrong(place, format!("`{written}` is no regular expression: {}", quoted(why)))
            }
        }
    }

    fn convert(&mut self, conversion: Conversion, of: &IdedExpr) -> Option<Typed> {
        let typed = self.expression(of)?;
        let kind = match conversion {
            Conversion::Int => Base::Int,
            Conversion::Double => Base::Double,
            Conversion::Text => Base::Text(Vocabulary::Any),
        };
        match typed.kind {
            Type::One(Base::Int | Base::Double | Base::Text(_)) => {
                let expression = Expression::Convert(conversion, Box::new(typed.expression));
                Some(Typed { expression, kind: Type::One(kind) })
            }
            other => {
                let place = self.span(of);
                self.wrong(place, format!("{} cannot be converted", other.words()))
            }
        }
    }
}

fn usage(name: &str) -> String {
    match name {
        "has" => "write `has(inputs.reason)`".to_owned(),
        "size" => "write `size(files)`".to_owned(),
        "startsWith" | "endsWith" | "contains" => format!("write `f.path.{name}(\"docs/\")`"),
        "matches" => "write `f.path.matches(\"^docs/\")`".to_owned(),
        "int" | "double" | "string" => format!("write `{name}(inputs.count)`"),
        "in" => "write `\"docs\" in labels`".to_owned(),
        name => format!("write `files.{name}(f, ...)`"),
    }
}
