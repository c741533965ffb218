//! Every name, its type and what it means. The order is that of the reference.

use super::{Base, Class, Field, FieldEntry, Type, Variable, VariableEntry, Vocabulary};

const TEXT: Type = Type::One(Base::Text(Vocabulary::Any));
const TEXTS: Type = Type::List(Base::Text(Vocabulary::Any));
const INT: Type = Type::One(Base::Int);
const BOOL: Type = Type::One(Base::Bool);

const fn list(class: Class) -> Type {
    Type::List(Base::Object(class))
}

const fn variable(name: &'static str, kind: Type, variable: Variable, words: &'static str) -> VariableEntry {
    VariableEntry { name, kind, variable, words }
}

const fn field(class: Class, name: &'static str, kind: Type, field: Field, words: &'static str) -> FieldEntry {
    FieldEntry { class, name, kind, field, is_optional: false, words }
}

const fn optional(class: Class, name: &'static str, kind: Type, which: Field, words: &'static str) -> FieldEntry {
    FieldEntry { is_optional: true, ..field(class, name, kind, which, words) }
}

pub const VARIABLES: &[VariableEntry] = &[
    variable(
        "risk",
        Type::One(Base::Severity),
        Variable::Risk,
        "The severity of the worst finding; `INFO` where there is none.",
    ),
    variable("flags", list(Class::Flag), Variable::Flags, "The findings, worst first."),
    variable("files", list(Class::File), Variable::Files, "The files that differ from what is live."),
    variable("models", list(Class::Model), Variable::Models, "The models that differ from what is live."),
    variable(
        "commits",
        list(Class::Commit),
        Variable::Commits,
        "The commits since what is live, oldest first; cut at a limit.",
    ),
    variable(
        "pull_requests",
        list(Class::PullRequest),
        Variable::PullRequests,
        "The pull requests that brought these commits.",
    ),
    variable(
        "labels",
        TEXTS,
        Variable::Labels,
        "The labels of all of them, as they are now. A label can add a gate, and never take one away: the condition is evaluated without labels as well.",
    ),
    variable("author", Type::One(Base::Object(Class::Author)), Variable::Author, "Whoever wrote the change."),
    variable(
        "authors",
        TEXTS,
        Variable::Authors,
        "The logins of all authors, committers and co-authors, and of the pull requests' authors.",
    ),
    variable("requester", TEXT, Variable::Requester, "The login of whoever started the run last."),
    variable("requesters", TEXTS, Variable::Requesters, "The logins of everybody who started it."),
    variable("ref", TEXT, Variable::Reference, "The branch or tag of the run: `main`."),
    variable("event", TEXT, Variable::Event, "What started the run: `push`, `workflow_dispatch`, `schedule`."),
    variable("workflow", TEXT, Variable::Workflow, "The workflow's name."),
    variable("attempt", INT, Variable::Attempt, "Which attempt of the run it is, from 1."),
    variable(
        "inputs",
        Type::One(Base::Map),
        Variable::Inputs,
        "The inputs of a run that was started by hand, as text. `has(inputs.reason)` tells whether one is there.",
    ),
    variable(
        "fields",
        Type::One(Base::Map),
        Variable::Fields,
        "What the workflow says about itself; nobody verified it.",
    ),
    variable("environment", TEXT, Variable::Environment, "The environment's name."),
    variable("repository", TEXT, Variable::Repository, "The repository: `acme/sentiment`."),
    variable(
        "relation",
        Type::One(Base::Text(Vocabulary::Relation)),
        Variable::Relation,
        "How the proposed commit stands to the live one.",
    ),
    variable("commits_ahead", INT, Variable::CommitsAhead, "How many commits it has that the live one lacks."),
    variable("commits_behind", INT, Variable::CommitsBehind, "How many commits it lacks that the live one has."),
    variable("rollback", BOOL, Variable::Rollback, "Whether it is an ancestor of the live one."),
];

