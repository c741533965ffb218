//! What is written for an environment, layer over layer: the nearest one that has a key counts.

use super::Files;
use crate::policy::document::{EnvironmentDocument, EnvironmentPattern, OrNone};
use crate::policy::file::File;
use crate::policy::place::{FileRole, Placed};
use crate::policy::rules::{Layer, Origin, Sourced};
use crate::policy::structure::joined;

/// One layer.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Written<'a> {
    pub document: &'a EnvironmentDocument,
    pub file: &'a File,
    pub layer: Layer,
    /// Where in its file: `environments.production`.
    pub path: String,
}

/// The layers, farthest first.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Stack<'a> {
    pub layers: Vec<Written<'a>>,
    pub files: Files<'a>,
}

impl<'a> Stack<'a> {
    pub(in crate::policy) fn push_defaults(&mut self, file: &'a File) {
        let Some(document) = file.document.as_ref().and_then(|document| document.defaults.as_ref()) else { return };
        let layer = match file.role {
            FileRole::Owner => Layer::OwnerDefaults,
            FileRole::Repository => Layer::RepositoryDefaults,
        };
        self.layers.push(Written { document, file, layer, path: "defaults".to_owned() });
    }

    pub(in crate::policy) fn push_entry(
        &mut self,
        file: &'a File,
        name: &EnvironmentPattern,
        document: &'a EnvironmentDocument,
    ) {
        let name = name.0.as_str();
        let layer = match file.role {
            FileRole::Owner => Layer::OwnerEntry(name.to_owned()),
            FileRole::Repository => Layer::RepositoryEntry(name.to_owned()),
        };
        self.layers.push(Written { document, file, layer, path: joined("environments", name) });
    }

    /// The nearest layer that has a key, and what it says.
    pub(in crate::policy) fn pick<T>(
        &self,
        key: impl Fn(&'a EnvironmentDocument) -> Option<&'a Placed<T>>,
    ) -> Option<(&'a Placed<T>, &Written<'a>)> {
        self.layers.iter().rev().find_map(|written| Some((key(written.document)?, written)))
    }

    /// A value, or the built-in one.
    pub(in crate::policy) fn setting<T: Clone + 'a>(
        &self,
        key: impl Fn(&'a EnvironmentDocument) -> Option<&'a Placed<T>>,
        built_in: T,
    ) -> Sourced<T> {
        match self.pick(key) {
            Some((placed, written)) => Sourced::new(placed.value.clone(), written.origin(placed)),
            None => Sourced::built_in(built_in),
        }
    }

    /// A value that need not be there, and that a nearer layer can take away.
    pub(in crate::policy) fn optional<T: 'a>(
        &self,
        key: impl Fn(&'a EnvironmentDocument) -> Option<&'a Placed<OrNone<T>>>,
    ) -> Option<(&'a T, Origin, &Written<'a>)> {
        let (placed, written) = self.pick(key)?;
        Some((placed.value.as_option()?, written.origin(placed), written))
    }
}

impl Written<'_> {
    pub(in crate::policy) fn origin<T>(&self, placed: &Placed<T>) -> Origin {
        Origin { layer: self.layer.clone(), place: Some(placed.place) }
    }
}
