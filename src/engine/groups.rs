//! Groups of people, read live behind their memberships (R16): who belongs, and why nobody counts through what cannot be
//! read. A name stands for the id it had first, or for nobody (R13).

mod pinned;
mod reading;

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;

use super::Engine;
use super::live::Freshness;
use crate::domain::group::Group;
use crate::domain::{Access, ChatUser, ForgeUserId, Membership, Repository, Request, Unusable};
use crate::ports::PortError;

pub use reading::{People, Reading};

/// Everything that the policies of a request ask about people, each once.
pub fn asked(request: &Request) -> BTreeSet<Membership> {
    let groups = request.policies().flat_map(|policy| {
        let gates = policy.gates.iter().map(|gate| &gate.group);
        let glass = policy.break_glass.iter().flat_map(|glass| std::iter::once(&glass.group).chain(&glass.review_by));
        gates.chain(glass).chain(policy.timing.escalate.iter().map(|escalate| &escalate.to))
    });
    groups.flat_map(|group| &group.members).cloned().collect()
}

/// The people of each membership of a group, and where they were read.
///
/// # Errors
/// What may pass when tried again: then nothing is known of the group, not even that it is empty (H21).
pub async fn members(
    engine: &Engine,
    repository: &Repository,
    group: &Group,
    how: Freshness,
) -> Result<BTreeMap<Membership, Reading>, PortError> {
    let readings = group.members.iter().map(async |membership| {
        let reading = reading::of(engine, repository, membership, how).await?;
        Ok::<_, PortError>((membership.clone(), reading))
    });
    Ok(try_join_all(readings).await?.into_iter().collect())
}

/// Somebody of whom memberships are asked.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    pub chat: &'a ChatUser,
    /// The linked account of the forge, and what it may do in the repository.
    pub account: Option<(ForgeUserId, Access)>,
}

/// Which memberships somebody has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memberships {
    pub held: BTreeSet<Membership>,
    /// What nobody counts through for now, and why.
    pub unusable: BTreeMap<Membership, Unusable>,
}

/// Which of `asked` somebody has. What cannot be theirs is not read at all.
///
/// # Errors
/// What may pass when tried again.
pub async fn memberships(
    engine: &Engine,
    repository: &Repository,
    person: Person<'_>,
    asked: &BTreeSet<Membership>,
    how: Freshness,
) -> Result<Memberships, PortError> {
    let answers = asked.iter().map(async |membership| {
        let has = match person.has(membership) {
            Has::Said(has) => Ok(has),
            Has::Asked => {
                let reading = reading::of(engine, repository, membership, how).await?;
                reading.people.map(|people| person.is_among(&people))
            }
        };
        Ok::<_, PortError>((membership.clone(), has))
    });
    let mut found = Memberships::default();
    for (membership, has) in try_join_all(answers).await? {
        match has {
            Ok(true) => drop(found.held.insert(membership)),
            Ok(false) => {}
            Err(unusable) => drop(found.unusable.insert(membership, unusable)),
        }
    }
    Ok(found)
}

/// How it is known whether somebody has a membership.
enum Has {
    /// By what is known of them.
    Said(bool),
    /// By reading who has it.
    Asked,
}

impl Person<'_> {
    fn has(&self, membership: &Membership) -> Has {
        match membership {
            Membership::Access(least) => Has::Said(self.account.is_some_and(|(_, access)| access >= *least)),
            Membership::ChatUser { user } => Has::Said(self.chat.user == *user),
            Membership::Team { .. } | Membership::Account { .. } if self.account.is_none() => Has::Said(false),
            Membership::Team { .. } | Membership::Account { .. } | Membership::ChatGroup { .. } => Has::Asked,
        }
    }

    fn is_among(&self, people: &People) -> bool {
        match people {
            People::Accounts(accounts) => {
                let own = self.account.map(|(id, _)| id);
                accounts.iter().any(|account| Some(account.id) == own && !account.is_bot)
            }
            People::ChatUsers(users) => users.contains(&self.chat.user),
            People::Unlisted => false,
        }
    }
}
