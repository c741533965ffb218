//! `countersign serve`: checks everything, then runs the server until it is asked to stop.

use std::process::ExitCode;

use crate::config;
use crate::{app, telemetry};

use super::arguments::SettingsArguments;
use super::failure::Failure;
use super::{runtime, settings};

pub(super) fn run(arguments: &SettingsArguments) -> Result<ExitCode, Failure> {
    let settings = settings::load(arguments)?;
    let settings = config::validate_for_serve(&settings).map_err(Failure::Settings)?;
    telemetry::logs::start(&settings.log).map_err(|error| Failure::BadInput(format!("{error:#}")))?;
    runtime::block_on(async { Ok(app::serve(settings).await?) })?;
    Ok(ExitCode::SUCCESS)
}
