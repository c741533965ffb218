//! The desk: a world with a model repository, and the moves that pull requests make.

use countersign::sim::github::sample::{BO, MONA};
use countersign::sim::github::{CheckRun, Comment, Fault, FaultKind, NewCommit, NewPullRequest};
use countersign::sim::world::{World, WorldOptions};

pub const MINUTE_MS: i64 = 60_000;

/// A change that needs no file to be read to be worth a look.
pub const WEIGHTS: (&str, &str) = ("model.safetensors", "other weights");

pub struct Desk {
    pub world: World,
}

pub async fn desk() -> Desk {
    desk_with(|_| {}).await
}

pub async fn desk_with(change: impl FnOnce(&mut WorldOptions)) -> Desk {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut options = WorldOptions::by_hand();
    change(&mut options);
    Desk { world: World::start(options).await.unwrap() }
}

/// A card whose licence and accuracy are what the author says.
pub fn card(licence: &str, accuracy: &str) -> String {
    format!(
        "---\nlanguage: en\nlicense: {licence}\nbase_model: acme/encoder-small\ndatasets:\n- acme/reviews\nmodel-index:\n\
         - name: sentiment\n  results:\n  - task:\n      type: text-classification\n    dataset:\n      name: acme/reviews\n\
         \x20     type: acme/reviews\n    metrics:\n    - type: accuracy\n      value: {accuracy}\n---\n\n# Sentiment\n\n\
         ## Bias, Risks, and Limitations\n\nRecall was measured for reviews in plain language; the gap is 0.03.\n"
    )
}

impl Desk {
    pub fn repository(&self) -> u64 {
        self.world.sample.repository
    }

    /// Commits to a branch, which starts at `main` when it is new; the new tip.
    pub fn push(&self, branch: &str, files: &[(&str, &str)]) -> String {
        let repository = self.repository();
        self.world.github.edit(|state| {
            if !state.repository(repository).branches.contains_key(branch) {
                let tip = state.repository(repository).branches["main"].clone();
                state.set_branch(repository, branch, &tip);
            }
            let commit = NewCommit::new(MONA, "Change");
            let commit = files.iter().fold(commit, |commit, (path, text)| commit.write(path, *text));
            state.commit_to(repository, branch, commit)
        })
    }

    /// Opens a pull request from a branch with these files; its number.
    pub fn open(&self, branch: &str, files: &[(&str, &str)]) -> u64 {
        self.push(branch, files);
        let (repository, new) = (self.repository(), new_pull(branch));
        self.world.github.edit(|state| state.open_pull_request(repository, new))
    }

    /// Opens a pull request from somebody else's repository.
    pub fn open_from_fork(&self, files: &[(&str, &str)]) -> u64 {
        let repository = self.repository();
        self.world.github.edit(|state| {
            let tip = state.repository(repository).branches["main"].clone();
            let commit = NewCommit::new(BO, "From a fork").on(&tip);
            let commit = files.iter().fold(commit, |commit, (path, text)| commit.write(path, *text));
            let sha = state.commit(repository, commit);
            state.open_fork_pull_request(repository, new_pull("patch-1"), &sha)
        })
    }

    pub fn head(&self, number: u64) -> String {
        let repository = self.repository();
        self.world.github.read(|state| state.repository(repository).pulls[&number].head_sha.clone())
    }

    /// Our check runs, oldest first.
    pub fn runs(&self) -> Vec<CheckRun> {
        let repository = self.repository();
        self.world.github.read(|state| state.own_check_runs(repository))
    }

    /// The only check run there is.
    pub fn run(&self) -> CheckRun {
        let mut runs = self.runs();
        assert_eq!(runs.len(), 1, "one check run: {runs:#?}");
        runs.remove(0)
    }

    pub fn comments(&self, number: u64) -> Vec<Comment> {
        let repository = self.repository();
        self.world.github.read(|state| state.comments_on(repository, number))
    }

    /// *Re-run*, by somebody with write access.
    pub fn rerun(&self, run: &CheckRun) {
        let repository = self.repository();
        self.world.github.edit(|state| state.rerequest_check_run(repository, run.id, MONA));
    }

    pub fn press(&self, run: &CheckRun, identifier: &str) {
        let repository = self.repository();
        assert!(self.world.github.edit(|state| state.press_check_action(repository, run.id, identifier, MONA)));
    }

    pub fn close(&self, number: u64) {
        let repository = self.repository();
        self.world.github.edit(|state| state.close_pull_request(repository, number, MONA));
    }

    /// These calls get a 503, that many times.
    pub fn down(&self, method: &str, path: &str, times: usize) {
        let kind = FaultKind::Status(503, String::new());
        self.world.github.fault(Fault::once(method, path, kind).times(times));
    }

    /// GitHub works again.
    pub fn up(&self) {
        self.world.github.edit(|state| state.faults.clear());
    }

    pub async fn settle(&self) {
        self.world.settle().await.unwrap();
    }

    pub async fn advance(&self, ms: i64) {
        self.world.advance(ms).await.unwrap();
    }

    /// Calls that wrote check runs and were taken.
    pub fn writes(&self) -> usize {
        let calls = self.world.github.calls();
        calls
            .iter()
            .filter(|call| {
                call.path.contains("/check-runs") && matches!(call.status, 200 | 201) && call.method != "GET"
            })
            .count()
    }

    pub async fn finish(self) {
        self.world.finish().await.unwrap();
    }
}

fn new_pull(head: &str) -> NewPullRequest {
    NewPullRequest { author: MONA, title: "Retrain".into(), body: None, head: head.into() }
}

pub fn text(run: &CheckRun) -> &str {
    run.output.text.as_deref().unwrap_or_default()
}

pub fn summary(run: &CheckRun) -> &str {
    run.output.summary.as_deref().unwrap_or_default()
}

pub fn title(run: &CheckRun) -> &str {
    run.output.title.as_deref().unwrap_or_default()
}

pub fn conclusion(run: &CheckRun) -> &str {
    run.conclusion.as_deref().unwrap_or("none")
}
