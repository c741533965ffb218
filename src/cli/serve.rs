//! `countersign serve`: checks everything, then runs the server until it is asked to stop.

use std::process::ExitCode;

use anyhow::Context as _;

use crate::config;
use crate::{app, telemetry};

use super::arguments::SettingsArguments;
use super::failure::Failure;
use super::settings;

pub(super) fn run(arguments: &SettingsArguments) -> Result<ExitCode, Failure> {
    let settings = settings::load(arguments)?;
    let settings = config::validate_for_serve(&settings).map_err(Failure::Settings)?;
    telemetry::logs::start(&settings.log).map_err(|error| Failure::BadInput(format!("{error:#}")))?;
    let runtime = app::runtime::start().context("cannot start the runtime")?;
    runtime.block_on(app::serve(settings))?;
    Ok(ExitCode::SUCCESS)
}
