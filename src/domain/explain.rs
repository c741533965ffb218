//! Why a request may or may not go live, as a tree: which gate is met, by whom, whose word does not count and for which
//! reason, and what else is in the way. What a person is shown, what the record keeps and what a simulation prints is this.

use serde::{Deserialize, Serialize};

use super::actor::{ChatUser, Link, Voter};
use super::condition::{Condition, Outcome};
use super::eligibility::Electorate;
use super::exception::{FlagEffect, effect_of};
use super::gate::{FrozenPolicy, Gate, PolicySource};
use super::obstacle::{self, Obstacle, approves_by_itself};
use super::request::{Basis, Choice, Phase, Request, Vote};
use super::tally::{GateProgress, GateState, tally};
use super::time::Timestamp;
use super::whisper::Refusal;

/// One statement, with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub holds: Holds,
    /// A clause without a full stop. Names in it are strangers' text: escape it at the sink.
    pub words: String,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<ChatUser>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Reason>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    Yes,
    NotYet,
    No,
    /// Said for completeness: it neither helps nor hinders.
    Aside,
}

impl Holds {
    /// `+`, `.`, `x`, `-`: for a tree in plain text.
    pub const fn mark(self) -> char {
        match self {
            Self::Yes => '+',
            Self::NotYet => '.',
            Self::No => 'x',
            Self::Aside => '-',
        }
    }
}

impl Reason {
    fn new(holds: Holds, words: impl Into<String>) -> Self {
        Self { holds, words: words.into(), who: None, because: Vec::new() }
    }

    fn of(mut self, voter: &Voter) -> Self {
        self.who = Some(voter.chat.clone());
        self
    }

    fn because(mut self, reasons: impl IntoIterator<Item = Self>) -> Self {
        self.because.extend(reasons);
        self
    }
}

/// Explains how `request` stands at `at`.
pub fn explain(request: &Request, at: Timestamp) -> Reason {
    let policies = request.policies().map(|policy| of_policy(request, policy, at));
    let others = request.obstacles.iter().filter(|one| !matches!(one, Obstacle::Gate { .. } | Obstacle::Nobody { .. }));
    let mut because: Vec<Reason> = policies.collect();
    because.extend(others.map(|one| Reason::new(Holds::No, one.words_of_ours())));
    because.extend(request.votes.iter().filter(|vote| vote.choice == Choice::Deny).map(denial));
    because.extend(glass(request));
    conclusion(request, at).because(because)
}

/// Who let it through without its gates.
fn glass(request: &Request) -> Option<Reason> {
    let decision = request.decision().filter(|decision| decision.basis == Basis::BreakGlass)?;
    let mut reason = Reason::new(Holds::Yes, "the glass was broken: its gates do not have to be met");
    reason.who = decision.by.first().cloned();
    Some(reason)
}

fn conclusion(request: &Request, at: Timestamp) -> Reason {
    match &request.phase {
        Phase::Gathering => Reason::new(Holds::NotYet, "the evidence is still being read"),
        Phase::Held { why } => Reason::new(Holds::No, format!("held: {why}")),
        Phase::Open if obstacle::gates_missing(request, at).is_empty() => {
            Reason::new(Holds::NotYet, "everybody needed has agreed; something else is in the way")
        }
        Phase::Open => Reason::new(Holds::NotYet, "it waits for people"),
        Phase::Decided(decision) if decision.verdict.lets_run() => Reason::new(Holds::Yes, "it may go live"),
        Phase::Decided(decision) => Reason::new(Holds::No, format!("it may not go live: {}", decision.verdict.word())),
        Phase::Ended { .. } => Reason::new(Holds::No, "it ended without a decision here"),
    }
}

