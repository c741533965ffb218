//! Whether there can be enough people for every gate, as far as the file itself names them (R11).

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::finding::{Finding, Rule};
use crate::policy::rules::{EnvironmentRules, GateRule, GroupRule, Member};

pub(super) fn check(rules: &EnvironmentRules) -> Vec<Finding> {
    let gates = &rules.gates.value;
    let mut findings: Vec<Finding> = gates.iter().filter_map(|gate| of_gate(gate, rules)).collect();
    if findings.iter().all(|finding| !finding.is_error()) && rules.one_gate_per_person.value {
        findings.extend(all_together(gates));
    }
    findings
}

/// The people of a group, where only people are named; teams and roles can have any number.
fn named(group: &GroupRule) -> Option<BTreeSet<&Member>> {
    let is_person = |member: &Member| matches!(member, Member::Account { .. } | Member::ChatUser { .. });
    group.members.iter().all(is_person).then(|| group.members.iter().collect())
}

fn of_gate(gate: &GateRule, rules: &EnvironmentRules) -> Option<Finding> {
    let place = gate.place?;
    let path = format!("{}.quorum", gate.path);
    let people = named(&gate.group)?.len();
    let needed = usize::try_from(gate.quorum).unwrap_or(usize::MAX);
    let (name, group) = (&gate.name, &gate.group.name);
    match people {
        // Said where the group is described, or referred to.
        0 => None,
        people if needed > people => {
            let what = format!("the quorum of `{name}` is {needed}, and the group `{group}` names {}", count(people));
            Some(Finding::error(Rule::QuorumTooLarge, place, path, what).help(format!("at most {people}")))
        }
        people if needed == people && !rules.exclude.value.is_empty() && rules.allow_self.is_none() => {
            let all = match people {
                1 => "the one person".to_owned(),
                more => format!("all {more}"),
            };
            let what = format!(
                "the quorum of `{name}` needs {all} of `{group}`: a change that one of them had a hand in can never be approved"
            );
            let help = "name more people, ask for fewer, or see `allow_self`";
            Some(Finding::warning(Rule::QuorumTight, place, path, what).help(help))
        }
        _ => None,
    }
}

fn count(people: usize) -> String {
    match people {
        1 => "1 person".to_owned(),
        more => format!("{more} people"),
    }
}

/// Places that are tried to be filled: far more than people are named by hand.
const MAX_SEATS: usize = 200;

/// One person fills one place of a request. Gates with a condition may be skipped, so only the others are sure to need theirs.
fn all_together(gates: &[GateRule]) -> Option<Finding> {
    let is_sure = |gate: &&GateRule| gate.when.is_none();
    let gates: Vec<(&GateRule, BTreeSet<&Member>)> =
        gates.iter().filter(is_sure).filter_map(|gate| Some((gate, named(&gate.group)?))).collect();
    // A group of nobody is told where it is described, or referred to.
    let gates: Vec<_> = gates.into_iter().filter(|(_, people)| !people.is_empty()).collect();
    let people: BTreeSet<&Member> = gates.iter().flat_map(|(_, people)| people.iter().copied()).collect();
    let mut table = Table::default();
    for (gate, of_gate) in &gates {
        let choices: Vec<usize> =
            people.iter().enumerate().filter(|(_, person)| of_gate.contains(*person)).map(|(at, _)| at).collect();
        for _ in 0..gate.quorum {
            if table.choices.len() >= MAX_SEATS {
                return None;
            }
            if !table.seat(choices.clone()) {
                let needed: u64 = gates.iter().map(|(gate, _)| u64::from(gate.quorum)).sum();
                let (name, people) = (&gate.name, people.len());
                let what = format!(
                    "`{name}` cannot be passed together with the other gates: they need {needed} different people, and their \
                     groups name {}",
                    count(people)
                );
                let finding = Finding::error(Rule::QuorumTooLarge, gate.place?, gate.path.clone(), what);
                return Some(finding.help("name more people, or write `one_gate_per_person: false`"));
            }
        }
    }
    None
}

/// Seats and who sits on them; people move over to make room.
#[derive(Default)]
struct Table {
    /// Who can sit on each seat.
    choices: Vec<Vec<usize>>,
    /// The seat of each person who has one.
    seats: BTreeMap<usize, usize>,
}

impl Table {
    /// Adds a seat; false when nobody can be found for it.
    fn seat(&mut self, choices: Vec<usize>) -> bool {
        let seat = self.choices.len();
        self.choices.push(choices);
        self.fill(seat, &mut BTreeSet::new())
    }

    /// Recursion is bounded by [`MAX_SEATS`].
    fn fill(&mut self, seat: usize, asked: &mut BTreeSet<usize>) -> bool {
        let choices = self.choices.get(seat).cloned().unwrap_or_default();
        for person in choices {
            if !asked.insert(person) {
                continue;
            }
            let moves = match self.seats.get(&person).copied() {
                None => true,
                Some(present) => self.fill(present, asked),
            };
            if moves {
                self.seats.insert(person, seat);
                return true;
            }
        }
        false
    }
}
