//! `countersign demo`: the whole loop on this machine, with a simulated GitHub and Slack.

mod arguments;
mod page;
mod refusal;

use std::io;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::config::{LogFormat, LogSettings};
use crate::sim::local::{self, LocalRepository};
use crate::sim::script::{self, Story};
use crate::telemetry;

use super::failure::{Failure, NO};
use super::runtime;

pub(super) use arguments::EXAMPLES;
pub use arguments::{DemoArguments, StoryName};

pub(super) fn run(arguments: &DemoArguments) -> Result<ExitCode, Failure> {
    refusal::of_credentials(std::env::vars_os()).map_err(Failure::BadInput)?;
    refusal::of_address(arguments.listen).map_err(Failure::BadInput)?;
    let log = LogSettings { format: LogFormat::Text, filter: "error".to_owned() };
    telemetry::logs::start(&log).context("cannot start the log")?;
    if let Some(story) = arguments.script {
        return runtime::block_on(tell(story.into()));
    }
    let local = repository(arguments)?;
    runtime::block_on(page::show(arguments.listen, local))?;
    Ok(ExitCode::SUCCESS)
}

fn repository(arguments: &DemoArguments) -> Result<Option<LocalRepository>, Failure> {
    let (Some(path), Some(base), Some(head)) = (&arguments.repo, &arguments.base, &arguments.head) else {
        return Ok(None);
    };
    local::read(path, base, head).map(Some).map_err(|error| Failure::BadInput(error.to_string()))
}

async fn tell(story: Story) -> Result<ExitCode, Failure> {
    let kept = script::tell(story, &mut io::stdout()).await?;
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}
