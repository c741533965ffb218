//! People on the way to a link. Addresses, states and cookies are stored as hashes only: who reads the table cannot go on
//! in anybody's name.

use sqlx::FromRow;

use crate::domain::time::DAY_MS;
use crate::domain::{ChatName, ChatUser, Digest, ForgeUser, ForgeUserId, ReplyTo, Timestamp};

use super::{Store, StoreError, Tx};

/// How long an attempt that came to an end is kept, in milliseconds: so that a late visitor is told what became of it.
const KEPT_MS: i64 = DAY_MS;

/// Somebody who was given an address and has not come to an end, or has just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkAttempt {
    /// Hash of the address' secret part.
    pub id: Digest,
    /// Who asked in the chat, how the chat showed them then, and where they are answered.
    pub name: ChatName,
    pub reply: ReplyTo,
    pub at: Timestamp,
    pub until: Timestamp,
    /// Hash of the cookie of the one browser that may go on.
    pub browser: Option<Digest>,
    /// The forge account that whoever has that browser signed in with.
    pub account: Option<ForgeUser>,
    /// What became of it, once something did: `linked`, a refusal's code, `replaced`.
    pub outcome: Option<String>,
}

impl LinkAttempt {
    pub const fn chat(&self) -> &ChatUser {
        &self.reply.user
    }

    pub fn is_over(&self, now: Timestamp) -> bool {
        self.outcome.is_some() || now >= self.until
    }
}

/// The way to the forge: what comes back is known by the state's hash, and opened with the verifier.
#[derive(Clone)]
pub struct Onward {
    pub browser: Digest,
    pub state: Digest,
    pub verifier: String,
}

const BY_ID: &str =
    "SELECT id, body, made_ms, expires_ms, browser, account, login, outcome FROM link_attempt WHERE id = $1";
const BY_BROWSER: &str =
    "SELECT id, body, made_ms, expires_ms, browser, account, login, outcome FROM link_attempt WHERE browser = $1";
const BY_STATE: &str =
    "SELECT id, body, made_ms, expires_ms, browser, account, login, outcome FROM link_attempt WHERE state = $1";

impl Tx {
    /// Keeps a new attempt. An earlier one of the same chat account opens nothing any more, and old ones are forgotten.
    pub async fn insert_link_attempt(&mut self, attempt: &LinkAttempt) -> Result<(), StoreError> {
        const FORGET: &str = "DELETE FROM link_attempt WHERE expires_ms < $1";
        const REPLACE: &str =
            "UPDATE link_attempt SET outcome = 'replaced', ended_ms = $1, state = NULL, verifier = NULL
            WHERE workspace = $2 AND chat_user = $3 AND ended_ms IS NULL";
        const INSERT: &str = "INSERT INTO link_attempt (id, workspace, chat_user, body, made_ms, expires_ms)
            VALUES ($1, $2, $3, $4, $5, $6)";
        let (at, chat) = (attempt.at.as_millis(), attempt.chat());
        exec!(self, FORGET, at.saturating_sub(KEPT_MS))?;
        exec!(self, REPLACE, at, &chat.workspace, &chat.user)?;
        let body = serde_json::to_string(&(&attempt.name, &attempt.reply)).map_err(StoreError::corrupt)?;
        let (id, until) = (attempt.id.to_string(), attempt.until.as_millis());
        exec!(self, INSERT, id, &chat.workspace, &chat.user, body, at, until).map(drop)
    }

    /// Lets one browser go on to the forge, again as often as it likes; `false` when the attempt is over, somebody has
    /// signed in already, or another browser was faster.
    pub async fn send_link_attempt(&mut self, id: &Digest, on: &Onward, now: Timestamp) -> Result<bool, StoreError> {
        const SEND: &str = "UPDATE link_attempt SET browser = $1, state = $2, verifier = $3
            WHERE id = $4 AND ended_ms IS NULL AND expires_ms > $5 AND account IS NULL
            AND (browser IS NULL OR browser = $1)";
        let (browser, state) = (on.browser.to_string(), on.state.to_string());
        let sent = exec!(self, SEND, browser, state, &on.verifier, id.to_string(), now.as_millis())?;
        Ok(sent > 0)
    }

