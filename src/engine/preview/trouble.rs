//! Looks that failed: tried again, ended on the sheet once waiting has lasted long enough, or given up.

use crate::domain::time::DAY_MS;
use crate::domain::{Preview, PreviewEvent, Seen, Timestamp};
use crate::ports::{Class, PortError};
use crate::store::StoreError;

use super::super::Engine;
use super::super::backoff::pause_after_ms;
use super::look::awaited;
use super::sheet::Showing;
use super::{compose, end};

/// How long a look is worth trying: as long as the forge keeps the delivery that asked for it.
const PATIENCE_MS: i64 = 3 * DAY_MS;

pub(super) async fn settle(engine: &Engine, claimed: &Preview, error: &PortError) -> Result<(), StoreError> {
    let (now, give_up_after_ms) = (engine.clock.now(), engine.previews.settings.give_up_after_ms);
    match error.class {
        Class::Gone => drop_it(engine, claimed, error).await,
        Class::Retry { .. } | Class::Unknown if !claimed.has_waited(now, give_up_after_ms) => {
            again(engine, claimed, error).await
        }
        Class::Retry { .. } | Class::Unknown | Class::Permanent => give_up(engine, claimed, error).await,
    }
}

/// Nobody waits longer than was said: the sheet that is awaited ends, undecided, with what failed.
async fn give_up(engine: &Engine, claimed: &Preview, error: &PortError) -> Result<(), StoreError> {
    let Some(sheet) = awaited(engine, claimed).await? else { return later(engine, claimed, error).await };
    let mark = claimed.key.mark();
    let showing = Showing { engine, repository: &claimed.repository, mark: &mark };
    let composed = compose::given_up(error);
    let shown = async {
        let posted = showing.find(&sheet.commit, sheet.id).await?;
        showing.end(posted.as_ref(), &sheet.commit, &composed, claimed.against).await
    };
    match shown.await {
        Ok(shown) => {
            tracing::warn!(
                preview.key = %claimed.key, error = %error,
                "the look at {} is given up, and its sheet says so", claimed.key
            );
            count("gave_up");
            let seen = Seen::Shown { head: sheet.commit, sheet: shown.id, comment: claimed.comment };
            end(engine, claimed, PreviewEvent::Looked { asked: claimed.asked, seen }).await
        }
        Err(worse) => later(engine, claimed, &worse).await,
    }
}

/// Nobody waits, or nobody can be told: tried again, more and more slowly, until it is of no use to anybody.
async fn later(engine: &Engine, claimed: &Preview, error: &PortError) -> Result<(), StoreError> {
    let may_pass = matches!(error.class, Class::Retry { .. } | Class::Unknown);
    if may_pass && !claimed.has_waited(engine.clock.now(), PATIENCE_MS) {
        again(engine, claimed, error).await
    } else {
        drop_it(engine, claimed, error).await
    }
}

async fn again(engine: &Engine, claimed: &Preview, error: &PortError) -> Result<(), StoreError> {
    let attempts = claimed.attempts.saturating_add(1);
    let pause = pause_after_ms(error, attempts, engine.ids.fraction());
    let due = claimed.retry_at(engine.clock.now(), pause, engine.previews.settings.give_up_after_ms);
    tracing::warn!(
        preview.key = %claimed.key, attempt = attempts, class = error.class_word(), error = %error,
        "the look at {} failed and is tried again", claimed.key
    );
    count("again");
    failed(engine, claimed, error, Some(due)).await
}

/// Visible in the row, the log and the metric.
async fn drop_it(engine: &Engine, claimed: &Preview, error: &PortError) -> Result<(), StoreError> {
    let repo = claimed.repository.full_name();
    if error.is_gone() {
        tracing::info!(repo, error = %error, "the look at {} is not wanted any more", claimed.key);
    } else if engine.previews.tell_once(claimed.repository.id, "sheet") {
        tracing::error!(
            repo, class = error.class_word(), error = %error,
            "pull requests of {repo} cannot be shown (is the app's permission to write checks granted?)"
        );
    }
    count("dropped");
    failed(engine, claimed, error, None).await
}

async fn failed(
    engine: &Engine,
    claimed: &Preview,
    error: &PortError,
    retry: Option<Timestamp>,
) -> Result<(), StoreError> {
    end(engine, claimed, PreviewEvent::Failed { asked: claimed.asked, why: error.to_string(), retry }).await
}

fn count(outcome: &'static str) {
    metrics::counter!("countersign_previews_total", "outcome" => outcome).increment(1);
}
