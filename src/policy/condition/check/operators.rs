//! Signs between values.

use cel::IdedExpr;
use cel::common::ast::operators as signs;

use super::{Checker, Range, Typed};
use crate::policy::condition::names::{Base, Type, Vocabulary};
use crate::policy::condition::program::{Comparison, Expression, Operation};

const BOOL: Type = Type::One(Base::Bool);

impl Checker<'_> {
    /// What a sign makes of its operands; `None` outside for what is no sign.
    pub(super) fn sign(&mut self, name: &str, arguments: &[IdedExpr], place: Range) -> Option<Option<Typed>> {
        Some(match (name, arguments) {
            (signs::LOGICAL_AND, [one, other]) => self.both(one, other, Expression::And),
            (signs::LOGICAL_OR, [one, other]) => self.both(one, other, Expression::Or),
            (signs::LOGICAL_NOT, [one]) => {
                self.truth(one).map(|one| Typed { expression: Expression::Not(Box::new(one)), kind: BOOL })
            }
            (signs::NEGATE, [one]) => self.negative(one, place),
            (signs::CONDITIONAL, [condition, yes, no]) => self.choice(condition, yes, no),
            (signs::INDEX, [of, at]) => self.index(of, at),
            (signs::IN, [item, list]) => self.contained(item, list, place),
            (sign, [one, other]) => match (comparison(sign), operation(sign)) {
                (Some(comparison), _) => self.compare(comparison, one, other, place),
                (_, Some(operation)) => self.calculate(operation, one, other, place),
                (None, None) => return None,
            },
            _ => return None,
        })
    }

    pub(super) fn truth(&mut self, expression: &IdedExpr) -> Option<Expression> {
        let typed = self.expression(expression)?;
        if typed.kind == BOOL {
            return Some(typed.expression);
        }
        let place = self.span(expression);
        self.wrong(place, format!("this is {}, and has to be true or false", typed.kind.words()))
    }

    fn both(
        &mut self,
        one: &IdedExpr,
        other: &IdedExpr,
        sign: fn(Box<Expression>, Box<Expression>) -> Expression,
    ) -> Option<Typed> {
        let (one, other) = (self.truth(one), self.truth(other));
        Some(Typed { expression: sign(Box::new(one?), Box::new(other?)), kind: BOOL })
    }

    fn negative(&mut self, one: &IdedExpr, place: Range) -> Option<Typed> {
        let typed = self.expression(one)?;
        match typed.kind {
            Type::One(Base::Int | Base::Double) => {
                Some(Typed { expression: Expression::Negative(Box::new(typed.expression)), kind: typed.kind })
            }
            kind => self.wrong(place, format!("`-` stands before numbers; this is {}", kind.words())),
        }
    }

    fn choice(&mut self, condition: &IdedExpr, yes: &IdedExpr, no: &IdedExpr) -> Option<Typed> {
        let (condition, yes_typed, no_typed) = (self.truth(condition), self.expression(yes), self.expression(no));
        let (condition, yes_typed, no_typed) = (condition?, yes_typed?, no_typed?);
        if !is_same(yes_typed.kind, no_typed.kind) {
            let what = format!("`?:` gives {} or {}", yes_typed.kind.words(), no_typed.kind.words());
            let place = self.span(no);
            return self.wrong(place, format!("{what}: both must be of one type"));
        }
        let (yes, no) = (Box::new(yes_typed.expression), Box::new(no_typed.expression));
        Some(Typed { expression: Expression::Choice(Box::new(condition), yes, no), kind: yes_typed.kind })
    }

    fn index(&mut self, of: &IdedExpr, at: &IdedExpr) -> Option<Typed> {
        let (of_typed, at_typed) = (self.expression(of), self.expression(at));
        let (of_typed, at_typed) = (of_typed?, at_typed?);
        let (of, key) = (Box::new(of_typed.expression), Box::new(at_typed.expression));
        match (of_typed.kind, at_typed.kind) {
            (Type::One(Base::Map), Type::One(Base::Text(_))) => {
                Some(Typed { expression: Expression::Entry(of, key), kind: Type::One(Base::Text(Vocabulary::Any)) })
            }
            (Type::List(base), Type::One(Base::Int)) => {
                Some(Typed { expression: Expression::Index(of, key), kind: Type::One(base) })
            }
            (Type::One(Base::Map), kind) => {
                let place = self.span(at);
                self.wrong(place, format!("keys of a map are text; this is {}", kind.words()))
            }
            (Type::List(_), kind) => {
                let place = self.span(at);
                self.wrong(place, format!("items of a list go by whole numbers from 0; this is {}", kind.words()))
            }
            (kind, _) => {
                let place = self.span(at);
                self.wrong(place, format!("`[...]` takes from lists and maps; this is {}", kind.words()))
            }
        }
    }

    fn contained(&mut self, item: &IdedExpr, list: &IdedExpr, place: Range) -> Option<Typed> {
        let (item_typed, list_typed) = (self.expression(item), self.expression(list));
        let (item_typed, list_typed) = (item_typed?, list_typed?);
        self.known_words(item, item_typed.kind, list, list_typed.kind);
        let fits = match (item_typed.kind, list_typed.kind) {
            (Type::One(Base::Object(_)), _) => false,
            (Type::One(item), Type::List(base)) => item.is_same(base),
            (Type::One(Base::Text(_)), Type::One(Base::Map)) => true,
            _ => false,
        };
        if !fits {
            let (item, list) = (item_typed.kind.words(), list_typed.kind.words());
            return self.wrong(place, format!("`in` looks for {item} in {list}, which cannot be"));
        }
        let (item, of) = (Box::new(item_typed.expression), Box::new(list_typed.expression));
        let expression = match list_typed.kind {
            Type::One(_) => Expression::HasEntry(of, item),
            Type::List(_) => Expression::In(item, of),
        };
        Some(Typed { expression, kind: BOOL })
    }

    fn compare(&mut self, comparison: Comparison, one: &IdedExpr, other: &IdedExpr, place: Range) -> Option<Typed> {
        let (one_typed, other_typed) = (self.expression(one), self.expression(other));
        let (one_typed, other_typed) = (one_typed?, other_typed?);
        self.known_words(one, one_typed.kind, other, other_typed.kind);
        let is_equality = matches!(comparison, Comparison::Equal | Comparison::Unequal);
        let is_comparable = match one_typed.kind {
            Type::One(Base::Object(_) | Base::Map) | Type::List(_) => false,
            Type::One(Base::Bool) => is_equality,
            Type::One(Base::Int | Base::Double | Base::Text(_) | Base::Severity) => true,
        };
        if !is_same(one_typed.kind, other_typed.kind) {
            let (one, other) = (one_typed.kind.words(), other_typed.kind.words());
            let what = format!("{one} cannot be compared with {other}");
            return match (one_typed.kind, other_typed.kind) {
                (Type::One(Base::Severity), _) | (_, Type::One(Base::Severity)) => self.wrong_with_help(
                    place,
                    what,
                    "severities are INFO, LOW, MEDIUM, HIGH and CRITICAL, without quotes",
                ),
                (Type::One(Base::Int), Type::One(Base::Double)) | (Type::One(Base::Double), Type::One(Base::Int)) => {
                    self.wrong_with_help(
                        place,
                        what,
                        "write both with a point, as in 2.0, or convert one with int(...) or double(...)",
                    )
                }
                (Type::One(Base::Int), Type::One(Base::Text(_))) | (Type::One(Base::Text(_)), Type::One(Base::Int)) => {
                    self.wrong_with_help(place, what, "convert the text with int(...)")
                }
                _ => self.wrong(place, what),
            };
        }
        if !is_comparable {
            let what = format!("{} cannot be compared like this", one_typed.kind.words());
            return self.wrong_with_help(place, what, "compare their fields, or their size(...)");
        }
        let (one, other) = (Box::new(one_typed.expression), Box::new(other_typed.expression));
        Some(Typed { expression: Expression::Compare(comparison, one, other), kind: BOOL })
    }

    fn calculate(&mut self, operation: Operation, one: &IdedExpr, other: &IdedExpr, place: Range) -> Option<Typed> {
        let (one, other) = (self.expression(one), self.expression(other));
        let (one, other) = (one?, other?);
        let kind = match (one.kind, other.kind) {
            (Type::One(Base::Int), Type::One(Base::Int)) => Some(one.kind),
            (Type::One(Base::Double), Type::One(Base::Double)) if operation != Operation::Remainder => Some(one.kind),
            (Type::One(Base::Text(_)), Type::One(Base::Text(_))) if operation == Operation::Add => {
                Some(Type::One(Base::Text(Vocabulary::Any)))
            }
            (Type::List(base), Type::List(more)) if operation == Operation::Add && base.is_same(more) => Some(one.kind),
            _ => None,
        };
        let Some(kind) = kind else {
            let what = format!("{} and {} cannot be put together like this", one.kind.words(), other.kind.words());
            return self.wrong(place, what);
        };
        let (one, other) = (Box::new(one.expression), Box::new(other.expression));
        Some(Typed { expression: Expression::Calculate(operation, one, other), kind })
    }
}

/// Whether values of both types can stand for each other.
fn is_same(one: Type, other: Type) -> bool {
    match (one, other) {
        (Type::One(one), Type::One(other)) | (Type::List(one), Type::List(other)) => one.is_same(other),
        _ => false,
    }
}

fn comparison(sign: &str) -> Option<Comparison> {
    Some(match sign {
        signs::EQUALS => Comparison::Equal,
        signs::NOT_EQUALS => Comparison::Unequal,
        signs::LESS => Comparison::Less,
        signs::LESS_EQUALS => Comparison::AtMost,
        signs::GREATER => Comparison::More,
        signs::GREATER_EQUALS => Comparison::AtLeast,
        _ => return None,
    })
}

fn operation(sign: &str) -> Option<Operation> {
    Some(match sign {
        signs::ADD => Operation::Add,
        signs::SUBSTRACT => Operation::Subtract,
        signs::MULTIPLY => Operation::Multiply,
        signs::DIVIDE => Operation::Divide,
        signs::MODULO => Operation::Remainder,
        _ => return None,
    })
}
