//! `workflow.*`: what a deploying job checks out, and whose code runs in it, can be changed after the approval.

use crate::artifact::workflow::{Deploys, WorkflowRisk, WorkflowRiskKind};
use crate::domain::{Flag, Severity};

use super::facts::{Facts, WorkflowFacts};
use super::finding::Finding;
use super::words::listed;

use WorkflowRiskKind::{
    ExpressionInjection, MovingCheckout, UnknownCheckout, UnpinnedAction, UnpinnedFirstPartyAction, UnpinnedImage,
    UnpinnedWorkflow, Unreadable, UntrustedCheckout, WriteAll,
};

/// How each kind is told: code, severity, the rule, and the words after the file's name.
const KINDS: [(WorkflowRiskKind, &str, Severity, &str, &str); 10] = [
    (MovingCheckout, MUTABLE, Severity::High, AS_ASKED, "checks out what may have moved since it was approved"),
    (
        UntrustedCheckout,
        MUTABLE,
        Severity::High,
        AS_ASKED,
        "checks out code of a pull request with the rights of the repository",
    ),
    (UnknownCheckout, MUTABLE, Severity::Medium, AS_ASKED, "checks out what is known only when it runs"),
    (UnpinnedAction, MUTABLE, Severity::Medium, PINNED, "uses actions by names that can move"),
    (UnpinnedWorkflow, MUTABLE, Severity::Medium, PINNED, "uses workflows by names that can move"),
    (UnpinnedImage, MUTABLE, Severity::Medium, PINNED, "uses images by names that can move"),
    (UnpinnedFirstPartyAction, MUTABLE, Severity::Low, PINNED, "uses actions by names that can move"),
    (
        ExpressionInjection,
        "workflow.injection",
        Severity::High,
        "no text of strangers in a script",
        "runs text that anybody can write",
    ),
    (
        WriteAll,
        "workflow.write_all",
        Severity::Low,
        "a job has the permissions it needs",
        "lets its token do everything",
    ),
    (
        Unreadable,
        "workflow.unreadable",
        Severity::Medium,
        "a workflow that deploys can be read",
        "cannot be read wholly",
    ),
];
const MUTABLE: &str = "workflow.mutable_ref";
const AS_ASKED: &str = "a deploying job checks out the approved commit";
const PINNED: &str = "what a deploying job uses is named by commit or digest";

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    let kinds =
        |file: &'_ WorkflowFacts| KINDS.iter().filter_map(|kind| of_kind(facts, file, kind)).collect::<Vec<_>>();
    facts.workflows.iter().flat_map(kinds).collect()
}

/// One flag for all risks of a kind in a file.
fn of_kind(
    facts: &Facts<'_>,
    file: &WorkflowFacts,
    (kind, code, severity, rule, words): &(WorkflowRiskKind, &str, Severity, &str, &str),
) -> Option<Flag> {
    let risks: Vec<&WorkflowRisk> = relevant(&file.after, *kind).collect();
    let first = risks.first()?;
    let whats = |risks: &[WorkflowRisk]| -> Vec<String> { relevant(risks, *kind).map(what).collect() };
    let (mut now, live) = (whats(&file.after), whats(&file.before));
    let is_new = now.iter().any(|what| !live.contains(what));
    now.dedup();
    let named = listed(now.iter().map(String::as_str));
    let flag = Finding::new(code, *severity, &file.path)
        .after(&named)
        .rule(rule)
        .source(facts.source(&file.path, Some(first.line)))
        .new_if(is_new)
        .says(&format!("{} {words}: {named}.", file.path));
    Some(flag)
}

/// Only jobs that deploy here, or may.
fn relevant(risks: &[WorkflowRisk], kind: WorkflowRiskKind) -> impl Iterator<Item = &WorkflowRisk> {
    risks.iter().filter(move |risk| risk.kind == kind && risk.deploys != Deploys::No)
}

fn what(risk: &WorkflowRisk) -> String {
    if risk.what.is_empty() { risk.why.clone() } else { risk.what.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::workflow::{read, risks};
    use crate::checks::samples::Sample;

    fn flags(before: &str, after: &str) -> Vec<Flag> {
        let side = |text: &str| if text.is_empty() { Vec::new() } else { risks(&read(text.as_bytes()), "production") };
        let path = "deploy.yml".to_owned();
        let workflows = vec![WorkflowFacts { path, before: side(before), after: side(after) }];
        check(&Sample { workflows, ..Sample::ahead() }.facts())
    }

    fn workflow(environment: &str, step: &str) -> String {
        format!("on: push\njobs:\n  ship:\n    runs-on: x\n    environment: {environment}\n    steps:\n    - {step}\n")
    }

    const PIN: &str = "uses: actions/checkout@0123456789012345678901234567890123456789";

    #[test]
    fn a_deploying_job_that_checks_out_a_branch_is_found() {
        let moving = workflow("production", &format!("{PIN}\n      with: {{ ref: main }}"));
        let flags = flags("", &moving);
        assert_eq!(
            (flags.len(), flags[0].code.as_str(), flags[0].severity),
            (1, "workflow.mutable_ref", Severity::High)
        );
        assert!(
            flags[0].source.as_deref().is_some_and(|source| source.starts_with("deploy.yml@0202020#")),
            "{flags:?}"
        );
    }

    #[test]
    fn other_jobs_and_pinned_ones_are_silent_and_known_risks_are_not_new() {
        assert!(flags("", &workflow("production", PIN)).is_empty());
        let unpinned = workflow("production", "uses: acme/ship@main");
        assert!(flags("", &workflow("docs", "uses: acme/ship@main")).is_empty());
        assert_eq!(flags("", &unpinned)[0].message, "deploy.yml uses actions by names that can move: acme/ship@main.");
        assert!(!flags(&unpinned, &unpinned)[0].is_new && flags("", &unpinned)[0].is_new);
    }
}
