//! Names and types: from what the parser read to a program, or to all that is wrong with it.

mod calls;
mod loops;
mod operators;
mod words;

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue, SelectExpr, SourceInfo};

use super::names::{Base, Class, FIELDS, FieldEntry, SEVERITIES, Type, VARIABLES, Variable, Vocabulary};
use super::program::{Expression, FieldAccess, Program};
use super::{MAX_DEPTH, Mistake, MistakeKind};
use crate::artifact::text::quoted;
use crate::domain::nearest::nearest;

/// Turns an expression into a program that answers true or false.
pub(super) fn check(expression: &IdedExpr, source: &SourceInfo, text: &str) -> Result<Program, Vec<Mistake>> {
    let mut checker = Checker {
        source,
        text,
        mistakes: Vec::new(),
        items: Vec::new(),
        depth: 0,
        loops: 0,
        is_constant: true,
        reads_labels: false,
    };
    let typed = checker.expression(expression);
    if let Some(Typed { kind, .. }) = &typed
        && *kind != Type::One(Base::Bool)
    {
        let what = format!("the condition is {}, and has to be true or false", kind.words());
        checker.mistakes.push(checker.mistake(0, text.len(), what));
    }
    match typed {
        Some(Typed { expression: root, .. }) if checker.mistakes.is_empty() => {
            let Checker { is_constant, reads_labels, loops, .. } = checker;
            Ok(Program { root, is_constant, reads_labels, loops })
        }
        _ => Err(checker.all_mistakes()),
    }
}

/// An expression and its type.
struct Typed {
    expression: Expression,
    kind: Type,
}

struct Checker<'a> {
    source: &'a SourceInfo,
    text: &'a str,
    mistakes: Vec<Mistake>,
    /// The names and types of the items of the loops around.
    items: Vec<(String, Base)>,
    depth: usize,
    /// The most loops inside each other so far.
    loops: usize,
    is_constant: bool,
    reads_labels: bool,
}

/// Where something stands, in bytes of the text.
type Range = (usize, usize);

