//! Where the App is installed, what it was granted there, and the tokens it minted.

use std::collections::BTreeSet;

use crate::domain::Timestamp;

use super::State;
use crate::sim::github::options::{Level, Permissions};

#[derive(Debug, Clone)]
pub struct Installation {
    pub id: u64,
    pub account: u64,
    /// What the account accepted; may be less than the App asks for.
    pub permissions: Permissions,
    pub repositories: BTreeSet<u64>,
    pub created_at: Timestamp,
    pub suspended_at: Option<Timestamp>,
}

/// What one installation token may do.
#[derive(Debug, Clone)]
pub struct TokenGrant {
    pub installation: u64,
    /// `None`: every repository of the installation.
    pub repositories: Option<BTreeSet<u64>>,
    pub permissions: Permissions,
    pub expires_at: Timestamp,
}

impl State {
    /// Installs the App on that account with everything it asks for.
    pub fn install(&mut self, account: u64, repositories: &[u64]) -> u64 {
        let id = self.fresh_id();
        let installation = Installation {
            id,
            account,
            permissions: self.options.permissions.clone(),
            repositories: repositories.iter().copied().collect(),
            created_at: self.now,
            suspended_at: None,
        };
        self.installations.insert(id, installation);
        id
    }

    /// The installation that covers that repository.
    pub fn installation_of(&self, repository: u64) -> Option<&Installation> {
        self.installations.values().find(|one| one.repositories.contains(&repository))
    }

    /// What a token may do at this moment: never more than its installation.
    pub(in crate::sim::github) fn granted(&self, grant: &TokenGrant, permission: &str) -> Option<Level> {
        let installed = self.installations.get(&grant.installation)?.permissions.get(permission).copied()?;
        Some(grant.permissions.get(permission).copied()?.min(installed))
    }

    pub(in crate::sim::github) fn reaches(&self, grant: &TokenGrant, repository: u64) -> bool {
        let installed = self.installations.get(&grant.installation);
        let installed = installed.is_some_and(|one| one.repositories.contains(&repository));
        installed && grant.repositories.as_ref().is_none_or(|some| some.contains(&repository))
    }

    /// The owner suspends (or takes back the suspension of) the App.
    pub fn set_suspended(&mut self, installation: u64, suspended: bool) {
        let now = self.now;
        let Some(found) = self.installations.get_mut(&installation) else { return };
        found.suspended_at = suspended.then_some(now);
        self.tell_installation(installation, if suspended { "suspend" } else { "unsuspend" });
    }

    /// The owner takes a repository out of the installation.
    pub fn remove_from_installation(&mut self, installation: u64, repository: u64) {
        let Some(found) = self.installations.get_mut(&installation) else { return };
        found.repositories.remove(&repository);
        self.tell_installation_repositories(installation, &[], &[repository]);
    }

    /// The owner adds a repository to the installation.
    pub fn add_to_installation(&mut self, installation: u64, repository: u64) {
        let Some(found) = self.installations.get_mut(&installation) else { return };
        found.repositories.insert(repository);
        self.tell_installation_repositories(installation, &[repository], &[]);
    }

    /// The owner accepts whatever the App asks for now.
    pub fn accept_permissions(&mut self, installation: u64) {
        let asked = self.options.permissions.clone();
        let Some(found) = self.installations.get_mut(&installation) else { return };
        found.permissions = asked;
        self.tell_installation(installation, "new_permissions_accepted");
    }

    /// The owner uninstalls the App: its tokens stop working.
    pub fn uninstall(&mut self, installation: u64) {
        self.tell_installation(installation, "deleted");
        self.installations.remove(&installation);
        self.tokens.retain(|_, grant| grant.installation != installation);
    }
}
