//! Environments and their rules as JSON.

use serde_json::{Value, json};

use super::{node_id, wire_time};
use crate::sim::github::reply::percent_encoded;
use crate::sim::github::state::State;
use crate::sim::github::state::environments::{Environment, Reviewer};

impl State {
    /// The few members `pending_deployments` names an environment by.
    pub(in crate::sim::github) fn environment_brief(&self, repository: u64, environment: &Environment) -> Value {
        let name = percent_encoded(&environment.name);
        json!({
            "id": environment.id,
            "node_id": node_id("EN", environment.id),
            "name": environment.name,
            "url": format!("{}/environments/{name}", self.repository_url(repository)),
            "html_url": format!("{}/deployments/activity_log?environments_filter={name}", self.repository_page(repository)),
        })
    }

    /// `environment`. `can_admins_bypass` is not in the published schema; live answers carry it.
    pub(in crate::sim::github) fn environment_object(&self, repository: u64, environment: &Environment) -> Value {
        let mut object = self.environment_brief(repository, environment);
        let more = json!({
            "created_at": wire_time(environment.created_at),
            "updated_at": wire_time(environment.created_at),
            "can_admins_bypass": environment.can_admins_bypass,
            "protection_rules": self.built_in_rules(environment),
            "deployment_branch_policy": null,
        });
        super::extend(&mut object, more);
        object
    }

    /// One entry of `deployment_protection_rules`.
    pub(in crate::sim::github) fn custom_rules(&self, environment: &Environment) -> Vec<Value> {
        let ours = environment.our_rule.map(|id| (id, self.options.app_id, self.options.app_slug.clone()));
        let others = environment.other_rules.iter().map(|rule| (rule.id, rule.id + 1, rule.app_slug.clone()));
        let rule = |(id, app, slug): (u64, u64, String)| {
            json!({
                "id": id,
                "node_id": node_id("GA", id),
                "enabled": true,
                "app": {
                    "id": app,
                    "node_id": node_id("A", app),
                    "slug": slug,
                    "integration_url": format!("{}/apps/{slug}", self.urls.api),
                },
            })
        };
        ours.into_iter().chain(others).map(rule).collect()
    }

    /// The required reviewers of an environment.
    pub(in crate::sim::github) fn reviewers(&self, environment: &Environment) -> Value {
        let reviewer = |reviewer: &Reviewer| match reviewer {
            Reviewer::User(id) => json!({ "type": "User", "reviewer": self.simple_user(*id) }),
            Reviewer::Team(id) => {
                let team = self.teams.iter().find(|team| team.id == *id);
                json!({ "type": "Team", "reviewer": team.map(|team| self.team_object(team)) })
            }
        };
        environment.reviewers.iter().map(reviewer).collect()
    }

    fn built_in_rules(&self, environment: &Environment) -> Vec<Value> {
        let mut rules = Vec::new();
        let node = node_id("GA", environment.id);
        if environment.wait_timer_minutes > 0 {
            let minutes = environment.wait_timer_minutes;
            rules.push(
                json!({ "id": environment.id + 1, "node_id": node, "type": "wait_timer", "wait_timer": minutes }),
            );
        }
        if !environment.reviewers.is_empty() {
            rules.push(json!({
                "id": environment.id + 2,
                "node_id": node,
                "type": "required_reviewers",
                "prevent_self_review": environment.prevent_self_review,
                "reviewers": self.reviewers(environment),
            }));
        }
        rules
    }
}