impl Checker<'_> {
    fn all_mistakes(mut self) -> Vec<Mistake> {
        if self.mistakes.is_empty() {
            self.mistakes.push(self.mistake(0, self.text.len(), "it cannot be evaluated".to_owned()));
        }
        self.mistakes.sort_by_key(|mistake| mistake.start);
        self.mistakes
    }

    fn mistake(&self, start: usize, end: usize, what: String) -> Mistake {
        Mistake { kind: MistakeKind::Wrong, start, end, what, help: None }
    }

    /// Notes a mistake. Nothing comes of the expression it is about.
    fn wrong<T>(&mut self, (start, end): Range, what: impl Into<String>) -> Option<T> {
        let mistake = self.mistake(start, end, what.into());
        self.mistakes.push(mistake);
        None
    }

    fn wrong_with_help<T>(
        &mut self,
        (start, end): Range,
        what: impl Into<String>,
        help: impl Into<String>,
    ) -> Option<T> {
        let mistake = Mistake { help: Some(help.into()), ..self.mistake(start, end, what.into()) };
        self.mistakes.push(mistake);
        None
    }

    /// Where the sign or word of an expression stands.
    fn place(&self, id: u64) -> Range {
        let (start, last) = self.source.offset_for(id).unwrap_or_default();
        let byte = |offset: u32| usize::try_from(offset).unwrap_or_default().min(self.text.len());
        (byte(start), byte(last.saturating_add(1)))
    }

    /// Where an expression stands from its first sign to its last.
    fn span(&self, expression: &IdedExpr) -> Range {
        let (mut start, mut end) = self.place(expression.id);
        let mut next: Vec<&IdedExpr> = vec![expression];
        while let Some(part) = next.pop() {
            let (from, to) = self.place(part.id);
            (start, end) = (start.min(from), end.max(to));
            match &part.expr {
                Expr::Call(call) => next.extend(call.target.as_deref().into_iter().chain(&call.args)),
                Expr::Select(select) => {
                    end = end.max(to + select.field.len());
                    next.push(&select.operand);
                }
                Expr::List(list) => next.extend(&list.elements),
                _ => {}
            }
        }
        (start, end.min(self.text.len()))
    }

    /// Recursion is bounded by [`MAX_DEPTH`].
    fn expression(&mut self, expression: &IdedExpr) -> Option<Typed> {
        if self.depth >= MAX_DEPTH {
            let place = self.place(expression.id);
            return self.wrong(place, format!("the condition nests more than {MAX_DEPTH} deep"));
        }
        self.depth += 1;
        let typed = self.kind_of(expression);
        self.depth -= 1;
        typed
    }

    fn kind_of(&mut self, expression: &IdedExpr) -> Option<Typed> {
        let place = self.place(expression.id);
        match &expression.expr {
            Expr::Ident(name) => self.name(name, place),
            Expr::Literal(literal) => self.literal(literal, place),
            Expr::Select(select) => self.select(select, place),
            Expr::Call(call) => self.call(call, expression),
            Expr::List(list) => self.list(&list.elements, place),
            Expr::Map(_) | Expr::Struct(_) => self.wrong(place, "conditions cannot make maps or messages"),
            Expr::Comprehension(_) | Expr::Unspecified => self.wrong(place, "this cannot be evaluated"),
        }
    }

    fn literal(&mut self, literal: &LiteralValue, place: Range) -> Option<Typed> {
        let (expression, base) = match literal {
            LiteralValue::Boolean(truth) => (Expression::Bool(*truth.inner()), Base::Bool),
            LiteralValue::Int(number) => (Expression::Int(*number.inner()), Base::Int),
            LiteralValue::Double(number) => (Expression::Double(*number.inner()), Base::Double),
            LiteralValue::String(text) => (Expression::Text(text.inner().to_owned()), Base::Text(Vocabulary::Any)),
            LiteralValue::UInt(_) => return self.wrong(place, "write whole numbers without `u`"),
            LiteralValue::Bytes(_) => return self.wrong(place, "conditions have no bytes: write text without `b`"),
            LiteralValue::Null => {
                return self.wrong_with_help(
                    place,
                    "nothing is null in conditions",
                    "`has(...)` tells whether something is there",
                );
            }
        };
        Some(Typed { expression, kind: Type::One(base) })
    }

    fn name(&mut self, name: &str, place: Range) -> Option<Typed> {
        if let Some(depth) = self.items.iter().rposition(|(item, _)| item == name) {
            let (_, base) = self.items.get(depth)?;
            return Some(Typed { kind: Type::One(*base), expression: Expression::Item(depth) });
        }
        if let Some((_, severity)) = SEVERITIES.iter().find(|(known, _)| *known == name) {
            return Some(Typed { expression: Expression::Severity(*severity), kind: Type::One(Base::Severity) });
        }
        if let Some(entry) = VARIABLES.iter().find(|entry| entry.name == name) {
            self.is_constant = false;
            self.reads_labels |= entry.variable == Variable::Labels;
            return Some(Typed { expression: Expression::Variable(entry.variable), kind: entry.kind });
        }
        let known: Vec<&str> = self.known_names();
        let near = nearest(name, known.iter().copied())
            .or_else(|| known.iter().copied().find(|known| known.eq_ignore_ascii_case(name)));
        let near = near.map(str::to_owned);
        match near {
            Some(near) => self.wrong(place, format!("unknown name `{}`: did you mean `{near}`?", quoted(name))),
            None => {
                let help = format!("names are: {}", known.join(", "));
                self.wrong_with_help(place, format!("unknown name `{}`", quoted(name)), help)
            }
        }
    }

    fn known_names(&self) -> Vec<&str> {
        let items = self.items.iter().map(|(name, _)| name.as_str());
        let constants = SEVERITIES.iter().map(|(name, _)| *name);
        items.chain(VARIABLES.iter().map(|entry| entry.name)).chain(constants).collect()
    }

    fn select(&mut self, select: &SelectExpr, (_, dot): Range) -> Option<Typed> {
        let operand = self.expression(&select.operand)?;
        let place = (dot, (dot + select.field.len()).min(self.text.len()));
        match operand.kind {
            Type::One(Base::Map) => {
                let key = Box::new(Expression::Text(select.field.clone()));
                let expression = Expression::Entry(Box::new(operand.expression), key);
                Some(Typed { expression, kind: Type::One(Base::Text(Vocabulary::Any)) })
            }
            Type::One(Base::Object(class)) => {
                let entry = self.field(class, &select.field, place)?;
                let access = FieldAccess { field: entry.field, name: entry.name };
                Some(Typed { expression: Expression::Field(Box::new(operand.expression), access), kind: entry.kind })
            }
            Type::List(Base::Object(class)) => {
                let what = format!("a list of {}s has no `{}`", class.word(), quoted(&select.field));
                self.wrong_with_help(place, what, "ask each item: `.exists(x, x....)` or `.all(x, x....)`")
            }
            kind => self.wrong(place, format!("{} has no fields", kind.words())),
        }
    }

    fn field(&mut self, class: Class, name: &str, place: Range) -> Option<&'static FieldEntry> {
        let fields = || FIELDS.iter().filter(move |entry| entry.class == class);
        if let Some(entry) = fields().find(|entry| entry.name == name) {
            self.reads_labels |= entry.name == "labels";
            return Some(entry);
        }
        let names: Vec<&str> = fields().map(|entry| entry.name).collect();
        let near = nearest(name, names.iter().copied());
        let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
        let what = format!("a {} has no `{}`{near}", class.word(), quoted(name));
        self.wrong_with_help(place, what, format!("its fields are: {}", names.join(", ")))
    }

    /// A list that is written out: items of one type, none of them a list.
    fn list(&mut self, elements: &[IdedExpr], place: Range) -> Option<Typed> {
        let typed: Vec<Option<Typed>> = elements.iter().map(|element| self.expression(element)).collect();
        let mut items = Vec::new();
        let mut base: Option<Base> = None;
        for (element, typed) in elements.iter().zip(typed) {
            let Typed { expression, kind } = typed?;
            let Type::One(one) = kind else {
                let place = self.span(element);
                return self.wrong(place, "a list cannot hold lists");
            };
            if base.is_some_and(|base| !base.is_same(one)) {
                let place = self.span(element);
                return self.wrong(place, format!("a list holds values of one type; this is {}", one.word()));
            }
            base = base.or(Some(one));
            items.push(expression);
        }
        match base {
            Some(base) => Some(Typed { expression: Expression::List(items), kind: Type::List(base) }),
            None => self.wrong(place, "an empty list holds nothing to look for"),
        }
    }
}
