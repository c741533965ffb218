//! Gathers the evidence of a request: what changed since what is live, by whom, and what the model checks say (R5 to R10).
//!
//! Two kinds of failure: what may pass later is the caller's error, to be tried again; what will not is a gap in the
//! evidence, told as a flag (R7). Nothing that could not be had ever looks like nothing there.

mod changes;
mod code;
pub mod external;
mod ground;
mod held;
mod known;
mod models;
mod news;
mod notes;
mod patches;
mod patience;
mod people;
mod reader;
mod rules;
mod scans;
mod table;
pub mod touch;
mod trees;

use futures::future::{try_join, try_join4};

use crate::checks::{self, CheckRules, Facts, ModelFacts, PinnedKey};
use crate::domain::calendar::Busy;
use crate::domain::flag::sort_flags;
use crate::domain::{
    CiReading, CommitSha, DeploymentId, Digest, EnvironmentName, Evidence, FileChange, Flag, ForgeUser, FrozenPolicy,
    PoliciesRead, PolicyFound, Reading, Relation, Repository, Request, Run, RunId, Severity, SketchedGround, Timestamp,
};
use crate::policy::{self, PolicyDefaults, PolicyFile};
use crate::ports::code::LiveDeployment;
use crate::ports::{CodeHost, PortError, PortResult};

pub use known::Known;
pub use news::News;

use code::Code;
use external::Outside;
use ground::Ground;
use models::Signing;
use notes::Notes;
use patience::Patience;
use reader::{Desk, Reader};
use scans::Bounds;
use trees::Trees;

/// Most flags kept; the rest are told by one more.
const MAX_FLAGS: usize = 200;

/// What evidence is gathered about: a commit that is to go to an environment.
#[derive(Debug, Clone, Copy)]
pub struct Proposal<'a> {
    pub repository: &'a Repository,
    pub environment: &'a EnvironmentName,
    pub commit: &'a CommitSha,
    /// Deployments that belong to the proposal itself: none of them is what is live.
    pub own: &'a [DeploymentId],
    /// Everybody who started any attempt of the run.
    pub actors: &'a [ForgeUser],
    /// The run that asks, where there is one already, and what is known of it.
    pub run: Option<RunId>,
    pub asked: Option<&'a Run>,
    /// The policies that the request is held to already: their conditions are evaluated again.
    pub held: &'a [FrozenPolicy],
    /// A policy to try in place of the repository's own.
    pub policy: Option<&'a [u8]>,
    /// Now: certificates are judged at this time.
    pub at: Timestamp,
}

impl<'a> Proposal<'a> {
    /// A commit that no run asks for yet: nothing is its own, and nobody started anything.
    pub const fn without_run(
        repository: &'a Repository,
        environment: &'a EnvironmentName,
        commit: &'a CommitSha,
        at: Timestamp,
    ) -> Self {
        Self {
            repository,
            environment,
            commit,
            own: &[],
            actors: &[],
            run: None,
            asked: None,
            held: &[],
            policy: None,
            at,
        }
    }

    /// What `request` asks for; `own` are its deployments, `held` its policies.
    pub fn of(request: &'a Request, own: &'a [DeploymentId], held: &'a [FrozenPolicy], at: Timestamp) -> Self {
        Self {
            repository: &request.repository,
            environment: &request.environment,
            commit: &request.commit,
            own,
            actors: &request.run.actors,
            run: Some(request.key.run),
            asked: Some(&request.run),
            held,
            policy: None,
            at,
        }
    }
}

/// The evidence, and the rules that were found with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gathered {
    pub evidence: Evidence,
    pub policies: PoliciesRead,
    /// What the checks held the change to.
    pub checks: CheckRules,
    /// How the required check runs stand; `None` where none is required.
    pub ci: Option<CiReading>,
    /// Somebody outside still owes an answer.
    pub waits: bool,
}

/// What a gathering shares with others, and with whoever waits for it.
#[derive(Debug, Clone, Copy)]
pub struct Shared<'a> {
    /// What earlier gatherings learnt.
    pub known: &'a Known,
    /// Is told what is known so far.
    pub news: &'a News,
}

/// Gathers evidence and policy as they are now, and asks no check outside.
///
/// # Errors
/// As [`gather_with`].
pub async fn gather(
    host: &dyn CodeHost,
    proposal: &Proposal<'_>,
    policy: PolicyDefaults,
) -> Result<Gathered, PortError> {
    let shared = Shared { known: &Known::default(), news: &News::default() };
    gather_with(shared, host, proposal, policy, Outside::Nobody).await
}

