//! Slack in each workspace of the app's, and the place of requests that none of them is for.

use std::sync::Arc;

use anyhow::Context as _;

use crate::config::{ServeSettings, WorkspaceAccess};
use crate::engine::day::Days;
use crate::engine::live::Live;
use crate::engine::pace::Pace;
use crate::engine::{Workspace, Workspaces};
use crate::ports::{Clock, PortError};
use crate::slack::{SlackChat, SlackSettings, Token};

use super::installs::{BEGIN, Installs};
use super::{Trouble, is_loopback};

pub(super) struct Chats {
    each: Vec<(WorkspaceAccess, Arc<SlackChat>)>,
    nowhere: Arc<SlackChat>,
    /// Where the app is installed by consent.
    installs: Option<Arc<Installs>>,
}

impl Chats {
    pub(super) fn new(
        settings: &ServeSettings,
        installs: Option<&Arc<Installs>>,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        let each = settings.slack.workspaces.iter().map(|access| {
            let token = match installs {
                Some(installs) => Token::Kept(installs.token_of(&access.team_id)),
                None => settings.slack.bot_token.clone().into(),
            };
            Ok((access.clone(), Arc::new(chat(settings, access, token, clock)?)))
        });
        let each: Vec<_> = each.collect::<anyhow::Result<_>>()?;
        let (access, _) = each.first().context("no workspace is set")?;
        let nowhere = Arc::new(chat(settings, access, unset(), clock)?);
        Ok(Self { each, nowhere, installs: installs.cloned() })
    }

    /// What keeps us from reaching the people of any of them.
    pub(super) fn trouble(&self) -> Trouble {
        let chats = self.each.iter().map(|(access, chat)| (access.team_id.clone(), Arc::clone(chat)));
        let (chats, installs): (Arc<[_]>, _) = (chats.collect(), self.installs.clone());
        Arc::new(move || {
            let (chats, installs) = (Arc::clone(&chats), installs.clone());
            Box::pin(async move { not_let_in(&chats, installs.as_deref()).await })
        })
    }

    pub(super) fn workspaces(self, settings: &ServeSettings) -> Workspaces {
        let workspace = |id: String, chat: Arc<SlackChat>, freezers: Vec<String>| {
            Arc::new(Workspace {
                id,
                chat,
                live: Live::new(settings.engine.people_kept_for.as_millis()),
                pace: Pace::new(settings.slack.messages_per_second),
                homes: crate::engine::home::Homes::default(),
                days: Days::new(settings.slack.digest.clone()),
                freezers,
            })
        };
        let nowhere = workspace(String::new(), self.nowhere, Vec::new());
        let each = self.each.into_iter();
        let each = each.map(|(access, chat)| (access.coverage, workspace(access.team_id, chat, access.freezers)));
        Workspaces::new(each.collect(), nowhere)
    }
}

async fn not_let_in(chats: &[(String, Arc<SlackChat>)], installs: Option<&Installs>) -> Option<String> {
    let mut all = Vec::new();
    for (id, chat) in chats {
        let missing = match installs {
            Some(installs) => installs.missing(id).await,
            None => None,
        };
        all.extend(missing.or_else(|| chat.refusal()).map(|why| told(id, &why)));
    }
    (!all.is_empty()).then(|| all.join("; "))
}

fn told(workspace: &str, why: &str) -> String {
    let place = if workspace.is_empty() { "in".to_owned() } else { format!("into {workspace}") };
    let then = if why.contains(BEGIN) { "" } else { ": install the app again" };
    format!("Slack does not let us {place} ({why}), so nobody there can be asked{then}")
}

fn chat(
    settings: &ServeSettings,
    workspace: &WorkspaceAccess,
    bot_token: Token,
    clock: &Clock,
) -> anyhow::Result<SlackChat> {
    let access = &settings.slack;
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    let slack = SlackSettings {
        api_url: access.api_url.to_string().trim_end_matches('/').to_owned(),
        bot_token,
        team_id: given(&workspace.team_id),
        home: workspace.home.clone(),
        all_team_ids: access.workspaces.iter().filter_map(|one| given(&one.team_id)).collect(),
        app_id: given(&access.app_id),
        channel: workspace.channel.clone(),
        allow_shared_channels: access.allow_shared_channels,
        links: settings.account_links.is_some(),
        allow_http: is_loopback(&access.api_url),
    };
    SlackChat::new(&slack, clock.clone()).context("cannot set up the connection to Slack")
}

/// Of the place of requests that are nobody's: no call is made from there.
fn unset() -> Token {
    Token::Kept(Arc::new(|| {
        let why = "no workspace of slack.workspaces is for its repository: name it there, or * for all others";
        Box::pin(std::future::ready(Err(PortError::permanent("find the people of a request", why))))
    }))
}
