//! Fills the document from evidence, value by value.

use crate::domain::{self, Evidence};
use crate::report::verdict::Verdict;
use crate::report::{Report, Rules, change};

use super::SCHEMA_VERSION;
use super::document::{
    Baseline, BaselineState, ChangeWord, CiRun, CiWord, Commit, Document, ExternalCheck, ExternalWord, Field, File,
    FileKind, Flag, Model, PartWord, Person, Proposed, PullRequest, RelationWord, Row, SeverityWord, Tensors,
    VerdictWord, Weight, WeightFile,
};

pub(super) fn document(report: &Report<'_>) -> Document {
    let evidence = report.evidence;
    let (rules, held) = match report.rules {
        Rules::By(rules) => (Some(rules.to_owned()), None),
        Rules::Held { why } => (None, Some(why.to_owned())),
    };
    Document {
        schema_version: SCHEMA_VERSION,
        repository: report.repository.to_owned(),
        environment: report.environment.to_owned(),
        verdict: verdict(&report.verdict()),
        held,
        rules,
        not_seen: report.not_seen.map(str::to_owned),
        actions: *report.actions,
        risk: severity(domain::flag::risk(&evidence.flags)),
        has_gaps: evidence.flags.iter().any(domain::Flag::is_gap),
        baseline: baseline(&evidence.baseline),
        proposed: proposed(evidence),
        flags: evidence.flags.iter().map(flag).collect(),
        models: evidence.models.iter().map(model).collect(),
        files: evidence.files.iter().map(file).collect(),
        commits: evidence.commits.iter().map(commit).collect(),
        commits_total: evidence.commits_total,
        pull_requests: evidence.pull_requests.iter().map(pull_request).collect(),
        people: evidence.contributors.iter().map(person).collect(),
        ci: evidence.ci.iter().map(ci_run).collect(),
        external: evidence.external.iter().map(external).collect(),
        fields: evidence.fields.iter().map(field).collect(),
        compare_url: evidence.compare_url.clone().filter(|url| !url.is_empty()),
    }
}

fn verdict(verdict: &Verdict) -> VerdictWord {
    match verdict {
        Verdict::Blocked { .. } => VerdictWord::Blocked,
        Verdict::NeedsApproval { .. } => VerdictWord::NeedsApproval,
        Verdict::Clear => VerdictWord::Clear,
    }
}

const fn severity(severity: domain::Severity) -> SeverityWord {
    match severity {
        domain::Severity::Info => SeverityWord::Info,
        domain::Severity::Low => SeverityWord::Low,
        domain::Severity::Medium => SeverityWord::Medium,
        domain::Severity::High => SeverityWord::High,
        domain::Severity::Critical => SeverityWord::Critical,
    }
}

fn baseline(baseline: &domain::Baseline) -> Baseline {
    match baseline {
        domain::Baseline::None => Baseline { state: BaselineState::None, commit: None, since: None },
        domain::Baseline::Live { commit, since, .. } => Baseline {
            state: BaselineState::Live,
            commit: Some(commit.to_string()),
            since: since.map(domain::Timestamp::to_rfc3339),
        },
        domain::Baseline::Vanished { commit, .. } => {
            Baseline { state: BaselineState::Vanished, commit: Some(commit.to_string()), since: None }
        }
    }
}

fn proposed(evidence: &Evidence) -> Proposed {
    let (relation, ahead, behind) = match evidence.relation {
        domain::Relation::NoBaseline => (RelationWord::NoBaseline, None, None),
        domain::Relation::Same => (RelationWord::Same, Some(0), Some(0)),
        domain::Relation::Ahead { by } => (RelationWord::Ahead, Some(by), Some(0)),
        domain::Relation::Behind { by } => (RelationWord::Behind, Some(0), Some(by)),
        domain::Relation::Diverged { ahead, behind } => (RelationWord::Diverged, Some(ahead), Some(behind)),
    };
    Proposed { commit: evidence.commit.to_string(), relation, ahead, behind }
}

fn flag(flag: &domain::Flag) -> Flag {
    Flag {
        code: flag.code.clone(),
        severity: severity(flag.severity),
        subject: flag.subject.clone(),
        message: flag.message.clone(),
        before: flag.before.clone(),
        after: flag.after.clone(),
        rule: flag.rule.clone(),
        source: flag.source.clone(),
        is_new: flag.is_new,
        is_gap: flag.is_gap(),
        is_volatile: flag.volatile,
        fingerprint: flag.fingerprint().to_string(),
    }
}

