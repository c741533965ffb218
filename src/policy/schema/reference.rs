//! The reference for those who write policies, from the schema and the tables that policies are read by.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::{ROOT, Root};
use crate::policy::condition::names::{Base, Class, FIELDS, FUNCTIONS, SEVERITIES, Type, VARIABLES};
use crate::policy::condition::{MAX_CHARS, MAX_ITEMS, MAX_LIST, MAX_LOOPS, MAX_STEPS, MAX_TEXT_BYTES};
use crate::policy::file::LIMIT_BYTES;
use crate::policy::finding::Rule;
use crate::policy::structure::joined;

/// The reference in Markdown.
pub fn reference() -> String {
    let mut page = Page { root: &ROOT, text: String::new(), seen: BTreeSet::new() };
    page.opening();
    page.mappings();
    page.words();
    page.conditions();
    page.findings();
    page.text
}

struct Page<'a> {
    root: &'a Root,
    text: String,
    seen: BTreeSet<String>,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn opening(&mut self) {
        self.line("# Policy reference");
        self.line("");
        self.line("Every key of `.github/countersign.yml`. Written by `countersign policy schema --format markdown`; change it there.");
        self.line("");
        self.line("Editors complete and check the file by [policy.schema.json](policy.schema.json): put this in its first line.");
        self.line("");
        self.line("```yaml");
        self.line("# yaml-language-server: $schema=https://raw.githubusercontent.com/OWNER/REPOSITORY/main/docs/policy.schema.json");
        self.line("version: 1");
        self.line("```");
        self.line("");
        self.line("[policy.md](policy.md) has five complete policies from real situations.");
        self.line("");
        self.line("`countersign policy validate FILE` finds every mistake at once. A file with a mistake holds all requests of its repository.");
        let _ = writeln!(self.text, "It has at most {} kB.", LIMIT_BYTES / 1024);
    }

    /// Every mapping, nearest to the top first.
    fn mappings(&mut self) {
        let root = self.root;
        let mut level = vec![(String::new(), root.value())];
        while !level.is_empty() {
            let mut deeper = Vec::new();
            for (path, schema) in level {
                self.mapping(&path, schema, &mut deeper);
            }
            deeper.sort_by_key(|(path, _): &(String, &Value)| !path.starts_with("environments"));
            level = deeper;
        }
    }

    fn mapping<'s>(&mut self, path: &str, schema: &'s Value, deeper: &mut Vec<(String, &'s Value)>)
    where
        Self: 's,
    {
        for form in ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten() {
            self.inner(path, form, deeper);
        }
        if let Some(items) = schema.get("items") {
            self.inner(&format!("{path}[]"), items, deeper);
        }
        if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
            self.inner(&joined(path, "NAME"), values, deeper);
        }
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        let title = if path.is_empty() { "The file".to_owned() } else { self.title(path, schema) };
        let _ = write!(self.text, "\n## {title}\n\n");
        let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        if !description.is_empty() {
            self.line(&one_line(description));
            self.line("");
        }
        self.line("| Key | Value | Meaning |");
        self.line("| --- | --- | --- |");
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        for (key, value) in properties {
            let has_to = if required.contains(&key.as_str()) { " (has to be there)" } else { "" };
            let _ = writeln!(
                self.text,
                "| `{key}` | {} | {}{has_to} |",
                cell(&self.value(value)),
                cell(&self.meaning(value))
            );
            self.inner(&joined(path, key), value, deeper);
        }
    }

    /// What to look at next; each named part once.
    fn inner<'s>(&mut self, path: &str, schema: &'s Value, deeper: &mut Vec<(String, &'s Value)>)
    where
        Self: 's,
    {
        let root: &'s Root = &ROOT;
        match root.target(schema) {
            Some((name, _)) if !self.seen.insert(name.to_owned()) => {}
            Some((_, target)) => deeper.push((path.to_owned(), target)),
            None => deeper.push((path.to_owned(), schema)),
        }
    }

    /// Every place of a part that stands in several.
    fn title(&self, path: &str, schema: &Value) -> String {
        let mut places: Vec<&str> = self.root.places_of(schema);
        places.sort_by_key(|place| (place.len(), *place));
        if places.is_empty() {
            places.push(path);
        }
        let places: Vec<String> = places.iter().map(|place| format!("`{place}`")).collect();
        places.join(", ")
    }

    fn value(&self, schema: &Value) -> String {
        let (schema, name) = match self.root.target(schema) {
            Some((name, target)) => (target, Some(name)),
            None => (schema, None),
        };
        if let Some(name) = name.filter(|name| self.root.is_word(name)) {
            return format!("{} [{}](#words)", article(name), word_name(name));
        }
        let is_null = |form: &&Value| form.get("type").and_then(Value::as_str) == Some("null");
        let forms = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(key)?.as_array());
        if let Some(forms) = forms.filter(|forms| !forms.iter().all(|form| form.get("const").is_some())) {
            let forms: Vec<String> = forms.iter().filter(|form| !is_null(form)).map(|form| self.value(form)).collect();
            return forms.join(", or ");
        }
        match schema.get("items") {
            Some(items) => format!("a list; each is {}", self.value(items)),
            None => self.root.expected(schema),
        }
    }

    fn meaning(&self, schema: &Value) -> String {
        let description = |schema: &Value| schema.get("description").and_then(Value::as_str).map(one_line);
        let target = self.root.target(schema).map_or(schema, |(_, target)| target);
        let said = description(schema).or_else(|| description(target)).unwrap_or_default();
        format!("{said}{}", self.words_of(schema))
    }

    /// What each of a few words means, where that is written down: of a value, or of the items of a list.
    fn words_of(&self, schema: &Value) -> String {
        let mut said = String::new();
        let schema = self.root.target(schema).map_or(schema, |(_, target)| target);
        for form in ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten() {
            match (form.get("const").and_then(Value::as_str), form.get("description").and_then(Value::as_str)) {
                (Some("none"), _) => {}
                (Some(word), Some(description)) => {
                    let _ = write!(said, " `{word}`: {}", one_line(description));
                }
                _ => said.push_str(&self.words_of(form)),
            }
        }
        if let Some(items) = schema.get("items") {
            said.push_str(&self.words_of(items));
        }
        said
    }

    /// Text of a certain form.
    fn words(&mut self) {
        self.line("\n## Words\n");
        self.line("| Word | What it is |");
        self.line("| --- | --- |");
        let definitions = self.root.value().get("$defs").and_then(Value::as_object);
        for (name, schema) in definitions.into_iter().flatten() {
            if self.root.is_word(name) {
                let _ = writeln!(self.text, "| {} | {} |", word_name(name), cell(&self.meaning(schema)));
            }
        }
    }

    fn conditions(&mut self) {
        self.line("\n## Conditions\n");
        self.line("`when` is an expression of the [Common Expression Language](https://cel.dev) that is true or false. Names and types are");
        self.line("checked when the file is read, and the condition is tried on ordinary requests: a first deployment, a rollback, a change of a");
        self.line("model, a change of a document, a scheduled run, a run started by hand. A condition that fails all the same makes its gate apply,");
        self.line("and an auto-approval not. Text is compared as it is written; upper and lower case differ.");
        self.line("");
        self.line("| Name | Type | Meaning |");
        self.line("| --- | --- | --- |");
        for entry in VARIABLES {
            let _ = writeln!(
                self.text,
                "| `{}` | {} | {}{} |",
                entry.name,
                entry.kind.words(),
                cell(entry.words),
                among(entry.kind)
            );
        }
        let severities: Vec<String> = SEVERITIES.iter().map(|(name, _)| format!("`{name}`")).collect();
        let _ = writeln!(self.text, "| {} | a severity | From mild to severe. |", severities.join(" "));
        for class in Class::ALL {
            let _ = write!(
                self.text,
                "\n### Of {}\n\n| Field | Type | Meaning |\n| --- | --- | --- |\n",
                Base::Object(class).word()
            );
            for entry in FIELDS.iter().filter(|entry| entry.class == class) {
                let optional = if entry.is_optional { " May be missing: ask `has(...)` first." } else { "" };
                let words = cell(entry.words);
                let _ = writeln!(
                    self.text,
                    "| `{}` | {} | {words}{}{optional} |",
                    entry.name,
                    entry.kind.words(),
                    among(entry.kind)
                );
            }
        }
        self.line("\n### Functions\n\n| Example | Answer |\n| --- | --- |");
        for (example, words) in FUNCTIONS {
            let _ = writeln!(self.text, "| `{}` | {} |", cell(example), cell(words));
        }
        let _ = write!(
            self.text,
            "\nSigns are `&&`, `||`, `!`, `?:`, `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `+`, `-`, `*`, `/`, `%`. A condition has at most {MAX_CHARS}\n\
             characters and {MAX_LOOPS} loops inside each other; an evaluation looks at lists of at most {MAX_LIST} items, at {MAX_ITEMS} items in\n\
             all loops together, takes at most {MAX_STEPS} steps, and searches at most {} MB of text. There is no clock in it: the same evidence\n\
             gives the same answer always and everywhere.\n",
            MAX_TEXT_BYTES / (1024 * 1024)
        );
    }

    fn findings(&mut self) {
        self.line("\n## Findings\n");
        self.line("What `countersign policy validate` says, by the words in square brackets.");
        self.line("");
        self.line("| Finding | Meaning |");
        self.line("| --- | --- |");
        for rule in Rule::ALL {
            let _ = writeln!(self.text, "| `{}` | {} |", rule.word(), cell(rule.meaning()));
        }
    }
}

/// The words that a text is one of, where they are few.
fn among(kind: Type) -> String {
    const FEW: usize = 10;
    let vocabulary = match kind {
        Type::One(Base::Text(vocabulary)) | Type::List(Base::Text(vocabulary)) => vocabulary,
        _ => return String::new(),
    };
    match vocabulary.words() {
        Some(words) if words.len() <= FEW => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            format!(" One of {}.", words.join(", "))
        }
        Some(_) => " The codes are those of [checks.md](checks.md).".to_owned(),
        None => String::new(),
    }
}

/// `EnvironmentPattern` -> `environment pattern`
fn word_name(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

fn article(name: &str) -> &'static str {
    if name.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
