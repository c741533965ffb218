//! `weights.*`: the files that hold the numbers, by content and without opening them.

use crate::domain::{Flag, Severity};

use super::facts::{Facts, ModelFacts, PointerState, WeightFacts, WeightSide};
use super::finding::Finding;
use super::rules::models::PickleUse;
use super::words::{count, listed, size};

/// Total size may grow or shrink by this factor, inclusive.
const MAX_SIZE_FACTOR: u64 = 2;

/// File name endings of formats that run code when they are loaded, lower case: pickle, alone or inside a container.
const PICKLE_ENDINGS: [&str; 8] = [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy"];
const APPROVE_RULE: &str = "no file format that can run code when loaded is introduced";
const SAFETENSORS_ENDING: &str = ".safetensors";

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    let mut flags: Vec<Flag> = facts.models.iter().flat_map(|model| invalid_pointers(facts, model)).collect();
    if facts.has_live() {
        let of_model = |model| [changed(facts, model), size_changed(facts, model), pickle_introduced(facts, model)];
        flags.extend(facts.models.iter().flat_map(of_model).flatten());
    }
    flags
}

fn changed(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let (gone, new): (Vec<_>, Vec<_>) = (model.gone_weights().collect(), model.new_weights().collect());
    if gone.is_empty() && new.is_empty() {
        return None;
    }
    let before = cell(gone.iter().filter_map(|weight| weight.before.as_ref()));
    let after = cell(new.iter().filter_map(|weight| weight.after.as_ref()));
    let (was, is) = (before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default());
    let first = new.first().or(gone.first()).map(|weight| weight.path.clone()).unwrap_or_default();
    let message = match (new.as_slice(), gone.as_slice()) {
        ([added], []) => format!("{}: new weights, {is}.", added.path),
        ([], [removed]) => format!("{} is gone; it was {was}.", removed.path),
        ([added], [removed]) if added.path == removed.path => format!("{first}: new weights, {was} → {is}."),
        ([added], [removed]) => format!("{} in place of {}: {was} → {is}.", added.path, removed.path),
        (added, removed) => {
            let (added, removed) = (count(added.len(), "file"), removed.len());
            format!("Weights changed: {added} new or changed, {removed} gone or changed.")
        }
    };
    let flag = Finding::new("weights.changed", Severity::Info, &model.name)
        .values(before, after)
        .source(facts.source(&first, None))
        .says(&message);
    Some(flag)
}

/// Sizes and digests of some files.
fn cell<'a>(sides: impl Iterator<Item = &'a WeightSide>) -> Option<String> {
    let words: Vec<String> = sides
        .map(|side| match side.file.digest {
            Some(digest) => format!("{}, {}", size(side.file.size), digest.short()),
            None => format!("{}, git {}", size(side.file.size), side.blob.get(..12).unwrap_or(&side.blob)),
        })
        .collect();
    (!words.is_empty()).then(|| listed(words.iter().map(String::as_str)))
}

fn size_changed(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let total = |pick: fn(&WeightFacts) -> Option<&WeightSide>| {
        model.weights.iter().filter_map(pick).fold(0_u64, |sum, side| sum.saturating_add(side.file.size))
    };
    let (before, after) = (total(|weight| weight.before.as_ref()), total(|weight| weight.after.as_ref()));
    let (small, large) = (before.min(after), before.max(after));
    if small == 0 || large <= small.saturating_mul(MAX_SIZE_FACTOR) {
        return None;
    }
    let path = model.weights.first().map(|weight| weight.path.as_str()).unwrap_or(&model.card_path);
    let flag = Finding::new("weights.size_changed", Severity::Medium, &model.name)
        .before(format!("{before} bytes"))
        .after(format!("{after} bytes"))
        .rule("weights change their size by at most a factor of 2")
        .source(facts.source(path, None))
        .says(&format!("The weights went from {} to {}: more than a factor of 2.", size(before), size(after)));
    Some(flag)
}

/// The first pickle-like file of a repository without one, or a pickle-like file in place of safetensors.
fn pickle_introduced(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let usage = facts.rules.of(&model.name, &model.card_path).pickle.usage;
    let all = || facts.models.iter().flat_map(|model| &model.weights);
    let had_any = all().any(|weight| weight.before.is_some() && is_pickle_like(&weight.path));
    let lost_safe = model.weights.iter().any(|weight| weight.after.is_none() && is_safetensors(&weight.path));
    let added: Vec<&str> = model
        .weights
        .iter()
        .filter(|weight| weight.before.is_none() && weight.after.is_some() && is_pickle_like(&weight.path))
        .map(|weight| weight.path.as_str())
        .collect();
    let is_told = match usage {
        PickleUse::Forbid => true,
        PickleUse::Approve => !had_any || lost_safe,
        PickleUse::Allow => false,
    };
    if added.is_empty() || !is_told {
        return None;
    }
    let (severity, rule) = match (usage, lost_safe) {
        (PickleUse::Forbid, _) => (Severity::Critical, "pickle: { use: forbid }"),
        (_, true) => (Severity::High, APPROVE_RULE),
        (_, false) => (Severity::Medium, APPROVE_RULE),
    };
    let instead = if lost_safe { " in place of safetensors" } else { "" };
    let flag = Finding::new("weights.pickle_introduced", severity, &model.name)
        .after(listed(added.iter().copied()))
        .rule(rule)
        .source(facts.source(added.first().copied().unwrap_or_default(), None))
        .says(&format!("{} can run code when loaded, and is new here{instead}.", listed(added.iter().copied())));
    Some(flag)
}

