//! Tells a decision or a status report, and finds decisions on file.
//!
//! GitHub: "Review custom deployment protection rules for a workflow run", "Get the review history for a workflow run".

use hyper::{Method, StatusCode};
use serde::Serialize;

use crate::domain::{EnvironmentName, Repository, RequestId, RunId};
use crate::ports::forge::{Answered, FirstAnswer, TellForge};
use crate::ports::{Class, PortError};

use super::api::Errand;
use super::classify::{refusal, told};
use super::client::GithubForge;
use super::permissions::Purpose;
use super::wire::ApprovalRow;

/// GitHub's limit on a comment. GitHub: "Creating custom deployment protection rules: status reports".
const MAX_COMMENT_CHARS: usize = 1_024;
/// Length of a request's id.
const UUID_CHARS: usize = 36;

/// The body of the one endpoint for decisions and reports: a report has no state.
#[derive(Serialize)]
struct ReviewBody<'a> {
    environment_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    comment: String,
}

impl GithubForge {
    pub(super) async fn report_status(
        &self,
        repository: &Repository,
        run: RunId,
        environment: &EnvironmentName,
        comment: &str,
    ) -> Result<(), PortError> {
        let errand = Errand::new(repository, Purpose::Decide, "report the status");
        let body = ReviewBody { environment_name: environment.as_str(), state: None, comment: cut(comment) };
        let answer = self.post(errand, &review_path(run), &body).await?;
        match answer.status {
            StatusCode::NO_CONTENT => Ok(()),
            status if status.is_success() => Err(PortError::new(Class::Unknown, errand.doing, told(&answer))),
            _ => Err(refusal(&answer, &Method::POST, errand.doing)),
        }
    }

    /// 204 is the only documented success, and 422 has many reasons that only reading back can tell apart.
    pub(super) async fn tell_decision(&self, telling: &TellForge<'_>) -> Result<FirstAnswer, PortError> {
        let errand = Errand::new(telling.repository, Purpose::Decide, "tell the decision");
        let body = ReviewBody {
            environment_name: telling.environment.as_str(),
            state: Some(if telling.lets_run { "approved" } else { "rejected" }),
            comment: marked(telling.comment, telling.mark),
        };
        let answer = self.post(errand, &review_path(telling.run), &body).await?;
        match answer.status {
            StatusCode::NO_CONTENT => Ok(FirstAnswer::Accepted),
            StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT => {
                Ok(FirstAnswer::Unclear { message: told(&answer) })
            }
            status if status.is_success() => Err(PortError::new(Class::Unknown, errand.doing, told(&answer))),
            _ => Err(refusal(&answer, &Method::POST, errand.doing)),
        }
    }

    /// 202 means that GitHub will; 409 that there is nothing to cancel any more.
    ///
    /// GitHub: "Cancel a workflow run".
    pub(super) async fn cancel(&self, repository: &Repository, run: RunId) -> Result<(), PortError> {
        let errand = Errand::new(repository, Purpose::Cancel, "cancel the run");
        let answer = self.post(errand, &format!("/actions/runs/{run}/cancel"), &serde_json::json!({})).await?;
        match answer.status {
            StatusCode::CONFLICT => Ok(()),
            status if status.is_success() => Ok(()),
            _ => Err(refusal(&answer, &Method::POST, errand.doing)),
        }
    }

    pub(super) async fn answer_on_file(
        &self,
        repository: &Repository,
        run: RunId,
        environment: &EnvironmentName,
        mark: &str,
    ) -> Result<Answered, PortError> {
        let errand = Errand::new(repository, Purpose::Follow, "read the run's reviews");
        let rows: Vec<ApprovalRow> = self.read(errand, &format!("/actions/runs/{run}/approvals")).await?;
        let answered = answered(&rows, &environment.folded(), mark);
        // The history is the whole run's, without times: reviews of earlier attempts and of the environment's other
        // rules stand in it too. While the environment waits, none of them has answered for us.
        if matches!(answered, Answered::Others { .. }) && self.is_pending(errand, run, environment).await? {
            return Ok(Answered::NotYet);
        }
        Ok(answered)
    }
}

fn review_path(run: RunId) -> String {
    format!("/actions/runs/{run}/deployment_protection_rule")
}