    /// Takes what the forge's answer is opened with: once, whoever comes with the state.
    pub async fn take_link_verifier(&mut self, state: &Digest) -> Result<Option<String>, StoreError> {
        const READ: &str = "SELECT verifier FROM link_attempt WHERE state = $1";
        const TAKE: &str = "UPDATE link_attempt SET state = NULL, verifier = NULL WHERE state = $1";
        let state = state.to_string();
        let row = fetch!(fetch_optional, (Option<String>,), self, READ, &state)?;
        let taken = exec!(self, TAKE, &state)?;
        Ok(row.and_then(|(verifier,)| verifier).filter(|_| taken > 0))
    }

    /// Notes who signed in at the forge; `false` when the attempt is over.
    pub async fn prove_link_attempt(
        &mut self,
        id: &Digest,
        account: &ForgeUser,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const PROVE: &str = "UPDATE link_attempt SET account = $1, login = $2
            WHERE id = $3 AND ended_ms IS NULL AND expires_ms > $4 AND account IS NULL";
        let (id, number) = (id.to_string(), account.id.get().cast_signed());
        let proven = exec!(self, PROVE, number, &account.login, id, now.as_millis())?;
        Ok(proven > 0)
    }

    /// An attempt by its browser, locked until the commit.
    pub async fn lock_link_attempt(&mut self, browser: &Digest) -> Result<Option<LinkAttempt>, StoreError> {
        const LOCK: &str = "UPDATE link_attempt SET made_ms = made_ms WHERE browser = $1
            RETURNING id, body, made_ms, expires_ms, browser, account, login, outcome";
        fetch!(fetch_optional, AttemptRow, self, LOCK, browser.to_string())?.map(AttemptRow::attempt).transpose()
    }

    /// The end of an attempt; `false` when it had one.
    pub async fn end_link_attempt(&mut self, id: &Digest, outcome: &str, now: Timestamp) -> Result<bool, StoreError> {
        const END: &str = "UPDATE link_attempt SET outcome = $1, ended_ms = $2, state = NULL, verifier = NULL
            WHERE id = $3 AND ended_ms IS NULL";
        Ok(exec!(self, END, outcome, now.as_millis(), id.to_string())? > 0)
    }
}

impl Store {
    /// By the hash of the address' secret part.
    pub async fn link_attempt(&self, id: &Digest) -> Result<Option<LinkAttempt>, StoreError> {
        self.link_attempt_by(BY_ID, id).await
    }

    /// By the hash of a browser's cookie.
    pub async fn link_attempt_of_browser(&self, browser: &Digest) -> Result<Option<LinkAttempt>, StoreError> {
        self.link_attempt_by(BY_BROWSER, browser).await
    }

    /// By the hash of the state that the forge gives back.
    pub async fn link_attempt_of_state(&self, state: &Digest) -> Result<Option<LinkAttempt>, StoreError> {
        self.link_attempt_by(BY_STATE, state).await
    }

    async fn link_attempt_by(&self, by: &'static str, hash: &Digest) -> Result<Option<LinkAttempt>, StoreError> {
        let row = read!(fetch_optional, AttemptRow, &self.inner.pools, by, hash.to_string())?;
        row.map(AttemptRow::attempt).transpose()
    }
}

#[derive(FromRow)]
struct AttemptRow {
    id: String,
    body: String,
    made_ms: i64,
    expires_ms: i64,
    browser: Option<String>,
    account: Option<i64>,
    login: Option<String>,
    outcome: Option<String>,
}

impl AttemptRow {
    fn attempt(self) -> Result<LinkAttempt, StoreError> {
        let digest = |text: &str| Digest::parse(text).ok_or_else(|| StoreError::corrupt("a hash of a link attempt"));
        let (name, reply) =
            serde_json::from_str(&self.body).map_err(|_| StoreError::corrupt("who a link attempt is of"))?;
        let account = self.account.zip(self.login).map(|(id, login)| ForgeUser {
            id: ForgeUserId::new(id.cast_unsigned()),
            login,
            is_bot: false,
        });
        Ok(LinkAttempt {
            id: digest(&self.id)?,
            name,
            reply,
            at: Timestamp::from_millis(self.made_ms),
            until: Timestamp::from_millis(self.expires_ms),
            browser: self.browser.as_deref().map(digest).transpose()?,
            account,
            outcome: self.outcome,
        })
    }
}
