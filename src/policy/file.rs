//! The policy file as it is written: YAML, unknown keys refused.
//!
//! Gates, groups and times are written in it too, and this version does not follow them yet: a file that has them holds its
//! requests, because guessing its rules would be a bypass.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::checks::rules::{Actions, ExternalRules, ModelRules};

/// Larger files are not read.
pub const LIMIT_BYTES: usize = 256 * 1024;
/// Nodes, aliases and depth of a file: far more than a person writes.
const MAX_NODES: usize = 20_000;
const MAX_ALIASES: usize = 100;
const MAX_DEPTH: usize = 32;

/// `.github/countersign.yml`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    /// Always 1.
    pub version: u32,
    /// The models of the repository. Default: every folder with a model card.
    #[serde(default)]
    pub models: Vec<ModelRules>,
    /// By exact name, or by a pattern with `*`: the one with the most literal characters counts.
    #[serde(default)]
    pub environments: BTreeMap<String, EnvironmentDocument>,
    #[serde(default)]
    #[schemars(skip)]
    groups: Option<IgnoredAny>,
    #[serde(default)]
    #[schemars(skip)]
    accept: Option<IgnoredAny>,
}

/// What holds for the environments of one name.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EnvironmentDocument {
    /// What a risk flag does, by its severity: `block`, `approve` or `show`.
    pub severity: Actions,
    /// Checks outside of this server.
    pub checks: ExternalRules,
    #[schemars(skip)]
    channel: Option<IgnoredAny>,
    #[schemars(skip)]
    gates: Option<IgnoredAny>,
    #[schemars(skip)]
    auto_approve: Option<IgnoredAny>,
    #[schemars(skip)]
    exclude: Option<IgnoredAny>,
    #[schemars(skip)]
    deny: Option<IgnoredAny>,
    #[schemars(skip)]
    expires_after: Option<IgnoredAny>,
    #[schemars(skip)]
    remind: Option<IgnoredAny>,
    #[schemars(skip)]
    escalate: Option<IgnoredAny>,
    #[schemars(skip)]
    windows: Option<IgnoredAny>,
    #[schemars(skip)]
    supersede: Option<IgnoredAny>,
    #[schemars(skip)]
    break_glass: Option<IgnoredAny>,
}

/// Reads a policy file.
///
/// # Errors
/// Says what is wrong, with line and column.
pub fn parse(bytes: &[u8]) -> Result<PolicyDocument, String> {
    if bytes.len() > LIMIT_BYTES {
        return Err(format!("it is larger than {LIMIT_BYTES} bytes"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count();
        format!("line {line} is not UTF-8")
    })?;
    let document: PolicyDocument =
        serde_saphyr::from_str_with_options(text, options()).map_err(|error| error.to_string().trim().to_owned())?;
    match document.version {
        1 => Ok(document),
        other => Err(format!("version {other} is not known: write `version: 1`")),
    }
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MAX_NODES,
            max_aliases: MAX_ALIASES,
            max_depth: MAX_DEPTH,
            max_documents: 1,
        },
        strict_booleans: true,
        with_snippet: true,
    }
}

impl PolicyDocument {
    /// The keys that this version does not follow.
    pub fn not_followed(&self) -> Vec<String> {
        let whole = [("groups", &self.groups), ("accept", &self.accept)];
        let mut keys: Vec<String> =
            whole.into_iter().filter(|(_, value)| value.is_some()).map(|(key, _)| key.to_owned()).collect();
        for (name, environment) in &self.environments {
            keys.extend(environment.not_followed().map(|key| format!("environments.{name}.{key}")));
        }
        keys
    }

    /// The rules of an environment: by its exact name, else by the pattern with the most literal characters.
    ///
    /// # Errors
    /// When two patterns have equally many.
    pub fn environment(&self, name: &str) -> Result<Option<&EnvironmentDocument>, String> {
        if let Some(exact) = self.environments.get(name) {
            return Ok(Some(exact));
        }
        let matching = self.environments.iter().filter(|(pattern, _)| is_match(pattern, name));
        let mut ranked: Vec<(usize, &String, &EnvironmentDocument)> =
            matching.map(|(pattern, rules)| (literals(pattern), pattern, rules)).collect();
        ranked.sort_by_key(|(literals, ..)| std::cmp::Reverse(*literals));
        match ranked.as_slice() {
            [first, second, ..] if first.0 == second.0 => Err(format!(
                "environment `{name}` is matched by `{}` and by `{}` equally well: write its exact name",
                first.1, second.1
            )),
            [first, ..] => Ok(Some(first.2)),
            [] => Ok(None),
        }
    }
}

