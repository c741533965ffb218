//! The app installed by consent: who may begin it, what comes back, and tokens that are renewed in time, by one replica for all.

mod sealing;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use secrecy::SecretString;
use serde_json::json;
use url::Url;

use crate::config::{OAuthAccess, ServeSettings};
use crate::domain::time::{MINUTE_MS, SECOND_MS};
use crate::domain::{Digest, Timestamp};
use crate::ports::{Class, Clock, IdSource, PortError};
use crate::slack::{Granted, OAuth, OAuthSettings, TokenOf, Tokens};
use crate::store::{Installation, Store, StoreError};
use crate::web::{Begun, ConsentDoor, ConsentRefusal, Returned};

use sealing::Sealer;

/// Where consent begins and where Slack sends people back to.
pub const BEGIN: &str = "/slack/install";
pub const END: &str = "/slack/oauth/callback";

const DOING: &str = "use the Slack installation";
/// How long a consent may take.
const CONSENT_MS: i64 = 10 * MINUTE_MS;
/// Tokens are renewed so long before they end: half an hour of Slack's trouble does no harm.
const RENEW_BEFORE_MS: i64 = 30 * MINUTE_MS;
/// Whoever renews and dies holds the others up for so long.
const LEASE_MS: i64 = 30 * SECOND_MS;
/// Slack's words for a refresh token that no later try makes work; others may be a setting's fault.
const USED_UP: [&str; 3] = ["invalid_refresh_token", "token_revoked", "account_inactive"];
/// How often to look whether the one who renews is done, and how long after each look (real time).
const LOOKS: usize = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(150);

/// The installations in the workspaces and organisations whose people decide.
pub struct Installs {
    store: Store,
    oauth: OAuth,
    sealer: Sealer,
    clock: Clock,
    ids: IdSource,
    wanted: Vec<String>,
    app: String,
    redirect: String,
    is_https: bool,
}

impl Installs {
    /// `None` where a token is pasted.
    pub fn new(
        settings: &ServeSettings,
        store: &Store,
        clock: Clock,
        ids: IdSource,
    ) -> anyhow::Result<Option<Arc<Self>>> {
        let slack = &settings.slack;
        let Some(access) = &slack.oauth else { return Ok(None) };
        let oauth = OAuthSettings {
            api_url: slack.api_url.to_string().trim_end_matches('/').to_owned(),
            client_id: access.client_id.clone(),
            client_secret: access.client_secret.clone(),
            allow_http: super::is_loopback(&slack.api_url),
        };
        Ok(Some(Arc::new(Self {
            store: store.clone(),
            oauth: OAuth::new(oauth),
            sealer: Sealer::new(&access.token_keys, ids.clone()).context("slack.token_key cannot be used")?,
            clock,
            ids,
            wanted: slack.workspaces.iter().map(|workspace| workspace.team_id.clone()).collect(),
            app: slack.app_id.clone(),
            redirect: redirect(access),
            is_https: access.public_url.scheme() == "https",
        })))
    }

    /// The token that is good now, for every call in a workspace.
    pub fn token_of(self: &Arc<Self>, workspace: &str) -> TokenOf {
        let (installs, workspace): (_, Arc<str>) = (Arc::clone(self), workspace.into());
        Arc::new(move || {
            let (installs, workspace) = (Arc::clone(&installs), Arc::clone(&workspace));
            Box::pin(async move { installs.token(&workspace).await })
        })
    }

    pub fn door(self: &Arc<Self>) -> ConsentDoor {
        let (begins, ends) = (Arc::clone(self), Arc::clone(self));
        ConsentDoor {
            begin_path: BEGIN,
            end_path: END,
            begin: Arc::new(move || {
                let installs = Arc::clone(&begins);
                Box::pin(async move { installs.begin().await })
            }),
            end: Arc::new(move |returned| {
                let installs = Arc::clone(&ends);
                Box::pin(async move { installs.end(returned).await })
            }),
        }
    }

