//! From the rules of an environment to what the domain decides by.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::{Facts, Outcome, Predicate};
use super::document::{
    Channel, ChannelByRisk, Exemption, LaterJobs, Need, Notify, PartWord, Permission, RefPattern, Supersede,
};
use super::effective::built_in_gate;
use super::place::FileRole;
use super::rules::{EnvironmentRules, Exception, GateRule, GroupRule, Member, WindowRule};
use crate::domain::calendar::{Busy, Openings};
use crate::domain::condition::Condition;
use crate::domain::rules::{
    self, ApproveRules, BreakGlass, Channels, DenyRules, Escalate, Exempt, RefRule, Remind, Requires, Rollback, Timing,
};
use crate::domain::time::DAY_MS;
use crate::domain::{
    Access, Digest, FrozenPolicy, Gate, Group, Membership, Part, Policies, PolicySource, Role, Severity, Timestamp,
    exception,
};

/// What a policy file does not say by itself, and a policy for a request needs.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// The branch or tag of the run; `None`: there is no run yet.
    pub reference: Option<&'a str>,
    /// The holidays of the calendars that the rules name.
    pub calendars: &'a Calendars,
}

/// Holidays, by the file that names the calendar and the path it gives.
pub type Calendars = BTreeMap<(FileRole, String), Busy>;

/// Which policy it is to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    pub role: Role,
    pub source: PolicySource,
    pub digest: Digest,
}

impl Name {
    /// Of the built-in policy, as far as it is known before its digest is.
    pub(super) fn starter() -> Self {
        Self { role: Role::Own, source: PolicySource::Starter, digest: Digest::of(b"") }
    }
}

/// The policy of a repository that has none: one approval by somebody with write access who has no hand in the change. A denial
/// says why: the run page and the thread carry the reason.
pub fn starter(expires_after_ms: i64) -> FrozenPolicy {
    FrozenPolicy::of_gates(Role::Own, PolicySource::Starter, vec![gate(&built_in_gate())], expires_after_ms)
}

/// Evaluates every condition of `policies` on the evidence as it is now.
pub fn evaluate(policies: &mut Policies, facts: &Facts<'_>) {
    let conditions = |policy: &FrozenPolicy| -> Vec<String> {
        let of_gates = policy.gates.iter().filter_map(|gate| gate.when.as_ref());
        of_gates.chain(&policy.auto_approve).map(|condition| condition.text.clone()).collect()
    };
    let texts: BTreeSet<String> = policies.all().flat_map(conditions).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let read: BTreeMap<&str, _> = texts.iter().copied().zip(Predicate::read_all(&texts)).collect();
    let outcome =
        |condition: &Condition, ask: fn(&Predicate, &Facts<'_>) -> Outcome| match read.get(condition.text.as_str()) {
            Some(Ok(predicate)) => ask(predicate, facts),
            Some(Err(mistakes)) => {
                let why = mistakes.first().map(|mistake| mistake.what.clone()).unwrap_or_default();
                Outcome::Failed { why }
            }
            None => Outcome::Failed { why: "it could not be read".to_owned() },
        };
    let besides = policies.besides.iter_mut();
    for policy in std::iter::once(&mut policies.own).chain(besides) {
        for condition in policy.gates.iter_mut().filter_map(|gate| gate.when.as_mut()) {
            condition.outcome = outcome(condition, Predicate::applies);
        }
        if let Some(condition) = &mut policy.auto_approve {
            condition.outcome = outcome(condition, Predicate::allows);
        }
    }
}

