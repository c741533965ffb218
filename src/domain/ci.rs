//! Check runs that a policy requires by name, and how they stood when they were read. They may change while the evidence
//! stays what it is, so they are not in its digest and are read again before every decision (R5, R9).

use serde::{Deserialize, Serialize};

use super::evidence::{CiRun, CiState, ExternalCheck, ExternalState};

/// [`ExternalCheck::kind`] of a required check run.
pub const CHECK_RUN: &str = "check run";

/// A check run or commit status that must pass, by its name and, where the policy says so, by the app that reports it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequiredRun {
    pub name: String,
    /// The app's slug; without one every reporter of that name counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
}

impl RequiredRun {
    fn is(&self, run: &CiRun) -> bool {
        run.name == self.name && (self.app.is_none() || self.app == run.app)
    }
}

/// How the required runs stood at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CiReading {
    /// Never empty: without required runs nothing is read.
    pub required: Vec<RequiredRun>,
    /// Those of the commit's runs that are required.
    pub runs: Vec<CiRun>,
    /// Why nothing could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

/// What one required run amounts to, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CiVerdict {
    Passed,
    /// Not there yet, or still under way.
    Late,
    /// Failed, or ended without a verdict: what was skipped has not passed.
    Failed,
    Unread,
}

impl CiReading {
    /// Keeps what is required of everything the forge told.
    pub fn of(required: &[RequiredRun], runs: Vec<CiRun>) -> Self {
        let is_required = |run: &CiRun| required.iter().any(|one| one.is(run));
        let runs = runs.into_iter().filter(is_required).collect();
        Self { required: required.to_vec(), runs, unread: None }
    }

    pub fn unreadable(required: &[RequiredRun], why: &str) -> Self {
        Self { required: required.to_vec(), runs: Vec::new(), unread: Some(why.to_owned()) }
    }

    /// The runs that one requirement is about.
    pub fn runs_of<'a>(&'a self, required: &'a RequiredRun) -> impl Iterator<Item = &'a CiRun> {
        self.runs.iter().filter(|run| required.is(run))
    }

    /// Several runs of one name, by different apps, must all pass.
    pub fn verdict(&self, required: &RequiredRun) -> CiVerdict {
        if self.unread.is_some() {
            return CiVerdict::Unread;
        }
        let verdict = |run: &CiRun| match run.state {
            CiState::Passed => CiVerdict::Passed,
            CiState::Pending => CiVerdict::Late,
            CiState::Failed | CiState::Neutral => CiVerdict::Failed,
        };
        self.runs_of(required).map(verdict).max().unwrap_or(CiVerdict::Late)
    }

    /// The required runs among the checks that the evidence lists.
    pub fn shown(&self) -> Vec<ExternalCheck> {
        let state = |required: &RequiredRun| match self.verdict(required) {
            CiVerdict::Passed => ExternalState::Answered,
            CiVerdict::Late => ExternalState::Waiting,
            CiVerdict::Failed | CiVerdict::Unread => ExternalState::Failed { why: self.words(required) },
        };
        let check = |required: &RequiredRun| ExternalCheck {
            name: required.name.clone(),
            kind: CHECK_RUN.to_owned(),
            state: state(required),
            findings: 0,
            advice: None,
            url: self.runs_of(required).min_by_key(|run| run.state).and_then(|run| run.url.clone()),
        };
        self.required.iter().map(check).collect()
    }

    pub fn is_late(&self) -> bool {
        self.required.iter().any(|required| self.verdict(required) == CiVerdict::Late)
    }

    /// What stands worse now than in `before`, each in words. What was worse then already was shown to everybody who
    /// voted, so it holds nothing.
    pub fn worse_than(&self, before: &Self) -> Vec<String> {
        let worse = |required: &&RequiredRun| self.verdict(required) > before.verdict(required);
        let mut words: Vec<String> = self.required.iter().filter(worse).map(|one| self.words(one)).collect();
        if self.unread.is_some() {
            words.truncate(1);
        }
        words
    }

    /// How a required run stands, in words: `check run bias-eval: timed_out`.
    pub fn words(&self, required: &RequiredRun) -> String {
        match &self.unread {
            Some(why) => format!("the required check runs cannot be read: {why}"),
            None => format!("check run {}: {}", required.name, self.detail(required)),
        }
    }

    /// The forge's own word for the worst of its runs: `timed_out`, `in_progress`.
    pub fn detail<'a>(&'a self, required: &'a RequiredRun) -> &'a str {
        let worst = self.runs_of(required).min_by_key(|run| run.state);
        worst.map_or("not there", |run| run.detail.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn required(name: &str, app: Option<&str>) -> RequiredRun {
        RequiredRun { name: name.into(), app: app.map(str::to_owned) }
    }

    fn run(name: &str, app: Option<&str>, state: CiState) -> CiRun {
        CiRun { name: name.into(), state, detail: "told".into(), url: None, app: app.map(str::to_owned) }
    }

    fn verdict(required: &RequiredRun, runs: &[CiRun]) -> CiVerdict {
        CiReading::of(std::slice::from_ref(required), runs.to_vec()).verdict(required)
    }

    #[test]
    fn a_required_run_passes_only_when_every_reporter_of_its_name_passed() {
        let any = required("bias-eval", None);
        assert_eq!(verdict(&any, &[]), CiVerdict::Late);
        assert_eq!(verdict(&any, &[run("other", None, CiState::Passed)]), CiVerdict::Late);
        let passed = run("bias-eval", Some("actions"), CiState::Passed);
        assert_eq!(verdict(&any, std::slice::from_ref(&passed)), CiVerdict::Passed);
        assert_eq!(verdict(&any, &[passed.clone(), run("bias-eval", None, CiState::Pending)]), CiVerdict::Late);
        assert_eq!(verdict(&any, &[passed.clone(), run("bias-eval", None, CiState::Failed)]), CiVerdict::Failed);
        assert_eq!(verdict(&any, &[passed, run("bias-eval", None, CiState::Neutral)]), CiVerdict::Failed);
    }

    #[test]
    fn a_named_app_is_the_only_one_that_counts() {
        let named = required("bias-eval", Some("actions"));
        let by = |app, state| run("bias-eval", app, state);
        assert_eq!(verdict(&named, &[by(Some("evil"), CiState::Passed), by(None, CiState::Passed)]), CiVerdict::Late);
        let runs = [by(Some("actions"), CiState::Passed), by(Some("evil"), CiState::Failed)];
        assert_eq!(verdict(&named, &runs), CiVerdict::Passed);
    }

    #[test]
    fn only_what_became_worse_is_told() {
        let names = [required("a", None), required("b", None)];
        let before = CiReading::of(&names, vec![run("a", None, CiState::Passed), run("b", None, CiState::Failed)]);
        let green = CiReading::of(&names, vec![run("a", None, CiState::Passed), run("b", None, CiState::Passed)]);
        let red = CiReading::of(&names, vec![run("a", None, CiState::Failed), run("b", None, CiState::Failed)]);
        assert_eq!(green.worse_than(&before), Vec::<String>::new());
        assert_eq!(red.worse_than(&before), ["check run a: told"]);
        assert_eq!(red.worse_than(&green).len(), 2);
        let gone = CiReading::of(&names, vec![run("b", None, CiState::Failed)]);
        assert_eq!(gone.worse_than(&before), ["check run a: not there"]);
        let unread = CiReading::unreadable(&names, "HTTP 403");
        assert_eq!(unread.worse_than(&before), ["the required check runs cannot be read: HTTP 403"]);
        assert_eq!(unread.worse_than(&unread), Vec::<String>::new());
    }
}
