//! How people want to be told of requests.

use std::collections::BTreeMap;

use crate::domain::{ChatUser, Preferences};

use super::{Store, StoreError, Tx};

type Body = (String,);

impl Tx {
    pub async fn put_preferences(&mut self, user: &ChatUser, preferences: &Preferences) -> Result<(), StoreError> {
        const PUT: &str = "INSERT INTO preference (workspace, person, body) VALUES ($1, $2, $3)
            ON CONFLICT (workspace, person) DO UPDATE SET body = excluded.body";
        let body = serde_json::to_string(preferences).map_err(StoreError::corrupt)?;
        exec!(self, PUT, &user.workspace, &user.user, body).map(drop)
    }
}

impl Store {
    /// What somebody chose; what holds for everybody where they never chose.
    pub async fn preferences(&self, user: &ChatUser) -> Result<Preferences, StoreError> {
        const GET: &str = "SELECT body FROM preference WHERE workspace = $1 AND person = $2";
        let row = read!(fetch_optional, Body, &self.inner.pools, GET, &user.workspace, &user.user)?;
        row.map_or_else(|| Ok(Preferences::default()), read_preferences)
    }

    /// The same for several people.
    pub async fn preferences_of<'a>(
        &self,
        users: impl IntoIterator<Item = &'a ChatUser>,
    ) -> Result<BTreeMap<ChatUser, Preferences>, StoreError> {
        let mut found = BTreeMap::new();
        for user in users {
            found.insert(user.clone(), self.preferences(user).await?);
        }
        Ok(found)
    }
}

fn read_preferences((body,): Body) -> Result<Preferences, StoreError> {
    serde_json::from_str(&body).map_err(|error| StoreError::corrupt(format_args!("preferences: {error}")))
}
