//! What a flag's code stands for, and what to do about it, for people who meet it outside of Countersign.

/// Help on one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Help {
    pub(super) short: &'static str,
    pub(super) what_to_do: &'static str,
}

/// Help on a code; on its family, where the code itself is not known.
pub(super) fn help(code: &str) -> Help {
    let found = CODES.iter().find(|(known, ..)| *known == code);
    let family = code.split('.').next().unwrap_or_default();
    let found = found.or_else(|| FAMILIES.iter().find(|(known, ..)| *known == family));
    found.map_or(OTHER, |(_, short, what_to_do)| Help { short, what_to_do })
}

const OTHER: Help = Help {
    short: "A check outside of Countersign found something",
    what_to_do: "Read the message, and the report of the tool that wrote it.",
};

type Entry = (&'static str, &'static str, &'static str);

const CODES: [Entry; 44] = [
    (
        "author.unknown",
        "Somebody with a hand in the change is not known",
        "Who made the change cannot be kept from approving it. Link the address to an account, or have somebody else approve.",
    ),
    (
        "bias.section_missing",
        "The card says nothing about bias and limitations",
        "Write the section, or say why it is not needed.",
    ),
    (
        "bias.slice_gap",
        "Results differ too much between groups",
        "Compare the groups named in the message, and their numbers of samples.",
    ),
    (
        "bias.slice_regressed",
        "Results got worse for one group",
        "The overall figure hides it: look at this group before approving.",
    ),
    ("card.missing", "There is no model card beside the weights", "Add a README.md with metadata beside the weights."),
    ("card.placeholder", "The model card still holds its template's text", "Write the section that the message names."),
    ("card.section_missing", "A section of the model card is missing", "Write the section that the message names."),
    (
        "card.unchanged",
        "The weights changed and the model card did not",
        "Measure again, and write the results into the card.",
    ),
    (
        "card.unreadable",
        "The model card's metadata cannot be read",
        "Correct the metadata at the line that the message names.",
    ),
    ("check.failed", "A required check failed or could not be asked", "Look at the check's own report."),
    ("check.late", "A required check has not answered in time", "Wait for it, or start it again."),
    (
        "code.remote_code",
        "Loading the model runs Python from the repository",
        "Read that code: whoever loads the model runs it.",
    ),
    (
        "code.unpinned_revision",
        "Something is loaded by a name that may come to mean something else",
        "Name the revision by its commit.",
    ),
    (
        "deploy.base_vanished",
        "The live commit cannot be compared with",
        "What changed cannot be told: compare by other means.",
    ),
    ("deploy.bypassed", "A deployment went around the gate", "Find out who let it, and why."),
    ("deploy.commit_differs", "Another commit than the approved one was deployed", "Find out what runs now, and why."),
    (
        "deploy.no_baseline",
        "Nothing was deployed here before",
        "There is nothing to compare with: look at the whole model.",
    ),
    ("deploy.rollback", "The proposed commit is older than the live one", "Check that going back is meant."),
    (
        "evidence.incomplete",
        "Some evidence could not be had",
        "The message says what is missing: look at it by other means before approving.",
    ),
    (
        "licence.base_conflict",
        "The licence does not carry the terms of the base model",
        "Ask whoever decides about licences.",
    ),
    ("licence.changed", "The licence changed", "Check that the new terms allow the intended use."),
    ("licence.missing", "The card names no licence any more", "Name the licence in the card's metadata."),
    ("licence.restricted", "The licence restricts use", "Check that the terms allow the intended use."),
    (
        "lineage.base_model_changed",
        "The base model changed",
        "Treat it as another model: its licence, data and weaknesses come along.",
    ),
    ("lineage.dataset_added", "Training data was added", "Check where the data comes from and whether it may be used."),
    ("lineage.dataset_removed", "Training data was removed", "Check that what it stood for is still covered."),
    ("metric.below_threshold", "A metric is outside its limits", "Do not deploy unless the limit is wrong."),
    (
        "metric.card_mismatch",
        "Card and evaluation file disagree",
        "Find out which of them is right, and correct the other.",
    ),
    (
        "metric.incomparable",
        "A metric was measured in another way",
        "Better or worse cannot be told: measure both in the same way.",
    ),
    ("metric.regressed", "A metric got worse", "Check that the loss is meant, and worth what is gained."),
    (
        "metric.removed",
        "A metric of the live model is no longer given",
        "Measure it again, or say why it does not matter any more.",
    ),
    ("model.interface_changed", "Inputs, outputs or labels changed", "Whoever calls the model must change with it."),
    (
        "policy.changed",
        "The change touches the approval policy",
        "Who edits the policy does not pick the rule: have the policy's change reviewed by itself.",
    ),
    ("secret.exposed", "Something looks like a secret", "Revoke it, then remove it: history keeps what was pushed."),
    (
        "signature.invalid",
        "The model's signature does not hold",
        "Do not deploy: the files are not those that were signed.",
    ),
    ("template.changed", "The chat template changed", "It decides what the model reads: look at the difference."),
    ("text.hidden", "Text holds characters that cannot be seen", "Look at the file in an editor that shows them."),
    ("weights.changed", "The weights changed", "Expected for a new model; check that its results are new too."),
    (
        "weights.lfs_pointer_invalid",
        "A pointer to large storage is broken",
        "Which weights it stands for cannot be said: commit the file again.",
    ),
    ("weights.pickle_introduced", "Weights came in a format that can run code", "Prefer safetensors, which cannot."),
    ("weights.size_changed", "The size of the weights changed a lot", "Check that the right file was committed."),
    (
        "weights.suspicious_pickle",
        "Loading the weights imports unusual code",
        "Read the imports in the message, and allow them in the policy if they are right.",
    ),
    (
        "weights.unsafe_pickle",
        "Loading the weights runs dangerous code",
        "Do not load this file. Find out where it came from.",
    ),
    (
        "weights.unscannable",
        "The weights could not be looked into",
        "Nothing is known about this file: provide it in a format that can be read.",
    ),
];

const FAMILIES: [Entry; 9] = [
    ("bias", "Results for groups of people need a look", "Read the message, and compare the groups it names."),
    ("card", "The model card needs a look", "Read the message, and correct the card."),
    ("check", "A check outside of Countersign needs a look", "Look at the check's own report."),
    ("code", "Code comes with the model", "Read what is run when the model is loaded."),
    ("deploy", "The deployment itself is unusual", "Read the message before approving."),
    ("metric", "A metric needs a look", "Read the message, and the evaluation behind it."),
    ("signature", "The model's signature needs a look", "Read the message before approving."),
    ("weights", "The weights need a look", "Read the message, and find out where the file came from."),
    (
        "workflow",
        "The workflows that build and deploy changed",
        "Read their difference: they run with the deployment's rights.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_unknown_ones_get_their_familys_help() {
        assert!(CODES.is_sorted_by_key(|entry| entry.0) && FAMILIES.is_sorted_by_key(|entry| entry.0));
        assert_eq!(help("weights.unsafe_pickle").short, "Loading the weights runs dangerous code");
        assert_eq!(help("weights.made_up").short, "The weights need a look");
        assert_eq!(help("toxicity"), OTHER);
    }
}
