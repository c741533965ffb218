//! The rules of a repository: what its policy file says, laid over its owner's; or the built-in starter policy where there is
//! none (R9, R10).
//!
//! A file is read ([`file`]), held against its schema ([`document`], `structure`), looked through for what cannot work ([`validate`]),
//! and laid over the others ([`effective`]) to the rules of one environment ([`rules`]).

pub mod condition;
mod decode;
pub mod document;
pub mod effective;
pub mod file;
pub mod finding;
mod lint;
pub mod lower;
pub mod pattern;
pub mod place;
pub mod rules;
mod scalar;
pub mod schema;
pub mod show;
mod structure;
pub mod validate;

use std::collections::{BTreeMap, BTreeSet};

use crate::checks::rules::CheckRules;
use crate::domain::{CommitSha, Digest, Policies, PolicyFound, PolicySource, Role};

use effective::{Files, Selected};
use file::File;
use finding::Finding;
use lower::Name;
use place::FileRole;
use rules::{EnvironmentRules, Exception};
use validate::OwnerFile;

pub use lower::{Beside, Calendars, evaluate, starter};

/// Where a repository keeps its policy, on the default branch.
pub const PATH: &str = ".github/countersign.yml";

/// What was found at [`PATH`] at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyFile {
    /// The tree of that commit was read whole and has no such file.
    Absent,
    Present {
        commit: CommitSha,
        bytes: Vec<u8>,
    },
    /// It could not be told whether there is one, or what is in it: never taken for absence.
    Unreadable {
        why: String,
    },
}

/// What the operator decided for repositories without a policy file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenMissing {
    Starter,
    Hold,
}

/// Whether an owner's policy is looked for, in the repository that an owner keeps for all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerPolicy {
    Off,
    /// Where there is such a repository, and it can be seen.
    WhenPresent,
    /// Without one, every repository is held.
    Required,
}

/// The operator's settings that policies start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyDefaults {
    pub when_missing: WhenMissing,
    pub owner: OwnerPolicy,
    /// Milliseconds from opening to expiry.
    pub expires_after_ms: i64,
}

/// What follows from a policy: who must agree, and what the model checks hold the change to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    pub gates: PolicyFound,
    pub checks: CheckRules,
}

/// The rules that follow from a repository's file alone, for one environment, where nothing is known of the run.
pub fn read(file: &PolicyFile, environment: &str, defaults: PolicyDefaults) -> Rules {
    let effective = effective(file, &PolicyFile::Absent, environment, defaults);
    let beside = Beside { reference: None, calendars: &BTreeMap::new() };
    Rules { gates: effective.found(beside), checks: effective.checks }
}

/// Everything that two policy files say about an environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Effective {
    /// Who must agree, and when.
    ///
    /// # Errors
    /// Why requests are held: no rules could be found, or found out.
    pub rules: Result<Box<EnvironmentRules>, String>,
    /// What the owner asks for besides, as rules of their own: they have to be met too. `None` where there is no floor.
    pub floor: Option<Box<EnvironmentRules>>,
    /// What the model checks hold the change to.
    pub checks: CheckRules,
    /// Findings that are accepted here, whether or not their time is over.
    pub exceptions: Vec<Exception>,
    /// What both files together are known by, and where they come from.
    own: Name,
    floors: Name,
}

/// The rules for an environment, from the repository's file and its owner's. The file of the owner's `.github` repository is the
/// owner's file, also for that repository itself: it has no other.
pub fn effective(
    repository: &PolicyFile,
    owner: &PolicyFile,
    environment: &str,
    defaults: PolicyDefaults,
) -> Effective {
    let read = |file: &PolicyFile, role, name| match file {
        PolicyFile::Present { bytes, .. } => Ok(Some(File::read(bytes, role))),
        PolicyFile::Absent => Ok(None),
        PolicyFile::Unreadable { why } => Err(format!("cannot tell whether there is a {name}: {why}")),
    };
    let own = read(repository, FileRole::Repository, PATH);
    let owners = read(owner, FileRole::Owner, OWNER_NAME);
    let (own, owners) = match (own, owners) {
        (Ok(own), Ok(owners)) => (own, owners),
        (Err(why), _) | (_, Err(why)) => return Effective::held(why),
    };
    let beside = owners.as_ref().map_or(OwnerFile::Absent, OwnerFile::Present);
    let files = beside.beside(own.as_ref());
    if files.repository.is_none() && files.owner.is_none() && defaults.when_missing == WhenMissing::Hold {
        return Effective::held(format!(
            "there is no {PATH} on the default branch, and this server holds repositories without a policy (setting \
             policy.when_missing)"
        ));
    }
    let mistakes = validate::errors(own.as_ref(), beside);
    if !mistakes.is_empty() {
        return Effective::held(told(&mistakes, repository, owner));
    }
    let mut effective = Effective::of(files, environment, defaults);
    (effective.own, effective.floors) = names(repository, owner, environment, defaults);
    if let Err(why) = &effective.rules {
        let file = if own.is_some() { place(repository, PATH) } else { place(owner, OWNER_NAME) };
        effective.rules = Err(format!("{file}: {why}"));
    }
    effective
}

/// The owner's file, as messages call it.
const OWNER_NAME: &str = "policy of the owner's .github repository";

