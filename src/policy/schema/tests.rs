use std::path::Path;

use super::*;

fn published(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).unwrap_or_default()
}

#[test]
fn the_published_schema_is_the_one_that_files_are_held_against() {
    assert!(published("policy.schema.json") == json(), "write `countersign policy schema` to docs/policy.schema.json");
}

#[test]
fn the_published_reference_is_written_from_it() {
    let advice = "write `countersign policy schema --format markdown` to docs/policy-reference.md";
    assert!(published("policy-reference.md") == reference(), "{advice}");
}

#[test]
fn every_key_says_what_it_means() {
    fn walk(path: &str, schema: &Value, silent: &mut Vec<String>) {
        for (key, value) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let path = joined(path, key);
            let (named, target) = ROOT.target(value).map_or((None, value), |(name, target)| (Some(name), target));
            if value.get("description").is_none() && target.get("description").is_none() && named.is_none() {
                silent.push(path.clone());
            }
        }
    }
    let mut silent = Vec::new();
    walk("", ROOT.value(), &mut silent);
    for name in ["EnvironmentDocument", "GroupDocument", "GateDocument", "WindowDocument", "AcceptDocument"] {
        walk(name, ROOT.value().get("$defs").and_then(|all| all.get(name)).unwrap(), &mut silent);
    }
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn keys_are_found_where_they_belong() {
    assert_eq!(ROOT.place_of_key("quorum"), Some("environments.NAME.gates[]"));
    assert_eq!(ROOT.place_of_key("github_teams"), Some("groups.NAME"));
    assert_eq!(ROOT.place_of_key("nothing"), None);
}