/// The policy to freeze. Its conditions are still to be evaluated: until then its gates apply, and no rule approves.
///
/// # Errors
/// What is missing beside the rules.
pub(super) fn lower(
    rules: &EnvironmentRules,
    exceptions: &[Exception],
    name: Name,
    beside: Beside<'_>,
) -> Result<FrozenPolicy, String> {
    let Name { role, source, digest } = name;
    let accept: Result<Vec<_>, String> = exceptions.iter().map(exception).collect();
    Ok(FrozenPolicy {
        role,
        source,
        digest,
        gates: rules.gates.value.iter().map(gate).collect(),
        one_gate_per_person: rules.one_gate_per_person.value,
        auto_approve: rules.auto_approve.as_ref().map(|rule| condition(&rule.value)),
        exclude: parts(&rules.exclude.value),
        allow_self: rules.allow_self.as_ref().map(|reason| reason.value.clone()),
        actions: rules.severity.actions(),
        accept: accept?,
        approve: ApproveRules {
            comment_required: rules.approve_comment.value == Need::Required,
            tick_flags: rules.approve_tick.value,
        },
        deny: DenyRules {
            reason_required: rules.deny_reason.value == Need::Required,
            cancel_run: rules.deny_cancels_run.value,
        },
        timing: timing(rules, beside)?,
        refs: rules.refs.as_ref().map(|refs| references(&refs.value, beside.reference)),
        requires: rules.requires.as_ref().map(|before| Requires {
            environment: before.value.environment.clone(),
            same_commit: before.value.same_commit,
            live_for_ms: before.value.live_for_ms.unwrap_or_default(),
        }),
        rollback: Rollback { exempt: rules.rollback_exempt.value.iter().map(exempt).collect() },
        supersede: match rules.supersede.value {
            Supersede::Mark => rules::Supersede::Mark,
            Supersede::Reject => rules::Supersede::Reject,
            Supersede::Off => rules::Supersede::Off,
        },
        covers_later_jobs: rules.later_jobs.value == LaterJobs::Cover,
        break_glass: rules.break_glass.as_ref().map(|rule| BreakGlass {
            group: group(&rule.value.group),
            review_within_ms: rule.value.review_within_ms,
            review_by: rule.value.review_by.as_ref().map(group),
        }),
        channels: rules.channel.as_ref().map(|channel| channels(&channel.value)).unwrap_or_default(),
        notify: match rules.notify.value {
            Notify::Mention => rules::Notify::Mention,
            Notify::None => rules::Notify::None,
        },
    })
}

/// A condition of which nothing is known yet.
fn condition(predicate: &Predicate) -> Condition {
    let why = "it has not been evaluated".to_owned();
    Condition { text: predicate.text().to_owned(), outcome: Outcome::Failed { why } }
}

fn gate(rule: &GateRule) -> Gate {
    Gate {
        name: rule.name.clone(),
        stage: u32::try_from(rule.stage).unwrap_or(u32::MAX),
        group: group(&rule.group),
        quorum: rule.quorum,
        when: rule.when.as_ref().map(condition),
    }
}

fn group(rule: &GroupRule) -> Group {
    let membership = |member: &Member| match member {
        Member::Role(Permission::Write) => Membership::Access(Access::Write),
        Member::Role(Permission::Maintain) => Membership::Access(Access::Maintain),
        Member::Role(Permission::Admin) => Membership::Access(Access::Admin),
        Member::Team { organisation, slug } => {
            Membership::Team { organisation: organisation.clone(), slug: slug.clone() }
        }
        Member::Account { login } => Membership::Account { login: login.clone() },
        Member::ChatGroup { handle } => Membership::ChatGroup { handle: handle.clone() },
        Member::ChatUser { id } => Membership::ChatUser { user: id.clone() },
    };
    let members = rule.members.iter().map(membership).collect();
    Group { name: rule.name.clone(), members, chat_only: rule.slack_only }
}

fn parts(words: &BTreeSet<PartWord>) -> BTreeSet<Part> {
    let part = |word: &PartWord| match word {
        PartWord::Requester => Part::Requester,
        PartWord::PrAuthors => Part::PrAuthor,
        PartWord::Authors => Part::Author,
        PartWord::Committers => Part::Committer,
        PartWord::CoAuthors => Part::CoAuthor,
    };
    words.iter().map(part).collect()
}

