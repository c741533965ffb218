//! One environment's rules from the layers that are written for it.

use std::collections::BTreeSet;

use super::stack::{Stack, Written};
use crate::checks::rules::{Action, Actions, ExternalRules};
use crate::domain::calendar::{Weekdays, Window};
use crate::domain::time::DAY_MS;
use crate::policy::document::{
    EnvironmentDocument, GateDocument, GateEntry, LaterJobs, Need, Notify, PartWord, Permission, SeverityDocument,
    Supersede, WindowDocument,
};
use crate::policy::finding::Finding;
use crate::policy::place::Placed;
use crate::policy::rules::{
    BreakGlassRule, EnvironmentRules, EscalationRule, GateRule, GroupRule, Layer, Member, Origin, PredecessorRule,
    ReminderRule, SeverityRules, Sourced, WindowRule,
};

/// The rules, and what is wrong with them.
pub(in crate::policy) fn merge(stack: &Stack<'_>, expires_after_ms: i64) -> (EnvironmentRules, Vec<Finding>) {
    let mut merge = Merge { stack, findings: Vec::new() };
    let rules = merge.rules(expires_after_ms);
    (rules, merge.findings)
}

/// The gate of the built-in rules: one approval by somebody with write access.
pub(in crate::policy) fn built_in_gate() -> GateRule {
    let group = GroupRule {
        name: "people with write access".to_owned(),
        members: BTreeSet::from([Member::Role(Permission::Write)]),
        slack_only: false,
        place: None,
    };
    GateRule { stage: 0, name: "Review".to_owned(), group, quorum: 1, when: None, place: None, path: String::new() }
}

/// Everybody with a hand in the change.
pub(in crate::policy) fn every_part() -> BTreeSet<PartWord> {
    BTreeSet::from([
        PartWord::Requester,
        PartWord::PrAuthors,
        PartWord::Authors,
        PartWord::Committers,
        PartWord::CoAuthors,
    ])
}

struct Merge<'s, 'a> {
    stack: &'s Stack<'a>,
    findings: Vec<Finding>,
}

