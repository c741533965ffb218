//! What somebody sees who watches both vendors: everything that is new since the last look, in words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::sim::github::{GithubSim, WorkflowRun};
use crate::sim::slack::{Message, SlackSim, sample};

use super::cast::{Person, with_names};

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Eyes {
    reports: usize,
    decisions: usize,
    /// How the jobs of an attempt were: run and attempt, then how many of each state.
    jobs: BTreeMap<(u64, u32), BTreeMap<String, usize>>,
    /// The first line of each message in the channel, by its `ts`.
    headers: BTreeMap<String, String>,
    replies: usize,
    /// Direct messages, by their `ts`.
    direct: BTreeSet<String>,
    private: usize,
    modals: Vec<String>,
    notices: usize,
}

impl Eyes {
    /// Everything new, in the order in which it usually causes each other.
    pub(super) fn look(&mut self, github: &GithubSim, slack: &SlackSim) -> Vec<String> {
        let mut news = Vec::new();
        self.look_at_github(github, &mut news);
        self.look_at_channel(slack, &mut news);
        self.look_at_screens(slack, &mut news);
        news
    }

    fn look_at_github(&mut self, github: &GithubSim, news: &mut Vec<String>) {
        github.read(|state| {
            for report in state.status_reports.iter().skip(self.reports) {
                let outcome = if report.status == 204 { "shows the status" } else { "does not take the status yet" };
                news.push(format!("GitHub {outcome}: {}", report.comment));
            }
            for decision in state.decisions.iter().skip(self.decisions) {
                let outcome = if decision.status == 204 { "hears" } else { "does not take" };
                let comment = decision.comment.as_deref().unwrap_or_default();
                let words = comment.split_whitespace().collect::<Vec<_>>().join(" ");
                let jobs =
                    if decision.jobs.len() == 1 { "1 job".to_owned() } else { format!("{} jobs", decision.jobs.len()) };
                news.push(format!("GitHub {outcome} “{}” for {jobs}: {words}", decision.state));
            }
            (self.reports, self.decisions) = (state.status_reports.len(), state.decisions.len());
            for run in state.runs.values() {
                self.look_at_jobs(run, news);
            }
        });
    }

    fn look_at_jobs(&mut self, run: &WorkflowRun, news: &mut Vec<String>) {
        let Some(attempt) = run.latest() else { return };
        let mut states: BTreeMap<String, usize> = BTreeMap::new();
        for job in &attempt.jobs {
            let word = job.conclusion.as_deref().unwrap_or(&job.status).replace('_', " ");
            *states.entry(word).or_default() += 1;
        }
        let seen = self.jobs.insert((run.id, attempt.number), states.clone());
        if seen.as_ref() != Some(&states) && !states.is_empty() {
            let words: Vec<String> = states.iter().map(|(word, count)| jobs_words(*count, word)).collect();
            news.push(format!("GitHub, run {} attempt {}: {}", run.number, attempt.number, words.join(", ")));
        }
    }

    fn look_at_channel(&mut self, slack: &SlackSim, news: &mut Vec<String>) {
        let messages = slack.read(|state| state.messages.clone());
        for message in messages.iter().filter(|message| message.channel == sample::RELEASES && message.is_root()) {
            let header = header(message);
            match self.headers.insert(message.ts.clone(), header.clone()) {
                None => news.push(format!("Slack, new message: {header}")),
                Some(before) if before != header => news.push(format!("Slack, the message now says: {header}")),
                Some(_) => {}
            }
        }
        let replies: Vec<&Message> = messages.iter().filter(|message| message.thread_ts.is_some()).collect();
        for reply in replies.iter().skip(self.replies) {
            let where_to = if reply.reply_broadcast { "in the thread and the channel" } else { "in the thread" };
            news.push(format!("Slack, {where_to}: {}", with_names(&reply.text)));
        }
        self.replies = replies.len();
        slack.read(|state| {
            for person in Person::ALL {
                for sent in state.direct_messages(person.slack_id()) {
                    if self.direct.insert(sent.ts.clone()) {
                        news.push(format!("Slack, to {} alone: {}", person.name(), with_names(&sent.text)));
                    }
                }
            }
        });
    }

    fn look_at_screens(&mut self, slack: &SlackSim, news: &mut Vec<String>) {
        slack.read(|state| {
            for answer in state.ephemerals.iter().skip(self.private) {
                news.push(format!("Slack, only {} can see: {}", name_of(&answer.user), with_names(&answer.text)));
            }
            self.private = state.ephemerals.len();
            for notice in state.notices.iter().skip(self.notices) {
                news.push(format!("Slack tells {}: {}", name_of(&notice.user), notice.text));
            }
            self.notices = state.notices.len();
            for view in state.views.iter().filter(|view| !self.modals.contains(&view.id)) {
                news.push(format!("Slack opens “{}” for {}", view.title(), name_of(&view.user)));
            }
            self.modals = state.views.iter().map(|view| view.id.clone()).collect();
        });
    }
}

fn jobs_words(count: usize, state: &str) -> String {
    let jobs = if count == 1 { "1 job is".to_owned() } else { format!("{count} jobs are") };
    match state {
        "success" | "failure" => format!("{jobs} over: {state}"),
        other => format!("{jobs} {other}"),
    }
}

fn name_of(user: &str) -> String {
    Person::by_slack_id(user).map_or_else(|| user.to_owned(), |person| person.name().to_owned())
}

/// The header's text; the whole text where a message has no header.
pub(super) fn header(message: &Message) -> String {
    let is_header = |block: &&Value| block.get("type").and_then(Value::as_str) == Some("header");
    let header = message.blocks.iter().find(is_header).and_then(|block| block.pointer("/text/text")?.as_str());
    header.map_or_else(|| with_names(&message.text), str::to_owned)
}