/// Gathers evidence and policy as they are now; checks outside are asked by `outside`, and what earlier gatherings learnt
/// is not asked for again.
///
/// # Errors
/// Whatever may pass when tried again, and a lasting refusal of the very first questions: what is live, how it compares.
pub fn gather_with<'a>(
    shared: Shared<'a>,
    host: &'a dyn CodeHost,
    proposal: &'a Proposal<'a>,
    policy: PolicyDefaults,
    outside: Outside<'a>,
) -> PortResult<'a, Gathered> {
    Box::pin(async move {
        let desk = Desk::new(Patience::default(), Bounds::default());
        let Shared { known, news } = shared;
        let reader = Reader { host, repository: proposal.repository, known, news, desk: &desk };
        gather_from(reader, proposal, policy, outside).await
    })
}

/// The policy file of a repository at one commit, by itself.
///
/// # Errors
/// Whatever may pass when tried again.
pub async fn policy_file(
    host: &dyn CodeHost,
    repository: &Repository,
    commit: &CommitSha,
) -> Result<PolicyFile, PortError> {
    let desk = Desk::new(Patience::default(), Bounds::default());
    let (known, news) = (Known::default(), News::default());
    rules::file_at(Reader { host, repository, known: &known, news: &news, desk: &desk }, commit.clone()).await
}

/// The holidays of a calendar, as far as they matter at `at`.
///
/// # Errors
/// What cannot be followed in it, with its line.
pub fn holidays(calendar: &[u8], at: Timestamp) -> Result<Busy, String> {
    rules::holidays(calendar, at)
}

/// The policies alone, as they are now, for evidence that was gathered before.
///
/// # Errors
/// Whatever may pass when tried again.
pub async fn policies(
    known: &Known,
    host: &dyn CodeHost,
    proposal: &Proposal<'_>,
    policy: PolicyDefaults,
    evidence: &Evidence,
) -> Result<PoliciesRead, PortError> {
    let desk = Desk::new(Patience::default(), Bounds::default());
    let news = News::default();
    let reader = Reader { host, repository: proposal.repository, known, news: &news, desk: &desk };
    let read = rules::read(reader, proposal, policy).await?;
    held::hold(reader, proposal, &read, None, evidence).await
}

async fn gather_from(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    policy: PolicyDefaults,
    outside: Outside<'_>,
) -> Result<Gathered, PortError> {
    reader.news.expect([Reading::Live, Reading::Policy, Reading::Files]);
    let rules = reader.news.during(Reading::Policy, rules::read(reader, proposal, policy));
    let ((ground, trees), rules) = try_join(stand(reader, proposal), rules).await?;
    let checks = &rules.effective.checks;
    reader.news.expect(external::parts(&checks.external));
    let live = held::at_live(reader, proposal, policy, &rules, ground.baseline.commit(), &trees);
    let signing = Signing { keys_at: rules.commit.as_ref(), owners: rules.owners.place(), at: proposal.at };
    let (mut evidence, live) =
        try_join(Box::pin(study(reader, proposal, &ground, &trees, checks, signing)), live).await?;
    let added = external::add(reader, proposal, outside, &checks.external, &mut evidence).await?;
    let policies = match live {
        Ok(live) => held::hold(reader, proposal, &rules, live, &evidence).await?,
        Err(why) => PoliciesRead { now: PolicyFound::Hold { why }, again: Vec::new() },
    };
    Ok(Gathered { evidence, policies, checks: rules.effective.checks, ci: added.ci, waits: added.waits })
}

/// What is live, and what differs from it: as much as can be asked for at once.
async fn stand(reader: Reader<'_>, proposal: &Proposal<'_>) -> Result<(Ground, Trees), PortError> {
    let beside_live = async {
        let live = ground::live(reader, proposal).await?;
        let commit = live.as_ref().map(|live| live.commit.clone()).filter(|commit| commit != proposal.commit);
        try_join(stand_told(reader, proposal, live), trees::list(reader, commit.as_ref(), "live")).await
    };
    let proposed = trees::list(reader, Some(proposal.commit), "proposed");
    let ((ground, live), proposed) = try_join(beside_live, proposed).await?;
    let trees = Trees::of(&ground, live, proposed);
    reader.news.done(Reading::Files);
    Ok((ground, trees))
}

/// How the proposed commit stands to what is live, and that it is known.
async fn stand_told(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    live: Option<LiveDeployment>,
) -> Result<Ground, PortError> {
    let ground = ground::stand(reader, proposal, live).await?;
    let (baseline, relation) = (ground.baseline.clone(), ground.relation);
    let compare_url = compare_url(reader, proposal, &ground);
    reader.news.done(Reading::Live);
    reader.news.tell(|sketch| sketch.ground = Some(SketchedGround { baseline, relation, compare_url }));
    Ok(ground)
}

