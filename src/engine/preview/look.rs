//! One look: read the pull request, end what is outdated, begin the sheet, gather, show.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::{
    Against, Comment, CommitSha, DeploymentId, EnvironmentName, ForgeUser, Preview, PreviewEvent, Seen, Sheet,
};
use crate::ports::code::LiveDeployment;
use crate::ports::pulls::{PostedSheet, PullState};
use crate::ports::{PortError, Presence};
use crate::store::StoreError;

use super::super::Engine;
use super::super::gather::touch::{Change, touches};
use super::super::gather::{self, Proposal};
use super::bench::{Bench, Memory, stand_in};
use super::compose::{self, Ground, Section};
use super::sheet::Showing;
use super::{comment, end, trouble};

/// Most environments that one sheet speaks of.
const MAX_ENVIRONMENTS: usize = 3;
/// Longest one environment's evidence may take to gather. Shorter than a lease, which is renewed before each.
const GATHER_PATIENCE: Duration = Duration::from_secs(100);

/// Why a look came to no end of its own.
pub(super) enum Trouble {
    Port(PortError),
    Store(StoreError),
}

impl From<PortError> for Trouble {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Makes one claimed look. What fails outside is stored with the preview; an error is the store's own.
pub async fn look(engine: &Engine, claimed: Preview) -> Result<(), StoreError> {
    let outcome = match looked(engine, &claimed).await {
        Ok(seen) => end(engine, &claimed, PreviewEvent::Looked { asked: claimed.asked, seen }).await,
        Err(Trouble::Port(error)) => trouble::settle(engine, &claimed, &error).await,
        Err(Trouble::Store(error)) => Err(error),
    };
    match outcome {
        Err(StoreError::LeaseLost) => {
            tracing::warn!(preview.key = %claimed.key, "another replica took over the look at {}", claimed.key);
            Ok(())
        }
        Err(error) => {
            engine.store.release_preview(&claimed.key).await?;
            Err(error)
        }
        Ok(()) => Ok(()),
    }
}

/// A look under way.
struct Look<'a> {
    engine: &'a Engine,
    claimed: &'a Preview,
    pull: &'a PullState,
    showing: Showing<'a>,
    memory: Arc<Memory>,
}

async fn looked(engine: &Engine, claimed: &Preview) -> Result<Seen, Trouble> {
    let found = engine.forge.pull_request(&claimed.repository, claimed.key.number).await?;
    let (Presence::Found(pull), mark) = (found, claimed.key.mark()) else { return Ok(Seen::Closed) };
    let showing = Showing { engine, repository: &claimed.repository, mark: &mark };
    if let Some(old) = claimed.unfinished().filter(|old| !pull.is_open || old.commit != pull.head) {
        let composed = if pull.is_open { compose::outdated(&pull.head) } else { compose::closed() };
        showing.end_if_waiting(&old.commit, old.id, &composed).await?;
    }
    if !pull.is_open {
        return Ok(Seen::Closed);
    }
    let memory = Arc::new(Memory::new());
    Look { engine, claimed, pull: &pull, showing, memory }.made().await
}

