//! Evaluates a program. Every way it can fail is a word for a person; none of them is a panic, and none takes long.

mod budget;
mod fault;
mod fields;
mod numbers;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use super::facts::Facts;
use super::names::Variable;
use super::program::{Comparison, Expression, Loop, LoopKind, Operation, Program, Search};
use super::value::{List, Map, Object, Value};
use super::{MAX_LIST, Outcome};
use budget::Budget;
use fault::{Evaluated, Fault};

/// What a program says of the facts.
pub(super) fn outcome(program: &Program, facts: &Facts<'_>) -> Outcome {
    let mut run = Run { facts, items: vec![None; program.loops], left: Budget::default() };
    match run.truth(&program.root) {
        Ok(true) => Outcome::True,
        Ok(false) => Outcome::False,
        Err(fault) => Outcome::Failed { why: fault.words() },
    }
}

struct Run<'a> {
    facts: &'a Facts<'a>,
    /// The items of the loops around.
    items: Vec<Option<Value<'a>>>,
    left: Budget,
}

impl<'a> Run<'a> {
    /// Recursion is bounded by the depth of the program.
    fn value(&mut self, expression: &'a Expression) -> Evaluated<'a, Value<'a>> {
        self.left.step()?;
        Ok(match expression {
            Expression::Bool(truth) => Value::Bool(*truth),
            Expression::Int(number) => Value::Int(*number),
            Expression::Double(number) => Value::Double(*number),
            Expression::Text(text) => Value::Text(Cow::Borrowed(text)),
            Expression::Severity(severity) => Value::Severity(*severity),
            Expression::Variable(variable) => self.variable(*variable),
            Expression::Item(depth) => self.items.get(*depth).cloned().flatten().ok_or(Fault::Confused)?,
            Expression::Field(of, access) => {
                let object = self.object(of)?;
                self.facts
                    .field(object, access.field)
                    .ok_or_else(|| Fault::NoField { name: access.name, of: self.facts.name_of(object) })?
            }
            Expression::Has(of, access) => {
                let object = self.object(of)?;
                Value::Bool(self.facts.field(object, access.field).is_some())
            }
            Expression::Entry(of, key) => {
                let (map, key) = (self.map(of)?, self.text(key)?);
                Value::Text(Cow::Borrowed(map.get(&key).ok_or_else(|| Fault::NoKey(key.into_owned()))?))
            }
            Expression::HasEntry(of, key) => {
                let (map, key) = (self.map(of)?, self.text(key)?);
                Value::Bool(map.get(&key).is_some())
            }
            Expression::Index(of, at) => {
                let (list, at) = (self.list(of)?, self.int(at)?);
                let item = usize::try_from(at).ok().and_then(|at| list.get(at));
                item.ok_or(Fault::NoItem { at, length: list.len() })?
            }
            Expression::Not(one) => Value::Bool(!self.truth(one)?),
            Expression::And(one, other) => Value::Bool(self.both(one, other, false)?),
            Expression::Or(one, other) => Value::Bool(self.both(one, other, true)?),
            Expression::Choice(condition, yes, no) => {
                let chosen = if self.truth(condition)? { yes } else { no };
                self.value(chosen)?
            }
            Expression::Compare(comparison, one, other) => {
                let (one, other) = (self.value(one)?, self.value(other)?);
                self.left.text(text_bytes(&one))?;
                Value::Bool(compare(*comparison, &one, &other)?)
            }
            Expression::Calculate(operation, one, other) => {
                let (one, other) = (self.value(one)?, self.value(other)?);
                self.calculate(*operation, one, other)?
            }
            Expression::Negative(one) => numbers::negative(self.value(one)?)?,
            Expression::In(item, list) => Value::Bool(self.contains(item, list)?),
            Expression::Size(of) => self.size(of)?,
            Expression::Search(search, text, part) => {
                let (text, part) = (self.text(text)?, self.text(part)?);
                self.left.text(text.len())?;
                Value::Bool(match search {
                    Search::Starts => text.starts_with(&*part),
                    Search::Ends => text.ends_with(&*part),
                    Search::Contains => text.contains(&*part),
                })
            }
            Expression::Matches(text, regex) => {
                let text = self.text(text)?;
                self.left.text(text.len())?;
                Value::Bool(regex.is_match(&text))
            }
            Expression::Convert(conversion, of) => numbers::convert(*conversion, self.value(of)?)?,
            Expression::List(items) => {
                let made: Evaluated<'a, Vec<Value<'a>>> = items.iter().map(|item| self.value(item)).collect();
                Value::List(List::Made(Rc::new(made?)))
            }
            Expression::Loop(walk) => self.walk(walk)?,
        })
    }

