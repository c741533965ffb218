//! `countersign demo`: the whole loop on this machine, with a simulated GitHub and Slack.

mod refusal;

use std::io;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::config::{LogFormat, LogSettings};
use crate::sim::script::{self, Story};
use crate::{app, telemetry};

use super::arguments::{DemoArguments, StoryName};
use super::failure::{Failure, NO};

pub(super) fn run(arguments: &DemoArguments) -> Result<ExitCode, Failure> {
    refusal::of_credentials(std::env::vars_os()).map_err(Failure::BadInput)?;
    refusal::of_address(arguments.listen).map_err(Failure::BadInput)?;
    let log = LogSettings { format: LogFormat::Text, filter: "error".to_owned() };
    telemetry::logs::start(&log).context("cannot start the log")?;
    let runtime = app::runtime::start().context("cannot start the runtime")?;
    match arguments.script {
        Some(story) => runtime.block_on(tell(story.into())),
        None => unimplemented!(),
    }
}

async fn tell(story: Story) -> Result<ExitCode, Failure> {
    let kept = script::tell(story, &mut io::stdout()).await?;
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}

impl From<StoryName> for Story {
    fn from(name: StoryName) -> Self {
        match name {
            StoryName::Approve => Self::Approve,
            StoryName::Deny => Self::Deny,
            StoryName::DoubleClick => Self::DoubleClick,
            StoryName::Outsider => Self::Outsider,
            StoryName::Rerun => Self::Rerun,
            StoryName::Matrix => Self::Matrix,
        }
    }
}
