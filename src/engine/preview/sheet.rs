//! Puts what was composed onto the forge: our own sheet is looked for before one is made.

use crate::domain::{Against, CommitSha, Repository};
use crate::ports::PortError;
use crate::ports::pulls::{PostedSheet, Progress, SheetContent};

use super::super::Engine;
use super::buttons;
use super::compose::Composed;

/// Where sheets of one pull request are shown.
pub(super) struct Showing<'a> {
    pub(super) engine: &'a Engine,
    pub(super) repository: &'a Repository,
    pub(super) mark: &'a str,
}

impl Showing<'_> {
    /// Begins the sheet beside `commit`: the one that is known or found, else a new one.
    pub(super) async fn begin(
        &self,
        commit: &CommitSha,
        known: Option<u64>,
        composed: &Composed,
    ) -> Result<PostedSheet, PortError> {
        let posted = self.find(commit, known).await?;
        let content = self.content(commit, composed, Progress::Gathering);
        self.engine.forge.show_sheet(posted.as_ref(), &content).await
    }

    /// Ends a sheet, or makes one that has ended.
    pub(super) async fn end(
        &self,
        posted: Option<&PostedSheet>,
        commit: &CommitSha,
        composed: &Composed,
        against: Against,
    ) -> Result<PostedSheet, PortError> {
        let buttons = buttons::offered(against);
        let content = self.content(commit, composed, Progress::Done(composed.conclusion));
        self.engine.forge.show_sheet(posted, &SheetContent { buttons: &buttons, ..content }).await
    }

    /// Ends a sheet of a commit that is not looked at any more, if it is there and has not ended.
    pub(super) async fn end_if_waiting(
        &self,
        commit: &CommitSha,
        known: Option<u64>,
        composed: &Composed,
    ) -> Result<(), PortError> {
        match self.find(commit, known).await? {
            Some(posted) if !posted.is_finished => {
                let content = self.content(commit, composed, Progress::Done(composed.conclusion));
                self.engine.forge.show_sheet(Some(&posted), &content).await.map(drop)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// A known id is enough to go on with; what the sheet carries already is known to the forge alone.
    pub(super) async fn find(&self, commit: &CommitSha, known: Option<u64>) -> Result<Option<PostedSheet>, PortError> {
        let found = self.engine.forge.find_sheet(self.repository, commit, self.mark).await?;
        let by_id = known.map(|id| PostedSheet { id, url: None, is_finished: false, notes: 0 });
        Ok(found.or(by_id))
    }

    fn content<'c>(&'c self, commit: &'c CommitSha, composed: &'c Composed, progress: Progress) -> SheetContent<'c> {
        SheetContent {
            repository: self.repository,
            commit,
            mark: self.mark,
            progress,
            title: &composed.title,
            summary: &composed.summary,
            text: &composed.text,
            notes: &composed.notes,
            buttons: &[],
            details_url: self.engine.public_url.as_deref(),
        }
    }
}
