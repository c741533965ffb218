//! Account links: rows that stay. A link that ended is history.

use sqlx::FromRow;

use crate::domain::{AccountLink, ChatUser, ForgeUserId, LinkActor, LinkEnd, LinkOrigin, Timestamp};

use super::{Store, StoreError, Tx};

/// `SELECT` of whole links, with what follows `WHERE`.
macro_rules! select_links {
    ($where:literal) => {
        concat!(
            "SELECT id, host, workspace, chat_user, account, login, origin, made_by, made_ms, ended_ms, ended_by, ended_why
            FROM account_link WHERE ",
            $where
        )
    };
}

const OF_CHAT: &str = select_links!("host = $1 AND workspace = $2 AND chat_user = $3 AND ended_ms IS NULL");
const OF_ACCOUNT: &str = select_links!("host = $1 AND workspace = $2 AND account = $3 AND ended_ms IS NULL");

impl Tx {
    /// Adds a link; `false` when either account has one, which stands.
    pub async fn insert_link(&mut self, link: &AccountLink) -> Result<bool, StoreError> {
        const INSERT: &str = "INSERT INTO account_link
            (id, host, workspace, chat_user, account, login, origin, made_by, made_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
        let (workspace, user) = (&link.chat.workspace, &link.chat.user);
        let (account, by) = (link.account.get().cast_signed(), written(&link.by)?);
        let (origin, at) = (link.origin.word(), link.at.as_millis());
        let added = exec!(self, INSERT, &link.id, &link.host, workspace, user, account, &link.login, origin, by, at)?;
        Ok(added > 0)
    }

    /// Ends a link; `false` when it has ended already.
    pub async fn end_link(&mut self, id: &str, end: &LinkEnd) -> Result<bool, StoreError> {
        const END: &str = "UPDATE account_link SET ended_ms = $1, ended_by = $2, ended_why = $3
            WHERE id = $4 AND ended_ms IS NULL";
        let ended = exec!(self, END, end.at.as_millis(), written(&end.by)?, &end.why, id)?;
        Ok(ended > 0)
    }

    /// The link that a chat account has.
    pub async fn link_of_chat(&mut self, host: &str, chat: &ChatUser) -> Result<Option<AccountLink>, StoreError> {
        fetch!(fetch_optional, LinkRow, self, OF_CHAT, host, &chat.workspace, &chat.user)?
            .map(LinkRow::link)
            .transpose()
    }

    /// The link that a forge account has in a workspace.
    pub async fn link_of_account(
        &mut self,
        host: &str,
        workspace: &str,
        account: ForgeUserId,
    ) -> Result<Option<AccountLink>, StoreError> {
        let row = fetch!(fetch_optional, LinkRow, self, OF_ACCOUNT, host, workspace, account.get().cast_signed())?;
        row.map(LinkRow::link).transpose()
    }
}

impl Store {
    /// The link that a chat account has.
    pub async fn link_of_chat(&self, host: &str, chat: &ChatUser) -> Result<Option<AccountLink>, StoreError> {
        let row = read!(fetch_optional, LinkRow, &self.inner.pools, OF_CHAT, host, &chat.workspace, &chat.user)?;
        row.map(LinkRow::link).transpose()
    }

    /// The link that a forge account has in a workspace.
    pub async fn link_of_account(
        &self,
        host: &str,
        workspace: &str,
        account: ForgeUserId,
    ) -> Result<Option<AccountLink>, StoreError> {
        let account = account.get().cast_signed();
        let row = read!(fetch_optional, LinkRow, &self.inner.pools, OF_ACCOUNT, host, workspace, account)?;
        row.map(LinkRow::link).transpose()
    }

    /// Every link of a forge's accounts, the ended ones too where asked for, in the order they were made.
    pub async fn links(&self, host: &str, ended_too: bool) -> Result<Vec<AccountLink>, StoreError> {
        const ALL: &str = select_links!("host = $1 AND (ended_ms IS NULL OR $2) ORDER BY made_ms, id");
        let rows = read!(fetch_all, LinkRow, &self.inner.pools, ALL, host, ended_too)?;
        rows.into_iter().map(LinkRow::link).collect()
    }

    /// The chat accounts that a forge account is linked to, one in each workspace.
    pub async fn chats_of_account(&self, host: &str, account: ForgeUserId) -> Result<Vec<ChatUser>, StoreError> {
        const CHATS: &str = "SELECT workspace, chat_user FROM account_link
            WHERE host = $1 AND account = $2 AND ended_ms IS NULL ORDER BY workspace, chat_user";
        type Chat = (String, String);
        let rows = read!(fetch_all, Chat, &self.inner.pools, CHATS, host, account.get().cast_signed())?;
        Ok(rows.into_iter().map(|(workspace, user)| ChatUser { workspace, user }).collect())
    }

    /// Whether a chat account ever had a link. Who unlinked is not linked again by a rule.
    pub async fn was_linked(&self, host: &str, chat: &ChatUser) -> Result<bool, StoreError> {
        const ANY: &str = "SELECT COUNT(*) FROM account_link WHERE host = $1 AND workspace = $2 AND chat_user = $3";
        let row = read!(fetch_optional, (i64,), &self.inner.pools, ANY, host, &chat.workspace, &chat.user)?;
        Ok(row.is_some_and(|(count,)| count > 0))
    }
}

#[derive(FromRow)]
struct LinkRow {
    id: String,
    host: String,
    workspace: String,
    chat_user: String,
    account: i64,
    login: String,
    origin: String,
    made_by: String,
    made_ms: i64,
    ended_ms: Option<i64>,
    ended_by: Option<String>,
    ended_why: Option<String>,
}

impl LinkRow {
    fn link(self) -> Result<AccountLink, StoreError> {
        let ended = match self.ended_ms {
            None => None,
            Some(at) => Some(LinkEnd {
                at: Timestamp::from_millis(at),
                by: read_actor(self.ended_by.as_deref().unwrap_or_default())?,
                why: self.ended_why.unwrap_or_default(),
            }),
        };
        Ok(AccountLink {
            id: self.id,
            chat: ChatUser { workspace: self.workspace, user: self.chat_user },
            host: self.host,
            account: ForgeUserId::new(self.account.cast_unsigned()),
            login: self.login,
            origin: LinkOrigin::parse(&self.origin).ok_or_else(|| StoreError::corrupt("how a link came about"))?,
            by: read_actor(&self.made_by)?,
            at: Timestamp::from_millis(self.made_ms),
            ended,
        })
    }
}

fn written(actor: &LinkActor) -> Result<String, StoreError> {
    serde_json::to_string(actor).map_err(StoreError::corrupt)
}

fn read_actor(text: &str) -> Result<LinkActor, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::corrupt("who made or ended a link"))
}
