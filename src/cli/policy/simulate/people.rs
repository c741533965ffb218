//! Who votes in a simulation: as stored, as said on the command line, or as the gate that a vote names implies.

use super::super::{PersonArgument, SimulateArguments};
use super::a_reason;
use super::case::Subject;
use crate::domain::{
    Access, ChatStanding, ChatUser, Digest, Evidence, ForgeUser, ForgeUserId, Group, Link, Membership, PolicyFound,
    Voter,
};
use crate::policy::simulate::Word;

/// The workspace of people who are made up.
const WORKSPACE: &str = "local";

/// Those who are typed.
pub(super) struct People<'a> {
    pub(super) subject: &'a Subject,
    pub(super) arguments: &'a SimulateArguments,
    pub(super) found: &'a PolicyFound,
}

impl People<'_> {
    /// The votes that were typed, and what was taken as given of those who give them.
    pub(super) fn words(&self) -> (Vec<Word>, Vec<String>) {
        let (mut voters, mut notes): (Vec<(&str, Voter)>, _) = (Vec::new(), Vec::new());
        let mut words = Vec::new();
        for vote in &self.arguments.votes {
            let name = vote.person.as_str();
            let voter = match voters.iter().find(|(known, _)| *known == name) {
                Some((_, voter)) => voter.clone(),
                None => {
                    let taken: Vec<&Voter> = voters.iter().map(|(_, voter)| voter).collect();
                    let (voter, said) = self.voter(name, &taken);
                    notes.extend(said);
                    voters.push((name, voter.clone()));
                    voter
                }
            };
            let (reason, ticks, at) = (a_reason(), None, self.subject.at);
            words.push(Word { voter, choice: vote.choice, reason, ticks, at });
        }
        (words, notes)
    }

    fn voter(&self, name: &str, others: &[&Voter]) -> (Voter, Vec<String>) {
        let stored = self.subject.votes.iter().map(|vote| &vote.voter).find(|voter| goes_by(voter, name));
        if let Some(voter) = stored {
            return (with_what_is_said(by_login(voter.clone()), &self.arguments.people), Vec::new());
        }
        let account = account(&self.subject.evidence, &self.subject.case.ask.run.actors, name);
        let chat = ChatUser { workspace: WORKSPACE.to_owned(), user: name.to_owned() };
        let (standing, access) = (ChatStanding::Member, Access::None);
        let link = Link::Linked { forge: account };
        let voter = by_login(Voter { chat, standing, link, access, memberships: Default::default() });
        match self.arguments.people.iter().any(|said| said.name == name) {
            true => (self.described(voter, name), Vec::new()),
            false => self.by_gates(voter, name, others),
        }
    }

    fn described(&self, mut voter: Voter, name: &str) -> Voter {
        let login = self.arguments.people.iter().find(|said| said.name == name).and_then(|said| said.login.as_deref());
        if let Some(login) = login {
            let forge = account(&self.subject.evidence, &self.subject.case.ask.run.actors, login);
            voter.link = Link::Linked { forge };
            voter.memberships.clear();
        }
        // Asked for by the name, which a login may have taken the place of.
        let said: Vec<&PersonArgument> = self.arguments.people.iter().filter(|said| said.name == name).collect();
        said.into_iter().fold(by_login(voter), take)
    }

    /// Somebody of whom nothing is said belongs to the groups of the gates that their votes name.
    fn by_gates(&self, mut voter: Voter, name: &str, others: &[&Voter]) -> (Voter, Vec<String>) {
        let of_person = self.arguments.votes.iter().filter(|vote| vote.person == name);
        let named: Vec<&str> = of_person.filter_map(|vote| vote.gate.as_deref()).collect();
        if named.is_empty() {
            return (voter, vec![format!("nothing is known of {name}: say it with --name, or name a gate as @GATE")]);
        }
        let PolicyFound::Policies(policies) = self.found else { return (voter, Vec::new()) };
        let gates = policies.all().flat_map(|policy| &policy.gates).filter(|gate| named.contains(&gate.name.as_str()));
        let mut notes = Vec::new();
        for gate in gates {
            let note = match belong(&mut voter, &gate.group, others) {
                true => format!("{name} is taken for one of {}: a vote names {}", gate.group.words(), gate.name),
                false => format!("{name} is none of {}: that group lists people by name", gate.group.words()),
            };
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        (voter, notes)
    }
}

/// Makes somebody one of a group, unless it lists others by name.
fn belong(voter: &mut Voter, group: &Group, others: &[&Voter]) -> bool {
    if group.has(voter) {
        return true;
    }
    let by_name =
        |membership: &&Membership| matches!(membership, Membership::Account { .. } | Membership::ChatUser { .. });
    let mut open = group.members.iter().filter(|membership| !by_name(membership)).peekable();
    if open.peek().is_some() {
        for membership in open {
            match membership {
                Membership::Access(access) => voter.access = voter.access.max(*access),
                membership => {
                    voter.memberships.insert(membership.clone());
                }
            }
        }
        return true;
    }
    let free = group.members.iter().find_map(|membership| match membership {
        Membership::ChatUser { user } if !others.iter().any(|other| other.chat.user == *user) => Some(user),
        _ => None,
    });
    let Some(user) = free else { return false };
    voter.chat.user.clone_from(user);
    true
}

fn goes_by(voter: &Voter, name: &str) -> bool {
    voter.chat.user == name || voter.link.forge().is_some_and(|forge| forge.login.eq_ignore_ascii_case(name))
}

/// A stored or made-up person with what the command line says of them, by login or chat account.
pub(super) fn with_what_is_said(voter: Voter, said: &[PersonArgument]) -> Voter {
    let about: Vec<&PersonArgument> = said.iter().filter(|one| goes_by(&voter, &one.name)).collect();
    about.into_iter().fold(voter, take)
}

fn take(mut voter: Voter, said: &PersonArgument) -> Voter {
    if let Some(user) = &said.chat {
        voter.chat.user.clone_from(user);
    }
    if said.unlinked {
        voter.link = Link::None;
        voter.access = Access::None;
    }
    voter.access = said.access.unwrap_or(voter.access);
    voter.standing = said.standing.unwrap_or(voter.standing);
    voter.memberships.extend(said.memberships.iter().cloned());
    voter
}

/// An account belongs to itself, whoever looked it up.
pub(super) fn by_login(mut voter: Voter) -> Voter {
    if let Link::Linked { forge } = &voter.link {
        voter.memberships.insert(Membership::Account { login: forge.login.to_lowercase() });
    }
    voter
}

/// The account of that login: one with a hand in the change, or one that is made up.
pub(super) fn account(evidence: &Evidence, actors: &[ForgeUser], login: &str) -> ForgeUser {
    let contributors = evidence.contributors.iter().filter_map(|contributor| contributor.user.as_ref());
    let openers = evidence.pull_requests.iter().filter_map(|pull| pull.author.as_ref());
    let mut known = contributors.chain(openers).chain(actors);
    known.find(|user| user.login.eq_ignore_ascii_case(login)).cloned().unwrap_or_else(|| made_up(login))
}

/// The same number for the same login.
pub(super) fn made_up(login: &str) -> ForgeUser {
    let digest = Digest::of(login.to_lowercase().as_bytes());
    let id = digest.as_bytes().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
    ForgeUser { id: ForgeUserId::new(id), login: login.to_owned(), is_bot: false }
}