impl<'s, 'a> Merge<'s, 'a> {
    fn rules(&mut self, expires_after_ms: i64) -> EnvironmentRules {
        let stack = self.stack;
        let settings = Sourced::new(expires_after_ms, Origin { layer: Layer::Settings, place: None });
        let millis = |placed: &Placed<crate::domain::Span>, written: &Written<'_>| {
            Sourced::new(placed.as_millis(), written.origin(placed))
        };
        EnvironmentRules {
            channel: stack
                .pick(|document| document.channel.as_ref())
                .map(|(placed, written)| Sourced::new(placed.value.clone(), written.origin(placed))),
            refs: stack.pick(|document| document.refs.as_ref()).map(|(placed, written)| {
                let refs = placed.iter().map(|pattern| pattern.value.clone()).collect();
                Sourced::new(refs, written.origin(placed))
            }),
            severity: self.severity(),
            checks: stack.setting(|document| document.checks.as_ref(), ExternalRules::default()),
            gates: self.gates(),
            one_gate_per_person: stack.setting(|document| document.one_gate_per_person.as_ref(), true),
            auto_approve: stack.optional(|document| document.auto_approve.as_ref()).and_then(
                |(rule, from, written)| Some(Sourced::new(written.file.conditions.get(&rule.when.0)?.clone(), from)),
            ),
            exclude: match stack.pick(|document| document.exclude.as_ref()) {
                Some((placed, written)) => {
                    Sourced::new(placed.iter().map(|part| part.value).collect(), written.origin(placed))
                }
                None => Sourced::built_in(every_part()),
            },
            allow_self: stack
                .optional(|document| document.allow_self.as_ref())
                .map(|(allowed, from, _)| Sourced::new(allowed.reason.0.clone(), from)),
            approve_comment: stack.setting(|document| document.approve.as_ref()?.comment.as_ref(), Need::Optional),
            approve_tick: stack.setting(|document| document.approve.as_ref()?.tick.as_ref(), false),
            deny_reason: stack.setting(|document| document.deny.as_ref()?.reason.as_ref(), Need::Required),
            deny_cancels_run: stack.setting(|document| document.deny.as_ref()?.cancel_run.as_ref(), false),
            min_wait_ms: stack
                .optional(|document| document.min_wait.as_ref())
                .map(|(wait, from, _)| Sourced::new(wait.as_millis(), from)),
            expires_after_ms: stack
                .pick(|document| document.expires_after.as_ref())
                .map_or(settings, |(placed, written)| millis(placed, written)),
            remind: stack.optional(|document| document.remind.as_ref()).map(|(reminder, from, _)| {
                let quiet = reminder.quiet.as_ref().map(|quiet| quiet.value.clone());
                Sourced::new(ReminderRule { every_ms: reminder.every.as_millis(), quiet }, from)
            }),
            escalate: self.escalate(),
            windows: match stack.pick(|document| document.windows.as_ref()) {
                Some((placed, written)) => Sourced::new(placed.iter().map(window).collect(), written.origin(placed)),
                None => Sourced::built_in(Vec::new()),
            },
            carry_over: stack.setting(|document| document.carry_over.as_ref(), false),
            requires: stack.optional(|document| document.requires.as_ref()).map(|(before, from, _)| {
                let rule = PredecessorRule {
                    environment: before.environment.0.clone(),
                    same_commit: before.same_commit.as_ref().is_none_or(|same| same.value),
                    live_for_ms: before.live_for.as_ref().map(|span| span.as_millis()),
                };
                Sourced::new(rule, from)
            }),
            supersede: stack.setting(|document| document.supersede.as_ref(), Supersede::Mark),
            rollback_exempt: match stack.optional(|document| document.rollback.as_ref()) {
                Some((rollback, from, _)) => {
                    Sourced::new(rollback.exempt.iter().map(|exempt| exempt.value).collect(), from)
                }
                None => Sourced::built_in(BTreeSet::new()),
            },
            later_jobs: stack.setting(|document| document.later_jobs.as_ref(), LaterJobs::Cover),
            break_glass: self.break_glass(),
            notify: stack.setting(|document| document.notify.as_ref(), Notify::Mention),
        }
    }

    fn severity(&self) -> SeverityRules {
        let built_in = Actions::default();
        let of = |key: fn(&SeverityDocument) -> Option<&Placed<Action>>, built_in: Action| {
            self.stack.setting(move |document: &EnvironmentDocument| key(document.severity.as_ref()?), built_in)
        };
        SeverityRules {
            critical: of(|severity| severity.critical.as_ref(), built_in.critical),
            high: of(|severity| severity.high.as_ref(), built_in.high),
            medium: of(|severity| severity.medium.as_ref(), built_in.medium),
            low: of(|severity| severity.low.as_ref(), built_in.low),
            info: of(|severity| severity.info.as_ref(), built_in.info),
        }
    }

    fn gates(&mut self) -> Sourced<Vec<GateRule>> {
        let Some((placed, written)) = self.stack.pick(|document| document.gates.as_ref()) else {
            return Sourced::built_in(vec![built_in_gate()]);
        };
        let mut gates = Vec::new();
        for (stage, step) in placed.iter().enumerate() {
            let path = format!("{}.gates[{stage}]", written.path);
            match step {
                GateEntry::One(gate) => gates.push(self.gate(gate, stage, written, &path)),
                GateEntry::SideBySide(together) => {
                    for (index, gate) in together.iter().enumerate() {
                        let path = format!("{path}.side_by_side[{index}]");
                        gates.push(self.gate(gate, stage, written, &path));
                    }
                }
            }
        }
        Sourced::new(gates, written.origin(placed))
    }

    fn gate(&mut self, gate: &GateDocument, stage: usize, written: &Written<'a>, path: &str) -> GateRule {
        let group = self.stack.group(&gate.group, written, &format!("{path}.group"), &mut self.findings);
        let when = gate.when.as_ref().and_then(|when| written.file.conditions.get(&when.0)).cloned();
        GateRule {
            stage,
            name: gate.name.0.clone(),
            group,
            quorum: gate.quorum.value,
            when,
            place: Some(gate.quorum.place),
            path: path.to_owned(),
        }
    }

    fn escalate(&mut self) -> Option<Sourced<EscalationRule>> {
        let (escalation, from, written) = self.stack.optional(|document| document.escalate.as_ref())?;
        let path = format!("{}.escalate.to", written.path);
        let to = self.stack.group(&escalation.to, written, &path, &mut self.findings);
        let may_act = escalation.may_act.as_ref().is_some_and(|may_act| may_act.value);
        Some(Sourced::new(EscalationRule { after_ms: escalation.after.as_millis(), to, may_act }, from))
    }

    fn break_glass(&mut self) -> Option<Sourced<BreakGlassRule>> {
        let (rule, from, written) = self.stack.optional(|document| document.break_glass.as_ref())?;
        let path = format!("{}.break_glass", written.path);
        let group = self.stack.group(&rule.group, written, &format!("{path}.group"), &mut self.findings);
        let by = rule
            .review
            .as_ref()
            .map(|review| self.stack.group(&review.by, written, &format!("{path}.review.by"), &mut self.findings));
        let review_within_ms = rule.review.as_ref().map_or(DAY_MS, |review| review.within.as_millis());
        Some(Sourced::new(BreakGlassRule { group, review_within_ms, review_by: by }, from))
    }
}

fn window(window: &WindowDocument) -> WindowRule {
    WindowRule {
        window: Window {
            days: window.days.as_ref().map_or(Weekdays::EVERY_DAY, |days| days.0),
            from: window.from.value,
            to: window.to.value,
            zone: window.zone.value.clone(),
            except: window.except.iter().map(|date| date.0).collect(),
        },
        calendar: window.calendar.as_ref().map(|path| path.0.clone()),
        place: window.from.place,
    }
}
