//! What a terminal shows while a long scan is under way.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

/// Scans that end sooner show nothing.
const SHOWN_AFTER: Duration = Duration::from_secs(1);
const REDRAWN_EVERY: Duration = Duration::from_millis(120);
const TEMPLATE: &str = "{spinner} scanning: {pos} of {len} files, {elapsed}";

/// How far the scan is. Nothing is drawn in a pipe, and nothing is left behind.
pub(super) struct Progress {
    started: Instant,
    done: u64,
    files: u64,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(super) fn new(files: usize) -> Self {
        Self { started: Instant::now(), done: 0, files: files as u64, bar: None }
    }

    /// Waits for the next answer; none when all are in.
    pub(super) fn wait<T>(&mut self, answers: &Receiver<T>) -> Option<T> {
        loop {
            match answers.recv_timeout(REDRAWN_EVERY) {
                Ok(answer) => {
                    self.done += 1;
                    self.draw();
                    return Some(answer);
                }
                Err(RecvTimeoutError::Timeout) => self.draw(),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn draw(&mut self) {
        if self.bar.is_none() && self.started.elapsed() >= SHOWN_AFTER {
            let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = ProgressBar::new(self.files).with_style(style).with_finish(ProgressFinish::AndClear);
            bar.enable_steady_tick(REDRAWN_EVERY);
            self.bar = Some(bar.with_elapsed(self.started.elapsed()));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.done);
        }
    }
}
