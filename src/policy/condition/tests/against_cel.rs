//! The same conditions in the interpreter of the `cel` crate: where it gives an answer, ours is the same.

use std::collections::HashMap;
use std::sync::Arc;

use cel::{Context, Program, Value};
use proptest::prelude::*;

use super::*;
use crate::domain::{Severity, evidence::Evidence};

fn map<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let entries = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::from(entries.collect::<HashMap<String, Value>>())
}

fn text(text: &str) -> Value {
    Value::String(Arc::new(text.to_owned()))
}

fn int(number: u64) -> Value {
    Value::Int(i64::try_from(number).unwrap())
}

fn severity(severity: Severity) -> Value {
    Value::Int(names::SEVERITIES.iter().position(|(_, known)| *known == severity).unwrap() as i64)
}

fn list(items: impl Iterator<Item = Value>) -> Value {
    Value::List(Arc::new(items.collect()))
}

/// The evidence as the interpreter wants it.
fn context(facts: &Facts<'_>) -> Context<'static, 'static> {
    let mut context = Context::default();
    let Evidence { flags, files, models, commits, pull_requests, .. } = facts.evidence;
    for (name, value) in names::SEVERITIES {
        context.add_variable_from_value(name, severity(value));
    }
    context.add_variable_from_value("risk", severity(facts.risk));
    context.add_variable_from_value(
        "flags",
        list(flags.iter().map(|flag| {
            map([
                ("code", Some(text(&flag.code))),
                ("severity", Some(severity(flag.severity))),
                ("subject", Some(text(&flag.subject))),
                ("before", flag.before.as_deref().map(text)),
                ("new", Some(Value::Bool(flag.is_new))),
            ])
        })),
    );
    context.add_variable_from_value(
        "files",
        list(files.iter().map(|file| {
            let kind = format!("{:?}", file.kind).to_lowercase();
            map([
                ("path", Some(text(&file.path))),
                ("kind", Some(text(&kind))),
                ("previous_path", file.previous_path.as_deref().map(text)),
                ("additions", file.additions.map(int)),
            ])
        })),
    );
    context
        .add_variable_from_value("models", list(models.iter().map(|model| map([("name", Some(text(&model.name)))]))));
    context.add_variable_from_value(
        "commits",
        list(commits.iter().map(|commit| map([("title", Some(text(&commit.title)))]))),
    );
    let pulls = pull_requests.iter().map(|pull| {
        let labels = list(facts.labels_of(pull.number).iter().map(|label| text(label)));
        map([("number", Some(int(pull.number))), ("labels", Some(labels))])
    });
    context.add_variable_from_value("pull_requests", list(pulls));
    context.add_variable_from_value("labels", list(facts.labels.iter().map(|label| text(label))));
    context.add_variable_from_value("ref", text(facts.around.run.reference));
    context.add_variable_from_value("relation", text(facts.relation_word()));
    context.add_variable_from_value("attempt", int(facts.around.run.attempt.into()));
    context.add_variable_from_value("commits_ahead", int(facts.apart().0));
    let inputs = facts.around.run.inputs.iter().map(|(key, value)| (key.clone(), text(value)));
    context.add_variable_from_value("inputs", Value::from(inputs.collect::<HashMap<String, Value>>()));
    context
}

/// Numbers.
fn number(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        (-3_i64..9).prop_map(|number| number.to_string()),
        Just("9223372036854775807".to_owned()),
        Just("attempt".to_owned()),
        Just("commits_ahead".to_owned()),
        prop_oneof![Just("files"), Just("flags"), Just("ref"), Just("inputs")].prop_map(|of| format!("size({of})")),
        Just("int(inputs.reason)".to_owned()),
        Just("pull_requests[0].number".to_owned()),
        Just("files[1].additions".to_owned()),
    ];
    leaf.prop_recursive(depth, 8, 2, |inner| {
        let sign = prop_oneof![Just("+"), Just("-"), Just("*"), Just("/"), Just("%")];
        (inner.clone(), sign, inner).prop_map(|(one, sign, other)| format!("({one} {sign} {other})"))
    })
    .boxed()
}

