//! What the names of a condition stand for.

use std::borrow::Cow;

use crate::domain::evidence::{Commit, PullRequest};
use crate::domain::{ChangeKind, FileChange, Flag, ModelChange, WeightChange};
use crate::policy::condition::facts::Facts;
use crate::policy::condition::names::{Field, Variable};
use crate::policy::condition::value::{List, Map, Object, Value};

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

fn int<'a>(number: u64) -> Value<'a> {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

impl<'a> Facts<'a> {
    pub(super) fn variable(&'a self, variable: Variable) -> Value<'a> {
        let (evidence, around) = (self.evidence, &self.around);
        match variable {
            Variable::Risk => Value::Severity(self.risk),
            Variable::Flags => Value::List(List::Flags(&evidence.flags)),
            Variable::Files => Value::List(List::Files(&evidence.files)),
            Variable::Models => Value::List(List::Models(&evidence.models)),
            Variable::Commits => Value::List(List::Commits(&evidence.commits)),
            Variable::PullRequests => Value::List(List::PullRequests(&evidence.pull_requests)),
            Variable::Labels => Value::List(List::Words(&self.labels)),
            Variable::Author => Value::Object(Object::Author),
            Variable::Authors => Value::List(List::Words(&self.authors)),
            Variable::Requester => text(around.run.actors.last().map(|actor| actor.login.as_str()).unwrap_or_default()),
            Variable::Requesters => Value::List(List::Words(&self.requesters)),
            Variable::Reference => text(around.run.reference),
            Variable::Event => text(around.run.event),
            Variable::Workflow => text(around.run.workflow),
            Variable::Attempt => int(around.run.attempt.into()),
            Variable::Inputs => Value::Map(Map::Inputs(around.run.inputs)),
            Variable::Fields => Value::Map(Map::Fields(&evidence.fields)),
            Variable::Environment => text(around.environment),
            Variable::Repository => text(around.repository),
            Variable::Relation => text(self.relation_word()),
            Variable::CommitsAhead => int(self.apart().0),
            Variable::CommitsBehind => int(self.apart().1),
            Variable::Rollback => Value::Bool(self.relation_word() == "behind"),
        }
    }

    /// A field's value; `None` where it is missing.
    pub(super) fn field(&'a self, object: Object<'a>, field: Field) -> Option<Value<'a>> {
        match object {
            Object::Flag(flag) => self.of_flag(flag, field),
            Object::File(file) => of_file(file, field),
            Object::Model(model) => of_model(model, field),
            Object::Commit(commit) => of_commit(commit, field),
            Object::PullRequest(pull) => self.of_pull(pull, field),
            Object::Author => (field == Field::AuthorUnknown).then(|| Value::Bool(self.has_unknown_author())),
        }
    }

    /// What a message calls an object.
    pub(super) fn name_of(&self, object: Object<'a>) -> &'a str {
        match object {
            Object::Flag(flag) => &flag.code,
            Object::File(file) => &file.path,
            Object::Model(model) => &model.name,
            Object::Commit(commit) => commit.sha.short(),
            Object::PullRequest(pull) => &pull.title,
            Object::Author => "author",
        }
    }

    fn of_flag(&'a self, flag: &'a Flag, field: Field) -> Option<Value<'a>> {
        Some(match field {
            Field::FlagCode => text(&flag.code),
            Field::FlagSeverity => Value::Severity(flag.severity),
            Field::FlagSubject => text(&flag.subject),
            Field::FlagModel => text(self.model_of(flag)?),
            Field::FlagNew => Value::Bool(flag.is_new),
            Field::FlagGap => Value::Bool(flag.is_gap()),
            Field::FlagBefore => text(flag.before.as_deref()?),
            Field::FlagAfter => text(flag.after.as_deref()?),
            _ => return None,
        })
    }

    fn of_pull(&'a self, pull: &'a PullRequest, field: Field) -> Option<Value<'a>> {
        Some(match field {
            Field::PullNumber => int(pull.number),
            Field::PullTitle => text(&pull.title),
            Field::PullAuthor => text(&pull.author.as_ref()?.login),
            Field::PullLabels => Value::List(List::Texts(self.labels_of(pull.number))),
            Field::PullMerged => Value::Bool(pull.merged),
            _ => return None,
        })
    }
}

fn of_file(file: &FileChange, field: Field) -> Option<Value<'_>> {
    Some(match field {
        Field::FilePath => text(&file.path),
        Field::FilePreviousPath => text(file.previous_path.as_deref()?),
        Field::FileKind => text(match file.kind {
            ChangeKind::Added => "added",
            ChangeKind::Modified => "modified",
            ChangeKind::Removed => "removed",
            ChangeKind::Renamed => "renamed",
        }),
        Field::FileAdditions => int(file.additions?),
        Field::FileDeletions => int(file.deletions?),
        _ => return None,
    })
}

fn of_model(model: &ModelChange, field: Field) -> Option<Value<'_>> {
    let has = |side: fn(&WeightChange) -> bool| model.weights.iter().any(side);
    let is_live = model.card_before.is_some() || has(|weight| weight.before.is_some());
    let is_proposed = model.card_after.is_some() || has(|weight| weight.after.is_some());
    Some(match field {
        Field::ModelName => text(&model.name),
        Field::ModelCard => text(&model.card_path),
        Field::ModelNew => Value::Bool(!is_live),
        Field::ModelRemoved => Value::Bool(!is_proposed),
        Field::ModelCardChanged => Value::Bool(model.card_before != model.card_after),
        Field::ModelWeightsChanged => Value::Bool(has(|weight| weight.before != weight.after)),
        _ => return None,
    })
}

fn of_commit(commit: &Commit, field: Field) -> Option<Value<'_>> {
    Some(match field {
        Field::CommitSha => text(commit.sha.as_str()),
        Field::CommitTitle => text(&commit.title),
        Field::CommitAuthor => text(&commit.author.as_ref()?.login),
        _ => return None,
    })
}
