//! What requests have to do with one person: what is theirs to decide, what they started, what they have said.
//!
//! Nothing here decides: who could act is read from what was stored, and asked of the transition itself where that does not
//! say. At the click everything is read live.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::join_all;

use super::Engine;
use super::groups;
use super::live::Freshness;
use super::people::{self, LinkedAccount, look_up};
use crate::domain::{
    Ballot, ChatUser, Choice, Event, ForgeUserId, GateState, Human, Membership, Phase, Refusal, Repository,
    RepositoryId, Request, Voter, Whisper, Words, flags_to_tick, transition,
};
use crate::ports::chat::Stake;
use crate::store::StoreError;

/// Repositories in which one person is looked up for one list, and how long that may take.
const MAX_LOOK_UPS: usize = 12;
const PATIENCE: Duration = Duration::from_secs(2);

/// One person who reads lists of requests.
pub(super) struct Reader<'a> {
    engine: &'a Engine,
    pub(super) user: &'a ChatUser,
    pub(super) account: Option<LinkedAccount>,
}

impl<'a> Reader<'a> {
    pub(super) async fn of(engine: &'a Engine, user: &'a ChatUser) -> Result<Self, StoreError> {
        Ok(Self { engine, user, account: people::account_of(engine, user).await? })
    }

    /// The stake in each of `requests`, in their order.
    pub(super) async fn stakes(&self, requests: &[Request]) -> Vec<Stake> {
        let known: Vec<Option<Stake>> = requests.iter().map(|request| self.known(request)).collect();
        let unclear = requests.iter().zip(&known).filter(|(_, known)| known.is_none());
        let voters = self.look_up(unclear.map(|(request, _)| request)).await;
        let judged = |request: &Request| match voters.get(&request.repository.id) {
            Some(voter) if self.could_approve(request, voter) => Stake::Decide,
            Some(_) => self.otherwise(request),
            None => Stake::Unchecked,
        };
        let stakes = requests.iter().zip(known);
        stakes.map(|(request, known)| known.unwrap_or_else(|| judged(request))).collect()
    }

    /// What is stored says, or nothing where the people of an open gate were not read whole.
    fn known(&self, request: &Request) -> Option<Stake> {
        if request.phase != Phase::Open {
            return Some(self.otherwise(request));
        }
        if request.votes.iter().any(|vote| !vote.struck && vote.voter.chat == *self.user) {
            return Some(Stake::Spoken);
        }
        let open = request.progress().into_iter().filter(|gate| gate.state == GateState::Open);
        let mut is_whole = true;
        for gate in open {
            let roster = request.roster.as_ref().and_then(|roster| roster.of(gate.role, &gate.name));
            let Some(roster) = roster else {
                is_whole = false;
                continue;
            };
            if roster.people.iter().any(|one| one.chat.as_ref() == Some(self.user) || self.is(&one.human)) {
                return Some(Stake::Decide);
            }
            is_whole &= roster.unread.is_none() && u32::try_from(roster.people.len()) == Ok(roster.total);
        }
        is_whole.then(|| self.otherwise(request))
    }

    fn otherwise(&self, request: &Request) -> Stake {
        let account = self.account_id();
        let started = request.run.actors.iter().any(|actor| account == Some(actor.id));
        if started { Stake::Asked } else { Stake::None }
    }

    fn is(&self, human: &Human) -> bool {
        match human {
            Human::Forge(id) => self.account_id() == Some(*id),
            Human::Chat(chat) => chat == self.user,
        }
    }

    fn account_id(&self) -> Option<ForgeUserId> {
        self.account.as_ref().and_then(|account| account.id)
    }

    /// Who they are in the repositories of some requests; left out is what could not be read in time.
    async fn look_up<'r>(&self, requests: impl Iterator<Item = &'r Request>) -> BTreeMap<RepositoryId, Voter> {
        let mut wanted: BTreeMap<RepositoryId, (&Repository, BTreeSet<Membership>)> = BTreeMap::new();
        for request in requests {
            let asked = groups::asked(request);
            wanted.entry(request.repository.id).or_insert((&request.repository, BTreeSet::new())).1.extend(asked);
        }
        let looking = wanted.into_iter().take(MAX_LOOK_UPS).map(async |(id, (repository, asked))| {
            let found = look_up(self.engine, repository, self.user, &asked, Freshness::Kept);
            let found = tokio::time::timeout(PATIENCE, found).await.ok()?;
            found.ok().map(|found| (id, found.voter))
        });
        join_all(looking).await.into_iter().flatten().collect()
    }

    /// Asks the transition, on a copy, whether an approval with everything it needs would count.
    fn could_approve(&self, request: &Request, voter: &Voter) -> bool {
        // Check runs that became worse are read again at the click; here they were not read at all.
        matches!(
            trial(request, voter, Choice::Approve, self.engine.clock.now()),
            None | Some(Refusal::ChecksWorse { .. })
        )
    }
}

/// Why a word of `voter` would not count, if it would not: everything that the policy asks for besides is taken as given.
pub(super) fn trial(
    request: &Request,
    voter: &Voter,
    choice: Choice,
    now: crate::domain::Timestamp,
) -> Option<Refusal> {
    let ballot = Ballot {
        voter: voter.clone(),
        choice,
        reason: Some(Words::new("a reason")),
        ticks: flags_to_tick(request, now).into_iter().map(|flag| flag.print.clone()).collect(),
        means_older: true,
        seen: request.evidence.as_ref().map(|evidence| evidence.digest.short().to_owned()).unwrap_or_default(),
        received: now,
        fresh: None,
        ci: None,
    };
    match transition(Some(request.clone()), &Event::Voted(ballot), now).answer {
        Some(Whisper::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}
