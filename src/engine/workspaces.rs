//! The workspaces of the chat, one or several: which one a request's people are in, and what belongs to each alone.
//!
//! An [`Engine`] always works in one of them. What a delivery or an effect is about says in which: people of one workspace
//! neither see nor decide the requests of another.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Engine, day, home, live, pace};
use crate::domain::{Coverage, Repository, Request};
use crate::ports::Chat;

/// One workspace.
pub struct Workspace {
    /// As the operator set it; empty where that is left to the chat, which then has this one only.
    pub id: String,
    pub chat: Arc<dyn Chat>,
    /// What was read of people and groups.
    pub live: live::Live,
    pub pace: pace::Pace,
    /// Whose home is open.
    pub homes: home::Homes,
    /// When digests of the day are sent.
    pub days: day::Days,
    /// Users of the chat who may call freezes for all of its requests, by their ids.
    pub freezers: Vec<String>,
}

/// All of them.
pub struct Workspaces {
    covered: Vec<(Coverage, Arc<Workspace>)>,
    /// Stands for those that are not set: nobody there can be asked.
    nowhere: Arc<Workspace>,
}

impl Workspaces {
    /// `nowhere`: its chat lets nobody in, and says why.
    pub fn new(covered: Vec<(Coverage, Arc<Workspace>)>, nowhere: Arc<Workspace>) -> Self {
        Self { covered, nowhere }
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Workspace>> {
        self.covered.iter().map(|(_, workspace)| workspace)
    }

    pub(super) fn are_several(&self) -> bool {
        self.covered.len() > 1
    }

    /// Where the people of a repository are now.
    pub(super) fn of_repository(&self, repository: &Repository) -> &Arc<Workspace> {
        let covered = self.covered.iter().map(|(coverage, workspace)| (coverage, workspace));
        Coverage::nearest(covered, repository).unwrap_or(&self.nowhere)
    }

    /// Where a request was asked for: it stays there, whatever is set later.
    pub(super) fn of_request(&self, request: &Request) -> &Arc<Workspace> {
        if request.workspace.is_empty() {
            return self.of_repository(&request.repository);
        }
        self.find(&request.workspace).unwrap_or(&self.nowhere)
    }

    /// The only one has every id where the operator gave it none.
    fn find(&self, id: &str) -> Option<&Arc<Workspace>> {
        match self.covered.as_slice() {
            [(_, only)] if only.id.is_empty() => Some(only),
            covered => covered.iter().map(|(_, workspace)| workspace).find(|workspace| workspace.id == id),
        }
    }
}

impl Engine {
    /// The same, in another workspace.
    fn within(&self, workspace: &Arc<Workspace>) -> Cow<'_, Self> {
        if Arc::ptr_eq(workspace, &self.workspace) {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self { workspace: Arc::clone(workspace), ..self.clone() })
    }

    /// In the workspace of this request.
    pub(super) fn of_request(&self, request: &Request) -> Cow<'_, Self> {
        self.within(self.workspaces.of_request(request))
    }

    /// In the workspace that something came from; in this one, where that is not said or is none of ours: who comes from
    /// elsewhere is found out when they are looked up.
    pub(super) fn in_workspace(&self, id: &str) -> Cow<'_, Self> {
        self.workspaces.find(id).map_or(Cow::Borrowed(self), |workspace| self.within(workspace))
    }

    /// In each workspace, one after the other.
    pub(super) fn everywhere(&self) -> impl Iterator<Item = Cow<'_, Self>> {
        self.workspaces.all().map(|workspace| self.within(workspace))
    }

    /// Whether a request is for the people of this workspace.
    pub(super) fn is_ours(&self, request: &Request) -> bool {
        Arc::ptr_eq(self.workspaces.of_request(request), &self.workspace)
    }

    /// What lists are narrowed to; everything, where there is one workspace only.
    pub(super) fn narrowed(&self) -> Option<&str> {
        self.workspaces.are_several().then_some(self.workspace.id.as_str())
    }

    /// A name of the chat's as it is stored: another workspace may use it for something else.
    pub(super) fn own(&self, name: &str) -> String {
        self.narrowed().map_or_else(|| name.to_owned(), |workspace| format!("{workspace}/{name}"))
    }
}
