//! `freeze`, `freeze list` and `freeze lift`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::{Trouble, now};
use super::{Asked, answer_now};
use crate::domain::calendar::{Until, Zone};
use crate::domain::freeze::{LEAST_ACCESS, may_call};
use crate::domain::{Access, EnvironmentName, Freeze, Link, Membership, Repository, Timestamp, Voter};
use crate::engine::live::Freshness;
use crate::engine::people::look_up;
use crate::engine::{freeze, lists};
use crate::ports::chat::{Answer, ChatCommand, FreezeCommand};

/// The command's name, for what is said about its use.
const FREEZE: &str = "freeze";

impl Asked<'_> {
    pub(super) async fn freeze(&self, asked: FreezeCommand) -> Result<(), Trouble> {
        let at = now(self.engine);
        let repository = match &asked.repository {
            None => None,
            Some(name) => match self.engine.store.request_of_repository(name).await? {
                Some(request) if self.engine.is_ours(&request) => Some(request.repository),
                Some(_) | None => return self.tell(&Answer::NoRepository { typed: name }).await,
            },
        };
        let voter = self.caller(repository.as_ref()).await?;
        if let Err(refusal) = may_call(&voter, repository.is_some(), self.is_named()) {
            return self.refuse(&refusal).await;
        }
        let environment = match &asked.environment {
            None => None,
            Some(name) => match EnvironmentName::parse(name) {
                Some(name) => Some(name.as_str().to_owned()),
                None => return self.misused("that is no name of an environment").await,
            },
        };
        let until = match &asked.until {
            None => None,
            Some(until) => match self.moment(until, at).await? {
                Some(moment) => Some(moment),
                None => return self.misused("that time is over, or never comes").await,
            },
        };
        let called = Freeze {
            id: self.engine.ids.uuid(at).to_string(),
            workspace: self.engine.narrowed().unwrap_or_default().to_owned(),
            repository: repository.map(|repository| repository.id),
            environment,
            since: at,
            until,
            reason: asked.reason,
            by: name_of(&voter),
        };
        self.call(called, at).await
    }

    /// Stored with the delivery's end: a crash in between calls it once.
    async fn call(&self, called: Freeze, at: Timestamp) -> Result<(), Trouble> {
        let job = Arc::new((called.clone(), self.delivery.clone()));
        self.engine
            .store
            .write(move |tx| {
                let job = Arc::clone(&job);
                Box::pin(async move {
                    freeze::call_in(tx, &job.0, at).await?;
                    tx.finish_delivery(job.1.source, &job.1.id, at).await
                })
            })
            .await?;
        let shown = lists::named(self.engine, called).await?;
        answer_now(self.engine, self.reply, &Answer::Frozen(&shown)).await;
        Ok(())
    }

    pub(super) async fn freezes(&self) -> Result<(), Trouble> {
        let now = now(self.engine);
        let standing = lists::freezes(self.engine, now).await?;
        self.tell(&Answer::Freezes { standing: &standing, now }).await
    }

    pub(super) async fn lift(&self, id: &str) -> Result<(), Trouble> {
        let at = now(self.engine);
        let standing = lists::freezes(self.engine, at).await?;
        let mut meant = standing.into_iter().map(|shown| shown.freeze).filter(|freeze| freeze.id.ends_with(id));
        let (Some(freeze), None) = (meant.next(), meant.next()) else {
            return self.tell(&Answer::NoFreeze { typed: id }).await;
        };
        let repository = lists::newest_of(self.engine, &freeze).await?.map(|request| request.repository);
        let voter = self.caller(repository.as_ref()).await?;
        // What holds other workspaces' requests as well is not for this one to lift.
        let is_wider = freeze.workspace.is_empty() && self.engine.narrowed().is_some();
        let is_named = self.is_named() && (repository.is_some() || !is_wider);
        if let Err(refusal) = may_call(&voter, repository.is_some(), is_named) {
            return self.refuse(&refusal).await;
        }
        let job = Arc::new((freeze.id, name_of(&voter), self.delivery.clone()));
        let write = self.engine.store.write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let lifted = freeze::lift_in(tx, &job.0, &job.1, at).await?;
                tx.finish_delivery(job.2.source, &job.2.id, at).await?;
                Ok(lifted)
            })
        });
        match write.await? {
            Some(lifted) => {
                let shown = lists::named(self.engine, lifted).await?;
                answer_now(self.engine, self.reply, &Answer::Lifted(&shown)).await;
            }
            None => answer_now(self.engine, self.reply, &Answer::NoFreeze { typed: id }).await,
        }
        Ok(())
    }

    /// Who calls, as far as it matters: in one repository by the forge's word, else by the chat's alone.
    async fn caller(&self, repository: Option<&Repository>) -> Result<Voter, Trouble> {
        if let Some(repository) = repository {
            // What lifts a freeze rests on what is true now.
            let (asked, how) = (Membership::Access(LEAST_ACCESS), Freshness::Since(self.engine.workspace.live.mark()));
            return Ok(look_up(self.engine, repository, &self.reply.user, &BTreeSet::from([asked]), how).await?.voter);
        }
        let standing = self.engine.workspace.chat.standing(&self.reply.user).await?;
        let memberships = BTreeSet::new();
        Ok(Voter { chat: self.reply.user.clone(), standing, link: Link::None, access: Access::None, memberships })
    }

    /// Whether the operator lets them call freezes everywhere.
    fn is_named(&self) -> bool {
        self.engine.workspace.freezers.contains(&self.reply.user.user)
    }

    async fn moment(&self, until: &Until, at: Timestamp) -> Result<Option<Timestamp>, Trouble> {
        let chosen = self.engine.store.preferences(&self.reply.user).await?.quiet;
        let zone = match chosen {
            Some(quiet) => quiet.zone().clone(),
            None => self.engine.workspace.chat.zone(&self.reply.user).await?.unwrap_or_else(Zone::utc),
        };
        Ok(until.moment(at, &zone))
    }

    async fn misused(&self, why: &str) -> Result<(), Trouble> {
        self.tell(&Answer::Misused(&ChatCommand::Misused { command: FREEZE, why: why.to_owned() })).await
    }
}

/// As people read it: the login where one is linked.
fn name_of(voter: &Voter) -> String {
    voter.link.forge().map_or_else(|| voter.chat.user.clone(), |forge| forge.login.clone())
}
