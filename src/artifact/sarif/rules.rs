//! Which rule a result belongs to, in the driver or an extension of the tool (3.52.3).

use std::collections::BTreeMap;

use super::wire::{Component, Finding, Rule, RuleReference, Score, Tool};
use crate::domain::Severity;

/// The rules of one run.
pub(super) struct Rules<'a> {
    driver: &'a Component,
    extensions: &'a [Component],
    /// The first rule of that id, the driver's before those of extensions.
    by_id: BTreeMap<&'a str, &'a Rule>,
}

impl<'a> Rules<'a> {
    pub fn new(tool: &'a Tool) -> Self {
        let mut by_id = BTreeMap::new();
        for component in std::iter::once(&tool.driver).chain(&tool.extensions.items) {
            for rule in &component.rules.items {
                by_id.entry(rule.id.as_str()).or_insert(rule);
            }
        }
        Self { driver: &tool.driver, extensions: &tool.extensions.items, by_id }
    }

    /// By index where the id does not contradict it, else by id. `a/b` is also a result of the rule `a` (3.27.5).
    pub fn of(&self, result: &Finding) -> Option<&'a Rule> {
        let id = own_id(result);
        let at_index = self.at_index(result);
        match (at_index, id) {
            (Some(rule), Some(id)) if !is_or_is_below(id, &rule.id) => self.by_id(id),
            (Some(rule), _) => Some(rule),
            (None, Some(id)) => self.by_id(id),
            (None, None) => None,
        }
    }

    fn at_index(&self, result: &Finding) -> Option<&'a Rule> {
        let index = result.rule.as_ref().and_then(|rule| rule.index).or(result.rule_index)?;
        self.component(result.rule.as_ref())?.rules.items.get(usize::try_from(index).ok()?)
    }

    fn component(&self, reference: Option<&RuleReference>) -> Option<&'a Component> {
        let Some(named) = reference.and_then(|rule| rule.tool_component.as_ref()) else {
            return Some(self.driver);
        };
        match (named.index.and_then(|index| usize::try_from(index).ok()), &named.name) {
            (Some(index), _) => self.extensions.get(index),
            (None, Some(name)) if *name != self.driver.name => self.extensions.iter().find(|tool| tool.name == *name),
            (None, _) => Some(self.driver),
        }
    }

    fn by_id(&self, id: &str) -> Option<&'a Rule> {
        let parents = id.rmatch_indices('/').filter_map(|(end, _)| id.get(..end)).take(DEPTH_LIMIT);
        std::iter::once(id).chain(parents).find_map(|id| self.by_id.get(id).copied())
    }
}

/// Parents of an id that are tried.
const DEPTH_LIMIT: usize = 16;

/// The id of a result's rule; empty when there is none at all.
pub(super) fn id<'a>(result: &'a Finding, rule: Option<&'a Rule>) -> &'a str {
    own_id(result).or(rule.map(|rule| rule.id.as_str())).unwrap_or_default()
}

fn own_id(result: &Finding) -> Option<&str> {
    result.rule_id.as_deref().or_else(|| result.rule.as_ref()?.id.as_deref())
}

fn is_or_is_below(id: &str, rule: &str) -> bool {
    id.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// GitHub's bands of `security-severity`; none for 0, beyond 10, and what is no number.
pub(super) fn security_severity(rule: &Rule) -> Option<Severity> {
    let score = match rule.properties.as_ref()?.security_severity.as_ref()? {
        Score::Text(text) => text.trim().parse().ok()?,
        Score::Number(number) => *number,
        Score::Other(_) => return None,
    };
    match score {
        score if !(score > 0.0 && score <= 10.0) => None,
        score if score >= 9.0 => Some(Severity::Critical),
        score if score >= 7.0 => Some(Severity::High),
        score if score >= 4.0 => Some(Severity::Medium),
        _ => Some(Severity::Low),
    }
}
