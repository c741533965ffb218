//! Pull requests as the forge shows them, and the sheet that we show beside their newest commit. At GitHub a sheet is a
//! check run.

use crate::domain::{CommitSha, ForgeUser, Repository};

/// A pull request as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullState {
    pub head: CommitSha,
    pub is_open: bool,
    pub author: Option<ForgeUser>,
    /// The branch it is to go into.
    pub base: String,
    /// The newest commit that both branches have: where the change starts from. Empty when it is closed, or where the
    /// branches share nothing.
    pub start: Option<CommitSha>,
    /// Every path it changes, both names of renamed files, as far as the forge lists them.
    pub changed: Vec<String>,
    /// That list is not known to be complete.
    pub changed_cut: bool,
}

/// What a sheet shows. Titles and notes are plain text, summary and text are Markdown; the adapter cuts them to the
/// forge's limits.
#[derive(Debug, Clone, Copy)]
pub struct SheetContent<'a> {
    pub repository: &'a Repository,
    pub commit: &'a CommitSha,
    /// A short text that the sheet carries unseen, by which it is found again.
    pub mark: &'a str,
    pub progress: Progress,
    pub title: &'a str,
    pub summary: &'a str,
    pub text: &'a str,
    pub notes: &'a [Note],
    pub buttons: &'a [Button],
    /// The page of this server, where there is one.
    pub details_url: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Gathering,
    Done(Conclusion),
}

/// How a sheet ends, mildest first. Only [`Conclusion::Failure`] can keep a pull request from being merged, where a team
/// requires it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conclusion {
    Success,
    Neutral,
    Failure,
}

/// A remark on lines of a file of the commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Note {
    pub path: String,
    /// First and last line, from 1.
    pub line: u64,
    pub end_line: u64,
    pub level: NoteLevel,
    pub title: String,
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteLevel {
    Notice,
    Warning,
    Failure,
}

/// A button on a finished sheet; the forge tells us its name when somebody presses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Button {
    /// At most 20 characters.
    pub name: &'static str,
    /// At most 20 characters.
    pub label: &'static str,
    /// At most 40 characters.
    pub explanation: &'static str,
}

/// A sheet of ours that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedSheet {
    pub id: u64,
    /// Its page, for people.
    pub url: Option<String>,
    pub is_finished: bool,
    /// Notes that it carries already: they stay, whatever is shown later.
    pub notes: u64,
}
