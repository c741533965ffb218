//! Who could act on each gate (R11): read from the groups that a policy names, for telling people and for finding out early
//! that nobody could. It gives nobody a right, and nothing waits for it.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::try_join_all;

use super::Engine;
use super::groups::{self, People, Reading};
use super::live::{self, Freshness};
use super::people::{account_of, chats_of};
use crate::domain::roster::MAX_PEOPLE;
use crate::domain::{
    Candidate, ChatStanding, ChatUser, ForgeUser, FrozenPolicy, Gate, GateRoster, Human, Membership, Request, Roster,
};
use crate::store::StoreError;

/// People of one group who are looked for on the other side: some more than are ever named, as some have a hand in the change.
const LOOKED_FOR: usize = 2 * MAX_PEOPLE;
/// People of one group whom the chat is asked about: as many as are ever named in a message. More would leave the chat's
/// limit too little for those who click.
const ASKED_ABOUT: usize = 20;
/// How long the chat may take to say who somebody is.
const PATIENCE: Duration = Duration::from_secs(2);

/// The people of every gate of `policies` that asks somebody and whose group can be listed.
pub(super) async fn read(engine: &Engine, request: &Request, policies: &[&FrozenPolicy]) -> Result<Roster, StoreError> {
    let gates = policies.iter().flat_map(|policy| {
        let asking = policy.gates.iter().filter(|gate| policy.asks_at(gate) && is_listed(gate));
        asking.map(|gate| (*policy, gate))
    });
    let gates = gates.map(|(policy, gate)| of_gate(engine, request, policy, gate));
    Ok(Roster { gates: try_join_all(gates).await? })
}

/// Nobody lists those who may do something in a repository: it is asked of each person at their click.
fn is_listed(gate: &Gate) -> bool {
    !gate.group.members.iter().any(|membership| matches!(membership, Membership::Access(_)))
}

async fn of_gate(
    engine: &Engine,
    request: &Request,
    policy: &FrozenPolicy,
    gate: &Gate,
) -> Result<GateRoster, StoreError> {
    let read = groups::members(engine, &request.repository, &gate.group, Freshness::Kept).await;
    let readings = match read {
        Ok(readings) => readings,
        Err(error) => return Ok(GateRoster::of(request, policy, gate, Vec::new(), Some(error.to_string()))),
    };
    let mut unread: Vec<String> = readings.iter().filter_map(unusable).collect();
    let mut members = Vec::new();
    for people in readings.into_values().filter_map(|reading| reading.people.ok()) {
        match people {
            People::Accounts(accounts) => members.extend(of_accounts(engine, &accounts).await?),
            People::ChatUsers(users) => match engine.workspace.chat.workspace().await {
                Ok(workspace) => members.extend(of_chat(engine, &workspace, &users).await?),
                Err(error) => unread.push(error.to_string()),
            },
            People::Unlisted => {}
        }
    }
    let unread = (!unread.is_empty()).then(|| unread.join("; "));
    Ok(GateRoster::of(request, policy, gate, members, unread))
}

/// What cannot be read of a group, in words.
fn unusable((membership, reading): (&Membership, &Reading)) -> Option<String> {
    reading.people.as_ref().err().map(|unusable| unusable.words(membership))
}

/// Each with the chat account that is tied to it. Who is further down the list than anybody is ever named is counted, and
/// not looked for.
async fn of_accounts(engine: &Engine, accounts: &[ForgeUser]) -> Result<Vec<Candidate>, StoreError> {
    let people = accounts.iter().filter(|account| !account.is_bot).enumerate().map(async |(place, account)| {
        let chats = if place < LOOKED_FOR { chats_of(engine, account).await? } else { BTreeSet::new() };
        let chat = match chats.into_iter().next() {
            Some(user) => is_there(engine, place, &user).await.then_some(user),
            None => None,
        };
        let login = Some(account.login.clone());
        Ok::<_, StoreError>(Candidate { human: Human::Forge(account.id), chat, login })
    });
    try_join_all(people).await
}

/// People of the chat who are still there. Who is tied to no account of the forge counts where the policy takes the chat's
/// word; elsewhere they would count as soon as they link theirs.
async fn of_chat(engine: &Engine, workspace: &str, users: &BTreeSet<String>) -> Result<Vec<Candidate>, StoreError> {
    let people = users.iter().enumerate().map(async |(place, user)| {
        let chat = ChatUser { workspace: workspace.to_owned(), user: user.clone() };
        if !is_there(engine, place, &chat).await {
            return Ok(None);
        }
        let account = if place < LOOKED_FOR { account_of(engine, &chat).await? } else { None };
        let human = match account.as_ref().and_then(|account| account.id) {
            Some(id) => Human::Forge(id),
            None => Human::Chat(chat.clone()),
        };
        Ok::<_, StoreError>(Some(Candidate { human, chat: Some(chat), login: account.map(|account| account.login) }))
    });
    Ok(try_join_all(people).await?.into_iter().flatten().collect())
}

/// User groups go on listing people who are gone, and guests. Who is not asked about, for their place in the list or as the
/// chat does not answer, is taken to be there: at the click everybody is looked up.
async fn is_there(engine: &Engine, place: usize, user: &ChatUser) -> bool {
    if place >= ASKED_ABOUT {
        return true;
    }
    let asked = tokio::time::timeout(PATIENCE, live::standing(engine, user, Freshness::Kept)).await;
    asked.ok().and_then(Result::ok).is_none_or(|standing| standing == ChatStanding::Member)
}
