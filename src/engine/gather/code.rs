//! Workflow files that may deploy, and changed code that loads models by name.

use std::collections::BTreeMap;

use crate::artifact::revisions;
use crate::artifact::workflow::{self, WORKFLOW_LIMIT_BYTES, WorkflowRisk};
use crate::checks::words::plain;
use crate::checks::{RevisionFacts, WorkflowFacts};
use crate::domain::{EnvironmentName, FileChange};
use crate::ports::{PortError, TreeEntry};

use super::changes::MAX_PATH_CHARS;
use super::notes::Notes;
use super::reader::{Content, Contents, Reader};
use super::trees::{Listing, Trees};

/// Most workflow files read.
const MAX_WORKFLOWS: usize = 40;
/// Most changed files of code read, and the longest of them.
const MAX_SOURCES: usize = 60;
const MAX_SOURCE_BYTES: usize = 512 * 1024;

/// What was found in both.
pub(super) struct Code {
    pub(super) workflows: Vec<WorkflowFacts>,
    pub(super) revisions: Vec<RevisionFacts>,
}

/// The files to read, by path.
pub(super) struct Chosen {
    workflows: Vec<String>,
    sources: Vec<String>,
}

pub(super) fn choose(trees: &Trees, files: &[FileChange], notes: &mut Notes) -> Chosen {
    Chosen {
        workflows: bounded(workflow_paths(&trees.proposed), MAX_WORKFLOWS, "workflow files", notes),
        sources: bounded(source_paths(files), MAX_SOURCES, "changed files of code", notes),
    }
}

pub(super) async fn read(
    reader: Reader<'_>,
    trees: &Trees,
    chosen: Chosen,
    environment: &EnvironmentName,
) -> Result<(Code, Notes), PortError> {
    let Chosen { workflows, sources } = chosen;
    let mut wanted = BTreeMap::new();
    for (paths, limit) in [(&workflows, WORKFLOW_LIMIT_BYTES), (&sources, MAX_SOURCE_BYTES)] {
        let sides = paths.iter().flat_map(|path| [trees.live.get(path), trees.proposed.get(path)]).flatten();
        let fitting = sides.filter(|entry| usize::try_from(entry.size).is_ok_and(|size| size <= limit));
        wanted.extend(fitting.map(|entry| (entry.blob.clone(), limit)));
    }
    let contents = reader.contents(wanted).await?;
    let mut notes = Notes::default();
    let mut view = View { trees, contents: &contents, notes: &mut notes };
    let workflows = workflows.iter().map(|path| view.workflow(path, environment)).collect();
    let revisions = sources.iter().map(|path| view.source(path)).collect();
    Ok((Code { workflows, revisions }, notes))
}

fn workflow_paths(listing: &Listing) -> Vec<&str> {
    let paths = listing.from(workflow::FOLDER).iter().map(|entry| entry.path.as_str());
    let inside = paths.take_while(|path| path.starts_with(workflow::FOLDER));
    inside.filter(|path| path.ends_with(".yml") || path.ends_with(".yaml")).collect()
}

fn source_paths(files: &[FileChange]) -> Vec<&str> {
    let there = files.iter().filter(|file| file.after.is_some());
    let paths = there.map(|file| file.path.as_str()).filter(|path| !path.starts_with(workflow::FOLDER));
    paths.filter(|path| revisions::is_read(path)).collect()
}

fn bounded(mut paths: Vec<&str>, most: usize, what: &str, notes: &mut Notes) -> Vec<String> {
    if paths.len() > most {
        let message = format!("There are {} {what}, and {most} of them were read.", paths.len());
        notes.gap(what, Some(format!("{} files", paths.len())), message);
        paths.truncate(most);
    }
    paths.into_iter().map(str::to_owned).collect()
}

struct View<'a> {
    trees: &'a Trees,
    contents: &'a Contents,
    notes: &'a mut Notes,
}

impl<'a> View<'a> {
    fn workflow(&mut self, path: &str, environment: &EnvironmentName) -> WorkflowFacts {
        let read = |bytes: Option<&[u8]>| -> Vec<WorkflowRisk> {
            bytes.map(|bytes| workflow::risks(&workflow::read(bytes), environment.as_str())).unwrap_or_default()
        };
        let before = read(self.bytes(self.trees.live.get(path), path));
        let after = read(self.bytes(self.trees.proposed.get(path), path));
        WorkflowFacts { path: path.to_owned(), before, after }
    }

    fn source(&mut self, path: &str) -> RevisionFacts {
        let read = |bytes: Option<&[u8]>| {
            bytes.map(|bytes| revisions::read(path, &String::from_utf8_lossy(bytes))).unwrap_or_default()
        };
        let before = read(self.bytes(self.trees.live.get(path), path));
        let after = read(self.bytes(self.trees.proposed.get(path), path));
        if after.problem.is_some() || after.more > 0 {
            let why = after.problem.map_or_else(|| format!("{} more", after.more), |problem| problem.why);
            let path = plain(path, MAX_PATH_CHARS);
            let message = format!("What {path} loads is not wholly known: {why}.");
            let value = self.trees.proposed.get(&path).map(|entry| entry.blob.clone());
            self.notes.gap(&path, value, message);
        }
        RevisionFacts { path: path.to_owned(), before: before.unpinned, after: after.unpinned }
    }

    fn bytes(&mut self, entry: Option<&TreeEntry>, path: &str) -> Option<&'a [u8]> {
        let entry = entry?;
        match self.contents.get(&entry.blob) {
            Some(Content::Bytes(bytes)) => Some(bytes),
            Some(Content::Unread { .. }) | None => {
                let path = plain(path, MAX_PATH_CHARS);
                let message = format!("{path} could not be read, so what it loads or runs is not known.");
                self.notes.gap(&path, Some(entry.blob.clone()), message);
                None
            }
        }
    }
}
