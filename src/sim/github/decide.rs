//! `POST .../deployment_protection_rule`: our App approves, rejects or reports.

use serde_json::{Map, Value, json};

use super::book::{DecisionPost, Review, StatusReport};
use super::jobs::latest_number;
use super::options::RefusalShape;
use super::reply::{Ask, Reply};
use super::state::State;
use super::state::runs::Verdict;

pub(super) const NOTHING_PENDING: &str = "No pending deployment requests to approve or reject";
pub(super) const ALREADY_REVIEWED: &str = "Deployment protection rule has already been reviewed";
pub(super) const ONE_OF_THE_GATES: &str = "There was a problem approving one of the gates";

/// A body that fits the endpoint.
struct Post {
    environment: String,
    /// `None`: a status report.
    state: Option<Verdict>,
    comment: Option<String>,
}

/// What a decision did: the jobs it settled, and the refusal when there was one.
struct Outcome {
    jobs: Vec<u64>,
    refusal: Option<&'static str>,
}

impl State {
    /// Answers a decision or status report for a run of that repository and enters it in the book.
    /// `overlapped`: another decision for the same gate was being answered at the same moment.
    pub(super) fn decide(&mut self, repository: u64, run: u64, ask: &Ask, overlapped: bool) -> Reply {
        let limit = self.options.limits.comment_characters;
        let post = match ask.json_object().and_then(|body| read(&body, limit)) {
            Ok(post) => post,
            Err(refused) => return self.book_unreadable(run, ask, refused),
        };
        if self.environment(repository, &post.environment).is_none_or(|found| found.our_rule.is_none()) {
            let outcome = Outcome { jobs: Vec::new(), refusal: Some(NOTHING_PENDING) };
            return self.enter(run, &post, outcome);
        }
        let outcome = match post.state {
            Some(verdict) => self.apply(run, &post.environment, verdict, ask, overlapped),
            None => self.report(run, &post.environment, ask),
        };
        self.enter(run, &post, outcome)
    }

    fn apply(&mut self, run: u64, environment: &str, verdict: Verdict, ask: &Ask, overlapped: bool) -> Outcome {
        let waiting = self.waiting_jobs(run, environment);
        let mut ours = self.ours_among(run, &waiting);
        if ours.is_empty() {
            let refusal = if waiting.is_empty() { NOTHING_PENDING } else { ALREADY_REVIEWED };
            return Outcome { jobs: Vec::new(), refusal: Some(refusal) };
        }
        if self.is_too_early(run, &ours, ask) {
            return Outcome { jobs: Vec::new(), refusal: Some(NOTHING_PENDING) };
        }
        let partly = overlapped || self.take_partly_applied(&ask.path);
        if partly {
            ours.truncate(ours.len() / 2);
        }
        for job in &ours {
            if let Some(gate) = self.job_mut(run, *job).and_then(|job| job.gate.as_mut()) {
                gate.ours = Some(verdict);
            }
            self.settle(run, *job);
        }
        Outcome { jobs: ours, refusal: partly.then_some(ONE_OF_THE_GATES) }
    }

    fn report(&mut self, run: u64, environment: &str, ask: &Ask) -> Outcome {
        let ours = self.ours_among(run, &self.waiting_jobs(run, environment));
        if ours.is_empty() || self.is_too_early(run, &ours, ask) {
            return Outcome { jobs: Vec::new(), refusal: Some(NOTHING_PENDING) };
        }
        let most = self.options.limits.status_reports;
        let used =
            |job: &u64| self.job(run, *job).and_then(|job| job.gate.as_ref()).map_or(0, |gate| gate.status_reports);
        if ours.iter().any(|job| used(job) >= most) {
            let refusal = "Deployment protection rule status reports are limited to 10 per deployment";
            return Outcome { jobs: Vec::new(), refusal: Some(refusal) };
        }
        for job in &ours {
            if let Some(gate) = self.job_mut(run, *job).and_then(|job| job.gate.as_mut()) {
                gate.status_reports += 1;
            }
        }
        Outcome { jobs: ours, refusal: None }
    }

    /// The jobs among them whose gate still waits for our rule.
    fn ours_among(&self, run: u64, jobs: &[u64]) -> Vec<u64> {
        let gate = |job: &u64| self.job(run, *job).and_then(|job| job.gate.as_ref());
        jobs.iter().copied().filter(|job| gate(job).is_some_and(super::state::runs::Gate::is_ours_to_decide)).collect()
    }

    fn is_too_early(&mut self, run: u64, jobs: &[u64], ask: &Ask) -> bool {
        let wait_ms = self.too_early_ms(&ask.path);
        let gates = jobs.iter().filter_map(|job| self.job(run, *job).and_then(|job| job.gate.as_ref()));
        // The oldest gate counts: what opened with it can be seen, the rest belongs to a later wave.
        let opened = gates.map(|gate| gate.opened_at).min();
        let early = opened.is_some_and(|opened| self.now.millis_since(opened) < wait_ms);
        if early {
            self.count_too_early(&ask.path);
        }
        early
    }