    fn variable(&self, variable: Variable) -> Value<'a> {
        self.facts.variable(variable)
    }

    fn truth(&mut self, expression: &'a Expression) -> Evaluated<'a, bool> {
        match self.value(expression)? {
            Value::Bool(truth) => Ok(truth),
            _ => Err(Fault::Confused),
        }
    }

    fn int(&mut self, expression: &'a Expression) -> Evaluated<'a, i64> {
        match self.value(expression)? {
            Value::Int(number) => Ok(number),
            _ => Err(Fault::Confused),
        }
    }

    fn text(&mut self, expression: &'a Expression) -> Evaluated<'a, Cow<'a, str>> {
        match self.value(expression)? {
            Value::Text(text) => Ok(text),
            _ => Err(Fault::Confused),
        }
    }

    fn object(&mut self, expression: &'a Expression) -> Evaluated<'a, Object<'a>> {
        match self.value(expression)? {
            Value::Object(object) => Ok(object),
            _ => Err(Fault::Confused),
        }
    }

    fn list(&mut self, expression: &'a Expression) -> Evaluated<'a, List<'a>> {
        match self.value(expression)? {
            Value::List(list) => Ok(list),
            _ => Err(Fault::Confused),
        }
    }

    fn map(&mut self, expression: &'a Expression) -> Evaluated<'a, Map<'a>> {
        match self.value(expression)? {
            Value::Map(map) => Ok(map),
            _ => Err(Fault::Confused),
        }
    }

    /// `&&` and `||`: one side that decides is enough, even if the other one fails. `decisive` decides.
    fn both(&mut self, one: &'a Expression, other: &'a Expression, decisive: bool) -> Evaluated<'a, bool> {
        match self.truth(one) {
            Ok(truth) if truth == decisive => Ok(decisive),
            Ok(_) => self.truth(other),
            Err(fault) if fault.is_limit() => Err(fault),
            Err(fault) => match self.truth(other) {
                Ok(truth) if truth == decisive => Ok(decisive),
                Err(other) if other.is_limit() => Err(other),
                Ok(_) | Err(_) => Err(fault),
            },
        }
    }

    fn size(&mut self, of: &'a Expression) -> Evaluated<'a, Value<'a>> {
        let size = match self.value(of)? {
            Value::List(list) => list.len(),
            Value::Map(map) => map.len(),
            Value::Text(text) => {
                self.left.text(text.len())?;
                text.chars().count()
            }
            _ => return Err(Fault::Confused),
        };
        Ok(Value::Int(i64::try_from(size).unwrap_or(i64::MAX)))
    }

    fn contains(&mut self, item: &'a Expression, list: &'a Expression) -> Evaluated<'a, bool> {
        let (item, list) = (self.value(item)?, self.list(list)?);
        self.walkable(&list)?;
        for other in list.iter() {
            self.left.item()?;
            self.left.text(text_bytes(&other))?;
            if compare(Comparison::Equal, &item, &other)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn walkable(&self, list: &List<'a>) -> Evaluated<'a, ()> {
        match list.len() {
            length if length > MAX_LIST => {
                Err(Fault::Limit(format!("a list of {length} items is too long: at most {MAX_LIST} are looked at")))
            }
            _ => Ok(()),
        }
    }

    fn walk(&mut self, walk: &'a Loop) -> Evaluated<'a, Value<'a>> {
        let list = self.list(&walk.over)?;
        self.walkable(&list)?;
        let mut made = Vec::new();
        let mut found = 0_u64;
        let mut fault = None;
        for item in list.iter() {
            self.left.item()?;
            if let Some(place) = self.items.get_mut(walk.depth) {
                *place = Some(item.clone());
            }
            if let Some(filter) = &walk.filter
                && !self.truth(filter)?
            {
                continue;
            }
            match (walk.kind, &walk.body) {
                (LoopKind::Collect, Some(body)) => made.push(self.value(body)?),
                (LoopKind::Collect, None) => made.push(item),
                (LoopKind::ExistsOne, Some(body)) => found += u64::from(self.truth(body)?),
                // As `&&` and `||` do: an item that decides is enough, even if others failed.
                (LoopKind::All | LoopKind::Exists, Some(body)) => match self.truth(body) {
                    Ok(truth) if truth == (walk.kind == LoopKind::Exists) => return Ok(Value::Bool(truth)),
                    Ok(_) => {}
                    Err(limit) if limit.is_limit() => return Err(limit),
                    Err(other) => fault = fault.or(Some(other)),
                },
                (LoopKind::All | LoopKind::Exists | LoopKind::ExistsOne, None) => return Err(Fault::Confused),
            }
        }
        match (fault, walk.kind) {
            (Some(fault), _) => Err(fault),
            (None, LoopKind::All) => Ok(Value::Bool(true)),
            (None, LoopKind::Exists) => Ok(Value::Bool(false)),
            (None, LoopKind::ExistsOne) => Ok(Value::Bool(found == 1)),
            (None, LoopKind::Collect) => Ok(Value::List(List::Made(Rc::new(made)))),
        }
    }

    fn calculate(&mut self, operation: Operation, one: Value<'a>, other: Value<'a>) -> Evaluated<'a, Value<'a>> {
        match (one, other) {
            (Value::Text(one), Value::Text(other)) => {
                self.left.text(one.len().saturating_add(other.len()))?;
                Ok(Value::Text(one + other))
            }
            (Value::List(one), Value::List(other)) => {
                let both: Vec<Value<'a>> = one.iter().chain(other.iter()).take(MAX_LIST + 1).collect();
                self.left.text(both.len())?;
                let list = List::Made(Rc::new(both));
                self.walkable(&list)?;
                Ok(Value::List(list))
            }
            (one, other) => numbers::calculate(operation, &one, &other),
        }
    }
}

fn text_bytes(value: &Value<'_>) -> usize {
    match value {
        Value::Text(text) => text.len(),
        _ => 0,
    }
}

fn compare<'a>(comparison: Comparison, one: &Value<'_>, other: &Value<'_>) -> Evaluated<'a, bool> {
    let order = match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => one.partial_cmp(other),
        (Value::Int(one), Value::Int(other)) => one.partial_cmp(other),
        (Value::Double(one), Value::Double(other)) => one.partial_cmp(other),
        (Value::Text(one), Value::Text(other)) => one.partial_cmp(other),
        (Value::Severity(one), Value::Severity(other)) => one.partial_cmp(other),
        _ => return Err(Fault::Confused),
    };
    Ok(match comparison {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::Unequal => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparison::More => order == Some(Ordering::Greater),
        Comparison::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    })
}
