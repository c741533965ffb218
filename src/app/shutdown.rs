//! The end of the process: asked for by a signal, orderly, and bounded.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long the whole process may take to stop once asked (P9: whatever is cut off is taken up again at the next start).
pub const STOP_WITHIN: Duration = Duration::from_secs(10);

/// A token that is cancelled by SIGTERM or SIGINT.
///
/// # Errors
/// When the system refuses the signal handlers.
pub fn on_signal() -> std::io::Result<CancellationToken> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = CancellationToken::new();
    let asked = stop.clone();
    super::server::spawn(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal = name, "stopping: {name} received");
        asked.cancel();
    });
    Ok(stop)
}

/// Waits for `work`; once `stop` is cancelled, only for [`STOP_WITHIN`]. `None` when it was cut off.
pub async fn bounded<T>(stop: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    bounded_within(STOP_WITHIN, stop, work).await
}

async fn bounded_within<T>(within: Duration, stop: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    let limit = async {
        stop.cancelled().await;
        tokio::time::sleep(within).await;
    };
    tokio::select! {
        done = work => Some(done),
        () = limit => {
            tracing::warn!("stopped before all work had ended: it is taken up at the next start");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_does_not_end_is_cut_off_after_the_limit() {
        let (stop, within) = (CancellationToken::new(), Duration::from_millis(50));
        assert_eq!(
            bounded_within(within, &stop, tokio::time::sleep(2 * within)).await,
            Some(()),
            "nobody has asked to stop"
        );
        stop.cancel();
        assert_eq!(bounded_within(within, &stop, std::future::pending::<()>()).await, None);
        assert_eq!(bounded_within(within, &stop, std::future::ready(7)).await, Some(7));
    }
}
