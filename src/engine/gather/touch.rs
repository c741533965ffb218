//! Whether a change touches what the gate looks at: a model, the policy, or the workflows. Far cheaper than gathering, and
//! on the safe side: what cannot be told counts as touched.

use std::collections::BTreeSet;

use futures::future::try_join;
use globset::{GlobBuilder, GlobMatcher};

use crate::checks::change::decides_about_changes;
use crate::checks::rules::ModelRules;
use crate::domain::{Baseline, CommitSha, DeploymentId, EnvironmentName, Relation, Repository, Timestamp};
use crate::policy::{self, PolicyDefaults};
use crate::ports::{CodeHost, PortError};

use super::ground::Ground;
use super::known::Known;
use super::models::{self, Home, is_weights};
use super::news::News;
use super::patience::Patience;
use super::reader::{Desk, Reader};
use super::scans::Bounds;
use super::trees::{self, Trees};
use super::{Proposal, rules};

/// A change that is proposed, by its paths.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    pub repository: &'a Repository,
    /// Where it starts from, where that is known.
    pub start: Option<&'a CommitSha>,
    pub head: &'a CommitSha,
    /// Every path it changes, both names of renamed files.
    pub paths: &'a [String],
    /// There are more.
    pub is_cut: bool,
    /// Whose rules say what belongs to a model.
    pub environment: &'a EnvironmentName,
}

/// Whether a look at `change` would have something to show.
///
/// # Errors
/// Whatever may pass when tried again.
pub async fn touches(host: &dyn CodeHost, change: &Change<'_>, policy: PolicyDefaults) -> Result<bool, PortError> {
    let Some(start) = change.start else { return Ok(true) };
    let (known, news) = (Known::default(), News::default());
    let desk = Desk::new(Patience::default(), Bounds::default());
    let reader = Reader { host, repository: change.repository, known: &known, news: &news, desk: &desk };
    if change.paths.iter().any(|path| is_plain_to_see(path)) {
        return Ok(true);
    }
    let rules = rules::read(reader, &proposal(change), policy).await?;
    let is_named = |path: &str| rules.effective.checks.models.iter().any(|model| names(model, path));
    if change.paths.iter().any(|path| is_named(path)) {
        return Ok(true);
    }
    if !change.is_cut && !change.paths.iter().any(|path| may_be_a_models(path)) {
        return Ok(false);
    }
    let (live, proposed) =
        try_join(trees::list(reader, Some(start), "live"), trees::list(reader, Some(change.head), "proposed")).await?;
    let trees = Trees::of(&between(start), live, proposed);
    if !trees.are_whole() {
        return Ok(true);
    }
    let homes = models::homes(reader, &trees, &rules.effective.checks).await?;
    let paths = if change.is_cut { differing(&trees) } else { change.paths.iter().map(String::as_str).collect() };
    Ok(paths.iter().any(|path| is_plain_to_see(path) || is_named(path) || belongs(path, &homes)))
}

/// Whatever else is in the repository.
fn is_plain_to_see(path: &str) -> bool {
    decides_about_changes(path, policy::PATH) || is_weights(path)
}

/// The start of the change takes the place of what is live.
fn between(start: &CommitSha) -> Ground {
    let baseline = Baseline::Live { commit: start.clone(), deployment: DeploymentId::new(0), since: None };
    Ground { baseline, relation: Relation::Ahead { by: 1 }, comparison: None, gap: None }
}

/// Rules are found for a proposal; nothing else of it matters here.
fn proposal<'a>(change: &Change<'a>) -> Proposal<'a> {
    Proposal::without_run(change.repository, change.environment, change.head, Timestamp::default())
}

fn differing(trees: &Trees) -> BTreeSet<&str> {
    let all = trees.live.entries().iter().chain(trees.proposed.entries()).map(|entry| entry.path.as_str());
    let blob = |side: &super::trees::Listing, path: &str| side.get(path).map(|entry| entry.blob.clone());
    all.filter(|path| blob(&trees.live, path) != blob(&trees.proposed, path)).collect()
}