fn exempt(word: &Exemption) -> Exempt {
    match word {
        Exemption::Windows => Exempt::Windows,
        Exemption::Freezes => Exempt::Freezes,
        Exemption::Order => Exempt::Order,
        Exemption::MinWait => Exempt::MinWait,
    }
}

fn timing(rules: &EnvironmentRules, beside: Beside<'_>) -> Result<Timing, String> {
    Ok(Timing {
        expires_after_ms: rules.expires_after_ms.value,
        min_wait_ms: rules.min_wait_ms.as_ref().map_or(0, |wait| wait.value),
        openings: openings(&rules.windows.value, beside.calendars)?,
        carry_over: rules.carry_over.value,
        remind: rules
            .remind
            .as_ref()
            .map(|rule| Remind { every_ms: rule.value.every_ms, quiet: rule.value.quiet.clone() }),
        escalate: rules.escalate.as_ref().map(|rule| Escalate {
            after_ms: rule.value.after_ms,
            to: group(&rule.value.to),
            may_act: rule.value.may_act,
        }),
    })
}

/// Windows are open but for the events of all calendars that one of them names.
fn openings(windows: &[WindowRule], calendars: &Calendars) -> Result<Option<Openings>, String> {
    if windows.is_empty() {
        return Ok(None);
    }
    let mut busy = Busy::default();
    let named = windows.iter().filter_map(|window| Some((window.place.role, window.calendar.clone()?)));
    for (role, path) in named {
        let events =
            calendars.get(&(role, path.clone())).ok_or_else(|| format!("the calendar `{path}` has not been read"))?;
        busy = busy.and(events);
    }
    let windows = windows.iter().map(|window| window.window.clone()).collect();
    Openings::new(windows, busy).map(Some).map_err(|error| error.to_string())
}

/// A branch is written with or without `refs/heads/`, a tag with or without `refs/tags/`.
fn references(allowed: &[RefPattern], reference: Option<&str>) -> RefRule {
    let allowed_words = || allowed.iter().map(|RefPattern(pattern)| pattern.as_str().to_owned()).collect();
    // Where no run asks nothing is deployed either: at the desk, and on a pull request.
    let Some(reference) = reference else { return RefRule { allowed: allowed_words(), is_met: true } };
    let short = ["refs/heads/", "refs/tags/"].iter().find_map(|prefix| reference.strip_prefix(prefix));
    let names = [Some(reference), short];
    let is_met = allowed.iter().any(|RefPattern(pattern)| names.iter().flatten().any(|name| pattern.is_match(name)));
    RefRule { allowed: allowed_words(), is_met }
}

fn channels(channel: &Channel) -> Channels {
    match channel {
        Channel::One(name) => Channels { usual: Some(name.0.clone()), by_risk: Vec::new() },
        Channel::ByRisk(ChannelByRisk { default, low, medium, high, critical }) => {
            let by_risk = [
                (Severity::Low, low),
                (Severity::Medium, medium),
                (Severity::High, high),
                (Severity::Critical, critical),
            ];
            let by_risk = by_risk.into_iter().filter_map(|(risk, name)| Some((risk, name.as_ref()?.0.clone())));
            Channels { usual: Some(default.0.clone()), by_risk: by_risk.collect() }
        }
    }
}

/// It holds for the whole of its last day.
fn exception(rule: &Exception) -> Result<exception::Exception, String> {
    let midnight = rule.until.0.to_zoned(jiff::tz::TimeZone::UTC).map_err(|error| error.to_string())?;
    let until = Timestamp::from_millis(midnight.timestamp().as_millisecond()).plus_millis(DAY_MS);
    Ok(exception::Exception {
        flag: rule.flag.clone(),
        subject: rule.subject.clone(),
        model: rule.model.clone(),
        why: rule.why.clone(),
        by: rule.by.clone(),
        until,
    })
}