fn model(model: &domain::ModelChange) -> Model {
    Model {
        name: model.name.clone(),
        card_path: model.card_path.clone(),
        card_changed: change::is_card_changed(model),
        card_diff: model.card_diff.clone(),
        card_diff_lines_cut: model.card_diff_lines_cut,
        rows: model.rows.iter().map(row).collect(),
        weights: model.weights.iter().map(weight).collect(),
    }
}

fn row(row: &domain::Row) -> Row {
    Row {
        label: row.label.clone(),
        before: row.before.clone(),
        after: row.after.clone(),
        delta: row.delta.clone(),
        limit: row.limit.clone(),
        change: match row.change {
            domain::RowChange::Same => ChangeWord::Same,
            domain::RowChange::Better => ChangeWord::Better,
            domain::RowChange::Worse => ChangeWord::Worse,
            domain::RowChange::Changed => ChangeWord::Changed,
            domain::RowChange::Added => ChangeWord::Added,
            domain::RowChange::Removed => ChangeWord::Removed,
        },
    }
}

fn weight(weight: &domain::WeightChange) -> Weight {
    let tensors = weight.tensors.as_ref().map(|tensors| Tensors {
        added: tensors.added,
        removed: tensors.removed,
        reshaped: tensors.reshaped,
        retyped: tensors.retyped,
        examples: tensors.examples.clone(),
    });
    Weight {
        path: weight.path.clone(),
        before: weight.before.as_ref().map(weight_file),
        after: weight.after.as_ref().map(weight_file),
        tensors,
    }
}

fn weight_file(file: &domain::WeightFile) -> WeightFile {
    WeightFile {
        digest: file.digest.map(|digest| digest.to_string()),
        size: file.size,
        format: file.format.clone(),
        verdict: file.verdict.clone(),
        tensors: file.tensors.clone(),
    }
}

fn file(file: &domain::FileChange) -> File {
    File {
        path: file.path.clone(),
        previous_path: file.previous_path.clone(),
        kind: match file.kind {
            domain::ChangeKind::Added => FileKind::Added,
            domain::ChangeKind::Modified => FileKind::Modified,
            domain::ChangeKind::Removed => FileKind::Removed,
            domain::ChangeKind::Renamed => FileKind::Renamed,
        },
        before: file.before.clone(),
        after: file.after.clone(),
        additions: file.additions,
        deletions: file.deletions,
    }
}

fn commit(commit: &domain::Commit) -> Commit {
    Commit { commit: commit.sha.to_string(), title: commit.title.clone(), author: login(commit.author.as_ref()) }
}

fn login(user: Option<&domain::ForgeUser>) -> Option<String> {
    user.map(|user| user.login.clone())
}

fn pull_request(pull: &domain::PullRequest) -> PullRequest {
    PullRequest {
        number: pull.number,
        title: pull.title.clone(),
        url: pull.url.clone(),
        author: login(pull.author.as_ref()),
        is_merged: pull.merged,
    }
}

fn person(contributor: &domain::Contributor) -> Person {
    Person {
        part: match contributor.part {
            domain::Part::Requester => PartWord::Requester,
            domain::Part::PrAuthor => PartWord::PrAuthor,
            domain::Part::Author => PartWord::Author,
            domain::Part::Committer => PartWord::Committer,
            domain::Part::CoAuthor => PartWord::CoAuthor,
        },
        account: login(contributor.user.as_ref()),
        name: contributor.name.as_str().to_owned(),
    }
}

fn ci_run(run: &domain::CiRun) -> CiRun {
    CiRun {
        name: run.name.clone(),
        state: match run.state {
            domain::CiState::Failed => CiWord::Failed,
            domain::CiState::Pending => CiWord::Pending,
            domain::CiState::Neutral => CiWord::Neutral,
            domain::CiState::Passed => CiWord::Passed,
        },
        detail: run.detail.clone(),
        url: run.url.clone(),
        app: run.app.clone(),
    }
}

fn external(check: &domain::ExternalCheck) -> ExternalCheck {
    let (state, why) = match &check.state {
        domain::ExternalState::Answered => (ExternalWord::Answered, None),
        domain::ExternalState::Waiting => (ExternalWord::Waiting, None),
        domain::ExternalState::Failed { why } => (ExternalWord::Failed, Some(why.clone())),
    };
    ExternalCheck {
        name: check.name.clone(),
        kind: check.kind.clone(),
        state,
        why,
        findings: check.findings,
        advice: check.advice.clone(),
        url: check.url.clone(),
    }
}

fn field(field: &domain::WorkflowField) -> Field {
    Field { name: field.name.clone(), value: field.value.clone() }
}