/// Our own decision wins over whatever else is on file; status reports (`pending`) decide nothing, nor do our decisions
/// for other requests, which are earlier attempts of the run.
fn answered(rows: &[ApprovalRow], environment: &str, mark: &str) -> Answered {
    let here = rows.iter().filter(|row| row.environments.iter().any(|name| name.is(environment)));
    let decided: Vec<(bool, &ApprovalRow)> = here.filter_map(|row| Some((approves(row)?, row))).collect();
    let is_ours = |row: &ApprovalRow| row.comment.as_deref().is_some_and(|comment| comment.contains(mark));
    if let Some((approved, _)) = decided.iter().find(|(_, row)| is_ours(row)) {
        return Answered::Ours { approved: *approved };
    }
    match decided.iter().find(|(_, row)| !is_of_another_request(row, mark)) {
        Some((approved, row)) => {
            Answered::Others { approved: *approved, by: row.user.as_ref().and_then(|user| user.login.clone()) }
        }
        None => Answered::NotYet,
    }
}

/// A mark is some words and the id of its request, so ours are known by the words.
fn is_of_another_request(row: &ApprovalRow, mark: &str) -> bool {
    let Some((words, _)) = mark.rsplit_once(' ') else { return false };
    let comment = row.comment.as_deref().unwrap_or_default();
    let names_a_request = |at: (usize, &str)| {
        let id = comment.get(at.0 + words.len() + 1..).and_then(|rest| rest.get(..UUID_CHARS));
        id.and_then(RequestId::parse).is_some()
    };
    comment.match_indices(words).any(names_a_request)
}

fn approves(row: &ApprovalRow) -> Option<bool> {
    match row.state.as_str() {
        "approved" => Some(true),
        "rejected" => Some(false),
        _ => None,
    }
}

/// The comment with its mark in it, whatever is cut: without it we could not recognise our own decision.
fn marked(comment: &str, mark: &str) -> String {
    let short = cut(comment);
    if short.contains(mark) { short } else { cut(&format!("{mark} {comment}")) }
}

fn cut(comment: &str) -> String {
    match comment.char_indices().nth(MAX_COMMENT_CHARS) {
        None => comment.to_owned(),
        Some(_) => comment.chars().take(MAX_COMMENT_CHARS - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<ApprovalRow> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn our_mark_is_found_among_other_reviews() {
        let history = rows(
            r#"[{"state":"approved","comment":"fine","environments":[{"name":"Production"}],"user":{"login":"mona"}},
                {"state":"rejected","comment":"see mark-1","environments":[{"name":"Production"}],"user":null},
                {"state":"approved","comment":"mark-1","environments":[{"name":"staging"}],"user":null}]"#,
        );
        assert_eq!(answered(&history, "production", "mark-1"), Answered::Ours { approved: false });
        let others = Answered::Others { approved: true, by: Some("mona".to_owned()) };
        assert_eq!(answered(&history, "production", "mark-2"), others);
        assert_eq!(answered(&history, "test", "mark-1"), Answered::NotYet);
    }

    #[test]
    fn our_decision_for_an_earlier_attempt_is_nobody_elses_answer() {
        let (earlier, now) = ("0197a1b2-0000-7000-8000-000000000001", "0197a1b2-0000-7000-8000-000000000002");
        let history = format!(
            r#"[{{"state":"rejected","comment":"Denied. Countersign request {earlier}.","environments":[{{"name":"production"}}]}},
                {{"state":"approved","comment":"my request is fine","environments":[{{"name":"production"}}],"user":{{"login":"ana"}}}}]"#
        );
        let others = Answered::Others { approved: true, by: Some("ana".to_owned()) };
        assert_eq!(answered(&rows(&history), "production", &format!("request {now}")), others);
        let ours = Answered::Ours { approved: false };
        assert_eq!(answered(&rows(&history), "production", &format!("request {earlier}")), ours);
    }

    #[test]
    fn a_status_report_is_no_answer() {
        let history = rows(r#"[{"state":"pending","comment":"mark-1","environments":[{"name":"production"}]}]"#);
        assert_eq!(answered(&history, "production", "mark-1"), Answered::NotYet);
    }

    #[test]
    fn comments_are_cut_on_characters_and_keep_their_mark() {
        let long = "ü".repeat(2_000);
        assert_eq!(cut(&long).chars().count(), MAX_COMMENT_CHARS);
        assert_eq!(cut("short"), "short");
        let comment = marked(&format!("{long} mark-1"), "mark-1");
        assert!(comment.starts_with("mark-1 ü"));
        assert_eq!(comment.chars().count(), MAX_COMMENT_CHARS);
    }

    #[test]
    fn a_report_has_no_state() {
        let body = ReviewBody { environment_name: "production", state: None, comment: "seen".to_owned() };
        assert_eq!(serde_json::to_string(&body).unwrap(), r#"{"environment_name":"production","comment":"seen"}"#);
    }
}
