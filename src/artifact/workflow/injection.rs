//! Text that anybody can write, put into a script before it runs.
//!
//! GitHub: "Script injections". Values are put in as they are, so a title can close the quotes around it.

use super::WorkflowRiskKind::ExpressionInjection;
use super::expression::{Reference, Role, references, templates};
use super::{Env, JobView, Passage, RISK_LIMIT, Step, WorkflowRisk};

pub(super) fn find(view: &JobView<'_>, risks: &mut Vec<WorkflowRisk>) {
    for step in &view.job.steps {
        for script in scripts(step) {
            find_in(view, step, script, risks);
        }
    }
}

/// What is run as code: shell scripts, and the inputs in which well-known actions take some.
fn scripts(step: &Step) -> impl Iterator<Item = &Passage> {
    const CODE_INPUTS: [(&str, &str); 3] =
        [("actions/github-script", "script"), ("azure/cli", "inlinescript"), ("azure/powershell", "inlinescript")];
    let action = step.uses.as_ref().and_then(|uses| uses.text.trim().split('@').next()).unwrap_or_default();
    let inputs = CODE_INPUTS.into_iter().filter(|(known, _)| action.eq_ignore_ascii_case(known));
    step.run.iter().chain(inputs.filter_map(|(_, name)| step.with.get(name)))
}

fn find_in(view: &JobView<'_>, step: &Step, script: &Passage, risks: &mut Vec<WorkflowRisk>) {
    for (number, (_, inside)) in templates(&script.text).enumerate() {
        if risks.len() > RISK_LIMIT {
            return;
        }
        if references(inside).iter().any(|value| is_injectable(view, step, value)) {
            let why = "whoever writes this text can run commands in the job";
            let line = view.workflow.template_line(script, number);
            risks.push(view.risk(ExpressionInjection, line, inside.trim(), why));
        }
    }
}

fn is_injectable(view: &JobView<'_>, step: &Step, value: &Reference) -> bool {
    if value.role != Role::Tested
        && let [of, name] = value.path.as_slice()
        && of == "env"
    {
        // The nearest one counts.
        let nearest = [&step.env, &view.job.env, &view.workflow.env].into_iter().find_map(|env: &Env| env.get(name));
        return nearest.is_some_and(|text| {
            templates(text).flat_map(|(_, inside)| references(inside)).any(|value| is_untrusted(&value))
        });
    }
    is_untrusted(value)
}

fn is_untrusted(value: &Reference) -> bool {
    match value.role {
        Role::Tested => false,
        Role::Rendered => UNTRUSTED.iter().any(|untrusted| value.is(untrusted)),
        Role::Json => UNTRUSTED.iter().any(|untrusted| value.is(untrusted) || value.holds(untrusted)),
    }
}

/// Values that somebody without any right in the repository can choose freely.
const UNTRUSTED: [&str; 34] = [
    "github.head_ref",
    "github.event.issue.title",
    "github.event.issue.body",
    "github.event.pull_request.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.pull_request.head.repo.description",
    "github.event.pull_request.head.repo.homepage",
    "github.event.comment.body",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.discussion.title",
    "github.event.discussion.body",
    "github.event.pages.*.page_name",
    "github.event.pages.*.title",
    "github.event.commits.*.message",
    "github.event.commits.*.author.email",
    "github.event.commits.*.author.name",
    "github.event.commits.*.committer.email",
    "github.event.commits.*.committer.name",
    "github.event.head_commit.message",
    "github.event.head_commit.author.email",
    "github.event.head_commit.author.name",
    "github.event.head_commit.committer.email",
    "github.event.head_commit.committer.name",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.display_title",
    "github.event.workflow_run.head_commit.message",
    "github.event.workflow_run.head_commit.author.email",
    "github.event.workflow_run.head_commit.author.name",
    "github.event.workflow_run.head_repository.description",
    "github.event.workflow_run.pull_requests.*.head.ref",
];
