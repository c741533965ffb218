//! From YAML to a workflow. What is not as the syntax has it is noted, and the rest is read all the same.

use std::collections::BTreeMap;

use super::{Env, Environment, Job, Matrix, Passage, Step, WORKFLOW_LIMIT_BYTES, Workflow};
use crate::artifact::problem::Fault;
use crate::artifact::text::quoted;
use crate::artifact::yaml::{self, Entry, Node, Value};

pub(super) fn read(bytes: &[u8]) -> Workflow {
    let mut workflow = Workflow::default();
    if let Err(fault) = read_into(&mut workflow, bytes) {
        workflow.problems.push(fault);
    }
    workflow
}

fn read_into(workflow: &mut Workflow, bytes: &[u8]) -> Result<(), Fault> {
    if bytes.len() > WORKFLOW_LIMIT_BYTES {
        return Err(Fault::new("the workflow is larger than 512 KiB", 1));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::new("the workflow is not UTF-8", 1))?;
    workflow.template_lines = template_lines(text);
    let document = yaml::read(text, 1, "the workflow")
        .map_err(|fault| Fault::new(format!("the workflow cannot be read as YAML: {}", fault.reason), fault.line))?;
    // GitHub refuses both, other readers do not.
    workflow.problems.extend(document.fault);
    workflow.problems.extend(document.notes.into_iter().map(|note| Fault::new(note.text, note.line)));
    let root = &document.root;
    if !matches!(root.value, Value::Map(_)) {
        return Err(Fault::new("the workflow is not a mapping", root.line));
    }
    workflow.triggers =
        triggers(root).ok_or_else(|| Fault::new("what starts the workflow cannot be read", root.line))?;
    workflow.env = env(root);
    workflow.grants_all = grants_all(root);
    let jobs = root.get("jobs").map(Node::entries).unwrap_or_default();
    if jobs.is_empty() {
        return Err(Fault::new("the workflow's jobs cannot be read", root.line));
    }
    for entry in jobs {
        let job = job(entry, &mut workflow.problems);
        workflow.jobs.push(job);
    }
    Ok(())
}

fn template_lines(text: &str) -> Vec<usize> {
    let lines = text.lines().enumerate();
    lines.flat_map(|(index, line)| line.matches("${{").map(move |_| index + 1)).collect()
}

/// The items of a list; none of anything else.
fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        Value::Null | Value::Text(_) | Value::Map(_) => &[],
    }
}

/// `on: push`, `on: [push]`, `on: {push: ...}`.
fn triggers(root: &Node) -> Option<Vec<String>> {
    let on = root.get("on")?;
    let names: Vec<String> = match &on.value {
        Value::Text(text) => vec![text.to_lowercase()],
        Value::List(items) => items.iter().map(|item| item.text().map(str::to_lowercase)).collect::<Option<_>>()?,
        Value::Map(entries) => entries.iter().map(|entry| entry.key.to_lowercase()).collect(),
        Value::Null => return None,
    };
    (!names.is_empty()).then_some(names)
}

fn job(entry: &Entry, problems: &mut Vec<Fault>) -> Job {
    let node = &entry.value;
    let mut note = |line: usize, what: &str| {
        problems.push(Fault::new(format!("{what} of job `{}` cannot be read", quoted(&entry.key)), line));
    };
    if !matches!(node.value, Value::Map(_)) {
        note(entry.line, "the content");
    }
    let environment = node.get("environment").map(environment);
    if matches!(environment, Some(Environment::Unknown)) {
        note(node.get("environment").map_or(entry.line, |node| node.line), "the environment");
    }
    let calls = node.get("uses").and_then(passage);
    let steps = node.get("steps");
    let is_list = steps.is_some_and(|steps| matches!(steps.value, Value::List(_)));
    if !is_list && (steps.is_some() || calls.is_none()) && matches!(node.value, Value::Map(_)) {
        note(steps.map_or(entry.line, |steps| steps.line), "the steps");
    }
    let steps = steps.map(items).unwrap_or_default();
    for broken in steps.iter().filter(|item| !is_step(item)) {
        note(broken.line, "a step");
    }
    Job {
        id: entry.key.clone(),
        environment,
        matrix: node.get("strategy").and_then(|strategy| strategy.get("matrix")).map(matrix).unwrap_or_default(),
        has_permissions: node.get("permissions").is_some(),
        grants_all: grants_all(node),
        calls,
        condition: condition(node),
        env: env(node),
        steps: steps.iter().map(step).collect(),
    }
}

/// A step either runs a text or uses an action, whose inputs are a mapping.
fn is_step(node: &Node) -> bool {
    let is_text = |key: &str| node.get(key).is_some_and(|value| value.text().is_some());
    let inputs = node.get("with");
    (is_text("run") || is_text("uses")) && inputs.is_none_or(|inputs| matches!(inputs.value, Value::Map(_)))
}

fn step(node: &Node) -> Step {
    let with = node.get("with").map(Node::entries).unwrap_or_default();
    Step {
        uses: node.get("uses").and_then(passage),
        condition: condition(node),
        with: with.iter().filter_map(|entry| Some((entry.key.to_lowercase(), passage(&entry.value)?))).collect(),
        run: node.get("run").and_then(passage),
        env: env(node),
    }
}

/// `environment: production` or `environment: {name: production}`.
fn environment(node: &Node) -> Environment {
    let name = match &node.value {
        Value::Map(_) => node.get("name").and_then(Node::text),
        _ => node.text(),
    };
    name.map_or(Environment::Unknown, |name| Environment::Named(name.trim().to_owned()))
}

/// `include` adds values to keys; `exclude` takes combinations away, which is not followed: too many values do no harm.
fn matrix(node: &Node) -> Matrix {
    let Value::Map(entries) = &node.value else { return Matrix::Unknown };
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |key: &str, node: &Node| {
        let found = values.entry(key.to_lowercase()).or_default();
        found.extend(node.text().map(str::to_owned));
        node.text().is_some_and(|text| !text.contains("${{")) || matches!(node.value, Value::Map(_) | Value::Null)
    };
    let mut is_known = true;
    for entry in entries.iter().filter(|entry| entry.key != "exclude") {
        is_known &= matches!(entry.value.value, Value::List(_));
        for item in items(&entry.value) {
            if entry.key == "include" {
                is_known &= matches!(item.value, Value::Map(_));
                is_known &= item.entries().iter().all(|inner| add(&inner.key, &inner.value));
            } else {
                is_known &= add(&entry.key, item);
            }
        }
    }
    if is_known { Matrix::Values(values) } else { Matrix::Unknown }
}

fn grants_all(node: &Node) -> Option<usize> {
    let permissions = node.get("permissions")?;
    (permissions.text()?.trim().eq_ignore_ascii_case("write-all")).then_some(permissions.line)
}

fn condition(node: &Node) -> String {
    node.get("if").and_then(Node::text).unwrap_or_default().to_owned()
}

fn env(node: &Node) -> Env {
    let entries = node.get("env").map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((entry.key.to_lowercase(), entry.value.text()?.to_owned()))).collect()
}

fn passage(node: &Node) -> Option<Passage> {
    Some(Passage { text: node.text()?.to_owned(), line: node.line, end_line: node.end_line })
}