/// Whether the policy says that the path is the model's, or that of a key it is signed with.
fn names(model: &ModelRules, path: &str) -> bool {
    let globs = model.weights.iter().chain(model.evaluations.iter().map(|evaluation| &evaluation.path));
    let mut keys = model.signature.iter().flat_map(|rules| [&rules.key, &rules.certificates]).flatten();
    model.card_path() == Some(path)
        || keys.any(|key| key == path)
        || globs.filter_map(|glob| matcher(glob)).any(|glob| glob.is_match(path))
}

/// As the policy reads its patterns; one that cannot be read was refused there.
fn matcher(glob: &str) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(glob).literal_separator(true).build().ok()?;
    Some(glob.compile_matcher())
}

/// Cards, weights, and what stands beside a card or below it.
fn belongs(path: &str, homes: &[Home]) -> bool {
    homes.iter().any(|home| home.cards.iter().any(|card| card == path))
        || (is_model_file(path) && homes.iter().any(|home| is_beneath(path, &home.folder)))
}

fn is_beneath(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn may_be_a_models(path: &str) -> bool {
    models::is_card(path) || is_model_file(path)
}

/// Endings of files that configure a model, describe its vocabulary or hold its results, lower case.
const DATA_ENDINGS: [&str; 10] =
    [".json", ".jsonl", ".yaml", ".yml", ".toml", ".txt", ".csv", ".model", ".jinja", ".tiktoken"];
/// What their names or folders say: one of these, as a part of it, lower case.
const MODEL_WORDS: [&str; 14] = [
    "config",
    "tokenizer",
    "tokens",
    "vocab",
    "merges",
    "template",
    "processor",
    "labels",
    "eval",
    "result",
    "metric",
    "benchmark",
    "spiece",
    "sentencepiece",
];
/// Beginnings of code that libraries load together with the weights.
const MODEL_CODE: [&str; 5] = ["modeling_", "configuration_", "tokenization_", "processing_", "handler"];

fn is_model_file(path: &str) -> bool {
    let lower = path.to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    let is_code = name.ends_with(".py") && MODEL_CODE.iter().any(|start| name.starts_with(start));
    let is_data = DATA_ENDINGS.iter().any(|ending| name.ends_with(ending));
    is_code || (is_data && MODEL_WORDS.iter().any(|word| lower.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(folder: &str) -> Home {
        let card = if folder.is_empty() { "README.md".to_owned() } else { format!("{folder}/README.md") };
        Home { folder: folder.to_owned(), cards: vec![card] }
    }

    #[test]
    fn files_beside_and_below_a_card_belong_to_its_model() {
        let homes = [home("models/a")];
        for path in [
            "models/a/README.md",
            "models/a/config.json",
            "models/a/tokenizer.json",
            "models/a/vocab.txt",
            "models/a/.eval_results/mmlu.yaml",
            "models/a/eval/slices.jsonl",
            "models/a/modeling_acme.py",
        ] {
            assert!(belongs(path, &homes), "{path}");
        }
        for path in
            ["README.md", "models/b/config.json", "models/ab/config.json", "models/a/notes.md", "src/lib.rs", "a.png"]
        {
            assert!(!belongs(path, &homes), "{path}");
        }
    }

    #[test]
    fn what_the_policy_names_is_the_models() {
        use crate::checks::rules::models::{CardRules, EvaluationRules, SignatureRules};
        let model = ModelRules {
            card: Some(CardRules::Path("docs/card.md".into())),
            weights: vec!["out/*.weights".into(), "[".into()],
            evaluations: vec![EvaluationRules { format: None, path: "reports/**/*.txt".into() }],
            signature: Some(SignatureRules { key: Some("keys/release.pub".into()), ..SignatureRules::default() }),
            ..ModelRules::default()
        };
        for path in ["docs/card.md", "out/a.weights", "reports/2026/may/a.txt", "keys/release.pub"] {
            assert!(names(&model, path), "{path}");
        }
        for path in ["docs/card.rst", "out/deep/a.weights", "reports"] {
            assert!(!names(&model, path), "{path}");
        }
    }
}