fn of_policy(request: &Request, policy: &FrozenPolicy, at: Timestamp) -> Reason {
    let by_itself = approves_by_itself(request, policy, at);
    let progress = tally(request, policy);
    let is_met = by_itself || progress.iter().all(GateProgress::is_met);
    let words = format!("{}{} is {}", policy.role.words(), source(policy), if is_met { "met" } else { "not met" });
    let gates = policy.gates.iter().zip(&progress).map(|(gate, progress)| of_gate(request, policy, gate, progress));
    let reason = Reason::new(if is_met { Holds::Yes } else { Holds::NotYet }, words);
    reason
        .because(automatic(policy, by_itself))
        .because(left_out(policy))
        .because(gates)
        .because(flags(request, policy, at))
}

fn source(policy: &FrozenPolicy) -> String {
    match &policy.source {
        PolicySource::Starter => " (built in)".to_owned(),
        PolicySource::Repository { commit } | PolicySource::Owner { commit } => format!(" (at {})", commit.short()),
    }
}

fn automatic(policy: &FrozenPolicy, by_itself: bool) -> Option<Reason> {
    let auto = policy.auto_approve.as_ref()?;
    Some(match by_itself {
        true => Reason::new(Holds::Yes, format!("it approves by itself: {}", auto.text)),
        false => Reason::new(Holds::Aside, format!("it does not approve by itself: {}", outcome(auto))),
    })
}

fn left_out(policy: &FrozenPolicy) -> Option<Reason> {
    let why = policy.allow_self.as_ref()?;
    Some(Reason::new(Holds::Aside, format!("nobody is left out for having a hand in the change: {why}")))
}

fn outcome(condition: &Condition) -> String {
    match &condition.outcome {
        Outcome::True => format!("{} is true, and a gap or a flag is in the way", condition.text),
        Outcome::False => format!("{} is false", condition.text),
        Outcome::Failed { why } => format!("{} could not be evaluated: {why}", condition.text),
    }
}

fn of_gate(request: &Request, policy: &FrozenPolicy, gate: &Gate, progress: &GateProgress) -> Reason {
    let got = progress.approvals.len();
    let (name, needed, group) = (&gate.name, gate.quorum, gate.group.words());
    let (holds, words) = match progress.state {
        GateState::Skipped => (Holds::Aside, format!("{name} is not asked")),
        GateState::Met => (Holds::Yes, format!("{name}: {got} of {needed}")),
        GateState::Open => (Holds::NotYet, format!("{name}: {got} of {needed}, of {group}")),
        GateState::Later => (Holds::NotYet, format!("{name} comes later: {got} of {needed}, of {group}")),
    };
    let condition = gate.when.as_ref().map(|when| asked(policy, when));
    let votes = if progress.state == GateState::Skipped { Vec::new() } else { votes(request, policy, gate, progress) };
    Reason::new(holds, words).because(condition).because(votes)
}

/// Why a gate with a condition asks or does not.
fn asked(policy: &FrozenPolicy, when: &Condition) -> Reason {
    let words = match &when.outcome {
        Outcome::True => format!("asked because {} is true", when.text),
        Outcome::False if policy.all_conditions_are_false() && !policy.is_floor() => {
            format!("{} is false, as is every other condition: then every gate is asked", when.text)
        }
        Outcome::False => format!("{} is false", when.text),
        Outcome::Failed { why } => format!("asked because {} could not be evaluated: {why}", when.text),
    };
    Reason::new(Holds::Aside, words)
}

fn votes(request: &Request, policy: &FrozenPolicy, gate: &Gate, progress: &GateProgress) -> Vec<Reason> {
    let electorate = Electorate::of(request, policy);
    let words = request.votes.iter().filter(|vote| vote.choice != Choice::Deny);
    words.map(|vote| of_vote(&electorate, gate, progress, vote)).collect()
}