fn invalid_pointers(facts: &Facts<'_>, model: &ModelFacts) -> Vec<Flag> {
    let invalid = |weight: &WeightFacts| {
        let PointerState::Invalid { why } = &weight.after.as_ref()?.pointer else { return None };
        let was = weight.before.as_ref().map(|side| &side.blob) == weight.after.as_ref().map(|side| &side.blob);
        let flag = Finding::new("weights.lfs_pointer_invalid", Severity::High, &weight.path)
            .after(why)
            .rule("a pointer to large-file storage follows its specification")
            .source(facts.source(&weight.path, None))
            .new_if(!was)
            .says(&format!(
                "{} looks like a large-file pointer and is none ({why}): which weights ship is unknown.",
                weight.path
            ));
        Some(flag)
    };
    model.weights.iter().filter_map(invalid).collect()
}

fn is_pickle_like(path: &str) -> bool {
    let path = path.to_lowercase();
    PICKLE_ENDINGS.iter().any(|ending| path.ends_with(ending))
}

fn is_safetensors(path: &str) -> bool {
    path.to_lowercase().ends_with(SAFETENSORS_ENDING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{Sample, model, weight};

    fn codes(weights: Vec<WeightFacts>) -> Vec<(String, Severity)> {
        let sample = Sample::with(ModelFacts { weights, ..model() });
        check(&sample.facts()).into_iter().map(|flag| (flag.code, flag.severity)).collect()
    }

    fn one(code: &str, severity: Severity) -> (String, Severity) {
        (code.to_owned(), severity)
    }

    #[test]
    fn new_content_is_a_change_and_a_new_name_is_not() {
        let changed = one("weights.changed", Severity::Info);
        assert_eq!(codes(vec![weight("m.safetensors", Some((1, 10)), Some((2, 10)))]), [changed]);
        assert!(codes(vec![weight("m.safetensors", Some((1, 10)), Some((1, 10)))]).is_empty());
        let renamed = vec![weight("a.safetensors", Some((1, 10)), None), weight("b.safetensors", None, Some((1, 10)))];
        assert!(codes(renamed).is_empty());
    }

    #[test]
    fn twice_the_size_passes_and_more_does_not_in_either_direction() {
        let flagged = |before, after| codes(vec![weight("m.onnx", Some((1, before)), Some((2, after)))]).len() == 2;
        assert!(!flagged(100, 200) && !flagged(200, 100));
        assert!(flagged(100, 201) && flagged(201, 100));
        assert!(!flagged(0, 100), "from nothing there is no factor");
    }

    #[test]
    fn only_the_first_pickle_or_one_in_place_of_safetensors_is_introduced() {
        let introduced = one("weights.pickle_introduced", Severity::Medium);
        let first = vec![weight("m.onnx", Some((1, 1)), Some((1, 1))), weight("scaler.PKL", None, Some((2, 1)))];
        assert!(codes(first).contains(&introduced));
        let second = vec![weight("a.pkl", Some((1, 1)), Some((1, 1))), weight("b.pkl", None, Some((2, 1)))];
        assert!(!codes(second.clone()).contains(&introduced));
        let replaced = [second, vec![weight("m.safetensors", Some((3, 1)), None)]].concat();
        assert!(codes(replaced).contains(&one("weights.pickle_introduced", Severity::High)));
    }

    #[test]
    fn a_first_deployment_changes_no_weights() {
        let weights = vec![weight("m.pkl", None, Some((1, 1)))];
        let sample = Sample { models: vec![ModelFacts { weights, ..model() }], ..Sample::first() };
        assert!(check(&sample.facts()).is_empty());
    }

    #[test]
    fn an_invalid_pointer_is_high_and_new_only_when_it_changed() {
        let mut broken = weight("m.safetensors", Some((1, 10)), Some((2, 10)));
        let invalid = PointerState::Invalid { why: "no `oid` line".into() };
        if let Some(after) = &mut broken.after {
            after.pointer = invalid;
        }
        let mut same = broken.clone();
        same.before = same.after.clone();
        for (weights, is_new) in [(broken, true), (same, false)] {
            let sample = Sample::with(ModelFacts { weights: vec![weights], ..model() });
            let flags = check(&sample.facts());
            let flag = flags.iter().find(|flag| flag.code == "weights.lfs_pointer_invalid").unwrap();
            assert_eq!((flag.severity, flag.is_new), (Severity::High, is_new));
        }
    }
}
