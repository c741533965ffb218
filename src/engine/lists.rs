//! Requests on their way into a list: with their evidence, what they have to do with the reader, and where they stand.

use std::collections::BTreeMap;

use futures::future::join_all;

use super::Engine;
use super::shown::Scene;
use super::stakes::Reader;
use crate::domain::{Freeze, Request, Timestamp};
use crate::ports::chat::{Board, Entry, FreezeShown, Stake};
use crate::store::StoreError;

/// One request of a list.
pub(super) struct Item {
    pub(super) request: Request,
    pub(super) stake: Stake,
    scene: Scene,
    link: Option<String>,
}

impl Item {
    /// A request whose evidence is not read: for what is drawn without.
    pub(super) fn bare(request: Request, stake: Stake) -> Self {
        Self { request, stake, scene: Scene::default(), link: None }
    }

    pub(super) async fn whole(engine: &Engine, request: Request, stake: Stake) -> Result<Self, StoreError> {
        let mut item = Self::bare(request, stake);
        item.complete(engine).await?;
        Ok(item)
    }

    /// Reads what the entry is drawn from.
    pub(super) async fn complete(&mut self, engine: &Engine) -> Result<(), StoreError> {
        self.scene = Scene::of(&engine.store, &self.request).await?;
        self.link = self.request.message.as_ref().and_then(|message| engine.workspace.chat.link_to(message));
        Ok(())
    }

    pub(super) fn board(&self, now: Timestamp) -> Board<'_> {
        self.scene.board(&self.request, now)
    }

    pub(super) fn entry(&self, now: Timestamp) -> Entry<'_> {
        Entry { board: self.board(now), stake: &self.stake, link: self.link() }
    }

    pub(super) fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }
}

pub(super) fn entries(items: &[Item], now: Timestamp) -> Vec<Entry<'_>> {
    items.iter().map(|item| item.entry(now)).collect()
}

/// Those of `requests` that the reader may see, with what they have to do with them. What stands in a channel is for whoever
/// may read the channel; what is theirs, they may see wherever it stands; what is another workspace's, never.
pub(super) async fn visible(engine: &Engine, reader: &Reader<'_>, mut requests: Vec<Request>) -> Vec<Item> {
    requests.retain(|request| engine.is_ours(request));
    let stakes = reader.stakes(&requests).await;
    let items = requests.into_iter().zip(stakes).map(|(request, stake)| Item::bare(request, stake));
    let items: Vec<Item> = items.collect();
    let mut channels: BTreeMap<&str, bool> =
        items.iter().filter_map(|item| Some((item.request.message.as_ref()?.channel.as_str(), false))).collect();
    let looks = channels.keys().map(async |channel| {
        let sees = engine.workspace.chat.sees(reader.user, channel).await;
        (*channel, sees.unwrap_or(false))
    });
    let seen = join_all(looks.collect::<Vec<_>>()).await;
    channels.extend(seen);
    let readable = |item: &Item| {
        let message = item.request.message.as_ref();
        message.is_some_and(|message| channels.get(message.channel.as_str()).copied().unwrap_or(false))
    };
    let is_shown: Vec<bool> =
        items.iter().map(|item| !matches!(item.stake, Stake::None | Stake::Unchecked) || readable(item)).collect();
    items.into_iter().zip(is_shown).filter(|(_, is_shown)| *is_shown).map(|(item, _)| item).collect()
}

/// Freezes of this workspace's requests that stand or begin later, with what their repositories are called now.
pub(super) async fn freezes(engine: &Engine, now: Timestamp) -> Result<Vec<FreezeShown>, StoreError> {
    let mut shown = Vec::new();
    for freeze in engine.store.freezes(now).await? {
        let request = newest_of(engine, &freeze).await?;
        let is_elsewhere = request.as_ref().is_some_and(|request| !engine.is_ours(request));
        if !is_elsewhere && freeze.is_of(&engine.workspace.id) {
            shown.push(FreezeShown { freeze, repository: request.map(|request| request.repository.full_name()) });
        }
    }
    Ok(shown)
}

pub(super) async fn named(engine: &Engine, freeze: Freeze) -> Result<FreezeShown, StoreError> {
    let repository = newest_of(engine, &freeze).await?.map(|request| request.repository.full_name());
    Ok(FreezeShown { freeze, repository })
}

/// The newest request of the one repository that a freeze is for: its names are the repository's.
pub(super) async fn newest_of(engine: &Engine, freeze: &Freeze) -> Result<Option<Request>, StoreError> {
    match freeze.repository {
        Some(id) => engine.store.newest_request_of(engine.forge.host(), id).await,
        None => Ok(None),
    }
}
