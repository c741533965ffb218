//! Workflow files of GitHub Actions: what a deploying job checks out, and whose code runs in it.
//!
//! GitHub: "Workflow syntax for GitHub Actions", "Secure use reference", "Script injections". Nothing is run or fetched; a part
//! that cannot be read is a risk of its own, because it may hold any other.

mod checkout;
mod environment;
mod expression;
mod injection;
mod parse;
mod pins;

use std::collections::BTreeMap;

use serde::Serialize;

use super::problem::Fault;
use super::text::{cut, quoted, visible};

/// Where a repository keeps its workflow files.
pub const FOLDER: &str = ".github/workflows/";
/// Larger files are not read.
pub const WORKFLOW_LIMIT_BYTES: usize = 512 * 1024;
/// At most this many risks are listed.
pub const RISK_LIMIT: usize = 1_000;

/// A workflow as far as it could be read.
#[derive(Debug, Clone, Default)]
pub struct Workflow {
    /// Events that start it, in lower case.
    triggers: Vec<String>,
    env: Env,
    /// Where all permissions are granted to jobs that ask for none of their own.
    grants_all: Option<usize>,
    jobs: Vec<Job>,
    problems: Vec<Fault>,
    /// Lines on which a `${{` stands, once for each.
    template_lines: Vec<usize>,
}

/// One risk of a workflow. `what` quotes the file, made visible and short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkflowRisk {
    /// Line in the file, from 1.
    pub line: usize,
    pub kind: WorkflowRiskKind,
    /// The text it is about: `actions/checkout@main`.
    pub what: String,
    /// Why that matters, a clause for people.
    pub why: String,
    /// The job it is in; none for the workflow as a whole.
    pub job: Option<String>,
    /// Whether that job deploys to the environment that was asked about.
    pub deploys: Deploys,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowRiskKind {
    /// A part of the file that could not be read, or that GitHub may read otherwise.
    Unreadable,
    /// A deploying job checks out a branch or tag, which may have moved since the run began.
    MovingCheckout,
    /// A deploying job checks out something that is known only when it runs.
    UnknownCheckout,
    /// Code of a pull request is checked out with the rights and secrets of the repository.
    UntrustedCheckout,
    /// An action of others by a name that can move.
    UnpinnedAction,
    /// The same for an action of GitHub's own.
    UnpinnedFirstPartyAction,
    /// A workflow of another repository by a name that can move.
    UnpinnedWorkflow,
    /// A container image as an action, without digest.
    UnpinnedImage,
    /// Text that anybody can write becomes part of a script.
    ExpressionInjection,
    /// The job's token may do everything.
    WriteAll,
}

/// Whether a job deploys to an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deploys {
    No,
    /// Its environment is known only when it runs, or is named in a workflow that it calls.
    Maybe,
    Yes,
}

/// Reads a workflow file. Never fails: what could not be read is a risk.
pub fn read(bytes: &[u8]) -> Workflow {
    parse::read(bytes)
}

/// The risks of a workflow, seen from a deployment to an environment, in file order.
pub fn risks(workflow: &Workflow, deploying_environment: &str) -> Vec<WorkflowRisk> {
    let mut risks: Vec<WorkflowRisk> = workflow.problems.iter().map(unreadable).collect();
    for job in &workflow.jobs {
        let view = JobView { workflow, job, deploys: environment::deploys(job, deploying_environment) };
        checkout::find(&view, &mut risks);
        pins::find(&view, &mut risks);
        injection::find(&view, &mut risks);
        if let Some(line) = job.grants_all.or(workflow.grants_all.filter(|_| !job.has_permissions)) {
            risks.push(view.risk(WriteAll, line, "write-all", "the token of the job may do everything"));
        }
        if risks.len() > RISK_LIMIT {
            break;
        }
    }
    in_order(risks)
}

use WorkflowRiskKind::{Unreadable, WriteAll};

fn unreadable(fault: &Fault) -> WorkflowRisk {
    let why = fault.reason.clone();
    WorkflowRisk { line: fault.line, kind: Unreadable, what: String::new(), why, job: None, deploys: Deploys::Maybe }
}

/// In file order. Jobs that share lines, by an alias or one grant for all, share the risk; a deploying one speaks for them.
fn in_order(mut risks: Vec<WorkflowRisk>) -> Vec<WorkflowRisk> {
    risks.sort_by(|a, b| a.place().cmp(&b.place()).then(b.deploys.cmp(&a.deploys)).then_with(|| a.job.cmp(&b.job)));
    risks.dedup_by(|next, first| next.place() == first.place());
    if risks.len() > RISK_LIMIT {
        risks.truncate(RISK_LIMIT);
        let why = format!("it has more than {RISK_LIMIT} risks; others are not listed");
        risks.push(unreadable(&Fault::new(why, 1)));
    }
    risks
}

impl WorkflowRisk {
    fn place(&self) -> (usize, WorkflowRiskKind, &str, &str) {
        (self.line, self.kind, &self.what, &self.why)
    }
}

/// A job, seen from a deployment.
struct JobView<'a> {
    workflow: &'a Workflow,
    job: &'a Job,
    deploys: Deploys,
}

impl JobView<'_> {
    fn risk(&self, kind: WorkflowRiskKind, line: usize, what: &str, why: &str) -> WorkflowRisk {
        let job = Some(quoted(&self.job.id));
        WorkflowRisk { line, kind, what: shown(what), why: why.to_owned(), job, deploys: self.deploys }
    }
}

/// Long enough for an action with its path and ref.
fn shown(text: &str) -> String {
    const MAX_CHARS: usize = 200;
    cut(&visible(&cut(text, MAX_CHARS)), MAX_CHARS).into_owned()
}

/// Names and texts of an `env`, a `with`.
type Env = BTreeMap<String, String>;

#[derive(Debug, Clone, Default)]
struct Job {
    id: String,
    environment: Option<Environment>,
    matrix: Matrix,
    has_permissions: bool,
    grants_all: Option<usize>,
    /// The workflow it calls, instead of steps.
    calls: Option<Passage>,
    condition: String,
    env: Env,
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Environment {
    Named(String),
    /// Written in a way that says no name.
    Unknown,
}

/// The literal values of a job's matrix.
#[derive(Debug, Clone, Default)]
enum Matrix {
    #[default]
    None,
    /// Lower-case key -> its values.
    Values(BTreeMap<String, Vec<String>>),
    /// Made by an expression, wholly or in part.
    Unknown,
}

#[derive(Debug, Clone, Default)]
struct Step {
    uses: Option<Passage>,
    condition: String,
    /// Names in lower case, as runners compare them.
    with: BTreeMap<String, Passage>,
    run: Option<Passage>,
    env: Env,
}

/// A text of the file.
#[derive(Debug, Clone)]
struct Passage {
    text: String,
    /// The lines on which it stands.
    line: usize,
    end_line: usize,
}

impl Workflow {
    /// The line of a text's template of that number, however its lines were folded.
    fn template_line(&self, passage: &Passage, number: usize) -> usize {
        let before = self.template_lines.partition_point(|line| *line < passage.line);
        let line = self.template_lines.get(before.saturating_add(number)).copied();
        line.filter(|line| *line <= passage.end_line).unwrap_or(passage.line)
    }
}

#[cfg(test)]
mod tests;