impl EnvironmentDocument {
    fn not_followed(&self) -> impl Iterator<Item = &'static str> {
        let keys = [
            ("channel", &self.channel),
            ("gates", &self.gates),
            ("auto_approve", &self.auto_approve),
            ("exclude", &self.exclude),
            ("deny", &self.deny),
            ("expires_after", &self.expires_after),
            ("remind", &self.remind),
            ("escalate", &self.escalate),
            ("windows", &self.windows),
            ("supersede", &self.supersede),
            ("break_glass", &self.break_glass),
        ];
        keys.into_iter().filter(|(_, value)| value.is_some()).map(|(key, _)| key)
    }
}

fn is_match(pattern: &str, name: &str) -> bool {
    let glob = globset::GlobBuilder::new(pattern).literal_separator(true).case_insensitive(true).build();
    glob.is_ok_and(|glob| glob.compile_matcher().is_match(name))
}

fn literals(pattern: &str) -> usize {
    pattern.chars().filter(|c| !matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '!')).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::metrics::Amount;

    fn read(text: &str) -> Result<PolicyDocument, String> {
        parse(text.as_bytes())
    }

    #[test]
    fn models_and_environments_are_read() {
        let document = read(
            "version: 1\nmodels:\n- name: sentiment\n  card: { path: a/README.md, sections: [Limitations] }\n  performance:\n    \
             default: { max_worse: 1%, min_z: 3 }\n    metrics:\n    - { match: { metric: accuracy }, min: 0.90, required: true }\n  \
             pickle: { use: forbid, allow_globals: ['sklearn.*'] }\nenvironments:\n  production: {}\n",
        )
        .unwrap();
        let model = &document.models[0];
        assert_eq!((model.card_path(), model.sections()), (Some("a/README.md"), &["Limitations".to_owned()][..]));
        assert_eq!(model.performance.default.max_worse, Amount::parse("1%").unwrap());
        assert_eq!(model.performance.metrics[0].min, Amount::parse("0.90"));
        assert!(document.not_followed().is_empty());
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        for (text, word) in [
            ("version: 1\nmodles: []\n", "modles"),
            ("version: 1\nmodels:\n- name: a\n  pickel: {}\n", "pickel"),
            ("version: 1\nversion: 1\n", "version"),
            ("version: 1\nmodels:\n- performance: { default: { max_worse: much } }\n", "much"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(word) && error.contains("line"), "{error}");
        }
        assert!(read("version: 2\n").unwrap_err().contains("version 2"));
        assert!(read("").is_err() && read("- a\n").is_err());
        assert!(parse(b"version: 1\n# \xff\n").unwrap_err().contains("line 2"));
    }

    #[test]
    fn what_is_not_followed_is_named() {
        let document =
            read("version: 1\ngroups: {}\nenvironments:\n  production: { gates: [], exclude: [] }\n").unwrap();
        assert_eq!(
            document.not_followed(),
            ["groups", "environments.production.gates", "environments.production.exclude"]
        );
    }

    #[test]
    fn the_exact_name_counts_then_the_most_literal_pattern() {
        let document = read(
            "version: 1\nenvironments:\n  production: {}\n  'prod*': {}\n  'p*': {}\n  '*-eu': {}\n  '??-us': {}\n",
        )
        .unwrap();
        let found = |name: &str| document.environment(name).map(|rules| rules.is_some());
        assert_eq!((found("production"), found("prod-x"), found("staging")), (Ok(true), Ok(true), Ok(false)));
        assert!(read("version: 1\nenvironments:\n  'a*': {}\n  '*b': {}\n").unwrap().environment("ab").is_err());
    }

    #[test]
    fn bombs_are_refused() {
        let mut bomb = String::from("version: 1\nmodels: &a0 [x]\n");
        for level in 1..12 {
            bomb.push_str(&format!("x{level}: &a{level} [*a{0},*a{0},*a{0},*a{0},*a{0},*a{0}]\n", level - 1));
        }
        assert!(read(&bomb).is_err());
        assert!(read(&format!("version: 1\nmodels: {}", "[".repeat(10_000))).is_err());
        assert!(parse(&vec![b'#'; LIMIT_BYTES + 1]).is_err());
    }
}
