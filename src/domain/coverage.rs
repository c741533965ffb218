//! Whose requests the people of a workspace of the chat decide on, as the operator set it.

use std::collections::BTreeSet;

use super::request::Repository;

/// The repositories of one workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// Whatever is no other workspace's.
    Rest,
    /// Owners, and single repositories as `owner/name`; in lower case.
    Named(BTreeSet<String>),
}

impl Coverage {
    /// Of those that cover `repository`, the one that says so most exactly: a repository by its name before its owner, an
    /// owner before the rest. `None` where none does.
    pub fn nearest<'a, T>(all: impl IntoIterator<Item = (&'a Self, T)>, repository: &Repository) -> Option<T> {
        let covering = all.into_iter().filter_map(|(coverage, of)| Some((coverage.exactness(repository)?, of)));
        covering.max_by_key(|(exactness, _)| *exactness).map(|(_, of)| of)
    }

    fn exactness(&self, repository: &Repository) -> Option<u8> {
        match self {
            Self::Rest => Some(0),
            Self::Named(names) if names.contains(&repository.full_name().to_lowercase()) => Some(2),
            Self::Named(names) => names.contains(&repository.owner.to_lowercase()).then_some(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{InstallationId, RepositoryId};

    fn of(names: &[&str]) -> Coverage {
        Coverage::Named(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn the_most_exact_name_counts() {
        let (acme, churn, rest) = (of(&["acme"]), of(&["acme/churn", "other"]), Coverage::Rest);
        let all = [(&rest, "rest"), (&acme, "acme"), (&churn, "churn")];
        let at = |owner: &str, name: &str| {
            let (id, installation) = (RepositoryId::new(1), InstallationId::new(1));
            let repository = Repository { id, owner: owner.into(), name: name.into(), installation };
            (Coverage::nearest(all, &repository), Coverage::nearest([(&acme, "acme")], &repository))
        };
        assert_eq!(at("Acme", "sentiment"), (Some("acme"), Some("acme")));
        assert_eq!(at("acme", "Churn"), (Some("churn"), Some("acme")));
        assert_eq!(at("other", "churn"), (Some("churn"), None));
        assert_eq!(at("acme2", "acme"), (Some("rest"), None), "a name is no part of one");
    }
}