fn word() -> BoxedStrategy<String> {
    prop_oneof![
        Just("ref".to_owned()),
        Just("\"main\"".to_owned()),
        Just("'mä'".to_owned()),
        Just("inputs.reason".to_owned()),
        Just("inputs[\"gone\"]".to_owned()),
        Just("files[0].path".to_owned()),
        Just("(ref + \"x\")".to_owned()),
        Just("string(attempt)".to_owned()),
        Just("(attempt > 1 ? ref : \"docs\")".to_owned()),
    ]
    .boxed()
}

/// What can be asked of the item of a list.
fn of_item() -> BoxedStrategy<(String, String)> {
    let over = |list: &str, asked: &[&str]| {
        let list = list.to_owned();
        proptest::sample::select(asked.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>())
            .prop_map(move |asked| (list.clone(), asked))
    };
    prop_oneof![
        over(
            "files",
            &[
                "x.path.startsWith(\"docs/\")",
                "x.kind == \"removed\"",
                "x.additions > 8",
                "has(x.additions)",
                "has(x.previous_path) && x.previous_path.endsWith(\"py\")",
                "x.path.matches(\"[a-z]+/.*md$\")",
                "size(x.path) > 7",
            ]
        ),
        over("flags", &["x.severity >= HIGH", "x.code == \"licence.changed\"", "x.before == \"apache-2.0\"", "x.new"]),
        over("labels", &["x == \"docs\"", "x in labels", "x.contains(\"o\")"]),
        over("commits", &["x.title.contains(\"T\")", "size(x.title) == 16"]),
        over("pull_requests", &["\"docs\" in x.labels", "x.number == 12", "x.labels.exists(y, y == \"docs\")"]),
        over("[3, 1, 2]", &["x > 1", "x == attempt", "6 / (x - 1) > 1"]),
        over("files.filter(f, has(f.additions))", &["x.additions > 5", "x.path == ref"]),
        over("files.map(f, f.path)", &["x.startsWith(\"m\")", "x != ref"]),
    ]
    .boxed()
}

fn truth() -> BoxedStrategy<String> {
    let order = || prop_oneof![Just("=="), Just("!="), Just("<"), Just("<="), Just(">"), Just(">=")];
    let severity = || prop_oneof![Just("risk"), Just("INFO"), Just("MEDIUM"), Just("HIGH"), Just("CRITICAL")];
    let leaf = prop_oneof![
        Just("true".to_owned()),
        Just("false".to_owned()),
        (number(2), order(), number(2)).prop_map(|(one, sign, other)| format!("{one} {sign} {other}")),
        (word(), order(), word()).prop_map(|(one, sign, other)| format!("{one} {sign} {other}")),
        (severity(), order(), severity()).prop_map(|(one, sign, other)| format!("{one} {sign} {other}")),
        (of_item(), prop_oneof![Just("all"), Just("exists"), Just("exists_one")])
            .prop_map(|((list, asked), kind)| format!("{list}.{kind}(x, {asked})")),
        word().prop_map(|one| format!("{one} in [\"main\", \"docs\"]")),
        word().prop_map(|one| format!("{one} in inputs")),
        word().prop_map(|one| format!("{one} in labels")),
        Just("has(inputs.reason)".to_owned()),
        Just("relation == \"behind\"".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}) && ({other})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}) || ({other})")),
            inner.clone().prop_map(|one| format!("!({one})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("(({a}) ? ({b}) : ({c}))")),
        ]
    })
    .boxed()
}

fn assert_same(condition: &str) -> Result<(), TestCaseError> {
    prop_assume!(condition.chars().count() <= MAX_CHARS);
    let ours = Predicate::read(condition);
    prop_assert!(ours.is_ok(), "{condition}: {:?}", ours.unwrap_err());
    let ours = ours.unwrap();
    let program = Program::compile(condition).unwrap();
    for sample in samples::all() {
        let facts = sample.facts();
        let theirs = program.execute(&context(&facts));
        let ours = ours.evaluate(&facts);
        let is_same = matches!(
            (&ours, &theirs),
            (Outcome::True, Ok(Value::Bool(true)))
                | (Outcome::False, Ok(Value::Bool(false)))
                | (Outcome::Failed { .. }, Err(_))
        );
        prop_assert!(is_same, "{condition} on {}: {ours:?}, and the interpreter says {theirs:?}", sample.name);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_condition_means_what_cel_says_it_means(condition in truth()) {
        assert_same(&condition)?;
    }
}
