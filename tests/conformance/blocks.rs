//! The simulated Slack refuses what Slack refuses and takes what Slack takes.

use countersign::sim::slack::blocks::{Surface, check_message, check_view};
use serde_json::{Value, json};

use super::references;

#[test]
fn the_simulated_slack_takes_every_good_sample() {
    let refused: Vec<_> =
        samples("good").into_iter().filter_map(|(name, sample)| Some((name, check(&sample).err()?))).collect();
    assert!(refused.is_empty(), "refused, although Slack takes them: {refused:#?}");
}

#[test]
fn the_simulated_slack_refuses_every_bad_sample() {
    let bad = samples("bad").into_iter();
    let accepted: Vec<String> = bad.filter(|(_, sample)| check(sample).is_ok()).map(|(name, _)| name).collect();
    assert!(accepted.is_empty(), "taken, although Slack refuses them: {accepted:#?}");
}

/// Messages and views; acknowledgements are looked at where people submit views.
fn samples(folder: &str) -> Vec<(String, Value)> {
    let files = references::files(&format!("slack/samples/{folder}"), "json");
    let mut samples: Vec<_> =
        files.iter().map(|file| (references::name(file).to_owned(), references::json_at(file))).collect();
    samples.retain(|(name, sample)| name != "EXPECTED.json" && sample.get("response_action").is_none());
    assert!(samples.len() > 10);
    samples
}

/// A sample is what is sent: a view, the arguments of a message, or its blocks alone.
fn check(sample: &Value) -> Result<(), String> {
    let checked = match sample {
        Value::Array(_) => check_message(json!({ "blocks": sample }).as_object().unwrap(), Surface::Post),
        _ if sample.get("view").is_some() => check_view(&sample["view"]),
        _ => check_message(sample.as_object().unwrap(), surface(sample)),
    };
    checked.map_err(|refused| format!("{refused:?}"))
}

fn surface(sample: &Value) -> Surface {
    match sample {
        _ if sample.get("ts").is_some() => Surface::Update,
        _ if sample.get("replace_original").is_some() => Surface::ResponseUrl,
        _ => Surface::Post,
    }
}
