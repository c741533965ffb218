//! A believable world: the organisation `acme` with its model repository `sentiment`, live in production, and the
//! changes somebody wants to deploy next. The demo and the tests share it.

mod card;
mod files;

use super::state::State;
use super::state::commits::NewCommit;
use super::state::people::AccountKind;
use super::state::pulls::{MergeMethod, NewPullRequest};
use super::state::repository::Access;
use super::state::runs::{Dispatch, JobPlan};
use crate::domain::time::{DAY_MS, HOUR_MS};
use card::Card;
use files::Weights;

/// Numeric ids of the people of the sample.
pub const MONA: u64 = 21_001;
pub const OCTOCAT: u64 = 21_002;
pub const ANA: u64 = 21_003;
pub const BO: u64 = 21_004;
pub const HUBOT_CI: u64 = 21_900;

/// Where a repository keeps its policy.
pub const POLICY: &str = ".github/countersign.yml";

/// A title that tries to mention a channel, link elsewhere, imitate a button and turn the text around.
pub const HOSTILE_TITLE: &str =
    "Bigger encoder <!channel> *<https://evil.example|Approve>* @here `x` \u{202e}drawkcab\u{202c} & more";

/// What was made, by its names in the story.
#[derive(Debug, Clone)]
pub struct Sample {
    pub owner: u64,
    pub repository: u64,
    pub installation: u64,
    /// Deployed to production once, and superseded.
    pub first: String,
    /// Live in production and staging.
    pub live: String,
    /// Merged from pull request 1: slightly better.
    pub good: String,
    /// Merged from pull request 2, on top of the good one: worse, other licence, other base model, a pickle.
    pub risky: String,
}

impl Sample {
    /// Mona deploys the good change to production.
    pub fn good_change(&self) -> Dispatch {
        Dispatch::new(self.repository, "main", "mona", "production").of_commit(&self.good).triggered_by("push")
    }

    /// Mona deploys the risky change to production.
    pub fn risky_change(&self) -> Dispatch {
        Dispatch::new(self.repository, "main", "mona", "production").of_commit(&self.risky).triggered_by("push")
    }

    /// Mona deploys the commit that was live before.
    pub fn rollback(&self) -> Dispatch {
        let dispatch = Dispatch::new(self.repository, "main", "mona", "production").of_commit(&self.first);
        dispatch.titled("Roll back to the first release")
    }

    /// The good change through a matrix of that many jobs.
    pub fn matrix(&self, jobs: usize) -> Dispatch {
        self.good_change().with_jobs(vec![JobPlan::deploying("deploy", "production").times(jobs)])
    }

    /// The good change to staging, and to production when that succeeded.
    pub fn staging_then_production(&self) -> Dispatch {
        let production = JobPlan::deploying("deploy-production", "production").after("deploy-staging");
        self.good_change().with_jobs(vec![JobPlan::deploying("deploy-staging", "staging"), production])
    }
}

/// Fills an empty state with the sample.
pub fn fill(state: &mut State) -> Sample {
    let now = state.now;
    state.now = now.plus_millis(-30 * DAY_MS);
    let owner = state.add_owner("acme");
    add_people(state);
    let repository = state.add_repository(owner, "sentiment");
    state.repository_mut(repository).description = Some("Sentiment of product reviews".to_owned());
    for (account, access) in [(MONA, Access::Write), (OCTOCAT, Access::Write), (ANA, Access::Admin), (BO, Access::Read)]
    {
        state.add_collaborator(repository, account, access);
    }
    state.add_team(owner, "ml", &[ANA, OCTOCAT]);
    for name in ["staging", "production"] {
        state.add_environment(repository, name, true);
    }
    let installation = state.install(owner, &[repository]);
    let (first, live) = add_history(state, repository);
    state.now = now.plus_millis(-2 * DAY_MS);
    let good = add_good_change(state, repository);
    state.now = now.plus_millis(-3 * HOUR_MS);
    let risky = add_risky_change(state, repository);
    state.now = now;
    Sample { owner, repository, installation, first, live, good, risky }
}

impl State {
    /// Mona writes the policy on the default branch; none at all, where there is no text.
    pub fn set_policy(&mut self, repository: u64, text: Option<&str>) {
        let change = NewCommit::new(MONA, "Change the rules");
        let change = match text {
            Some(text) => change.write(POLICY, text),
            None => change.delete(POLICY),
        };
        self.commit_to(repository, "main", change);
    }
}

fn add_people(state: &mut State) {
    for (login, id, name) in [
        ("mona", MONA, "Mona Lisa"),
        ("octocat", OCTOCAT, "The Octocat"),
        ("ana", ANA, "Ana Field"),
        ("bo", BO, "Bo Reader"),
    ] {
        state.add_user(login, id);
        if let Some(account) = state.accounts.get_mut(&id) {
            account.name = Some(name.to_owned());
            account.emails.push(format!("{login}@acme.example"));
        }
    }
    state.add_bot("hubot-ci[bot]", HUBOT_CI);
    debug_assert!(state.accounts.get(&HUBOT_CI).is_some_and(|bot| bot.kind == AccountKind::Bot));
}

