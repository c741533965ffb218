//! Values that are one word, number or truth.

use serde_json::Value as Schema;

use super::{Spot, Walk, choice};
use crate::artifact::text::quoted;
use crate::artifact::yaml::Node;
use crate::domain::nearest::nearest;
use crate::policy::document::word_kind;
use crate::policy::finding::Rule;
use crate::policy::scalar::{self, Scalar};

/// Whether a schema takes values of a kind. One that says nothing about kinds takes words only.
pub(super) fn allows(schema: &Schema, kind: &str) -> bool {
    match schema.get("type") {
        Some(Schema::String(one)) => one == kind,
        Some(Schema::Array(several)) => several.iter().any(|one| one == kind),
        _ => match kind {
            "object" => schema.get("properties").is_some(),
            "string" => choice::words(schema).is_some(),
            _ => false,
        },
    }
}

impl Walk<'_> {
    pub(super) fn scalar(&mut self, node: &Node, text: &str, schema: &Schema, spot: &Spot<'_>) -> Option<Node> {
        let read = scalar::of(node);
        let wrong = if let Some(words) = choice::words(schema) {
            self.listed(text, &words, spot)
        } else if allows(schema, "integer") {
            self.whole(node, text, schema, spot)
        } else if allows(schema, "boolean") {
            self.truth(text, read, spot)
        } else if allows(schema, "number") {
            let is_number = matches!(read, Some(Scalar::Whole(_) | Scalar::Number)) && text.parse::<f64>().is_ok();
            let what = format!("`{}` is `{}`, and should be a number", quoted(spot.name), quoted(text));
            (!is_number).then_some((Rule::WrongType, what, None))
        } else if allows(schema, "string") {
            self.text(text, read, schema, spot)
        } else {
            self.wrong_type(node, schema, spot);
            return None;
        };
        match wrong {
            None => Some(node.clone()),
            Some((rule, what, help)) => {
                let finding = self.error(rule, node.mark, spot, what);
                self.say(help.into_iter().fold(finding, |finding, help: String| finding.help(help)));
                None
            }
        }
    }

    /// Text whose form has a name.
    pub(super) fn word(&mut self, node: &Node, text: &str, name: &str, spot: &Spot<'_>) -> Option<Node> {
        let wrong = match word_kind(name).map(|kind| (kind.check)(text)) {
            Some(Err(what)) => {
                // A word without quotes that is a number elsewhere and no such word here: `expires_after: 24`.
                Some((Rule::WrongValue, format!("`{}` {what}", quoted(text))))
            }
            Some(Ok(())) | None => ambiguous(text, scalar::of(node)).map(|what| (Rule::WrongType, what)),
        };
        let Some((rule, what)) = wrong else { return Some(node.clone()) };
        let what = if spot.name == text { what } else { format!("`{}`: {what}", quoted(spot.name)) };
        let finding = self.error(rule, node.mark, spot, what);
        self.say(finding);
        None
    }

    fn listed(&self, text: &str, words: &[&str], spot: &Spot<'_>) -> Option<Wrong> {
        if words.contains(&text) {
            return None;
        }
        let near = nearest(&text.to_lowercase(), words.iter().copied());
        let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
        let what = format!("`{}` cannot be `{}`{near}", quoted(spot.name), quoted(text));
        Some((Rule::WrongValue, what, Some(one_of(words))))
    }

    fn whole(&self, node: &Node, text: &str, schema: &Schema, spot: &Spot<'_>) -> Option<Wrong> {
        let name = quoted(spot.name);
        let text = quoted(text);
        let Some(Scalar::Whole(number)) = scalar::of(node) else {
            let what = match text.parse::<u64>() {
                Ok(_) if !node.is_plain => format!("`{name}` is the text \"{text}\", and should be a number"),
                _ => format!("`{name}` is `{text}`, and should be a whole number"),
            };
            let help = text
                .parse::<u64>()
                .ok()
                .filter(|_| !node.is_plain)
                .map(|number| format!("write {number} without quotes"));
            return Some((Rule::WrongType, what, help));
        };
        let bound = |key| schema.get(key).and_then(Schema::as_i64);
        let wrong = match (bound("const"), bound("minimum"), bound("maximum")) {
            (Some(only), ..) if only != number => format!("must be {only}"),
            (_, Some(min), _) if number < min => format!("must be at least {min}"),
            (_, _, Some(max)) if number > max => format!("must be at most {max}"),
            _ => return None,
        };
        Some((Rule::WrongValue, format!("`{name}` is {number}, and {wrong}"), None))
    }

    fn truth(&self, text: &str, read: Option<Scalar>, spot: &Spot<'_>) -> Option<Wrong> {
        let help = match read {
            Some(Scalar::Bool(_)) => return None,
            Some(Scalar::OldBool(truth)) => format!("write `{truth}`, which every reader understands"),
            Some(Scalar::Whole(_) | Scalar::Number) | None => "write `true` or `false`, without quotes".to_owned(),
        };
        let what = format!("`{}` is `{}`, and should be true or false", quoted(spot.name), quoted(text));
        Some((Rule::WrongType, what, Some(help)))
    }

    fn text(&self, text: &str, read: Option<Scalar>, schema: &Schema, spot: &Spot<'_>) -> Option<Wrong> {
        let name = quoted(spot.name);
        // Where numbers are fine too, what it is does not matter.
        let kinds = ["number", "integer"].iter().any(|kind| allows(schema, kind));
        if let Some(what) = ambiguous(text, read).filter(|_| !kinds) {
            return Some((Rule::WrongType, format!("`{name}`: {what}"), None));
        }
        let length = text.chars().count();
        let bound = |key| super::limit(schema, key);
        let wrong = match (bound("minLength"), bound("maxLength")) {
            (Some(min), _) if length < min => format!("at least {min}"),
            (_, Some(max)) if length > max => format!("at most {max}"),
            _ => return None,
        };
        Some((Rule::WrongValue, format!("`{name}` has {length} characters, and may have {wrong}"), None))
    }
}

type Wrong = (Rule, String, Option<String>);

/// Text that other readers of YAML take for something else.
fn ambiguous(text: &str, read: Option<Scalar>) -> Option<String> {
    let kind = match read? {
        Scalar::Whole(_) | Scalar::Number => "a number",
        Scalar::Bool(_) => "true or false",
        Scalar::OldBool(_) => "true or false to some readers of YAML",
    };
    let text = quoted(text);
    Some(format!("`{text}` without quotes is {kind}, not text: write \"{text}\""))
}

/// ``one of `a`, `b` ``
pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [only] => format!("`{only}`"),
        words => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            format!("one of {}", words.join(", "))
        }
    }
}
