//! Our check run beside a commit: found by its mark, created, updated within GitHub's limits.
//!
//! GitHub: "REST API endpoints for check runs". Annotations can only be added, 50 with a call, and never taken away: what
//! is there already is read back and not added again, and what no longer holds is told in the text.

mod annotations;
mod body;

use hyper::{Method, StatusCode};

use crate::domain::{CommitSha, Repository};
use crate::ports::code::Presence;
use crate::ports::pulls::{PostedSheet, Progress, SheetContent};
use crate::ports::{Class, PortError};

use super::api::Errand;
use super::classify::{refusal, told, unreadable};
use super::client::GithubForge;
use super::permissions::Purpose;
use super::transport::Answer;
use super::wire::checks::{CheckRunRow, CheckRunsRow};

use annotations::News;
use body::{CheckRunBody, Output};

/// The name of our check runs, which teams write into their branch rules.
const NAME: &str = "Countersign";
const PER_PAGE: usize = 100;
/// Most pages of our own check runs on one commit.
const MAX_PAGES: usize = 3;

impl GithubForge {
    /// The newest of ours with that mark. A commit can be the head of several pull requests, so all of one name are read.
    pub(super) async fn sheet_by_mark(
        &self,
        repository: &Repository,
        commit: &CommitSha,
        mark: &str,
    ) -> Result<Option<PostedSheet>, PortError> {
        let errand = Errand::new(repository, Purpose::Show, "look for our check run");
        let app = self.own_app().await?.id;
        let mut newest: Option<CheckRunRow> = None;
        for page in 1..=MAX_PAGES {
            let query = format!("app_id={app}&check_name={NAME}&filter=all&per_page={PER_PAGE}&page={page}");
            let found: Presence<CheckRunsRow> =
                self.seek(errand, &format!("/commits/{commit}/check-runs?{query}")).await?;
            let Presence::Found(rows) = found else { return Ok(None) };
            let is_last = rows.check_runs.len() < PER_PAGE;
            let ours = rows.check_runs.into_iter().filter(|row| row.is_ours(app, commit, mark));
            newest = ours.chain(newest).max_by_key(|row| row.id);
            if is_last {
                break;
            }
        }
        Ok(newest.map(CheckRunRow::posted))
    }

    /// Shows what there is to show: notes that are new in batches, the conclusion with the last of them.
    pub(super) async fn put_sheet(
        &self,
        posted: Option<&PostedSheet>,
        content: &SheetContent<'_>,
    ) -> Result<PostedSheet, PortError> {
        let errand = Errand::new(content.repository, Purpose::Show, "show our check run");
        let news = match posted.filter(|posted| posted.notes > 0) {
            Some(posted) => News::since(content.notes, &self.notes_there(content.repository, posted).await?),
            None => News::all(content.notes),
        };
        let mut batches = news.batches();
        let last = batches.pop().unwrap_or_default();
        let mut posted = posted.cloned();
        for batch in batches {
            let body = CheckRunBody::unfinished(content, Output::of(content, batch, news.gone()), self.clock.now());
            posted = Some(self.send_sheet(errand, posted.as_ref(), content, body).await?);
        }
        let output = Output::of(content, last, news.gone());
        let body = match content.progress {
            Progress::Gathering => CheckRunBody::unfinished(content, output, self.clock.now()),
            Progress::Done(conclusion) => CheckRunBody::finished(content, output, conclusion),
        };
        self.send_sheet(errand, posted.as_ref(), content, body).await
    }

    async fn send_sheet<'a>(
        &self,
        errand: Errand<'_>,
        posted: Option<&PostedSheet>,
        content: &SheetContent<'a>,
        body: CheckRunBody<'a>,
    ) -> Result<PostedSheet, PortError> {
        let (method, path, expected, body) = match posted {
            Some(posted) => (Method::PATCH, format!("/check-runs/{}", posted.id), StatusCode::OK, body),
            None => (Method::POST, "/check-runs".to_owned(), StatusCode::CREATED, body.beside(content.commit.as_str())),
        };
        let answer = self.change(errand, method.clone(), &path, &body).await?;
        Ok(written(&answer, &method, expected, errand.doing)?.posted())
    }
}

/// A success that is not the documented one, or cannot be read, may have been carried out.
fn written(answer: &Answer, method: &Method, expected: StatusCode, doing: &str) -> Result<CheckRunRow, PortError> {
    match answer.status {
        status if status == expected => serde_json::from_slice(&answer.body)
            .map_err(|error| PortError { class: Class::Unknown, ..unreadable(doing, &error) }),
        status if status.is_success() => Err(PortError::new(Class::Unknown, doing, told(answer))),
        _ => Err(refusal(answer, method, doing)),
    }
}

#[cfg(test)]
mod tests;
