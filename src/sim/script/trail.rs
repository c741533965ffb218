//! The audit trail in plain words: what happened, when, and who did it.

use std::collections::BTreeMap;

use crate::domain::{Event, Record, RequestId, Timestamp};
use crate::report::record;
use crate::sim::world::World;
use crate::store::AuditRow;

use super::cast::Person;

/// Rows read of one record: more than a demo ever writes.
const MOST: usize = 2_000;

/// One row of the record, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailLine {
    pub seq: u64,
    pub at: Timestamp,
    pub what: String,
    pub who: String,
}

/// The trail and whether it still is what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    pub lines: Vec<TrailLine>,
    /// `Ok`: rows and hash of the last one. `Err`: the first row that does not hold, and why.
    pub verified: Result<(u64, String), String>,
}

/// Reads the record, of one request or of everything.
///
/// # Errors
/// When the database cannot be read.
pub async fn read(world: &World, request: Option<&RequestId>) -> anyhow::Result<Trail> {
    let store = &world.engine()?.store;
    let rows = match request {
        Some(request) => store.audit_of_request(request).await?,
        None => store.audit_rows(0, MOST).await?,
    };
    let mut records = Records::default();
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let record = records.of(world, row).await?;
        lines.push(line(row, record.as_ref()));
    }
    let verified = match store.verify_audit(&[]).await? {
        Ok(summary) => Ok((summary.rows, summary.head.hash.to_string())),
        Err(broken) => Err(broken.to_string()),
    };
    Ok(Trail { lines, verified })
}

/// The events of each request, taken one by one as their rows come.
#[derive(Default)]
struct Records(BTreeMap<String, std::vec::IntoIter<Option<Record>>>);

impl Records {
    /// The event that row tells of; `None` for a row of another kind, or one whose texts were erased.
    async fn of(&mut self, world: &World, row: &AuditRow) -> anyhow::Result<Option<Record>> {
        let Some(id) = row.request.as_deref().and_then(RequestId::parse).filter(|_| is_event(row)) else {
            return Ok(None);
        };
        if !self.0.contains_key(id.as_str()) {
            let records = world.engine()?.store.records_of_request(&id).await?;
            let records: Vec<Option<Record>> = records.into_iter().map(Result::ok).collect();
            self.0.insert(id.as_str().to_owned(), records.into_iter());
        }
        Ok(self.0.get_mut(id.as_str()).and_then(Iterator::next).flatten())
    }
}

fn is_event(row: &AuditRow) -> bool {
    serde_json::from_str::<serde_json::Value>(&row.body).is_ok_and(|body| body.get("event").is_some())
}

fn line(row: &AuditRow, record: Option<&Record>) -> TrailLine {
    let (what, who) = match record {
        Some(record) => (record::what(record), who(&record.event)),
        None => (row.name.replace(['.', '_'], " "), "Countersign".to_owned()),
    };
    TrailLine { seq: row.seq, at: row.at, what, who }
}

/// As the demo's people know each other: by login, by the simulated account, or by who did it all.
fn who(event: &Event) -> String {
    if let Some(voter) = record::person(event) {
        let user = &voter.chat.user;
        let linked = voter.link.forge().map(|account| account.login.clone());
        let known = || Person::by_slack_id(user).map(|person| person.login().to_owned());
        return linked.or_else(known).unwrap_or_else(|| user.clone());
    }
    match event {
        Event::Asked(ask) => ask.run.actors.last().map_or_else(|| "unknown".to_owned(), |actor| actor.login.clone()),
        Event::Told(_)
        | Event::JobMoved(_)
        | Event::LaterRun { .. }
        | Event::RunEnded { .. }
        | Event::NewerAttempt { .. } => "GitHub".to_owned(),
        _ => "Countersign".to_owned(),
    }
}
