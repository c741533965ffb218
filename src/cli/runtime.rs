//! Runs a command's asynchronous work.

use anyhow::Context as _;

use crate::app;

use super::failure::Failure;

pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = app::runtime::start().context("cannot start the runtime")?;
    runtime.block_on(work)
}
