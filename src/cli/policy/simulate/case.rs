//! What a policy is tried on: evidence from a file, or a request of the server with its votes.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;

use super::super::{PersonArgument, SimulateArguments};
use super::environment;
use super::people;
use crate::cli::failure::Failure;
use crate::cli::{database, requests, runtime, settings};
use crate::domain::{
    Ask, CommitSha, EnvironmentName, Evidence, ForgeUser, InstallationId, Repository, RepositoryId, Request, RequestId,
    RequestKey, Run, RunId, Timestamp, Vote,
};
use crate::engine::{groups, shown};
use crate::policy::simulate::{Case, Word};
use crate::store::Store;

/// Largest evidence that is read: far more than the server keeps of the largest change.
const MAX_EVIDENCE_BYTES: u64 = 64 * 1024 * 1024;
/// Where it would be deployed to, unless that is said.
const ENVIRONMENT: &str = "production";

/// The request that a policy is tried on.
pub(super) struct Subject {
    pub(super) case: Case,
    pub(super) evidence: Evidence,
    /// The votes that it has.
    pub(super) votes: Vec<Vote>,
    /// Memberships that were looked up when these were given: of others nothing is known.
    pub(super) looked_up: std::collections::BTreeSet<crate::domain::Membership>,
    /// When it is looked at last.
    pub(super) at: Timestamp,
}

impl Subject {
    pub(super) fn of(arguments: &SimulateArguments, at: Timestamp) -> Result<Self, Failure> {
        match (&arguments.evidence, &arguments.request) {
            (Some(file), _) => Self::of_file(arguments, read(file)?, at),
            (None, Some(request)) => {
                let settings = settings::load(&arguments.settings)?;
                let id = requests::request_id(request)?;
                runtime::block_on(async {
                    let store = database::open(&settings.database.url).await?;
                    let found = Self::stored(&store, &id, arguments, at).await;
                    database::closing(store, found).await
                })
            }
            (None, None) => Err(Failure::BadInput("say on what: --evidence, --request or --replay".to_owned())),
        }
    }

    fn of_file(arguments: &SimulateArguments, evidence: Evidence, at: Timestamp) -> Result<Self, Failure> {
        let name = environment(arguments.environment.as_deref().unwrap_or(ENVIRONMENT))?;
        let asks =
            |login: &String| ForgeUser { is_bot: login.ends_with("[bot]"), ..people::account(&evidence, &[], login) };
        let mut actors: Vec<ForgeUser> = arguments.requesters.iter().map(asks).collect();
        if actors.is_empty() {
            // No run was started: whoever types the command asks.
            actors.push(people::made_up("you"));
        }
        let ask = ask(name, evidence.commit.clone(), actors, arguments.reference.clone().unwrap_or_default());
        let brief = evidence.brief(evidence.digest());
        let opened_at = at.plus_millis(-arguments.after.map_or(0, |after| after.as_millis()));
        let case = Case { ask, evidence: brief, opened_at };
        Ok(Self { case, evidence, votes: Vec::new(), looked_up: Default::default(), at })
    }

    async fn stored(
        store: &Store,
        id: &RequestId,
        arguments: &SimulateArguments,
        at: Timestamp,
    ) -> Result<Self, Failure> {
        let request = store.request(id).await.context("cannot read the request")?;
        let request = request.ok_or_else(|| Failure::BadInput(format!("there is no request `{id}`")))?;
        let found = Self::of_request(store, &request, arguments, at).await?;
        found.ok_or_else(|| Failure::BadInput(format!("request `{id}` has no evidence yet")))
    }

    /// A request as it is stored; `None` where its evidence was never gathered.
    pub(super) async fn of_request(
        store: &Store,
        request: &Request,
        arguments: &SimulateArguments,
        at: Timestamp,
    ) -> Result<Option<Self>, Failure> {
        let evidence = shown::evidence(store, request).await.context("cannot read the evidence")?;
        let (Some(evidence), Some(brief)) = (evidence, request.evidence.clone()) else { return Ok(None) };
        let name = match arguments.environment.as_deref().filter(|_| !arguments.replay) {
            Some(name) => environment(name)?,
            None => request.environment.clone(),
        };
        let ask = Ask {
            id: request.id.clone(),
            key: request.key.clone(),
            repository: request.repository.clone(),
            workspace: request.workspace.clone(),
            environment: name,
            run: request.run.clone(),
            commit: request.commit.clone(),
            deployment: None,
        };
        let case = Case { ask, evidence: brief, opened_at: request.opened_at };
        let votes = request.votes.iter().filter(|vote| !vote.struck).cloned().collect();
        Ok(Some(Self { case, evidence, votes, looked_up: groups::asked(request), at }))
    }

    /// The votes that the request has, in the order in which they were given; with what is said of their people now.
    pub(super) fn words(&self, said: &[PersonArgument]) -> Vec<Word> {
        let mut votes: Vec<&Vote> = self.votes.iter().collect();
        votes.sort_by_key(|vote| vote.at);
        let word = |vote: &Vote| Word {
            voter: people::with_what_is_said(people::by_login(vote.voter.clone()), said),
            choice: vote.choice,
            reason: vote.reason.clone(),
            ticks: Some(vote.ticks.clone()),
            at: vote.at,
        };
        votes.into_iter().map(word).collect()
    }
}

/// A run that nobody started.
fn ask(environment: EnvironmentName, commit: CommitSha, actors: Vec<ForgeUser>, reference: String) -> Ask {
    let (repository, installation) = (RepositoryId::new(0), InstallationId::new(0));
    let key = RequestKey {
        host: "local".to_owned(),
        repository,
        run: RunId::new(0),
        attempt: 1,
        environment: environment.as_str().to_lowercase(),
    };
    let (owner, name) = ("local".to_owned(), "repository".to_owned());
    Ask {
        id: RequestId::from_uuid(uuid::Uuid::nil()),
        key,
        repository: Repository { id: repository, owner, name, installation },
        workspace: String::new(),
        environment,
        run: Run {
            title: String::new(),
            number: 0,
            attempt: 1,
            url: String::new(),
            trigger: String::new(),
            reference,
            workflow: String::new(),
            actors,
        },
        commit,
        deployment: None,
    }
}

fn read(file: &Path) -> Result<Evidence, Failure> {
    let name = file.display().to_string();
    let refused = |why: String| Failure::BadInput(format!("cannot read the evidence `{name}`: {why}"));
    let opened = File::open(file).map_err(|error| refused(error.to_string()))?;
    let mut bytes = Vec::new();
    opened.take(MAX_EVIDENCE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| refused(error.to_string()))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_EVIDENCE_BYTES {
        return Err(refused("it is larger than 64 MiB".to_owned()));
    }
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))?;
    if value.get("verdict").is_some() {
        let why = "it is a report, which leaves parts out: write it with `countersign check --format evidence`";
        return Err(refused(why.to_owned()));
    }
    serde_json::from_value(value).map_err(|error| refused(error.to_string()))
}
