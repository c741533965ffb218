//! From the files to the rules for one environment: the owner's defaults, the owner's entry, the repository's defaults, the
//! repository's entry, one over the other; then whatever the owner's floor asks for besides.

mod floor;
mod groups;
mod merge;
mod stack;

use super::document::{Entries, EnvironmentDocument, EnvironmentPattern, PolicyDocument, Unmatched};
use super::file::File;
use super::finding::Finding;
use super::place::Placed;
use super::rules::{EnvironmentRules, Exception, Layer};
use crate::artifact::text::quoted;

pub(super) use floor::{clamp, rules_of_floor, stricter_action};
pub(super) use groups::members;
pub(super) use merge::{built_in_gate, merge};
pub(super) use stack::{Stack, Written};

/// The two files that decide. What is absent was looked for and is not there.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    pub repository: Option<&'a File>,
    pub owner: Option<&'a File>,
    /// Whether the owner's file was looked for at all: a file that is checked by hand may be all there is.
    pub owner_is_known: bool,
}

/// What the files say about an environment.
#[derive(Debug, Clone, PartialEq)]
pub enum Selected {
    Rules(Box<EnvironmentRules>),
    /// Nothing is for it: requests are held (R12).
    Held {
        why: String,
    },
}

impl<'a> Files<'a> {
    pub(super) fn all(self) -> impl Iterator<Item = &'a File> {
        self.owner.into_iter().chain(self.repository)
    }

    fn documents(self) -> impl Iterator<Item = &'a PolicyDocument> {
        self.all().filter_map(|file| file.document.as_ref())
    }

    /// What happens to environments that no entry is for: the repository's word, else the owner's.
    pub(super) fn unmatched(self) -> Unmatched {
        let words = self.documents().filter_map(|document| document.unmatched.as_ref());
        words.last().map_or(Unmatched::Hold, |unmatched| unmatched.value)
    }

    /// Whether a file has an entry for any environment.
    pub(super) fn has_entries(self) -> bool {
        self.documents().any(|document| !document.environments.is_empty())
    }

    /// What is written for an environment, farthest first, and whether an entry is for it.
    ///
    /// # Errors
    /// When two patterns of a file match it equally well.
    pub(super) fn stack(self, environment: &str) -> Result<(Stack<'a>, bool), String> {
        let mut stack = Stack { layers: Vec::new(), files: self };
        let mut is_matched = false;
        for file in self.all() {
            let Some(document) = &file.document else { continue };
            let entry = entry(&document.environments, environment)?;
            is_matched |= entry.is_some();
            stack.push_defaults(file);
            if let Some((name, rules)) = entry {
                stack.push_entry(file, name, rules);
            }
        }
        Ok((stack, is_matched))
    }

    /// The rules for an environment, and what is wrong with what they are made of.
    pub fn rules(self, environment: &str, expires_after_ms: i64) -> (Selected, Vec<Finding>) {
        let held = |why: String| (Selected::Held { why }, Vec::new());
        match self.stack(environment) {
            Err(why) => held(why),
            Ok((_, false)) if self.has_entries() && self.unmatched() == Unmatched::Hold => {
                held(format!("no entry of `environments` is for `{}`", quoted(environment)))
            }
            Ok((stack, _)) => {
                let (mut rules, findings) = merge(&stack, expires_after_ms);
                if let Ok(floor) = self.floor(environment) {
                    clamp(&mut rules, &floor);
                }
                (Selected::Rules(Box::new(rules)), findings)
            }
        }
    }

    /// What the owner's floor says for an environment, farthest first; no layers where there is no floor.
    ///
    /// # Errors
    /// When two patterns of it match equally well.
    pub(super) fn floor(self, environment: &str) -> Result<Stack<'a>, String> {
        let mut stack = Stack { layers: Vec::new(), files: self };
        let floor = self.owner.and_then(|file| Some((file, file.document.as_ref()?.floor.as_ref()?)));
        let Some((file, floor)) = floor else { return Ok(stack) };
        if let Some(defaults) = &floor.defaults {
            stack.layers.push(Written {
                document: defaults,
                file,
                layer: Layer::FloorDefaults,
                path: "floor.defaults".to_owned(),
            });
        }
        if let Some((name, document)) = entry(&floor.environments, environment)? {
            let path = super::structure::joined("floor.environments", name.0.as_str());
            stack.layers.push(Written { document, file, layer: Layer::FloorEntry(name.0.as_str().to_owned()), path });
        }
        Ok(stack)
    }

    /// The exceptions that are written for an environment, whether or not their time is over.
    pub fn exceptions(self, environment: &str) -> Vec<Exception> {
        let document = self.repository.and_then(|file| file.document.as_ref());
        let is_for = |pattern: &Option<Placed<EnvironmentPattern>>| {
            pattern.as_ref().is_none_or(|pattern| pattern.0.is_match(environment))
        };
        document
            .into_iter()
            .flat_map(|document| &document.accept)
            .filter(|accepted| is_for(&accepted.environment))
            .map(|accepted| Exception {
                flag: accepted.flag.0.clone(),
                subject: accepted.subject.as_ref().map(|subject| subject.0.clone()),
                model: accepted.model.as_ref().map(|model| model.0.clone()),
                why: accepted.why.0.clone(),
                by: accepted.by.0.clone(),
                until: accepted.until.value,
                place: accepted.flag.place,
            })
            .collect()
    }
}

type Entry<'d> = (&'d Placed<EnvironmentPattern>, &'d EnvironmentDocument);

/// The entry for an environment: its exact name, else the pattern with the most literal characters.
///
/// # Errors
/// When two patterns have equally many.
pub(super) fn entry<'d>(
    entries: &'d Entries<EnvironmentPattern, EnvironmentDocument>,
    name: &str,
) -> Result<Option<Entry<'d>>, String> {
    let mut matching: Vec<Entry<'d>> = entries.iter().filter(|(pattern, _)| pattern.0.is_match(name)).collect();
    if let Some(exact) = matching.iter().find(|(pattern, _)| pattern.0.is_exact()) {
        return Ok(Some(*exact));
    }
    matching.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.0.literals()));
    match matching.as_slice() {
        [(first, _), (second, _), ..] if first.0.literals() == second.0.literals() => Err(format!(
            "environment `{}` is matched by `{}` and by `{}` equally well: write its exact name",
            quoted(name),
            first.0.as_str(),
            second.0.as_str()
        )),
        [first, ..] => Ok(Some(*first)),
        [] => Ok(None),
    }
}

#[cfg(test)]
mod tests;