    async fn token(&self, workspace: &str) -> Result<SecretString, PortError> {
        for _ in 0..LOOKS {
            let row = self.row(workspace).await?;
            let now = self.clock.now();
            let left_ms = row.expires_at.map(|expires| expires.millis_since(now));
            if left_ms.is_none_or(|left| left > RENEW_BEFORE_MS) {
                return self.opened(&row);
            }
            if let Some(token) = self.renewed(&row, now).await? {
                return Ok(token);
            }
            // Somebody else renews it; what there is may still be good.
            if left_ms.is_some_and(|left| left > MINUTE_MS) {
                return self.opened(&row);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Err(PortError::retry(DOING, "its token is being renewed"))
    }

    /// Why there is no token for a workspace, if there is none.
    pub async fn missing(&self, workspace: &str) -> Option<String> {
        self.row(workspace).await.err().filter(|error| error.class == Class::Permanent).map(|error| error.why)
    }

    async fn row(&self, workspace: &str) -> Result<Installation, PortError> {
        let row = self.store.installation(workspace).await.map_err(unread)?;
        match row {
            None => {
                Err(PortError::permanent(DOING, format!("the app is not installed in {workspace} yet: open {BEGIN}")))
            }
            Some(Installation { closed: Some((_, why)), .. }) => Err(PortError::permanent(DOING, why)),
            Some(row) => Ok(row),
        }
    }

    fn opened(&self, row: &Installation) -> Result<SecretString, PortError> {
        let opened = self.sealer.open(&place("access", &row.workspace), &row.access);
        opened.map_err(|why| PortError::permanent(DOING, why))
    }

    /// Renews the tokens of this row, if nobody else does; `None`: somebody does or did.
    async fn renewed(&self, row: &Installation, now: Timestamp) -> Result<Option<SecretString>, PortError> {
        let Some(refresh) = &row.refresh else { return Ok(None) };
        let refresh = self.sealer.open(&place("refresh", &row.workspace), refresh);
        let refresh = refresh.map_err(|why| PortError::permanent(DOING, why))?;
        if !self.lease(row, now).await.map_err(unread)? {
            return Ok(None);
        }
        match self.oauth.renew(&refresh).await {
            Ok(tokens) => self.keep_renewed(row, now, tokens).await,
            Err(error) if USED_UP.contains(&error.why.as_str()) => {
                // Used up or revoked: no later try can succeed, only a new consent.
                self.close(&row.workspace, &error.why).await.map_err(unread)?;
                Err(error)
            }
            Err(error) => {
                tracing::warn!(slack.team = row.workspace, error = %error, "the Slack token was not renewed, trying again");
                self.release(row).await.map_err(unread)?;
                // Good until it ends.
                if row.expires_at.is_some_and(|expires| expires > now) {
                    self.opened(row).map(Some)
                } else {
                    Err(error)
                }
            }
        }
    }

    async fn keep_renewed(
        &self,
        row: &Installation,
        now: Timestamp,
        tokens: Tokens,
    ) -> Result<Option<SecretString>, PortError> {
        let sealed = self.sealed(&row.workspace, &tokens, now)?;
        let job = Arc::new((row.workspace.clone(), row.generation, sealed));
        let kept = self.store.write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                let (workspace, generation, (access, refresh, expires)) = &*job;
                tx.renew_installation(workspace, *generation, access, refresh.as_deref(), *expires).await
            })
        });
        let is_ours = kept.await.map_err(unread)?;
        tracing::info!(slack.team = row.workspace, "the Slack token of {} is renewed", row.workspace);
        Ok(is_ours.then_some(tokens.access))
    }

    fn sealed(&self, workspace: &str, tokens: &Tokens, now: Timestamp) -> Result<Sealed, PortError> {
        let no_key = || PortError::permanent(DOING, "there is no key to seal its token with");
        let seal =
            |name: &str, token: &SecretString| self.sealer.seal(&place(name, workspace), token).ok_or_else(no_key);
        let access = seal("access", &tokens.access)?;
        let refresh = tokens.refresh.as_ref().map(|token| seal("refresh", token)).transpose()?;
        Ok((access, refresh, tokens.expires_in_ms.map(|ms| now.plus_millis(ms))))
    }

    async fn lease(&self, row: &Installation, now: Timestamp) -> Result<bool, StoreError> {
        let job = Arc::new((row.workspace.clone(), row.generation));
        let until = now.plus_millis(LEASE_MS);
        self.store
            .write(move |tx| {
                let job = Arc::clone(&job);
                Box::pin(async move { tx.lease_installation(&job.0, job.1, now, until).await })
            })
            .await
    }

    async fn release(&self, row: &Installation) -> Result<(), StoreError> {
        let job = Arc::new((row.workspace.clone(), row.generation));
        self.store
            .write(move |tx| {
                let job = Arc::clone(&job);
                Box::pin(async move { tx.release_installation(&job.0, job.1).await })
            })
            .await
    }

    async fn close(&self, workspace: &str, why: &str) -> Result<(), StoreError> {
        tracing::error!(
            slack.team = workspace,
            why,
            "the installation in {workspace} no longer lets us in ({why}): open {BEGIN} to install the app again"
        );
        let job = Arc::new((workspace.to_owned(), why.to_owned()));
        let at = self.clock.now();
        self.store
            .write(move |tx| {
                let job = Arc::clone(&job);
                Box::pin(async move {
                    let (workspace, why) = &*job;
                    if tx.close_installation(workspace, at, at, why).await? {
                        tx.append_entry("chat.access_lost", None, at, json!({ "workspace": workspace, "why": why }))?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// What comes back must bring both halves: the one in the address, and the one in the cookie of the same browser.
    async fn begin(&self) -> Result<Begun, ConsentRefusal> {
        let (state, cookie) = (self.random(), self.random());
        let (hash, now) = (both(&state, &cookie), self.clock.now());
        let until = now.plus_millis(CONSENT_MS);
        let begun = self.store.write(move |tx| {
            let hash = hash.clone();
            Box::pin(async move { tx.begin_consent(&hash, now, until).await })
        });
        match begun.await {
            Ok(true) => Ok(Begun {
                location: self.oauth.consent_address(&state, &self.redirect),
                cookie,
                is_https: self.is_https,
            }),
            Ok(false) => Err(ConsentRefusal::Unavailable("too many consents are under way".to_owned())),
            Err(error) => Err(unstored(&error)),
        }
    }

    async fn end(&self, returned: Returned) -> Result<String, ConsentRefusal> {
        let (Some(state), Some(cookie)) = (&returned.state, &returned.cookie) else {
            return Err(ConsentRefusal::Unknown);
        };
        let (hash, now) = (both(state, cookie), self.clock.now());
        let known = self.store.write(move |tx| {
            let hash = hash.clone();
            Box::pin(async move { tx.end_consent(&hash, now).await })
        });
        if !known.await.map_err(|error| unstored(&error))? {
            return Err(ConsentRefusal::Unknown);
        }
        let Some(code) = &returned.code else { return Err(declined(returned.error.as_deref())) };
        let granted = self.oauth.exchange(code, &self.redirect).await.map_err(|error| {
            tracing::warn!(error = %error, "a consent came back, and Slack does not confirm it");
            ConsentRefusal::Unavailable(format!("Slack does not confirm it ({})", error.why))
        })?;
        self.is_wanted(&granted)?;
        self.keep(&granted, now).await
    }

    /// Whoever finds the address may begin; where the app may be installed is the operator's word.
    fn is_wanted(&self, granted: &Granted) -> Result<(), ConsentRefusal> {
        let is_our_app = self.app.is_empty() || self.app == granted.app;
        if self.wanted.contains(&granted.workspace) && is_our_app {
            return Ok(());
        }
        tracing::error!(
            slack.team = granted.workspace,
            slack.app = granted.app,
            "{} was consented to for {}, which is none of slack.team_id or slack.workspaces, or not slack.app_id: nothing is kept of it",
            granted.app,
            granted.workspace
        );
        Err(ConsentRefusal::Elsewhere)
    }

    async fn keep(&self, granted: &Granted, now: Timestamp) -> Result<String, ConsentRefusal> {
        let sealed = self.sealed(&granted.workspace, &granted.tokens, now);
        let (access, refresh, expires_at) = sealed.map_err(|error| ConsentRefusal::Unavailable(error.why))?;
        let row = Installation {
            workspace: granted.workspace.clone(),
            name: granted.name.clone(),
            scopes: granted.scopes.clone(),
            installed_by: granted.installed_by.clone(),
            installed_at: now,
            access,
            refresh,
            expires_at,
            generation: 0,
            closed: None,
        };
        let row = Arc::new(row);
        let stored = self.store.write(move |tx| {
            let row = Arc::clone(&row);
            Box::pin(async move {
                let detail = json!({ "workspace": row.workspace, "by": row.installed_by, "scopes": row.scopes });
                tx.append_entry("chat.installed", None, row.installed_at, detail)?;
                tx.put_installation(&row).await
            })
        });
        stored.await.map_err(|error| unstored(&error))?;
        tracing::info!(slack.team = granted.workspace, "the app is installed in {}", granted.workspace);
        Ok(format!("Countersign is installed in {}. You can close this page.", granted.workspace))
    }

    fn random(&self) -> String {
        hex::encode([self.ids.salt(), self.ids.salt()].concat())
    }
}

type Sealed = (String, Option<String>, Option<Timestamp>);

fn redirect(access: &OAuthAccess) -> String {
    let base: &Url = &access.public_url;
    format!("{}{END}", base.as_str().trim_end_matches('/'))
}

/// The column and the row that a sealed token belongs to.
fn place(name: &str, workspace: &str) -> String {
    format!("installation.{name} {workspace}")
}

fn both(state: &str, cookie: &str) -> String {
    Digest::of(format!("{state}.{cookie}").as_bytes()).to_string()
}

fn declined(error: Option<&str>) -> ConsentRefusal {
    match error {
        None | Some("access_denied") => ConsentRefusal::Declined,
        Some("invalid_team_for_non_distributed_app") => ConsentRefusal::Refused(
            "Slack lets the app into its own workspace only: at api.slack.com/apps switch on Manage Distribution > Public \
             Distribution, and begin again"
                .to_owned(),
        ),
        Some(why) => {
            let why: String = why.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(80).collect();
            ConsentRefusal::Refused(format!("Slack does not install it ({why}): nothing is kept, and you can begin again"))
        }
    }
}

fn unread(error: StoreError) -> PortError {
    PortError::retry(DOING, error)
}

fn unstored(error: &StoreError) -> ConsentRefusal {
    tracing::error!(error = %error, "a consent could not be stored");
    ConsentRefusal::Unavailable("the database did not take it".to_owned())
}
