//! What a terminal shows while a long check is under way.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressFinish, ProgressState, ProgressStyle};

/// Checks that end sooner show nothing.
const SHOWN_AFTER: Duration = Duration::from_secs(1);
const REDRAWN_EVERY: Duration = Duration::from_millis(120);

/// Waits for `work`, and shows on standard error what was read so far; in a pipe, nothing.
pub(super) async fn shown<T>(read: Arc<AtomicU64>, work: impl Future<Output = T>) -> T {
    let waiting = async move {
        tokio::time::sleep(SHOWN_AFTER).await;
        let _bar = bar(read);
        std::future::pending::<T>().await
    };
    tokio::select! {
        done = work => done,
        never = waiting => never,
    }
}

/// Draws itself until it is dropped, and leaves nothing behind.
fn bar(read: Arc<AtomicU64>) -> ProgressBar {
    let files = move |_: &ProgressState, out: &mut dyn Write| {
        // Writing to the bar's own text cannot fail.
        let _ = write!(out, "{}", read.load(Ordering::Relaxed));
    };
    let style = ProgressStyle::with_template("{spinner} reading the repository: {files} files, {elapsed}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("files", files);
    let bar = ProgressBar::new_spinner().with_style(style).with_finish(ProgressFinish::AndClear);
    bar.enable_steady_tick(REDRAWN_EVERY);
    bar
}