impl Effective {
    fn held(why: String) -> Self {
        let (checks, exceptions) = (CheckRules::default(), Vec::new());
        Self { rules: Err(why), floor: None, checks, exceptions, own: Name::starter(), floors: Name::starter() }
    }

    /// The policies that a request is held to, with nothing known of their conditions: see [`evaluate`].
    pub fn found(&self, beside: Beside<'_>) -> PolicyFound {
        let rules = match &self.rules {
            Ok(rules) => rules,
            Err(why) => return hold(why),
        };
        let own = lower::lower(rules, &self.exceptions, self.own.clone(), beside);
        // A repository's exceptions are no exceptions from what its owner asks for.
        let floor = self.floor.as_ref().map(|floor| lower::lower(floor, &[], self.floors.clone(), beside));
        match (own, floor.transpose()) {
            (Ok(own), Ok(floor)) => {
                PolicyFound::Policies(Box::new(Policies { own, besides: floor.into_iter().collect() }))
            }
            (Err(why), _) | (_, Err(why)) => hold(&format!("the policy cannot be followed: {why}")),
        }
    }

    /// The paths of all calendars that the rules name, each once, with the file that names them: calendars lie beside it.
    pub fn calendars(&self) -> BTreeSet<(FileRole, &str)> {
        let rules = self.rules.iter().chain(&self.floor);
        let windows = rules.flat_map(|rules| &rules.windows.value);
        windows.filter_map(|window| Some((window.place.role, window.calendar.as_deref()?))).collect()
    }

    fn of(files: Files<'_>, environment: &str, defaults: PolicyDefaults) -> Self {
        let expires_after_ms = defaults.expires_after_ms;
        let models = files.repository.and_then(|file| file.document.as_ref());
        let models = models.map(|document| document.models.clone()).unwrap_or_default();
        let (rules, floor) = match (files.rules(environment, expires_after_ms), files.floor(environment)) {
            ((Selected::Rules(rules), _), Ok(floor)) => {
                (Ok(rules), effective::rules_of_floor(&floor, expires_after_ms))
            }
            ((Selected::Held { why }, _), _) | (_, Err(why)) => (Err(why), None),
        };
        let owners = files.owner.and_then(|file| file.document.as_ref());
        let owners_signature = owners.and_then(|document| document.floor.as_ref()?.signature.clone());
        let checks = CheckRules { models, owners_signature, ..CheckRules::default() };
        let checks = match &rules {
            Ok(rules) => {
                CheckRules { actions: rules.severity.actions(), external: rules.checks.value.clone(), ..checks }
            }
            Err(_) => checks,
        };
        let exceptions = files.exceptions(environment);
        let floor = floor.map(|(floor, _)| Box::new(floor));
        Self { rules, floor, checks, exceptions, own: Name::starter(), floors: Name::starter() }
    }
}

/// What policies made of these files are known by. Their digests cover the text of every file they were made from.
fn names(repository: &PolicyFile, owner: &PolicyFile, environment: &str, defaults: PolicyDefaults) -> (Name, Name) {
    let starter = Name::starter();
    let parts = |file: &PolicyFile| match file {
        PolicyFile::Present { commit, bytes } => Some((commit.clone(), Digest::of(bytes))),
        PolicyFile::Absent | PolicyFile::Unreadable { .. } => None,
    };
    let (own, owners) = (parts(repository), parts(owner));
    let digests = [&own, &owners].map(|part| part.as_ref().map(|(_, digest)| digest.to_string()));
    let digest = match (&own, &owners) {
        (Some((_, digest)), None) => *digest,
        (None, None) => lower::starter(defaults.expires_after_ms).digest,
        (_, Some(_)) => Digest::of_json(&(&digests, environment)),
    };
    let source = match (own, &owners) {
        (Some((commit, _)), _) => PolicySource::Repository { commit },
        (None, Some((commit, _))) => PolicySource::Owner { commit: commit.clone() },
        (None, None) => PolicySource::Starter,
    };
    let floors = match owners {
        Some((commit, digest)) => Name { role: Role::Floor, source: PolicySource::Owner { commit }, digest },
        None => starter,
    };
    (Name { role: Role::Own, source, digest }, floors)
}

/// The first mistakes in words: somebody who corrects them sees the others at once with `policy validate`.
fn told(mistakes: &[Finding], repository: &PolicyFile, owner: &PolicyFile) -> String {
    const SHOWN: usize = 3;
    let place = |finding: &Finding| match finding.place.role {
        FileRole::Repository => place(repository, PATH),
        FileRole::Owner => place(owner, OWNER_NAME),
    };
    let shown: Vec<String> =
        mistakes.iter().take(SHOWN).map(|finding| format!("{} {finding}", place(finding))).collect();
    let more = match mistakes.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("the policy cannot be followed: {}{more}", shown.join("; "))
}

/// `.github/countersign.yml@1a2b3c4`
fn place(file: &PolicyFile, name: &str) -> String {
    match file {
        PolicyFile::Present { commit, .. } => format!("{name}@{}", commit.short()),
        PolicyFile::Absent | PolicyFile::Unreadable { .. } => name.to_owned(),
    }
}

fn hold(why: &str) -> PolicyFound {
    PolicyFound::Hold { why: why.to_owned() }
}

#[cfg(test)]
mod tests;
