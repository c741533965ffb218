//! Words that a text is compared with: a slip of the pen in one makes a condition that is never true.

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue};

use super::Checker;
use crate::artifact::text::quoted;
use crate::domain::nearest::nearest;
use crate::policy::condition::names::{Base, Type, Vocabulary};
use crate::policy::condition::{Mistake, MistakeKind};

impl Checker<'_> {
    /// Looks at the texts written on either side of a comparison, where the other side is one of a few words.
    pub(super) fn known_words(&mut self, one: &IdedExpr, one_kind: Type, other: &IdedExpr, other_kind: Type) {
        for (words, texts) in [(one_kind, other), (other_kind, one)] {
            for text in literals(texts) {
                self.known_word(vocabulary(words), text, |text, word| text == word);
            }
        }
    }

    /// The same for the start, the end, or a part of a word.
    pub(super) fn known_part(&mut self, kind: Type, part: &IdedExpr, is_part: fn(&str, &str) -> bool) {
        for text in literals(part) {
            self.known_word(vocabulary(kind), text, is_part);
        }
    }

    fn known_word(&mut self, vocabulary: Vocabulary, literal: Literal<'_>, is_meant: fn(&str, &str) -> bool) {
        let Literal { id, text } = literal;
        let Some(words) = vocabulary.words() else { return };
        if words.iter().any(|word| is_meant(text, word)) {
            return;
        }
        let text = quoted(text);
        let near = nearest(&text, words.iter().copied());
        let near = near.map(|near| format!(": did you mean \"{near}\"?")).unwrap_or_default();
        let (what, kind) = match vocabulary {
            Vocabulary::FlagCode => (format!("no check raises a flag \"{text}\"{near}"), MistakeKind::UnknownFlag),
            _ => (format!("this is never \"{text}\"{near}"), MistakeKind::Wrong),
        };
        let help = match vocabulary {
            Vocabulary::FlagCode => "docs/checks.md lists all codes".to_owned(),
            _ => format!("it is one of {}", words.join(", ")),
        };
        let (start, end) = self.place(id);
        self.mistakes.push(Mistake { kind, start, end, what, help: Some(help) });
    }
}

#[derive(Clone, Copy)]
struct Literal<'a> {
    id: u64,
    text: &'a str,
}

/// A text that is written out, or those of a list.
fn literals(expression: &IdedExpr) -> Vec<Literal<'_>> {
    match &expression.expr {
        Expr::Literal(LiteralValue::String(text)) => vec![Literal { id: expression.id, text: text.inner() }],
        Expr::List(list) => list.elements.iter().flat_map(literals).collect(),
        _ => Vec::new(),
    }
}

fn vocabulary(kind: Type) -> Vocabulary {
    match kind {
        Type::One(Base::Text(vocabulary)) | Type::List(Base::Text(vocabulary)) => vocabulary,
        Type::One(_) | Type::List(_) => Vocabulary::Any,
    }
}
