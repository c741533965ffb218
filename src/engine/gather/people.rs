//! The commits between live and proposed, the pull requests that brought them, and everybody with a hand in them (R6, R15).

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt};

use crate::checks::Gap;
use crate::checks::words::plain;
use crate::domain::{
    Commit, CommitSha, Contributor, ForgeUser, ForgeUserId, Part, PullRequest, Relation, SketchedPull, Words,
};
use crate::ports::code::{Person, RawCommit};
use crate::ports::{PortError, Presence};

use super::ground::Ground;
use super::notes::Notes;
use super::patience::within;
use super::reader::{AT_A_TIME, Reader, lasting};

/// Most commits whose pull requests are looked up: the newest ones.
const MAX_LOOKED_UP: usize = 100;
/// Most commits and pull requests kept in the evidence: the newest ones. Everybody's hand counts all the same.
const MAX_COMMITS: usize = 250;
const MAX_PULL_REQUESTS: usize = 200;
/// Most co-authors with an account that are kept.
const MAX_CO_AUTHORS: usize = 1_000;
/// Longest titles and names kept, in characters.
const MAX_TITLE_CHARS: usize = 200;
const MAX_NAME_CHARS: usize = 80;

pub(super) struct People {
    /// Oldest first.
    commits: Vec<RawCommit>,
    pub(super) commits_total: u64,
    /// By number.
    pull_requests: BTreeMap<u64, PullRequest>,
    pub(super) gaps: Vec<Gap>,
}

/// What the evidence keeps of them.
pub(super) struct Shown {
    pub(super) commits: Vec<Commit>,
    pub(super) pull_requests: Vec<PullRequest>,
    pub(super) contributors: Vec<Contributor>,
    /// Names of authors and committers without an account.
    pub(super) strangers: Vec<String>,
}

pub(super) async fn find(reader: Reader<'_>, ground: &Ground, proposed: &CommitSha) -> Result<People, PortError> {
    let mut people = between(ground);
    if !people.commits.iter().any(|commit| commit.sha == *proposed) {
        people.add_proposed(reader, proposed).await?;
    }
    people.tell_missing_commits(proposed);
    reader.news.tell(|sketch| sketch.commits = Some(people.commits_total));
    people.find_pull_requests(reader).await?;
    let pulls = people.pull_requests.values().rev();
    let pulls = pulls.map(|pull| SketchedPull { number: pull.number, url: pull.url.clone() });
    reader.news.tell(|sketch| sketch.pull_requests = pulls.collect());
    Ok(people)
}

/// The commits that the proposed one has and the live one has not. Going back, or with nothing to compare with, there are none.
fn between(ground: &Ground) -> People {
    let adds = matches!(ground.relation, Relation::Ahead { .. } | Relation::Diverged { .. });
    let (commits, commits_total) = match ground.comparison.as_ref().filter(|_| adds) {
        Some(comparison) => (comparison.commits.clone(), comparison.commits_total),
        None => (Vec::new(), 0),
    };
    People { commits, commits_total, pull_requests: BTreeMap::new(), gaps: Vec::new() }
}

impl People {
    async fn add_proposed(&mut self, reader: Reader<'_>, proposed: &CommitSha) -> Result<(), PortError> {
        let asked = async {
            let _turn = reader.turn().await;
            reader.host.commit(reader.repository, proposed).await
        };
        let answer = match within(reader.desk.patience.compare, asked).await {
            Ok(answer) => lasting(answer)?,
            Err(why) => Err(why),
        };
        let why = match answer {
            Ok(Presence::Found(commit)) => {
                self.commits.push(commit);
                self.commits_total = self.commits_total.max(1);
                return Ok(());
            }
            Ok(Presence::Missing) => "the forge does not have it".to_owned(),
            Err(why) => why,
        };
        let message = format!("Who made the proposed commit {} cannot be told: {why}.", proposed.short());
        self.gap("proposed commit", proposed.to_string(), message);
        Ok(())
    }

