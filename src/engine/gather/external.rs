//! What tools outside of this server say: required check runs, SARIF reports, services that are asked, and what the
//! workflow hands over about itself. Only what the rules name is read or asked.

mod asked;
mod fields;
mod question;
mod sarif;

use futures::future::{join_all, try_join_all};

use crate::checks::external::{Asked, check_runs};
use crate::checks::rules::ExternalRules;
use crate::domain::flag::sort_flags;
use crate::domain::{CiReading, Evidence, ExternalState, Reading, RequiredRun};
use crate::engine::ci;
use crate::ports::PortError;

use super::patience::within;
use super::reader::{Reader, lasting};
use super::{Proposal, bounded};
use fields::FieldsRead;
use question::Question;

pub use asked::{Kept, Outside};

/// What the request keeps besides the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Added {
    pub(super) ci: Option<CiReading>,
    /// Somebody still owes an answer.
    pub(super) waits: bool,
}

/// Adds to the evidence what the rules ask of others. Services are asked last, because they are told what was found here.
pub(super) async fn add(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    outside: Outside<'_>,
    rules: &ExternalRules,
    evidence: &mut Evidence,
) -> Result<Added, PortError> {
    let ci = required_runs(reader, proposal, rules).await?;
    reader.news.done(Reading::CheckRuns);
    let fields = fields::read(reader, proposal, rules.fields.as_ref()).await?;
    let reports = try_join_all(rules.sarif.iter().map(|rule| sarif::read(reader, proposal, rule))).await?;
    let question = Question::about(proposal, evidence);
    let asking = outside.checks(rules).into_iter().map(|check| asked::ask(outside, check, &question));
    // All are asked before one that has to be tried again is: what the others answered is kept by then.
    let answers = join_all(asking).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let all: Vec<Asked> = reports.into_iter().chain(answers).collect();
    let owes = |asked: &Asked| asked.state == ExternalState::Waiting;
    let waits = all.iter().any(owes) || ci.as_ref().is_some_and(CiReading::is_late) || fields.is_late;
    fill(evidence, ci.as_ref(), &all, fields);
    Ok(Added { ci, waits })
}

/// What has to be asked of others, in parts that people know.
pub(super) fn parts(rules: &ExternalRules) -> impl Iterator<Item = Reading> {
    let asks = !rules.sarif.is_empty() || !rules.http.is_empty() || rules.fields.is_some();
    let runs = !rules.check_runs.require.is_empty();
    runs.then_some(Reading::CheckRuns).into_iter().chain(asks.then_some(Reading::Checks))
}

async fn required_runs(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    rules: &ExternalRules,
) -> Result<Option<CiReading>, PortError> {
    let required: Vec<RequiredRun> = rules.check_runs.require.iter().map(|rule| rule.required()).collect();
    if required.is_empty() {
        return Ok(None);
    }
    let asked = ci::read(reader.host, reader.repository, proposal.commit, &required);
    match within(reader.desk.patience.others, asked).await {
        Ok(reading) => reading.map(Some),
        Err(why) => Ok(Some(CiReading::unreadable(&required, &why))),
    }
}

/// An answer of the forge about what others left behind: what does not come in time does not come.
async fn in_time<T>(
    reader: Reader<'_>,
    asked: impl Future<Output = Result<T, PortError>>,
) -> Result<Result<T, String>, PortError> {
    match within(reader.desk.patience.others, asked).await {
        Ok(answer) => lasting(answer),
        Err(why) => Ok(Err(why)),
    }
}

fn fill(evidence: &mut Evidence, ci: Option<&CiReading>, asked: &[Asked], fields: FieldsRead) {
    let mut flags = std::mem::take(&mut evidence.flags);
    flags.extend(asked.iter().flat_map(|asked| asked.flags(&evidence.commit)));
    flags.extend(fields.flags);
    sort_flags(&mut flags);
    evidence.flags = bounded(flags);
    evidence.fields = fields.fields;
    evidence.external = asked.iter().map(Asked::shown).collect();
    if let Some(ci) = ci {
        evidence.flags.extend(check_runs(ci));
        sort_flags(&mut evidence.flags);
        evidence.external.splice(0..0, ci.shown());
        evidence.ci.clone_from(&ci.runs);
    }
}