fn of_vote(electorate: &Electorate, gate: &Gate, progress: &GateProgress, vote: &Vote) -> Reason {
    let name = name(&vote.voter);
    let word = match vote.choice {
        Choice::RequestChanges => "asks for changes",
        Choice::Approve | Choice::Deny => "approves",
    };
    let reason = match electorate.may_act(gate, &vote.voter) {
        _ if vote.struck => Reason::new(Holds::Aside, format!("{name} {word}, and lost the right to")),
        Err(refusal) => {
            Reason::new(Holds::Aside, format!("{name} {word}, which does not count here: {}", why(&refusal)))
        }
        Ok(()) if vote.choice == Choice::RequestChanges => Reason::new(Holds::No, format!("{name} {word}")),
        Ok(()) if progress.approvals.contains(&vote.voter.chat) && electorate.stands_in(gate, &vote.voter) => {
            Reason::new(Holds::Yes, format!("{name} {word} in the place of {}, who did not answer", gate.group.words()))
        }
        Ok(()) if progress.approvals.contains(&vote.voter.chat) => Reason::new(Holds::Yes, format!("{name} {word}")),
        Ok(()) => Reason::new(Holds::Aside, format!("{name} {word}, and is not needed here")),
    };
    reason.of(&vote.voter)
}

/// Why somebody's word was refused when it was given: it is not among the request's votes.
pub fn refused(voter: &Voter, choice: Choice, refusal: &Refusal) -> Reason {
    let word = match choice {
        Choice::Approve => "approves",
        Choice::Deny => "denies",
        Choice::RequestChanges => "asks for changes",
    };
    Reason::new(Holds::Aside, format!("{} {word}, which does not count: {}", name(voter), why(refusal))).of(voter)
}

fn denial(vote: &Vote) -> Reason {
    Reason::new(Holds::No, format!("{} denies", name(&vote.voter))).of(&vote.voter)
}

/// Why a word does not count, in a clause.
fn why(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotInGroup { group, .. } => format!("not one of {group}"),
        Refusal::Excluded { part } => part.words().to_owned(),
        Refusal::NotLinked => "no account of the forge is linked".to_owned(),
        Refusal::GateNotOpen { gate, before } => format!("{gate} opens after {before}"),
        Refusal::GateMet { gate } => format!("{gate} has everybody it needs"),
        Refusal::NobodyMayVote => "no gate asks anybody".to_owned(),
        Refusal::Held { why } => format!("held: {why}"),
        Refusal::AlreadyDecided { verdict, .. } => format!("already {}", verdict.word()),
        Refusal::Expired { .. } => "it had expired".to_owned(),
        Refusal::ReasonMissing => "it needs a reason".to_owned(),
        Refusal::CommentMissing => "it needs a comment".to_owned(),
        Refusal::TicksMissing { flags } => format!("not ticked: {}", flags.join(", ")),
        Refusal::Guest => "a guest of the workspace".to_owned(),
        Refusal::Deactivated => "the account is deactivated".to_owned(),
        other => other.code().replace('_', " "),
    }
}

/// By login where one is proven, else by the chat's id.
fn name(voter: &Voter) -> String {
    match &voter.link {
        Link::Linked { forge } => forge.login.clone(),
        _ => voter.chat.user.clone(),
    }
}

/// The flags that do something under this policy, and the exceptions that say otherwise.
fn flags(request: &Request, policy: &FrozenPolicy, at: Timestamp) -> Vec<Reason> {
    let flags = request.evidence.iter().flat_map(|evidence| &evidence.flags);
    let said = flags.filter_map(|flag| {
        let (code, subject) = (&flag.code, &flag.subject);
        match effect_of(flag, &policy.actions, &policy.accept, at) {
            FlagEffect::Accepted(exception) => {
                let words = format!(
                    "{code} ({subject}) is accepted until {} by {}: {}",
                    day(exception.until),
                    exception.by,
                    exception.why
                );
                Some(Reason::new(Holds::Aside, words))
            }
            FlagEffect::Lapsed(exception, _) => {
                let words = format!("the exception for {code} ({subject}) ended {}", day(exception.until));
                Some(Reason::new(Holds::Aside, words))
            }
            FlagEffect::Does(_) => None,
        }
    });
    said.collect()
}

fn day(at: Timestamp) -> String {
    at.to_rfc3339().chars().take(10).collect()
}
