use proptest::prelude::*;

use super::*;
use crate::checks::rules::Actions;
use crate::report::samples;

fn written(evidence: &Evidence, layout: Layout) -> String {
    let actions = Actions::default();
    let rules = Rules::By("the built-in starter policy");
    let report = Report {
        repository: "acme/sentiment",
        environment: "production",
        evidence,
        actions: &actions,
        rules,
        not_seen: None,
    };
    text(&report, layout)
}

#[test]
fn a_rich_change_fits_eighty_columns() {
    insta::assert_snapshot!(written(&samples::evidence(), Layout::default()), @r"
    acme/sentiment to production
    live a1a1a1a since 2026-11-12 → proposed e4e4e4e. 14 commits ahead of what is
    live.

    Risk: high – 5 flags, 4 of them new; some evidence could not be had

    New
      high      Accuracy on acme/reviews fell from 0.927 to 0.913.
                [metric.regressed] README.md line 14; rule: worse by at most 0.010
      medium    A pickle appeared: models/scaler.pkl.
                [weights.pickle_introduced] models/scaler.pkl
      info      The weights in model.safetensors changed.
                [weights.changed]

    Could not be had or read
      high      The diff of 1 file is missing or cut: data/big.json.
                [evidence.incomplete]

    Already live
      medium    The card says nothing about bias.
                [bias.section_missing]

    Model sentiment (README.md)
      accuracy           0.927 → 0.913, worse by 0.014 (limit: worse by at most
                         0.010)
      f1                 new: 0.88
      model.safetensors  438 MB cba06b → 438 MB 11507a; tensors: 1 reshaped
      unchanged          base model distilbert-base, licence apache-2.0

    2 files changed: 1 added, 1 modified.
      modified  README.md +3 −1
      added     eval/results.json +3 −1

    Other tools
      failed    bias-eval (timed_out)
      asked     toxicity (http): answered, 1 finding. It says: Look at the German
                samples.
      passed    unit tests

    From the workflow, not verified
      ticket  ML-311

    Rules: the built-in starter policy.
    Needs approval: 2 flags ask for it (metric.regressed, evidence.incomplete).
    ");
}

#[test]
fn colour_adds_nothing_that_words_do_not_say() {
    let evidence = samples::evidence();
    let coloured = written(&evidence, Layout { has_colour: true, ..Layout::default() });
    let mut plain = String::new();
    for (at, part) in coloured.split('\u{1b}').enumerate() {
        plain.push_str(if at == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert!(coloured.contains('\u{1b}'));
    assert_eq!(plain, written(&evidence, Layout::default()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn strangers_steer_no_terminal_and_pass_no_margin(evidence in samples::hostile::evidence(), columns in 40_usize..120) {
        let shown = written(&evidence, Layout { columns, has_colour: false });
        for line in shown.lines() {
            prop_assert!(width::width(line) <= columns, "{line}");
            prop_assert!(!line.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)), "{line:?}");
        }
    }
}
