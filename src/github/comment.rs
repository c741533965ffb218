//! Our one comment on a pull request: edited in place, never a second one.
//!
//! GitHub: "REST API endpoints for issue comments". A comment has no field for a mark, so it stands in the body, unseen;
//! and as anybody can copy it from there, the author has to be us as well.

use hyper::{Method, StatusCode};
use serde::Serialize;

use crate::domain::Repository;
use crate::ports::code::Presence;
use crate::ports::{Class, PortError};

use super::api::Errand;
use super::classify::{refusal, told, unreadable};
use super::client::GithubForge;
use super::own_app::OwnApp;
use super::permissions::Purpose;
use super::transport::Answer;
use super::wire::pulls::CommentRow;

const PER_PAGE: usize = 100;
/// Most pages of comments looked through. Beyond, nobody can tell whether ours is there, and none is posted.
const MAX_PAGES: usize = 10;
/// GitHub's limit on a comment is 65,536 characters; ours is far shorter.
const MAX_COMMENT_BYTES: usize = 60_000;

#[derive(Serialize)]
struct CommentBody<'a> {
    body: &'a str,
}

impl GithubForge {
    pub(super) async fn put_comment(
        &self,
        repository: &Repository,
        number: u64,
        mark: &str,
        posted: Option<u64>,
        text: &str,
    ) -> Result<Presence<u64>, PortError> {
        let errand = Errand::new(repository, Purpose::Comment, "keep our comment on the pull request");
        let body = marked(text, mark);
        if let Some(id) = posted {
            return match self.edit_comment(errand, id, &body).await {
                Err(error) if error.is_gone() => Ok(Presence::Missing),
                edited => edited.map(Presence::Found),
            };
        }
        match self.own_comment(errand, number, mark).await? {
            Some(known) if known.body.as_deref() == Some(&body) => Ok(Presence::Found(known.id)),
            Some(known) => self.edit_comment(errand, known.id, &body).await.map(Presence::Found),
            None => self.post_comment(errand, number, &body).await.map(Presence::Found),
        }
    }

    async fn own_comment(&self, errand: Errand<'_>, number: u64, mark: &str) -> Result<Option<CommentRow>, PortError> {
        let app = self.own_app().await?;
        let unseen = unseen(mark);
        for page in 1..=MAX_PAGES {
            let rest = format!("/issues/{number}/comments?per_page={PER_PAGE}&page={page}");
            let rows: Vec<CommentRow> = self.read(errand, &rest).await?;
            let is_last = rows.len() < PER_PAGE;
            let ours =
                |row: &CommentRow| is_by(row, app) && row.body.as_deref().is_some_and(|body| body.starts_with(&unseen));
            if let Some(found) = rows.into_iter().find(ours) {
                return Ok(Some(found));
            }
            if is_last {
                return Ok(None);
            }
        }
        Err(PortError::permanent(errand.doing, "there are too many comments to tell whether ours is among them"))
    }

    async fn edit_comment(&self, errand: Errand<'_>, id: u64, body: &str) -> Result<u64, PortError> {
        let answer =
            self.change(errand, Method::PATCH, &format!("/issues/comments/{id}"), &CommentBody { body }).await?;
        written(&answer, &Method::PATCH, StatusCode::OK, errand.doing)
    }

    async fn post_comment(&self, errand: Errand<'_>, number: u64, body: &str) -> Result<u64, PortError> {
        let path = format!("/issues/{number}/comments");
        let answer = self.change(errand, Method::POST, &path, &CommentBody { body }).await?;
        written(&answer, &Method::POST, StatusCode::CREATED, errand.doing)
    }
}

fn written(answer: &Answer, method: &Method, expected: StatusCode, doing: &str) -> Result<u64, PortError> {
    match answer.status {
        status if status == expected => {
            let row: Result<CommentRow, _> = serde_json::from_slice(&answer.body);
            row.map(|row| row.id).map_err(|error| PortError { class: Class::Unknown, ..unreadable(doing, &error) })
        }
        status if status.is_success() => Err(PortError::new(Class::Unknown, doing, told(answer))),
        _ => Err(refusal(answer, method, doing)),
    }
}

/// Some servers do not say which App wrote a comment; its bot account is as good.
fn is_by(row: &CommentRow, app: &OwnApp) -> bool {
    match row.performed_via_github_app.as_ref().and_then(|told| told.id) {
        Some(id) => id == app.id,
        None => {
            let login = row.user.as_ref().and_then(|user| user.login.as_deref());
            login.is_some() && login == app.login().as_deref()
        }
    }
}

/// Not shown by GitHub.
fn unseen(mark: &str) -> String {
    format!("<!-- {mark} -->")
}

fn marked(text: &str, mark: &str) -> String {
    let mut end = text.len().min(MAX_COMMENT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}\n{}", unseen(mark), text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(author: &serde_json::Value) -> CommentRow {
        let mut row = serde_json::json!({ "id": 1, "body": "x" });
        row.as_object_mut().unwrap().extend(author.as_object().unwrap().clone());
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn a_comment_is_ours_by_its_app_and_by_nothing_that_can_be_copied() {
        let app = OwnApp { id: 7, slug: Some("countersign".into()) };
        let by = |author| is_by(&row(&author), &app);
        assert!(by(serde_json::json!({ "performed_via_github_app": { "id": 7 } })));
        assert!(by(serde_json::json!({ "performed_via_github_app": null, "user": { "login": "countersign[bot]" } })));
        assert!(!by(
            serde_json::json!({ "performed_via_github_app": { "id": 8 }, "user": { "login": "countersign[bot]" } })
        ));
        assert!(!by(serde_json::json!({ "user": { "login": "countersign" } })));
        assert!(!by(serde_json::json!({})));
        assert!(!is_by(&row(&serde_json::json!({})), &OwnApp { id: 7, slug: None }));
    }

    #[test]
    fn the_mark_comes_first_and_survives_any_length() {
        let body = marked(&"ß".repeat(60_000), "countersign/pull/7");
        assert!(body.starts_with("<!-- countersign/pull/7 -->\n"));
        assert!(body.len() < 60_100);
    }
}
