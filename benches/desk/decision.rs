//! A decision: a policy of many gates, tallied and explained over many votes and a change of many files.

use anyhow::Context as _;
use countersign::domain::{
    Access, Around, Ask, ChatStanding, ChatUser, Choice, Digest, EnvironmentName, Event, EvidenceBrief, ForgeUser,
    ForgeUserId, InstallationId, Link, Membership, Phase, PoliciesRead, PolicyFound, Repository, RepositoryId, Request,
    RequestId, RequestKey, Run, RunId, Timestamp, Vote, Voter, explain, obstacle, transition,
};
use serde_json::{Value, json};

use crate::conditions::Desk;

const GATES: usize = 20;
const STAGES: usize = 4;
const VOTES: u64 = 200;

/// A policy of 20 gates in four stages: half of them have a condition over the files, and everybody is in several groups.
pub fn policy() -> String {
    let groups: String = (0..GATES).map(|at| format!("  group-{at}: {{ github_teams: [acme/team-{at}] }}\n")).collect();
    let gate = |at: usize| {
        let when = format!(", when: 'files.exists(f, f.path.startsWith(\"docs/chapter-{at}/\")) || risk >= HIGH'");
        let when = if at.is_multiple_of(2) { when } else { String::new() };
        format!("          - {{ name: Gate {at}, group: group-{at}, quorum: 10{when} }}\n")
    };
    let stage = |stage: usize| {
        let gates: String = (0..GATES).filter(|at| at % STAGES == stage).map(gate).collect();
        format!("      - side_by_side:\n{gates}")
    };
    let stages: String = (0..STAGES).map(stage).collect();
    format!("version: 1\ngroups:\n{groups}environments:\n  production:\n    gates:\n{stages}")
}

/// An open request with all its votes.
pub struct Decision {
    desk: Desk,
    request: Request,
}

impl Decision {
    pub fn new() -> anyhow::Result<Self> {
        let desk = Desk::of(policy().into_bytes(), "the policy of 20 gates")?;
        let evidence = desk.evidence.brief(Digest::of_json(&desk.evidence.identity()));
        let asked = transition(None, &Event::Asked(ask(&desk)?), Timestamp::default()).request;
        let now = PolicyFound::Policies(Box::new(desk.policies.clone()));
        let policies = PoliciesRead { now, again: Vec::new() };
        let gathered = Event::Gathered { evidence: evidence.clone(), policies, around: Around::default() };
        let mut request = transition(asked, &gathered, Timestamp::default()).request.context("a request")?;
        anyhow::ensure!(request.phase == Phase::Open, "the request is {:?}", request.phase);
        request.votes = (0..VOTES).map(|number| vote(number, &evidence)).collect();
        Ok(Self { desk, request })
    }

    /// Everything between a click and its answer that is not asked of anybody.
    pub fn decided(&self) -> anyhow::Result<Value> {
        let mut request = self.request.clone();
        request.policy = Some(self.desk.evaluate()?);
        let missing = obstacle::gates_missing(&request, Timestamp::default()).len();
        let met = request.progress().iter().filter(|gate| gate.is_met()).count();
        let why = explain(&request, Timestamp::default());
        Ok(json!({ "gates": GATES, "votes": VOTES, "met": met, "missing": missing, "reasons": count(&why) }))
    }
}

fn count(reason: &countersign::domain::Reason) -> usize {
    1 + reason.because.iter().map(count).sum::<usize>()
}

fn vote(number: u64, evidence: &EvidenceBrief) -> Vote {
    let forge = ForgeUser { id: ForgeUserId::new(1_000 + number), login: format!("user-{number}"), is_bot: false };
    let teams = (0..5).map(|step| (number + step * 3) % 20);
    let team = |at: u64| Membership::Team { organisation: "acme".to_owned(), slug: format!("team-{at}") };
    let voter = Voter {
        chat: ChatUser { workspace: "T0ACME".to_owned(), user: format!("U{number}") },
        standing: ChatStanding::Member,
        link: Link::Linked { forge },
        access: Access::Write,
        memberships: teams.map(team).collect(),
    };
    let at = Timestamp::from_seconds(number.cast_signed());
    Vote {
        human: voter.human(),
        voter,
        choice: Choice::Approve,
        reason: None,
        ticks: Vec::new(),
        seen: evidence.digest,
        at,
        struck: false,
    }
}

fn ask(desk: &Desk) -> anyhow::Result<Ask> {
    let (repository, installation) = (RepositoryId::new(1), InstallationId::new(1));
    let environment = EnvironmentName::parse("production").context("an environment")?;
    let actors = vec![ForgeUser { id: ForgeUserId::new(1), login: "mona".to_owned(), is_bot: false }];
    let text = str::to_owned;
    Ok(Ask {
        id: RequestId::parse("00000000-0000-0000-0000-000000000001").context("an id")?,
        key: RequestKey {
            host: text("forge.example"),
            repository,
            run: RunId::new(1),
            attempt: 1,
            environment: environment.folded(),
        },
        repository: Repository { id: repository, owner: text("acme"), name: text("sentiment"), installation },
        workspace: text("T0ACME"),
        environment,
        run: Run {
            title: text("Deploy"),
            number: 1,
            attempt: 1,
            url: String::new(),
            trigger: text("push"),
            reference: text("main"),
            workflow: text("deploy"),
            actors,
        },
        commit: desk.evidence.commit.clone(),
        deployment: None,
    })
}