/// Reads the contents that matter and puts everything together.
async fn study(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    ground: &Ground,
    trees: &Trees,
    rules: &CheckRules,
    signing: Signing<'_>,
) -> Result<Evidence, PortError> {
    let mut notes = Notes::default();
    notes.gaps.extend(trees.gaps.iter().chain(&ground.gap).cloned());
    let files = changes::list(trees, ground, &mut notes);
    reader.news.tell(|sketch| sketch.files = u64::try_from(files.len()).ok());
    let code = code::read(reader, trees, code::choose(trees, &files, &mut notes), proposal.environment);
    let code = reader.news.during(Reading::Code, code);
    let patches = reader.news.during(Reading::Diffs, patches::fill(reader, files, trees, ground));
    let people = reader.news.during(Reading::Commits, people::find(reader, ground, proposal.commit));
    let models = models::read(reader, trees, rules, signing);
    let (people, patches, models, code) = try_join4(people, patches, models, code).await?;
    let ((files, of_patches), (code, of_code)) = (patches, code);
    let models::Models { models, keys, notes: of_models } = models;
    [of_patches, of_models, of_code].into_iter().for_each(|noted| notes.absorb(noted));
    notes.gaps.extend(people.gaps.iter().cloned());
    let shown = people.shown(&mut notes);
    let listed = changes::shown(&files, &mut notes);
    let (models, changes): (Vec<_>, Vec<_>) = models.into_iter().map(|model| (model.facts, model.change)).unzip();
    let seen = Seen { files, models, keys, strangers: shown.strangers, code, notes };
    let flags = seen.flags(proposal, ground, rules);
    Ok(Evidence {
        commit: proposal.commit.clone(),
        baseline: ground.baseline.clone(),
        relation: ground.relation,
        commits: shown.commits,
        commits_total: people.commits_total,
        pull_requests: shown.pull_requests,
        contributors: shown.contributors,
        files: listed,
        models: models::shown(changes, &flags),
        flags,
        ci: Vec::new(),
        external: Vec::new(),
        fields: Vec::new(),
        compare_url: compare_url(reader, proposal, ground),
    })
}

/// What the checks look at.
struct Seen {
    files: Vec<FileChange>,
    models: Vec<ModelFacts>,
    keys: Vec<PinnedKey>,
    strangers: Vec<String>,
    code: Code,
    notes: Notes,
}

impl Seen {
    fn flags(&self, proposal: &Proposal<'_>, ground: &Ground, rules: &CheckRules) -> Vec<Flag> {
        let (hidden, secrets) = (self.notes.hidden(), self.notes.secrets());
        let facts = Facts {
            commit: proposal.commit,
            environment: proposal.environment.as_str(),
            policy_path: policy::PATH,
            baseline: &ground.baseline,
            relation: ground.relation,
            files: &self.files,
            models: &self.models,
            actors: proposal.actors,
            strangers: &self.strangers,
            hidden: &hidden,
            secrets: &secrets,
            gaps: &self.notes.gaps,
            workflows: &self.code.workflows,
            revisions: &self.code.revisions,
            keys: &self.keys,
            rules,
        };
        bounded(checks::run(&facts))
    }
}

/// Cuts the mildest flags; the one that tells it stands for all of them, so that another cut is another finding.
fn bounded(mut flags: Vec<Flag>) -> Vec<Flag> {
    if flags.len() <= MAX_FLAGS {
        return flags;
    }
    let rest = flags.split_off(MAX_FLAGS);
    let prints: Vec<String> = rest.iter().map(|flag| flag.fingerprint().to_string()).collect();
    flags.push(Flag {
        code: "evidence.incomplete".to_owned(),
        severity: Severity::High,
        subject: "risk flags".to_owned(),
        before: None,
        after: Some(Digest::of_json(&prints).to_string()),
        rule: None,
        source: None,
        message: format!("There are {} more risk flags than can be shown, none worse than these.", rest.len()),
        is_new: true,
        volatile: false,
        model: None,
    });
    sort_flags(&mut flags);
    flags
}

fn compare_url(reader: Reader<'_>, proposal: &Proposal<'_>, ground: &Ground) -> Option<String> {
    let live = ground.baseline.commit().filter(|_| ground.relation != Relation::Same)?;
    Some(reader.host.compare_url(reader.repository, live, proposal.commit))
}

#[cfg(test)]
mod tests;
