//! What the App may do and hears of: the least it needs. `app-manifest.json` says the same, and a test holds them together.
//!
//! GitHub: "Permissions required for GitHub Apps", "Webhook events and payloads".

/// The events the App subscribes to: exactly those that [`interpret`](super::interpret) makes something of.
pub const EVENTS: [&str; 6] =
    [CHECK_RUN, CHECK_SUITE, DEPLOYMENT_PROTECTION_RULE, DEPLOYMENT_STATUS, PULL_REQUEST, WORKFLOW_RUN];

pub const CHECK_RUN: &str = "check_run";
pub const CHECK_SUITE: &str = "check_suite";
pub const DEPLOYMENT_PROTECTION_RULE: &str = "deployment_protection_rule";
pub const DEPLOYMENT_STATUS: &str = "deployment_status";
pub const PULL_REQUEST: &str = "pull_request";
pub const WORKFLOW_RUN: &str = "workflow_run";

/// A permission's name and level.
pub type Permission = (&'static str, &'static str);

/// Everything the App asks its owner for.
pub const PERMISSIONS: [Permission; 7] = [
    ("actions", "read"),
    ("checks", "write"),
    ("contents", "read"),
    ("deployments", "write"),
    ("members", "read"),
    ("metadata", "read"),
    ("pull_requests", "read"),
];

/// What the App may be granted besides, for what a policy can ask of it. Without it, the checks that need it fail by name.
pub const OPTIONAL: [Permission; 4] =
    [("actions", "write"), ("pull_requests", "write"), ("security_events", "read"), ("statuses", "read")];

/// What a set of calls is for. Each has its own token that can do nothing else, for one repository where it is about one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Follow runs, jobs and deployments.
    Follow,
    /// Read commits, files, pull requests and people's access.
    Study,
    /// Read the teams of the organisation: the only token that is not for one repository.
    Teams,
    /// Tell a decision, or a status report.
    Decide,
    /// Read the check runs of other apps.
    CheckRuns,
    /// Read commit statuses.
    Statuses,
    /// Read the findings that code scanning holds.
    Scanning,
    /// Show a check run beside the newest commit of a pull request.
    Show,
    /// Keep one comment on a pull request. Optional: the manifest does not ask for it, the setting `preview.comment` does.
    Comment,
    /// Cancel a run that was denied. Optional: the manifest does not ask for it, `deny: { cancel_run: true }` of a policy does.
    Cancel,
}

impl Purpose {
    pub const ALL: [Self; 10] = [
        Self::Follow,
        Self::Study,
        Self::Teams,
        Self::Decide,
        Self::CheckRuns,
        Self::Statuses,
        Self::Scanning,
        Self::Show,
        Self::Comment,
        Self::Cancel,
    ];
    /// What needs more than the manifest asks for.
    pub const OPTIONAL: [Self; 4] = [Self::Statuses, Self::Scanning, Self::Comment, Self::Cancel];

    /// What its token may do.
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Follow => &[("actions", "read"), ("deployments", "read")],
            Self::Study => &[("contents", "read"), ("metadata", "read"), ("pull_requests", "read")],
            Self::Teams => &[("members", "read")],
            Self::Decide => &[("deployments", "write")],
            Self::CheckRuns => &[("checks", "read")],
            Self::Statuses => &[("statuses", "read")],
            Self::Scanning => &[("security_events", "read")],
            Self::Show => &[("checks", "write")],
            Self::Comment => &[("pull_requests", "write")],
            Self::Cancel => &[("actions", "write")],
        }
    }

    /// Whether its token is for what belongs to the organisation, and so for none of its repositories.
    pub const fn is_of_organisation(self) -> bool {
        matches!(self, Self::Teams)
    }

    /// The permission to name when a call is refused: `checks: read`.
    pub fn needs(self) -> String {
        let words: Vec<String> = self.permissions().iter().map(|(name, level)| format!("{name}: {level}")).collect();
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(serde::Deserialize)]
    struct Manifest {
        default_permissions: BTreeMap<String, String>,
        default_events: Vec<String>,
    }

    fn manifest() -> Manifest {
        serde_json::from_str(include_str!("../../app-manifest.json")).unwrap()
    }

    #[test]
    fn the_manifest_asks_for_exactly_what_the_code_uses() {
        let asked = manifest().default_permissions;
        let used = PERMISSIONS.iter().map(|(name, level)| ((*name).to_owned(), (*level).to_owned())).collect();
        assert_eq!(asked, used);
        assert_eq!(manifest().default_events, EVENTS);
    }

    #[test]
    fn no_token_asks_for_more_than_the_app_has_and_every_permission_is_used() {
        let rank = |level: &str| usize::from(level == "write");
        let tokens = Purpose::ALL.iter().flat_map(|purpose| purpose.permissions());
        let mut needed: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, level) in tokens {
            let most = needed.entry(name).or_default();
            *most = (*most).max(rank(level));
        }
        let granted = PERMISSIONS.iter().chain(&OPTIONAL).map(|(name, level)| (*name, rank(level))).collect();
        assert_eq!(needed, granted);
    }

    #[test]
    fn what_is_optional_is_not_asked_for() {
        for (name, level) in Purpose::OPTIONAL.iter().flat_map(|purpose| purpose.permissions()) {
            assert!(!PERMISSIONS.contains(&(name, level)), "{name}: {level}");
        }
    }
}