fn add_history(state: &mut State, repository: u64) -> (String, String) {
    let first = with_model(state, NewCommit::new(MONA, "Train the first sentiment model"), &card::FIRST, 1);
    let first = first.write(".gitattributes", "*.safetensors filter=lfs diff=lfs merge=lfs -text\n");
    let first = first.write(".github/workflows/deploy.yml", files::WORKFLOW).write("train.py", files::TRAIN);
    let first = first.write("config.json", files::config(6));
    let first = state.commit_to(repository, "main", first);
    deploy_everywhere(state, repository, &first);
    state.now = state.now.plus_millis(9 * DAY_MS);
    let message = "Retrain on the reviews of the winter\n\nCo-authored-by: The Octocat <octocat@acme.example>\n";
    let live = with_model(state, NewCommit::new(MONA, message), &card::LIVE, 2);
    let live = state.commit_to(repository, "main", live);
    deploy_everywhere(state, repository, &live);
    (first, live)
}

fn deploy_everywhere(state: &mut State, repository: u64, sha: &str) {
    for environment in ["staging", "production"] {
        state.set_live(repository, environment, sha);
    }
    state.add_check_run(repository, sha, "bias-eval", "success");
}

fn add_good_change(state: &mut State, repository: u64) -> String {
    let branch = branch_off(state, repository, "longer-training");
    let change = with_model(state, NewCommit::new(MONA, "Train two epochs longer"), &card::GOOD, 3);
    let change = change.write("train.py", files::TRAIN.replace("EPOCHS = 3", "EPOCHS = 5"));
    state.commit_to(repository, &branch, change);
    let body = "Two more epochs; slightly better on every metric of the test set.";
    let number = open(state, repository, MONA, "Train two epochs longer", body, &branch);
    state.review_pull_request(repository, number, OCTOCAT, "APPROVED");
    let good = state.merge_pull_request(repository, number, MONA, MergeMethod::Merge);
    state.add_check_run(repository, &good, "bias-eval", "success");
    good
}

fn add_risky_change(state: &mut State, repository: u64) -> String {
    let branch = branch_off(state, repository, "bigger-encoder");
    let change = with_model(state, NewCommit::new(MONA, "Swap the encoder"), &card::RISKY, 4);
    let change = change.write("config.json", files::config(24)).write("postprocess.pkl", files::PICKLE);
    state.commit_to(repository, &branch, change);
    let fix = NewCommit::new(HUBOT_CI, "Format the training script");
    let script = files::TRAIN.replace("EPOCHS = 3", "EPOCHS = 5").replace("\"encoder-small\"", "\"encoder-large\"");
    state.commit_to(repository, &branch, fix.write("train.py", script));
    let number = open(state, repository, MONA, HOSTILE_TITLE, "See title.", &branch);
    let risky = state.merge_pull_request(repository, number, MONA, MergeMethod::Merge);
    state.add_check_run(repository, &risky, "bias-eval", "failure");
    risky
}

fn branch_off(state: &mut State, repository: u64, branch: &str) -> String {
    let tip = state.repository(repository).branches.get("main").cloned().unwrap_or_default();
    state.set_branch(repository, branch, &tip);
    branch.to_owned()
}

fn open(state: &mut State, repository: u64, author: u64, title: &str, body: &str, head: &str) -> u64 {
    let (title, body, head) = (title.to_owned(), Some(body.to_owned()), head.to_owned());
    state.open_pull_request(repository, NewPullRequest { author, title, body, head })
}

/// Adds the model card and the weights of one training to a commit.
fn with_model(state: &mut State, commit: NewCommit, card: &Card, training: u8) -> NewCommit {
    let weights = Weights::of_training(training);
    let pointer = weights.pointer();
    state.lfs.objects.insert(weights.oid.clone(), weights.into_object());
    commit.write("README.md", card.text()).write("model.safetensors", pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::sim::github::options::GithubOptions;
    use crate::sim::github::state::Urls;

    fn filled() -> (State, Sample) {
        let at = Timestamp::from_seconds(1_767_225_600);
        let mut state = State::new(GithubOptions::default(), Urls::default(), at);
        let sample = fill(&mut state);
        (state, sample)
    }

    #[test]
    fn the_live_commit_is_the_newest_successful_deployment() {
        let (state, sample) = filled();
        let deployments = &state.repository(sample.repository).deployments;
        let live: Vec<_> = deployments.iter().filter(|one| one.state() == Some("success")).collect();
        assert_eq!(live.len(), 2);
        assert!(live.iter().all(|one| one.sha == sample.live));
        assert!(deployments.iter().filter(|one| one.sha == sample.first).all(|one| one.state() == Some("inactive")));
    }

    #[test]
    fn the_risky_change_differs_from_live_where_the_story_says() {
        let (state, sample) = filled();
        let repository = state.repository(sample.repository);
        let files = |sha: &str| repository.commits[sha].files.clone();
        let changes = repository.changes(&files(&sample.live), &files(&sample.risky));
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(paths, ["README.md", "config.json", "model.safetensors", "postprocess.pkl", "train.py"]);
        let card = changes.iter().find(|change| change.path == "README.md").unwrap();
        let patch = repository.line_changes(card, 1_000_000).patch.unwrap();
        assert!(patch.starts_with("@@ ") && patch.contains("-license: apache-2.0\n+license: cc-by-nc-4.0"), "{patch}");
    }

    #[test]
    fn both_changes_came_through_merged_pull_requests() {
        let (state, sample) = filled();
        let pulls = &state.repository(sample.repository).pulls;
        assert_eq!(pulls[&1].merge_commit.as_ref(), Some(&sample.good));
        assert_eq!(pulls[&2].merge_commit.as_ref(), Some(&sample.risky));
        assert_eq!(pulls[&2].commits.len(), 2);
    }
}
