//! Draws the metric that changed over the last deployments, and gives the picture to the chat. Nothing waits for it, and where
//! the chat takes none, the message goes without.

use super::super::{Engine, shown};
use super::outcome::{again, count, finish, take_and_finish};
use crate::domain::{Decision, Event, Evidence, ModelChange, Picture, Request, Rollout, Row, RowChange, Timestamp};
use crate::ports::chat::Drawing;
use crate::ports::{Class, PortError};
use crate::report::chart::{self, Chart, Point};
use crate::store::{ClaimedEffect, StoreError};

/// Earlier requests looked at.
const MOST_LOOKED_AT: usize = 12;
/// Tries before the message goes without.
const TRIES: u32 = 3;
const MAX_NAME_CHARS: usize = 60;

pub(super) async fn draw(engine: &Engine, claimed: &ClaimedEffect, request: &Request) -> Result<(), StoreError> {
    let Some(digest) = request.evidence.as_ref().map(|brief| brief.digest).filter(|_| request.is_undecided()) else {
        return finish(engine, claimed).await;
    };
    let Some(chart) = chart(engine, request).await? else { return finish(engine, claimed).await };
    let drawing = Drawing { name: "metric.png", title: &chart.title, alt: &chart.alt, png: &chart.png };
    match engine.workspace.chat.keep(&drawing).await {
        Ok(Some(file)) => {
            count(claimed, "done");
            let picture = Picture { evidence: digest, file, title: chart.title, alt: chart.alt };
            take_and_finish(engine, claimed, Event::Pictured { picture }).await
        }
        Ok(None) => finish(engine, claimed).await,
        Err(error) => unkept(engine, claimed, &error).await,
    }
}

async fn unkept(engine: &Engine, claimed: &ClaimedEffect, error: &PortError) -> Result<(), StoreError> {
    let may_pass = matches!(error.class, Class::Retry { .. } | Class::Unknown);
    if may_pass && claimed.attempts < TRIES {
        return again(engine, claimed, error).await;
    }
    tracing::info!(request.id = %claimed.request, error = %error, "the message of request {} goes without its picture", claimed.request);
    count(claimed, "refused");
    finish(engine, claimed).await
}

/// Whether there is anything to draw: a metric that is better or worse than what is live.
pub(super) fn is_wanted(evidence: &Evidence) -> bool {
    metric(evidence).is_some()
}

async fn chart(engine: &Engine, request: &Request) -> Result<Option<Chart>, StoreError> {
    let Some(evidence) = shown::evidence(&engine.store, request).await? else { return Ok(None) };
    let Some((model, row)) = metric(&evidence) else { return Ok(None) };
    let mut deployed = Vec::new();
    let earlier = engine.store.approved_in(&request.key, request.opened_at, MOST_LOOKED_AT).await?;
    for (earlier, at) in earlier.iter().rev().filter_map(|earlier| Some((earlier, live_since(earlier)?))) {
        let evidence = shown::evidence(&engine.store, earlier).await?;
        let Some(then) = evidence.as_ref().and_then(|evidence| same(evidence, model, row)) else { continue };
        // What the oldest one of them replaced.
        if deployed.is_empty() {
            deployed.extend(then.before.iter().map(|value| Point { value: value.clone(), when: String::new() }));
        }
        deployed.extend(then.after.iter().map(|value| Point { value: value.clone(), when: day(at) }));
    }
    // What is live now may have come another way.
    if let Some(before) = row.before.as_ref().filter(|before| deployed.last().is_none_or(|last| last.value != **before))
    {
        deployed.push(Point { value: before.clone(), when: String::new() });
    }
    let proposed = row.after.as_deref().unwrap_or_default();
    let name: String = row.label.chars().take(MAX_NAME_CHARS).collect();
    Ok(chart::chart(&name, &deployed, proposed))
}

/// The metric that people look at first: one that got worse, else one that got better.
fn metric(evidence: &Evidence) -> Option<(&ModelChange, &Row)> {
    let of = |change: RowChange| {
        evidence.models.iter().find_map(|model| {
            let row =
                model.rows.iter().find(|row| row.change == change && row.before.is_some() && row.after.is_some())?;
            Some((model, row))
        })
    };
    of(RowChange::Worse).or_else(|| of(RowChange::Better))
}

/// The same metric of the same model, as it was deployed then.
fn same<'e>(evidence: &'e Evidence, model: &ModelChange, row: &Row) -> Option<&'e Row> {
    let same = evidence.models.iter().find(|one| one.name == model.name)?;
    same.rows.iter().find(|one| one.label == row.label)
}

fn live_since(request: &Request) -> Option<Timestamp> {
    match request.decision() {
        Some(Decision { rollout: Rollout::Live { at }, .. }) => Some(*at),
        _ => None,
    }
}

/// `2026-11-03`
fn day(at: Timestamp) -> String {
    at.to_rfc3339().chars().take(10).collect()
}