impl Look<'_> {
    async fn made(&self) -> Result<Seen, Trouble> {
        let environments = self.environments().await?;
        let first = environments.first().unwrap_or(&self.engine.previews.settings.environment);
        let is_touched = touches(&self.bench(None), &self.change(first), self.engine.policy).await?;
        // Where one commit had a sheet, the next one needs one: somebody may wait for it.
        if !is_touched && self.claimed.sheet.is_none() && !self.engine.previews.settings.on_all {
            return Ok(Seen::Nothing { head: self.pull.head.clone() });
        }
        let posted = self.begin().await?;
        if !is_touched {
            let composed = compose::nothing(self.claimed.sheet.is_some());
            let shown = self.showing.end(Some(&posted), &self.pull.head, &composed, self.claimed.against).await?;
            return Ok(self.shown(&shown, self.claimed.comment));
        }
        let mut sections = Vec::new();
        for environment in &environments {
            self.hold().await?;
            sections.push(self.section(environment).await?);
        }
        self.hold().await?;
        let mut composed = compose::sheet(&self.pull.head, &sections, self.engine.previews.settings.conclusion);
        let said = comment::keep(self.engine, self.claimed, &posted, &sections, &composed).await?;
        composed.add(said.remark);
        let shown = self.showing.end(Some(&posted), &self.pull.head, &composed, self.claimed.against).await?;
        Ok(self.shown(&shown, said.comment))
    }

    fn change<'c>(&'c self, environment: &'c EnvironmentName) -> Change<'c> {
        Change {
            repository: &self.claimed.repository,
            start: self.pull.start.as_ref(),
            head: &self.pull.head,
            paths: &self.pull.changed,
            is_cut: self.pull.changed_cut,
            environment,
        }
    }

    fn shown(&self, shown: &PostedSheet, comment: Comment) -> Seen {
        Seen::Shown { head: self.pull.head.clone(), sheet: shown.id, comment }
    }

    /// Where the change would go: where earlier requests of the repository went, newest first.
    async fn environments(&self) -> Result<Vec<EnvironmentName>, Trouble> {
        let key = &self.claimed.key;
        let known = self.engine.store.environments_of(&key.host, key.repository, MAX_ENVIRONMENTS).await?;
        let usual = || vec![self.engine.previews.settings.environment.clone()];
        Ok(if known.is_empty() { usual() } else { known })
    }

    /// Notes that there will be a sheet, then finds or makes it: after a crash in between it is found by its mark.
    async fn begin(&self) -> Result<PostedSheet, Trouble> {
        let head = &self.pull.head;
        let known = self.claimed.sheet_at(head).and_then(|sheet| sheet.id);
        if self.claimed.unfinished().is_none_or(|sheet| sheet.commit != *head) {
            self.note_begun(head).await?;
        }
        Ok(self.showing.begin(head, known, &compose::gathering()).await?)
    }

    async fn note_begun(&self, head: &CommitSha) -> Result<(), StoreError> {
        let at = self.engine.clock.now();
        let job = Arc::new((self.claimed.key.clone(), PreviewEvent::Begun { head: head.clone() }));
        self.engine
            .store
            .write(move |tx| {
                let job = Arc::clone(&job);
                Box::pin(async move {
                    let (key, event) = &*job;
                    let before = tx.lock_preview(key).await?;
                    match crate::domain::preview::take(key, before, event, at) {
                        Some(after) => tx.save_claimed_preview(&after).await,
                        None => Err(StoreError::LeaseLost),
                    }
                })
            })
            .await
    }

    /// Keeps others off for the next step.
    async fn hold(&self) -> Result<(), StoreError> {
        let is_ours = self.engine.store.renew_preview(&self.claimed.key, self.engine.clock.now()).await?;
        if is_ours { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    fn bench(&self, live: Option<LiveDeployment>) -> Bench {
        Bench { forge: Arc::clone(&self.engine.forge), memory: Arc::clone(&self.memory), live }
    }

    /// What the gate of one environment will say.
    async fn section(&self, environment: &EnvironmentName) -> Result<Section, Trouble> {
        let repository = &self.claimed.repository;
        let live = match self.claimed.against {
            Against::Live => self.engine.forge.live(repository, environment, &[]).await?,
            Against::Start => None,
        };
        let (live, ground) = self.ground(live);
        let actors: Vec<ForgeUser> = self.pull.author.iter().cloned().collect();
        let own: [DeploymentId; 0] = [];
        let now = self.engine.clock.now();
        let proposal = Proposal {
            own: &own,
            actors: &actors,
            ..Proposal::without_run(repository, environment, &self.pull.head, now)
        };
        let bench = self.bench(live);
        let gathering = gather::gather(&bench, &proposal, self.engine.policy);
        let gathered = tokio::time::timeout(GATHER_PATIENCE, gathering).await;
        let late = |_| PortError::retry("gather the evidence", "it takes too long");
        let gathered = gathered.map_err(late)??;
        Ok(Section {
            environment: environment.clone(),
            ground,
            evidence: gathered.evidence,
            actions: gathered.checks.actions,
            policy: gathered.policies.now,
        })
    }

    /// What is compared with, and how that is to be said.
    fn ground(&self, live: Option<LiveDeployment>) -> (Option<LiveDeployment>, Ground) {
        let is_wanted = self.claimed.against == Against::Start;
        match (live, &self.pull.start) {
            (Some(live), _) => (Some(live), Ground::Live),
            (None, Some(start)) => {
                let ground = Ground::Start { branch: self.pull.base.clone(), commit: start.clone(), is_wanted };
                (Some(stand_in(start.clone())), ground)
            }
            (None, None) => (None, Ground::Nothing),
        }
    }
}

/// The sheet that somebody may be waiting for, as the store knows it now.
pub(super) async fn awaited(engine: &Engine, claimed: &Preview) -> Result<Option<Sheet>, StoreError> {
    let now = engine.store.preview(&claimed.key).await?;
    let unfinished = now.as_ref().and_then(Preview::unfinished).cloned();
    let everywhere = engine.previews.settings.on_all.then(|| Sheet {
        commit: claimed.head.clone(),
        id: claimed.sheet_at(&claimed.head).and_then(|sheet| sheet.id),
        is_finished: false,
    });
    Ok(unfinished.or(everywhere))
}
