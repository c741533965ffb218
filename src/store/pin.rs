//! Which team or user group a name stood for when it was first read (R13).

use super::{Store, StoreError, Tx};

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinKind {
    /// `organisation/team`
    Team,
    /// A handle, without `@`.
    UserGroup,
}

impl PinKind {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::UserGroup => "user_group",
        }
    }
}

type Id = (String,);

impl Tx {
    /// Pins a name to the id that it has now, unless it is pinned already; the id it is pinned to.
    pub async fn pin(&mut self, kind: PinKind, name: &str, id: &str) -> Result<String, StoreError> {
        const PIN: &str = "INSERT INTO pin (kind, name, id) VALUES ($1, $2, $3)
            ON CONFLICT (kind, name) DO UPDATE SET name = excluded.name RETURNING id";
        let row = fetch!(fetch_optional, Id, self, PIN, kind.word(), folded(name), id)?;
        row.map(|(id,)| id).ok_or_else(|| StoreError::corrupt("a pinned name"))
    }
}

impl Store {
    /// The id a name is pinned to.
    pub async fn pinned(&self, kind: PinKind, name: &str) -> Result<Option<String>, StoreError> {
        const GET: &str = "SELECT id FROM pin WHERE kind = $1 AND name = $2";
        Ok(read!(fetch_optional, Id, &self.inner.pools, GET, kind.word(), folded(name))?.map(|(id,)| id))
    }
}

/// Names that differ in case only are one name.
fn folded(name: &str) -> String {
    name.to_lowercase()
}