    fn tell_missing_commits(&mut self, proposed: &CommitSha) {
        let known = u64::try_from(self.commits.len()).unwrap_or(u64::MAX);
        if self.commits_total > known {
            let message = format!(
                "{} commits lie between live and proposed, and the people of only {known} of them are known.",
                self.commits_total
            );
            self.gap("commits", format!("{known} of {} up to {proposed}", self.commits_total), message);
        }
    }

    async fn find_pull_requests(&mut self, reader: Reader<'_>) -> Result<(), PortError> {
        let newest: Vec<CommitSha> =
            self.commits.iter().rev().take(MAX_LOOKED_UP).map(|commit| commit.sha.clone()).collect();
        if let Some(more) = self.commits.len().checked_sub(MAX_LOOKED_UP).filter(|more| *more > 0) {
            let message =
                format!("The pull requests of the {more} oldest of {} commits were not looked up.", self.commits.len());
            self.gap("pull requests", format!("{more} commits"), message);
        }
        let asked = newest.len();
        let questions = newest.into_iter().map(|commit| pull_requests_of(reader, commit));
        let mut answers = stream::iter(questions).buffer_unordered(AT_A_TIME);
        let mut told = 0;
        let all = async {
            while let Some(answer) = answers.next().await {
                self.take_pull_requests(answer?);
                told += 1;
            }
            Ok(())
        };
        match within(reader.desk.patience.read, all).await {
            Ok(done) => done?,
            Err(why) => {
                let message = format!("The pull requests of {} commits were not told: {why}.", asked - told);
                self.gap("pull requests", format!("{told} of {asked} commits"), message);
            }
        }
        self.gaps.sort_by(|a, b| (&a.subject, &a.value).cmp(&(&b.subject, &b.value)));
        Ok(())
    }

    fn take_pull_requests(&mut self, (commit, answer): (CommitSha, Result<Vec<PullRequest>, String>)) {
        match answer {
            Ok(found) => self.pull_requests.extend(found.into_iter().map(|pull| (pull.number, pull))),
            Err(why) => {
                let message = format!("The pull requests of commit {} cannot be told: {why}.", commit.short());
                self.gap("pull requests", commit.to_string(), message);
            }
        }
    }

    fn gap(&mut self, subject: &str, value: String, message: String) {
        self.gaps.push(Gap { subject: subject.to_owned(), value: Some(value), message });
    }

    /// Titles and names cleaned, lists bounded.
    pub(super) fn shown(&self, notes: &mut Notes) -> Shown {
        let mut hands = Hands::default();
        self.pull_requests.values().for_each(|pull| hands.pull_request(pull));
        self.commits.iter().for_each(|commit| hands.commit(commit));
        Shown {
            commits: self.shown_commits(notes),
            pull_requests: self.shown_pull_requests(notes),
            contributors: hands.contributors(notes),
            strangers: hands.strangers.into_iter().collect(),
        }
    }

    fn shown_commits(&self, notes: &mut Notes) -> Vec<Commit> {
        let skipped = self.commits.len().saturating_sub(MAX_COMMITS);
        let shown = self.commits.iter().skip(skipped).map(|commit| Commit {
            sha: commit.sha.clone(),
            title: notes.line(
                &format!("title of commit {}", commit.sha.short()),
                first_line(&commit.message),
                MAX_TITLE_CHARS,
            ),
            author: commit.author.user.clone(),
        });
        shown.collect()
    }

    fn shown_pull_requests(&self, notes: &mut Notes) -> Vec<PullRequest> {
        let skipped = self.pull_requests.len().saturating_sub(MAX_PULL_REQUESTS);
        if skipped > 0 {
            let message = format!(
                "{} pull requests brought these commits, and the {skipped} oldest are not listed.",
                self.pull_requests.len()
            );
            notes.gap("pull requests", Some(format!("{skipped} not listed")), message);
        }
        let shown = self.pull_requests.values().skip(skipped).map(|pull| PullRequest {
            title: notes.line(&format!("title of pull request #{}", pull.number), &pull.title, MAX_TITLE_CHARS),
            ..pull.clone()
        });
        shown.collect()
    }
}

