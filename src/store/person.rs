//! Which account a login belonged to when it was first resolved (R13).

use crate::domain::ForgeUserId;

use super::{Store, StoreError, Tx};

impl Tx {
    /// Pins a login to the account that has it now, unless it is pinned already; the account it is pinned to.
    pub async fn pin_login(&mut self, login: &str, human: ForgeUserId) -> Result<ForgeUserId, StoreError> {
        const PIN: &str = "INSERT INTO login (login, human) VALUES ($1, $2)
            ON CONFLICT (login) DO UPDATE SET login = excluded.login RETURNING human";
        let row = fetch!(fetch_optional, (i64,), self, PIN, folded(login), human.get().cast_signed())?;
        row.map(pinned).ok_or_else(|| StoreError::corrupt("a pinned login"))
    }
}

impl Store {
    /// The account a login is pinned to.
    pub async fn pinned_login(&self, login: &str) -> Result<Option<ForgeUserId>, StoreError> {
        const GET: &str = "SELECT human FROM login WHERE login = $1";
        Ok(read!(fetch_optional, (i64,), &self.inner.pools, GET, folded(login))?.map(pinned))
    }

    /// Every login that is pinned, in lower case, with its account.
    pub async fn pinned_logins(&self) -> Result<Vec<(String, ForgeUserId)>, StoreError> {
        const ALL: &str = "SELECT login, human FROM login ORDER BY login";
        let rows = read!(fetch_all, (String, i64), &self.inner.pools, ALL)?;
        Ok(rows.into_iter().map(|(login, human)| (login, pinned((human,)))).collect())
    }

    /// The logins that are pinned to an account, in lower case.
    pub async fn logins_of(&self, human: ForgeUserId) -> Result<Vec<String>, StoreError> {
        const OF: &str = "SELECT login FROM login WHERE human = $1 ORDER BY login";
        let rows = read!(fetch_all, (String,), &self.inner.pools, OF, human.get().cast_signed())?;
        Ok(rows.into_iter().map(|(login,)| login).collect())
    }
}

/// Logins that differ in case only are one login.
fn folded(login: &str) -> String {
    login.to_lowercase()
}

fn pinned((human,): (i64,)) -> ForgeUserId {
    ForgeUserId::new(human.cast_unsigned())
}
