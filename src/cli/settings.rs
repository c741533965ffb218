//! Loads the settings for a command, from its arguments and the process' environment.

use std::ffi::OsString;

use crate::config::{self, Origin, Settings};

use super::arguments::SettingsArguments;
use super::failure::Failure;

pub(super) fn load(arguments: &SettingsArguments) -> Result<Settings, Failure> {
    let environment: Vec<(OsString, OsString)> = std::env::vars_os().collect();
    let origin = Origin { file: arguments.config.as_deref(), environment: &environment };
    config::load(origin).map_err(Failure::Settings)
}
