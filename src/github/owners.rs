//! The `.github` repository of an owner: where the policy that holds for all of their repositories is kept.
//!
//! GitHub: "Create an installation access token for an app" (a token for a repository by its name is refused with 422 when the
//! installation cannot see one), "Creating a default community health file".

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use hyper::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::domain::time::MINUTE_MS;
use crate::domain::{InstallationId, Repository, RepositoryId, Timestamp};
use crate::ports::PortError;
use crate::ports::code::Presence;

use super::classify::{refusal, unreadable};
use super::client::GithubForge;

/// The name that GitHub gives meaning to.
const NAME: &str = ".github";
/// How long an answer is believed: one that appears is noticed within this time.
const BELIEVED_MS: i64 = MINUTE_MS;

/// Asks for as little as there is: it is the list of repositories in the answer that matters.
#[derive(Serialize)]
struct Wish {
    repositories: [&'static str; 1],
    permissions: BTreeMap<&'static str, &'static str>,
}

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    repositories: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: u64,
    name: String,
}

/// What was answered last, by installation.
#[derive(Default)]
pub struct Owners(Mutex<HashMap<InstallationId, (Timestamp, Presence<RepositoryId>)>>);

impl GithubForge {
    pub(super) async fn owners_policies(&self, repository: &Repository) -> Result<Presence<Repository>, PortError> {
        let (installation, now) = (repository.installation, self.clock.now());
        let found = match self.owners.believed(installation, now) {
            Some(found) => found,
            None => {
                let found = self.find_owners_policies(installation).await?;
                self.owners.note(installation, now, found.clone());
                found
            }
        };
        Ok(match found {
            Presence::Missing => Presence::Missing,
            Presence::Found(id) => Presence::Found(Repository { id, name: NAME.to_owned(), ..repository.clone() }),
        })
    }

    async fn find_owners_policies(&self, installation: InstallationId) -> Result<Presence<RepositoryId>, PortError> {
        let doing = "look for the owner's policy";
        let wish = Wish { repositories: [NAME], permissions: BTreeMap::from([("metadata", "read")]) };
        let (_, answer) = self.wish_for_token(installation, &wish, doing).await?;
        match answer.status {
            StatusCode::CREATED => {
                let given: Given = serde_json::from_slice(&answer.body).map_err(|error| unreadable(doing, &error))?;
                let row = given.repositories.into_iter().find(|row| row.name.eq_ignore_ascii_case(NAME));
                Ok(row.map_or(Presence::Missing, |row| Presence::Found(RepositoryId::new(row.id))))
            }
            StatusCode::UNPROCESSABLE_ENTITY => Ok(Presence::Missing),
            _ => Err(refusal(&answer, &Method::POST, doing)),
        }
    }
}

impl Owners {
    fn believed(&self, installation: InstallationId, now: Timestamp) -> Option<Presence<RepositoryId>> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, found) = answers.get(&installation)?;
        (0..BELIEVED_MS).contains(&now.millis_since(*at)).then(|| found.clone())
    }

    fn note(&self, installation: InstallationId, at: Timestamp, found: Presence<RepositoryId>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(installation, (at, found));
    }
}
