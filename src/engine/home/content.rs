//! What stands on somebody's page, read from what is stored.

use std::collections::BTreeMap;

use crate::domain::time::DAY_MS;
use crate::domain::{ChatStanding, ChatUser, Phase, RepositoryId, Request, Timestamp};
use crate::engine::Engine;
use crate::engine::lists::{self, Item};
use crate::engine::stakes::Reader;
use crate::ports::chat::{Filter, FreezeShown, Home, HomeClosed, HomeContent, HomePlace, Stake};
use crate::store::{RequestFilter, StoreError};

/// Requests looked at: those that wait, and the newest of all.
const MAX_OPEN: usize = 300;
const MAX_RECENT: usize = 80;
/// Entries of one page, and of each of its other sections.
const PAGE: usize = 8;
const MAX_ASKED: usize = 5;
const MAX_DECIDED: usize = 8;
/// How long something that ended counts as recent.
const RECENT_MS: i64 = 3 * DAY_MS;

/// What stands on a page.
pub(super) enum Content {
    Closed(HomeClosed),
    Open(Box<Whole>),
}

pub(super) struct Whole {
    place: HomePlace,
    pages: usize,
    repositories: Vec<(RepositoryId, String)>,
    waiting: Vec<Item>,
    mine: usize,
    all: usize,
    asked: Vec<Item>,
    recent: Vec<Item>,
    freezes: Vec<FreezeShown>,
    login: Option<String>,
    now: Timestamp,
}

impl Content {
    pub(super) async fn read(engine: &Engine, user: &ChatUser, place: HomePlace) -> Result<Self, StoreError> {
        match engine.workspace.chat.standing(user).await {
            Ok(ChatStanding::Member) => Ok(Self::Open(Box::new(whole(engine, user, place).await?))),
            Ok(_) => Ok(Self::Closed(HomeClosed::NotMember)),
            Err(error) => {
                tracing::info!(error = %error, "somebody's page waits for who they are");
                Ok(Self::Closed(HomeClosed::Unread))
            }
        }
    }

    pub(super) fn with<T>(&self, draw: impl FnOnce(&Home<'_>) -> T) -> T {
        match self {
            Self::Closed(why) => draw(&Home::Closed(*why)),
            Self::Open(whole) => draw(&Home::Open(HomeContent {
                place: whole.place,
                pages: whole.pages,
                repositories: whole.repositories.clone(),
                waiting: lists::entries(&whole.waiting, whole.now),
                mine: whole.mine,
                all: whole.all,
                asked: lists::entries(&whole.asked, whole.now),
                recent: lists::entries(&whole.recent, whole.now),
                freezes: &whole.freezes,
                login: whole.login.as_deref(),
                now: whole.now,
            })),
        }
    }
}

async fn whole(engine: &Engine, user: &ChatUser, place: HomePlace) -> Result<Whole, StoreError> {
    let now = engine.clock.now();
    let reader = Reader::of(engine, user).await?;
    let open = engine.store.open_requests(engine.narrowed(), MAX_OPEN).await?;
    let filter = RequestFilter { workspace: engine.narrowed().map(str::to_owned), ..RequestFilter::default() };
    let newest = engine.store.list_requests(&filter, MAX_RECENT).await?;
    let over = newest.into_iter().filter(|request| ended(request).is_some_and(|at| now.millis_since(at) < RECENT_MS));
    let open = lists::visible(engine, &reader, open).await;
    let over = lists::visible(engine, &reader, over.collect()).await;
    let repositories = repositories(open.iter().chain(&over));
    let is_wanted = |item: &Item| wanted(item, user, place.filter);
    let (asked_open, mut waiting): (Vec<Item>, Vec<Item>) =
        open.into_iter().filter(is_wanted).partition(|item| item.stake == Stake::Asked);
    waiting.sort_by_key(|item| (rank(&item.stake), item.request.expires_at));
    let mine = waiting.iter().filter(|item| item.stake == Stake::Decide).count();
    let all = waiting.len() + asked_open.len();
    let pages = waiting.len().div_ceil(PAGE).max(1);
    let place = HomePlace { page: place.page.min(pages - 1), ..place };
    let (asked_over, mut recent): (Vec<Item>, Vec<Item>) =
        over.into_iter().filter(is_wanted).partition(|item| item.stake == Stake::Asked);
    recent.sort_by_key(|item| std::cmp::Reverse(ended(&item.request)));
    let mut asked = asked_open;
    asked.extend(asked_over);
    let mut whole = Whole {
        place,
        pages,
        repositories,
        waiting: waiting.into_iter().skip(place.page * PAGE).take(PAGE).collect(),
        mine,
        all,
        asked: asked.into_iter().take(MAX_ASKED).collect(),
        recent: recent.into_iter().take(MAX_DECIDED).collect(),
        freezes: lists::freezes(engine, now).await?,
        login: reader.account.map(|account| account.login),
        now,
    };
    for item in whole.waiting.iter_mut().chain(&mut whole.asked).chain(&mut whole.recent) {
        item.complete(engine).await?;
    }
    Ok(whole)
}

fn wanted(item: &Item, user: &ChatUser, filter: Filter) -> bool {
    match filter {
        Filter::All => true,
        Filter::Mine => item.stake != Stake::None || item.request.votes.iter().any(|vote| vote.voter.chat == *user),
        Filter::Repository(id) => item.request.repository.id == id,
    }
}

/// What is theirs comes first.
const fn rank(stake: &Stake) -> u8 {
    match stake {
        Stake::Decide => 0,
        Stake::Unchecked => 1,
        Stake::Spoken => 2,
        Stake::Asked => 3,
        Stake::None => 4,
    }
}

/// When it was decided or ended.
fn ended(request: &Request) -> Option<Timestamp> {
    match &request.phase {
        Phase::Decided(decision) => Some(decision.at),
        Phase::Ended { at, .. } => Some(*at),
        Phase::Gathering | Phase::Held { .. } | Phase::Open => None,
    }
}

fn repositories<'a>(items: impl Iterator<Item = &'a Item>) -> Vec<(RepositoryId, String)> {
    let names: BTreeMap<String, RepositoryId> =
        items.map(|item| (item.request.repository.full_name(), item.request.repository.id)).collect();
    names.into_iter().map(|(name, id)| (id, name)).collect()
}
