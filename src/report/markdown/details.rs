//! The long form: weights and tensors, card diffs, changed files, people, commits.

use crate::domain::{Commit, Contributor, Evidence, FileChange, ModelChange, PullRequest, WeightChange, WeightFile};
use crate::report::change;
use crate::report::words;

use super::inert::{code, fence, fenced, prose};
use super::page::Section;

/// Longest texts shown, in characters before they are escaped.
const MAX_PATH_CHARS: usize = 300;
const MAX_VALUE_CHARS: usize = 200;
const MAX_NAME_CHARS: usize = 100;
/// Longest line of a diff, in characters.
const MAX_DIFF_LINE_CHARS: usize = 500;

pub(super) fn sections(evidence: &Evidence) -> Vec<Section> {
    let mut sections: Vec<Section> = evidence.models.iter().filter_map(card).collect();
    sections.extend(weights(evidence));
    sections.extend(list(words::files(evidence), evidence.files.iter().map(file)));
    sections.extend(list("Pull requests".to_owned(), evidence.pull_requests.iter().map(pull_request)));
    sections.extend(list(words::commits(evidence), evidence.commits.iter().rev().map(commit)));
    sections.extend(list("People with a hand in it".to_owned(), people(evidence).into_iter()));
    if sections.is_empty() {
        sections.push(Section { lines: vec!["Nothing changed.".to_owned()], ..Section::default() });
    }
    sections
}

fn list(heading: String, lines: impl Iterator<Item = String>) -> Option<Section> {
    let lines: Vec<String> = lines.collect();
    let heading = format!("### {}", heading.trim_end_matches('.'));
    (!lines.is_empty()).then_some(Section { head: vec![heading, String::new()], lines, end: Vec::new() })
}

/// The diff of a model's card, in a fence.
fn card(model: &ModelChange) -> Option<Section> {
    if !change::is_card_changed(model) {
        return None;
    }
    let path = code(&model.card_path, MAX_PATH_CHARS);
    let heading = format!("### Card of {}", prose(&model.name, MAX_NAME_CHARS));
    if model.card_diff.is_empty() {
        let cut = model.card_diff_lines_cut;
        let why = if cut > 0 { format!(": too large, {cut} lines") } else { String::new() };
        let line = format!("The diff of {path} is not at hand{why}.");
        return Some(Section { head: vec![heading, String::new()], lines: vec![line], end: Vec::new() });
    }
    let lines = fenced(&model.card_diff, MAX_DIFF_LINE_CHARS);
    let fence = fence(&lines);
    let mut end = vec![fence.clone()];
    if model.card_diff_lines_cut > 0 {
        end.extend([String::new(), format!("… {} more lines were not kept", model.card_diff_lines_cut)]);
    }
    Some(Section { head: vec![heading, String::new(), path, String::new(), format!("{fence}diff")], lines, end })
}

fn weights(evidence: &Evidence) -> Option<Section> {
    let weights = evidence.models.iter().flat_map(change::changed_weights);
    list("Weights".to_owned(), weights.flat_map(weight))
}

/// A file with both sides below it, and what became of its tensors.
fn weight(weight: &WeightChange) -> Vec<String> {
    let words = words::weight_difference(weight).map(|words| format!(": {}", prose(&words, MAX_VALUE_CHARS)));
    let mut lines = vec![format!("- {}{}", code(&weight.path, MAX_PATH_CHARS), words.unwrap_or_default())];
    let sides = [("live", &weight.before), ("proposed", &weight.after)];
    lines.extend(sides.into_iter().filter_map(|(name, file)| Some(side(name, file.as_ref()?))));
    let examples = weight.tensors.iter().flat_map(|tensors| &tensors.examples);
    lines.extend(examples.map(|example| format!("  - tensor {}", code(example, MAX_VALUE_CHARS))));
    lines
}

fn side(name: &str, file: &WeightFile) -> String {
    let digest = file.digest.map(|digest| format!("sha256 `{digest}`"));
    let words = [&file.format, &file.tensors, &file.verdict].into_iter().flatten();
    let words = words.map(|words| prose(words, MAX_VALUE_CHARS));
    let size = crate::checks::words::size(file.size);
    let all: Vec<String> = std::iter::once(size).chain(digest).chain(words).collect();
    format!("  - {name}: {}", all.join(", "))
}

/// `- modified models/a.py +3 −1`
fn file(file: &FileChange) -> String {
    let from = file.previous_path.as_deref().map(|old| format!("{} → ", code(old, MAX_PATH_CHARS)));
    let kind = words::change_kind(file.kind);
    format!("- {kind} {}{}{}", from.unwrap_or_default(), code(&file.path, MAX_PATH_CHARS), words::lines(file))
}

fn pull_request(pull: &PullRequest) -> String {
    let by = pull.author.as_ref().map(|author| format!(", by {}", code(&author.login, MAX_NAME_CHARS)));
    let open = if pull.merged { "" } else { ", not merged" };
    format!("- {}: {}{}{open}", pull.number, prose(&pull.title, MAX_VALUE_CHARS), by.unwrap_or_default())
}

fn commit(commit: &Commit) -> String {
    let by = commit.author.as_ref().map(|author| format!(", by {}", code(&author.login, MAX_NAME_CHARS)));
    format!("- `{}` {}{}", commit.sha.short(), prose(&commit.title, MAX_VALUE_CHARS), by.unwrap_or_default())
}

/// `- mona: author, committer`: everybody once, in the order of their first part.
fn people(evidence: &Evidence) -> Vec<String> {
    let mut people: Vec<(String, Vec<&str>)> = Vec::new();
    for Contributor { part, user, name } in &evidence.contributors {
        let who = match user {
            Some(user) => code(&user.login, MAX_NAME_CHARS),
            None => format!("{} (without a known account)", prose(name.as_str(), MAX_NAME_CHARS)),
        };
        let part = words::part(*part);
        match people.iter_mut().find(|(known, _)| *known == who) {
            Some((_, parts)) => parts.push(part),
            None => people.push((who, vec![part])),
        }
    }
    people.into_iter().map(|(who, parts)| format!("- {who}: {}", parts.join(", "))).collect()
}
