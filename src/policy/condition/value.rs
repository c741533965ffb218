//! Values while a condition is evaluated: borrowed from the evidence wherever they can be.

use std::borrow::Cow;
use std::rc::Rc;

use crate::domain::evidence::{Commit, PullRequest};
use crate::domain::{FileChange, Flag, ModelChange, Severity, WorkflowField};

#[derive(Clone)]
pub(super) enum Value<'a> {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(Cow<'a, str>),
    Severity(Severity),
    Object(Object<'a>),
    List(List<'a>),
    Map(Map<'a>),
}

/// Something with fields.
#[derive(Clone, Copy)]
pub(super) enum Object<'a> {
    Flag(&'a Flag),
    File(&'a FileChange),
    Model(&'a ModelChange),
    Commit(&'a Commit),
    PullRequest(&'a PullRequest),
    Author,
}

#[derive(Clone)]
pub(super) enum List<'a> {
    Flags(&'a [Flag]),
    Files(&'a [FileChange]),
    Models(&'a [ModelChange]),
    Commits(&'a [Commit]),
    PullRequests(&'a [PullRequest]),
    Words(&'a [&'a str]),
    Texts(&'a [String]),
    Made(Rc<Vec<Value<'a>>>),
}

#[derive(Clone, Copy)]
pub(super) enum Map<'a> {
    Inputs(&'a std::collections::BTreeMap<String, String>),
    Fields(&'a [WorkflowField]),
}

impl<'a> List<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Flags(items) => items.len(),
            Self::Files(items) => items.len(),
            Self::Models(items) => items.len(),
            Self::Commits(items) => items.len(),
            Self::PullRequests(items) => items.len(),
            Self::Words(items) => items.len(),
            Self::Texts(items) => items.len(),
            Self::Made(items) => items.len(),
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<Value<'a>> {
        let object = match self {
            Self::Flags(items) => Object::Flag(items.get(at)?),
            Self::Files(items) => Object::File(items.get(at)?),
            Self::Models(items) => Object::Model(items.get(at)?),
            Self::Commits(items) => Object::Commit(items.get(at)?),
            Self::PullRequests(items) => Object::PullRequest(items.get(at)?),
            Self::Words(items) => return items.get(at).map(|text| Value::Text(Cow::Borrowed(text))),
            Self::Texts(items) => return items.get(at).map(|text| Value::Text(Cow::Borrowed(text.as_str()))),
            Self::Made(items) => return items.get(at).cloned(),
        };
        Some(Value::Object(object))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Value<'a>> {
        (0..self.len()).filter_map(|at| self.get(at))
    }
}

impl<'a> Map<'a> {
    pub(super) fn get(self, key: &str) -> Option<&'a str> {
        match self {
            Self::Inputs(inputs) => inputs.get(key).map(String::as_str),
            Self::Fields(fields) => fields.iter().find(|field| field.name == key).map(|field| field.value.as_str()),
        }
    }

    pub(super) fn len(self) -> usize {
        match self {
            Self::Inputs(inputs) => inputs.len(),
            Self::Fields(fields) => fields.len(),
        }
    }
}