    fn enter(&mut self, run: u64, post: &Post, outcome: Outcome) -> Reply {
        let reply = match outcome.refusal {
            Some(text) => self.refused(text),
            None => Reply::empty(204),
        };
        if let Some(word) = post.state.map(word) {
            self.book_decision(run, post, word, &outcome, reply.status);
        } else {
            self.book_report(run, post, reply.status);
        }
        if !outcome.jobs.is_empty() {
            self.add_review(run, post);
        }
        reply
    }

    fn book_decision(&mut self, run: u64, post: &Post, state: &str, outcome: &Outcome, status: u16) {
        let decision = DecisionPost {
            at: self.now,
            run,
            attempt: self.runs.get(&run).map_or(1, latest_number),
            environment: post.environment.clone(),
            state: state.to_owned(),
            comment: post.comment.clone(),
            status,
            message: outcome.refusal.map(str::to_owned),
            jobs: outcome.jobs.clone(),
        };
        self.decisions.push(decision);
    }

    fn book_report(&mut self, run: u64, post: &Post, status: u16) {
        let report = StatusReport {
            at: self.now,
            run,
            attempt: self.runs.get(&run).map_or(1, latest_number),
            environment: post.environment.clone(),
            comment: post.comment.clone().unwrap_or_default(),
            status,
        };
        self.status_reports.push(report);
    }

    /// A body with a state that is refused for its form is in the book as well.
    fn book_unreadable(&mut self, run: u64, ask: &Ask, refused: Reply) -> Reply {
        let body = ask.json_object().unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let post =
            Post { environment: text("environment_name").unwrap_or_default(), state: None, comment: text("comment") };
        match text("state") {
            Some(state) => {
                let outcome = Outcome { jobs: Vec::new(), refusal: Some("Invalid request") };
                self.book_decision(run, &post, &state, &outcome, refused.status);
            }
            None => self.book_report(run, &post, refused.status),
        }
        refused
    }

    fn add_review(&mut self, run: u64, post: &Post) {
        let repository = self.runs.get(&run).map(|run| run.repository).unwrap_or_default();
        let Some(environment) = self.environment(repository, &post.environment).map(|found| found.id) else { return };
        let review = Review {
            run,
            environment,
            state: post.state.map_or("pending", word).to_owned(),
            user: self.app_bot(),
            comment: post.comment.clone().unwrap_or_default(),
        };
        self.reviews.push(review);
    }

    fn refused(&self, text: &str) -> Reply {
        match self.options.refusal_shape {
            RefusalShape::Message => Reply::error(422, text),
            RefusalShape::ErrorsString => {
                let body = json!({
                    "message": "Validation Failed",
                    "errors": text,
                    "documentation_url": "https://docs.github.com/rest",
                    "status": "422",
                });
                Reply::json(422, &body)
            }
        }
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approved => "approved",
        Verdict::Rejected => "rejected",
        Verdict::Pending => "pending",
    }
}

fn read(body: &Map<String, Value>, comment_characters: usize) -> Result<Post, Reply> {
    if let Some(unknown) = body.keys().find(|key| !["environment_name", "state", "comment"].contains(&key.as_str())) {
        return Err(Reply::invalid(&format!("\"{unknown}\" is not a permitted key.")));
    }
    let text = |name: &str| match body.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(Reply::invalid(&format!("For 'properties/{name}', {other} is not a string."))),
    };
    let environment = text("environment_name")?;
    let environment = environment.ok_or_else(|| Reply::invalid("\"environment_name\" wasn't supplied."))?;
    let (state, comment) = (text("state")?, text("comment")?);
    let state = match state.as_deref() {
        None => None,
        Some("approved") => Some(Verdict::Approved),
        Some("rejected") => Some(Verdict::Rejected),
        Some(other) => {
            let text = format!("For 'properties/state', `{other}` is not a member of [\"approved\", \"rejected\"].");
            return Err(Reply::invalid(&text));
        }
    };
    if state.is_none() && comment.is_none() {
        return Err(Reply::invalid("\"state\", \"comment\" weren't supplied."));
    }
    check_comment(comment.as_deref(), comment_characters)?;
    Ok(Post { environment, state, comment })
}

fn check_comment(comment: Option<&str>, most: usize) -> Result<(), Reply> {
    let characters = comment.map(|comment| comment.chars().count());
    match characters {
        Some(0) => Err(Reply::invalid("For 'properties/comment', the comment is empty.")),
        Some(count) if count > most => {
            Err(Reply::error(422, &format!("Validation Failed: comment is too long (maximum is {most} characters)")))
        }
        _ => Ok(()),
    }
}