pub const FIELDS: &[FieldEntry] = &[
    field(
        Class::Flag,
        "code",
        Type::One(Base::Text(Vocabulary::FlagCode)),
        Field::FlagCode,
        "What was found: `licence.changed`.",
    ),
    field(Class::Flag, "severity", Type::One(Base::Severity), Field::FlagSeverity, "How much it weighs."),
    field(Class::Flag, "subject", TEXT, Field::FlagSubject, "What it is about: a model, a path, a metric."),
    optional(Class::Flag, "model", TEXT, Field::FlagModel, "The model it is about, where it is about one."),
    field(Class::Flag, "new", BOOL, Field::FlagNew, "Whether it is not already true of what is live."),
    field(Class::Flag, "gap", BOOL, Field::FlagGap, "Whether it says that evidence could not be had."),
    optional(Class::Flag, "before", TEXT, Field::FlagBefore, "The value of what is live."),
    optional(Class::Flag, "after", TEXT, Field::FlagAfter, "The value of what is proposed."),
    field(Class::File, "path", TEXT, Field::FilePath, "The path from the repository's root."),
    optional(Class::File, "previous_path", TEXT, Field::FilePreviousPath, "The path before it was renamed."),
    field(Class::File, "kind", Type::One(Base::Text(Vocabulary::ChangeKind)), Field::FileKind, "What became of it."),
    optional(Class::File, "additions", INT, Field::FileAdditions, "Lines added, where they were counted."),
    optional(Class::File, "deletions", INT, Field::FileDeletions, "Lines removed, where they were counted."),
    field(Class::Model, "name", TEXT, Field::ModelName, "The model's name."),
    field(Class::Model, "card", TEXT, Field::ModelCard, "The path of its card."),
    field(Class::Model, "new", BOOL, Field::ModelNew, "Whether nothing of it is live."),
    field(Class::Model, "removed", BOOL, Field::ModelRemoved, "Whether nothing of it is proposed."),
    field(Class::Model, "card_changed", BOOL, Field::ModelCardChanged, "Whether its card differs."),
    field(Class::Model, "weights_changed", BOOL, Field::ModelWeightsChanged, "Whether a weight file of it differs."),
    field(Class::Commit, "sha", TEXT, Field::CommitSha, "The commit's id."),
    field(Class::Commit, "title", TEXT, Field::CommitTitle, "The first line of its message."),
    optional(Class::Commit, "author", TEXT, Field::CommitAuthor, "The login of its author, where there is an account."),
    field(Class::PullRequest, "number", INT, Field::PullNumber, "Its number."),
    field(Class::PullRequest, "title", TEXT, Field::PullTitle, "Its title."),
    optional(
        Class::PullRequest,
        "author",
        TEXT,
        Field::PullAuthor,
        "The login of its author, where there is an account.",
    ),
    field(Class::PullRequest, "labels", TEXTS, Field::PullLabels, "Its labels, as they are now."),
    field(Class::PullRequest, "merged", BOOL, Field::PullMerged, "Whether it was merged."),
    field(
        Class::Author,
        "unknown",
        BOOL,
        Field::AuthorUnknown,
        "Whether somebody wrote a part for whom there is no account, or a bot started the run.",
    ),
];

/// What can be called, with an example of each.
pub const FUNCTIONS: &[(&str, &str)] = &[
    ("has(f.additions)", "whether an optional field, or a key of a map, is there"),
    ("files.all(f, ...)", "whether the condition holds for every item; true where there is none"),
    ("files.exists(f, ...)", "whether it holds for at least one"),
    ("files.exists_one(f, ...)", "whether it holds for exactly one"),
    ("files.filter(f, ...)", "the items it holds for"),
    ("files.map(f, f.path)", "a value of each item"),
    ("size(files)", "how many items, or characters; also `files.size()`"),
    ("f.path.startsWith(\"docs/\")", "whether the text begins so; also `endsWith` and `contains`"),
    (
        "f.path.matches(\"^docs/.*[.]md$\")",
        "whether a part of the text matches the regular expression (RE2 syntax, written out in the condition)",
    ),
    ("int(inputs.count)", "the whole number that a text stands for; also `double` and `string`"),
    ("\"docs\" in labels", "whether a list holds the item, or a map the key"),
];
