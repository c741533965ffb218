//! `all`, `exists`, `exists_one`, `filter`, `map`.

use cel::IdedExpr;
use cel::common::ast::Expr;

use super::{Checker, Range, Typed};
use crate::policy::condition::MAX_LOOPS;
use crate::policy::condition::names::{Base, SEVERITIES, Type, VARIABLES};
use crate::policy::condition::program::{Expression, Loop, LoopKind};

impl Checker<'_> {
    pub(super) fn each(&mut self, name: &str, over: &IdedExpr, arguments: &[IdedExpr], place: Range) -> Option<Typed> {
        let range = self.expression(over);
        let (item, filter, body) = match (name, arguments) {
            ("map", [item, body]) => (item, None, Some(body)),
            ("map", [item, filter, body]) => (item, Some(filter), Some(body)),
            ("filter", [item, filter]) => (item, Some(filter), None),
            ("all" | "exists" | "exists_one" | "existsOne", [item, body]) => (item, None, Some(body)),
            _ => {
                return self
                    .wrong(place, format!("write `.{name}(x, ...)`: a name for the item, then what is asked of it"));
            }
        };
        let item_name = self.item_name(item);
        let range = range?;
        let Type::List(base) = range.kind else {
            let place = self.span(over);
            return self.wrong(place, format!("`{name}` walks through lists; this is {}", range.kind.words()));
        };
        let depth = self.items.len();
        if depth >= MAX_LOOPS {
            return self.wrong(place, format!("loops may stand {MAX_LOOPS} deep inside each other, not deeper"));
        }
        self.loops = self.loops.max(depth + 1);
        self.items.push((item_name?, base));
        let filter = filter.map(|filter| self.truth(filter));
        let body = body.map(|body| if name == "map" { self.value(body) } else { self.asked(body) });
        self.items.pop();
        let (filter, body) = (optional(filter)?, optional(body)?);
        let kind = match name {
            "all" | "exists" | "exists_one" | "existsOne" => Type::One(Base::Bool),
            _ => Type::List(body.as_ref().map_or(base, |(_, base)| *base)),
        };
        let body = body.map(|(expression, _)| expression);
        let walk = Loop { kind: loop_kind(name), over: range.expression, depth, filter, body };
        Some(Typed { expression: Expression::Loop(Box::new(walk)), kind })
    }

    fn item_name(&mut self, item: &IdedExpr) -> Option<String> {
        let place = self.place(item.id);
        let Expr::Ident(name) = &item.expr else {
            return self.wrong(place, "the item needs a name: `files.all(f, ...)`");
        };
        let is_taken = VARIABLES.iter().any(|entry| entry.name == name)
            || SEVERITIES.iter().any(|(known, _)| known == name)
            || self.items.iter().any(|(known, _)| known == name);
        if is_taken || name.starts_with('.') {
            return self.wrong(place, format!("`{name}` means something already: give the item another name"));
        }
        Some(name.clone())
    }

    fn asked(&mut self, body: &IdedExpr) -> Option<(Expression, Base)> {
        self.truth(body).map(|expression| (expression, Base::Bool))
    }

    /// What `map` takes of each item: a value, no list.
    fn value(&mut self, body: &IdedExpr) -> Option<(Expression, Base)> {
        let typed = self.expression(body)?;
        match typed.kind {
            Type::One(base) => Some((typed.expression, base)),
            Type::List(_) => {
                let place = self.span(body);
                self.wrong(place, "a list cannot hold lists")
            }
        }
    }
}

/// `None` outside when something is wrong with it.
fn optional<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        Some(None) => None,
        Some(some) => Some(some),
        None => Some(None),
    }
}

fn loop_kind(name: &str) -> LoopKind {
    match name {
        "all" => LoopKind::All,
        "exists" => LoopKind::Exists,
        "exists_one" | "existsOne" => LoopKind::ExistsOne,
        _ => LoopKind::Collect,
    }
}
