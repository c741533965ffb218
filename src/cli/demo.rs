//! `countersign demo`: the whole loop on this machine, with a simulated GitHub and Slack.

mod arguments;
mod refusal;

use std::io;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::config::{LogFormat, LogSettings};
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
    match arguments.script {
        Some(story) => runtime::block_on(tell(story.into())),
        None => unimplemented!(),
    }
}

async fn tell(story: Story) -> Result<ExitCode, Failure> {
    let kept = script::tell(story, &mut io::stdout()).await?;
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}
