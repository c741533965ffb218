//! Environments and the rules that hold their jobs.

use crate::domain::Timestamp;

use super::State;

/// A person or team whose approval the environment requires (GitHub's built-in rule).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reviewer {
    User(u64),
    Team(u64),
}

/// A protection rule of somebody else's App.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherRule {
    pub id: u64,
    pub app_slug: String,
}

#[derive(Debug, Clone)]
pub struct Environment {
    pub id: u64,
    /// As it was first written; found again in any case.
    pub name: String,
    /// The id of our App's rule when it is ticked.
    pub our_rule: Option<u64>,
    pub other_rules: Vec<OtherRule>,
    pub reviewers: Vec<Reviewer>,
    pub prevent_self_review: bool,
    pub wait_timer_minutes: i64,
    pub can_admins_bypass: bool,
    pub created_at: Timestamp,
}

impl Environment {
    /// Anything that makes a job wait.
    pub fn has_rules(&self) -> bool {
        self.our_rule.is_some()
            || !self.other_rules.is_empty()
            || !self.reviewers.is_empty()
            || self.wait_timer_minutes > 0
    }

    pub fn is_named(&self, name: &str) -> bool {
        self.name.to_lowercase() == name.to_lowercase()
    }
}

impl State {
    /// Adds an environment; `gated`: our App's rule is ticked.
    pub fn add_environment(&mut self, repository: u64, name: &str, gated: bool) -> u64 {
        let (id, rule, created_at) = (self.fresh_id(), self.fresh_id(), self.now);
        let environment = Environment {
            id,
            name: name.to_owned(),
            our_rule: gated.then_some(rule),
            other_rules: Vec::new(),
            reviewers: Vec::new(),
            prevent_self_review: false,
            wait_timer_minutes: 0,
            can_admins_bypass: true,
            created_at,
        };
        self.repository_mut(repository).environments.push(environment);
        id
    }

    /// The environment of that name, any case.
    pub fn environment(&self, repository: u64, name: &str) -> Option<&Environment> {
        self.repositories.get(&repository)?.environments.iter().find(|one| one.is_named(name))
    }

    /// The environment of that name, to tick rules or add reviewers.
    pub fn environment_mut(&mut self, repository: u64, name: &str) -> Option<&mut Environment> {
        self.repositories.get_mut(&repository)?.environments.iter_mut().find(|one| one.is_named(name))
    }

    /// Requires another App's rule as well.
    pub fn add_other_rule(&mut self, repository: u64, environment: &str, app_slug: &str) {
        let id = self.fresh_id();
        if let Some(environment) = self.environment_mut(repository, environment) {
            environment.other_rules.push(OtherRule { id, app_slug: app_slug.to_owned() });
        }
    }
}