async fn pull_requests_of(
    reader: Reader<'_>,
    commit: CommitSha,
) -> Result<(CommitSha, Result<Vec<PullRequest>, String>), PortError> {
    let _turn = reader.turn().await;
    let answer = lasting(reader.host.pull_requests(reader.repository, &commit).await)?;
    Ok((commit, answer))
}

fn first_line(message: &str) -> &str {
    message.trim_start().lines().next().unwrap_or_default()
}

/// Everybody with a hand in the change, each part once. Accounts of authors and committers are never cut: a cut would let
/// somebody approve their own work. Co-authors name themselves, so they are bounded.
#[derive(Default)]
struct Hands {
    co_authors: usize,
    known: BTreeMap<(Part, ForgeUserId), (ForgeUser, String)>,
    unknown: BTreeSet<(Part, String)>,
    strangers: BTreeSet<String>,
}

impl Hands {
    fn pull_request(&mut self, pull: &PullRequest) {
        match &pull.author {
            Some(author) => self.account(Part::PrAuthor, author, &author.login),
            None => self.stranger(Part::PrAuthor, &format!("author of pull request #{}", pull.number)),
        }
    }

    fn commit(&mut self, commit: &RawCommit) {
        // The forge's own account writes nothing: as an author it only shows that the address was made up.
        let author =
            Person { user: commit.author.user.clone().filter(|_| !commit.author.is_forge), ..commit.author.clone() };
        self.person(Part::Author, &author, true);
        if !commit.committer.is_forge {
            self.person(Part::Committer, &commit.committer, true);
        }
        commit.co_authors.iter().for_each(|person| self.person(Part::CoAuthor, person, false));
    }

    fn person(&mut self, part: Part, person: &Person, is_needed: bool) {
        match &person.user {
            Some(user) => self.account(part, user, &person.name),
            None if is_needed => self.stranger(part, &person.name),
            None => self.nameless(part, &person.name),
        }
    }

    fn account(&mut self, part: Part, user: &ForgeUser, name: &str) {
        if self.known.contains_key(&(part, user.id)) {
            return;
        }
        self.co_authors += usize::from(part == Part::CoAuthor);
        if part != Part::CoAuthor || self.co_authors <= MAX_CO_AUTHORS {
            self.known.insert((part, user.id), (user.clone(), name.to_owned()));
        }
    }

    fn stranger(&mut self, part: Part, name: &str) {
        self.strangers.insert(plain(name, MAX_NAME_CHARS));
        self.nameless(part, name);
    }

    fn nameless(&mut self, part: Part, name: &str) {
        const MAX_NAMELESS: usize = 200;
        if self.unknown.len() < MAX_NAMELESS {
            self.unknown.insert((part, name.to_owned()));
        }
    }

    fn contributors(&self, notes: &mut Notes) -> Vec<Contributor> {
        if self.co_authors > MAX_CO_AUTHORS {
            let message = format!(
                "The commits name more than {MAX_CO_AUTHORS} co-authors; those beyond are not kept from approving."
            );
            notes.gap("co-authors", Some(self.co_authors.to_string()), message);
        }
        let mut name = |name: &str| Words::new(&notes.line("the name of a contributor", name, MAX_NAME_CHARS));
        let mut contributors = Vec::new();
        for ((part, _), (user, written)) in &self.known {
            contributors.push(Contributor { part: *part, user: Some(user.clone()), name: name(written) });
        }
        for (part, written) in &self.unknown {
            contributors.push(Contributor { part: *part, user: None, name: name(written) });
        }
        contributors
    }
}
