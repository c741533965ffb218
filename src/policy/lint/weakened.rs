//! What a repository writes although its owner's floor asks for more. The floor counts all the same; who writes it should know.

use super::merged::stacks;
use crate::checks::rules::Action;
use crate::policy::document::{EnvironmentDocument, Need, OrNone, SeverityDocument};
use crate::policy::effective::{Files, Stack, Written, rules_of_floor, stricter_action};
use crate::policy::finding::{Finding, Rule};
use crate::policy::place::{FileRole, Place, Placed};
use crate::policy::rules::{EnvironmentRules, Layer};

/// Everything in the repository's file that asks for less than the floor.
pub(in crate::policy) fn weakened(files: Files<'_>, expires_after_ms: i64) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stack in stacks(files) {
        let Some(own) = stack.layers.iter().rev().find(|written| written.file.role == FileRole::Repository) else {
            continue;
        };
        let name = match &own.layer {
            Layer::RepositoryEntry(name) => name.as_str(),
            _ => "",
        };
        let Ok(floor) = files.floor(name) else { continue };
        if let Some((rules, _)) = rules_of_floor(&floor, expires_after_ms) {
            let mut look = Look { floor: &rules, own, findings: &mut findings };
            look.settings();
            look.severity();
            look.people();
            look.times();
            look.approvals(&stack);
        }
    }
    findings
}

struct Look<'l> {
    floor: &'l EnvironmentRules,
    own: &'l Written<'l>,
    findings: &'l mut Vec<Finding>,
}

impl Look<'_> {
    fn say(&mut self, place: Place, key: &str, floor: Option<Place>, what: String) {
        let line = floor.map(|place| format!(" (line {} of the owner's file)", place.line)).unwrap_or_default();
        let finding = Finding::error(Rule::FloorWeakened, place, format!("{}.{key}", self.own.path), what);
        self.findings
            .push(finding.help(format!("the owner's floor counts all the same{line}: ask for at least as much")));
    }

    /// Says so when the repository writes a value that is less than the floor's.
    fn less<T: Copy + PartialEq>(
        &mut self,
        key: &str,
        written: Option<&Placed<T>>,
        (floor, place): (T, Option<Place>),
        of_both: fn(T, T) -> T,
    ) {
        let Some(written) = written else { return };
        if place.is_some() && of_both(written.value, floor) != written.value {
            self.say(written.place, key, place, format!("`{key}` asks for less than the owner's floor"));
        }
    }

    fn settings(&mut self) {
        let (own, floor): (&EnvironmentDocument, &EnvironmentRules) = (self.own.document, self.floor);
        let approve = own.approve.clone().unwrap_or_default();
        let deny = own.deny.clone().unwrap_or_default();
        let of = |sourced: &crate::policy::rules::Sourced<Need>| (sourced.value, sourced.from.place);
        let truth = |sourced: &crate::policy::rules::Sourced<bool>| (sourced.value, sourced.from.place);
        self.less("approve.comment", approve.comment.as_ref(), of(&floor.approve_comment), Need::max);
        self.less("approve.tick", approve.tick.as_ref(), truth(&floor.approve_tick), |a, b| a || b);
        self.less("deny.reason", deny.reason.as_ref(), of(&floor.deny_reason), Need::max);
        let one_gate = truth(&floor.one_gate_per_person);
        self.less("one_gate_per_person", own.one_gate_per_person.as_ref(), one_gate, |a, b| a || b);
        self.less("carry_over", own.carry_over.as_ref(), truth(&floor.carry_over), |a, b| a && b);
    }

    fn severity(&mut self) {
        let (own, floor) = (self.own.document.severity.clone().unwrap_or_default(), &self.floor.severity);
        type Key = fn(&SeverityDocument) -> Option<&Placed<Action>>;
        let keys: [(&str, Key, _); 5] = [
            ("severity.critical", |own| own.critical.as_ref(), &floor.critical),
            ("severity.high", |own| own.high.as_ref(), &floor.high),
            ("severity.medium", |own| own.medium.as_ref(), &floor.medium),
            ("severity.low", |own| own.low.as_ref(), &floor.low),
            ("severity.info", |own| own.info.as_ref(), &floor.info),
        ];
        for (key, of, floor) in keys {
            self.less(key, of(&own), (floor.value, floor.from.place), stricter_action);
        }
    }

    fn people(&mut self) {
        let floor = self.floor;
        if !floor.exclude.is_written() {
            return;
        }
        if let Some(own) = &self.own.document.exclude {
            let is_kept = |part| own.iter().any(|own| own.value == part);
            if floor.exclude.value.iter().any(|part| !is_kept(*part)) {
                let what = "`exclude` leaves out whom the owner's floor excludes".to_owned();
                self.say(own.place, "exclude", floor.exclude.from.place, what);
            }
        }
        if let Some(allowed) = &self.own.document.allow_self
            && allowed.as_option().is_some()
            && floor.allow_self.is_none()
            && !floor.exclude.value.is_empty()
        {
            let what = "`allow_self` lets people approve whom the owner's floor excludes".to_owned();
            self.say(allowed.place, "allow_self", floor.exclude.from.place, what);
        }
    }

    fn times(&mut self) {
        let floor = self.floor;
        if let (Some(own), true) = (&self.own.document.expires_after, floor.expires_after_ms.is_written())
            && own.as_millis() > floor.expires_after_ms.value
        {
            let what = "`expires_after` is longer than the owner's floor allows".to_owned();
            self.say(own.place, "expires_after", floor.expires_after_ms.from.place, what);
        }
        if let (Some(own), Some(wait)) = (&self.own.document.min_wait, &floor.min_wait_ms) {
            let own_ms = own.as_option().map_or(0, |span| span.as_millis());
            if own_ms < wait.value {
                let what = "`min_wait` is shorter than the owner's floor asks for".to_owned();
                self.say(own.place, "min_wait", wait.from.place, what);
            }
        }
    }

    /// A gate by the same name with a smaller quorum, and an approval by rule where the floor asks for people.
    fn approvals(&mut self, stack: &Stack<'_>) {
        let floor = self.floor;
        let (own, _) = crate::policy::effective::merge(stack, floor.expires_after_ms.value);
        for gate in own
            .gates
            .value
            .iter()
            .filter(|_| own.gates.from.place.is_some_and(|place| place.role == FileRole::Repository))
        {
            let same = |other: &&crate::policy::rules::GateRule| other.name.to_lowercase() == gate.name.to_lowercase();
            if let (Some(other), Some(place)) = (floor.gates.value.iter().find(same), gate.place)
                && gate.quorum < other.quorum
            {
                let what =
                    format!("the owner's floor asks for {} at `{}`, not {}", other.quorum, other.name, gate.quorum);
                self.say(place, "gates", other.place, what);
            }
        }
        if let Some(rule) = &self.own.document.auto_approve
            && matches!(rule.value, OrNone::Some(_))
            && !floor.gates.value.is_empty()
            && floor.auto_approve.is_none()
        {
            let what = "`auto_approve` alone never approves: the owner's floor asks for people".to_owned();
            self.say(rule.place, "auto_approve", floor.gates.from.place, what);
        }
    }
}
