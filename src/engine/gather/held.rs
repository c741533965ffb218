//! The policies that a proposal is held to: lowered, joined by the one that was live where the change touches it, and with
//! their conditions evaluated on the evidence.

use std::collections::BTreeMap;

use futures::future::try_join_all;

use crate::domain::{Condition, Evidence, FrozenPolicy, Outcome, Policies, PoliciesRead, PolicyFound, Role};
use crate::policy::condition::{Facts, RunFacts, Surroundings};
use crate::policy::{self, Beside, PolicyDefaults, PolicyFile};
use crate::ports::PortError;

use super::Proposal;
use super::reader::{Reader, lasting};
use super::rules::{self, Read};
use super::trees::Trees;

/// The policies as they are now, and those the request is held to already with their conditions evaluated again.
pub(super) async fn hold(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    read: &Read,
    at_live: Option<FrozenPolicy>,
    evidence: &Evidence,
) -> Result<PoliciesRead, PortError> {
    let mut now = found(proposal, read);
    if let PolicyFound::Policies(policies) = &mut now {
        policies.besides.extend(at_live);
    }
    let mut again = proposal.held.to_vec();
    let labels = labels(reader, evidence, &now, &again).await?;
    let inputs = BTreeMap::new();
    let full_name = proposal.repository.full_name();
    let run = proposal.asked.map_or(RunFacts::nobodys(&inputs), |run| RunFacts {
        reference: &run.reference,
        event: &run.trigger,
        workflow: &run.workflow,
        attempt: run.attempt,
        actors: &run.actors,
        inputs: &inputs,
    });
    let none = BTreeMap::new();
    let facts = Facts::new(
        evidence,
        Surroundings {
            environment: proposal.environment.as_str(),
            repository: &full_name,
            run,
            labels: labels.as_ref().unwrap_or(&none),
        },
    );
    let unread = labels.as_ref().err().map(String::as_str);
    if let PolicyFound::Policies(policies) = &mut now {
        policy::evaluate(policies, &facts);
        std::iter::once(&mut policies.own).chain(&mut policies.besides).for_each(|policy| fail_unread(policy, unread));
    }
    for policy in &mut again {
        let mut one = Policies::from(policy.clone());
        policy::evaluate(&mut one, &facts);
        fail_unread(&mut one.own, unread);
        *policy = one.own;
    }
    Ok(PoliciesRead { now, again })
}

fn found(proposal: &Proposal<'_>, read: &Read) -> PolicyFound {
    let reference = proposal.asked.map(|run| run.reference.as_str());
    match &read.calendars {
        Ok(calendars) => read.effective.found(Beside { reference, calendars }),
        Err(why) => PolicyFound::Hold { why: why.clone() },
    }
}

/// The policy at the commit that is live, where the change touches the file: who edits it does not pick the rule (R9). One
/// that could not be followed then was in force for nobody.
pub(super) async fn at_live(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    defaults: PolicyDefaults,
    read: &Read,
    live: Option<&crate::domain::CommitSha>,
    trees: &Trees,
) -> Result<Result<Option<FrozenPolicy>, String>, PortError> {
    let blob = |side: &super::trees::Listing| side.get(policy::PATH).map(|entry| entry.blob.clone());
    let Some(live) = live.filter(|_| blob(&trees.live) != blob(&trees.proposed)) else { return Ok(Ok(None)) };
    let file = match rules::file_at(reader, live.clone()).await? {
        PolicyFile::Absent => return Ok(Ok(None)),
        PolicyFile::Unreadable { why } => {
            return Ok(Err(format!("the policy at the commit that is live, {}, cannot be read: {why}", live.short())));
        }
        file @ PolicyFile::Present { .. } => file,
    };
    let effective = policy::effective(&file, &read.owners.file, proposal.environment.as_str(), defaults);
    let reference = proposal.asked.map(|run| run.reference.as_str());
    let calendars = read.calendars.clone().unwrap_or_default();
    Ok(Ok(match effective.found(Beside { reference, calendars: &calendars }) {
        PolicyFound::Policies(policies) => Some(FrozenPolicy { role: Role::AtLive, ..policies.own }),
        PolicyFound::Hold { .. } => None,
    }))
}

/// The labels of the change's pull requests, where a condition looks at labels at all; why they are not known, otherwise.
async fn labels(
    reader: Reader<'_>,
    evidence: &Evidence,
    now: &PolicyFound,
    again: &[FrozenPolicy],
) -> Result<Result<BTreeMap<u64, Vec<String>>, String>, PortError> {
    let new = match now {
        PolicyFound::Policies(policies) => policies.all().collect(),
        PolicyFound::Hold { .. } => Vec::new(),
    };
    if !new.into_iter().chain(again).flat_map(conditions).any(reads_labels) {
        return Ok(Ok(BTreeMap::new()));
    }
    let ask = async |number: u64| {
        let _turn = reader.turn().await;
        let found = lasting(reader.host.labels(reader.repository, number).await)?;
        Ok::<_, PortError>(found.map(|labels| (number, labels)))
    };
    let found = try_join_all(evidence.pull_requests.iter().map(|pull| ask(pull.number))).await?;
    Ok(found.into_iter().collect())
}

fn conditions(policy: &FrozenPolicy) -> impl Iterator<Item = &Condition> {
    policy.gates.iter().filter_map(|gate| gate.when.as_ref()).chain(&policy.auto_approve)
}

fn reads_labels(condition: &Condition) -> bool {
    condition.text.contains("label")
}

/// What could not be read is not taken for nothing: such a condition failed.
fn fail_unread(policy: &mut FrozenPolicy, unread: Option<&str>) {
    let Some(why) = unread else { return };
    let conditions = policy.gates.iter_mut().filter_map(|gate| gate.when.as_mut()).chain(&mut policy.auto_approve);
    for condition in conditions.filter(|condition| reads_labels(condition)) {
        condition.outcome = Outcome::Failed { why: format!("the labels cannot be read: {why}") };
    }
}
