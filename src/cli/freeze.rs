//! `countersign freeze`: for a while nothing goes live. Beside a running server: a freeze holds from its commit on, also
//! what is decided and not told yet.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::config::is_workspace;
use crate::domain::{EnvironmentName, Freeze, RepositoryId, Span, Timestamp, Words};
use crate::engine::freeze;
use crate::ports::{Clock, IdSource};
use crate::store::Store;

use super::arguments::{Format, SettingsArguments};
use super::failure::{Failure, NO};
use super::identity::operator;
use super::table::{self, Table};
use super::{database, runtime, settings};

pub(super) const EXAMPLES: &str = "\
Examples:
  countersign freeze call production --until 2026-12-27T09:00:00Z --reason \"holidays\"
  countersign freeze call production --for 4h --reason \"incident 12\" --repository-id 1296269
  countersign freeze list
  countersign freeze lift 01890a5d-ac96-774b-bcce-b302099a8057";

#[derive(Debug, Subcommand)]
pub enum FreezeCommand {
    /// Hold everything that would go live in an environment
    #[command(after_help = EXAMPLES)]
    Call(CallArguments),
    /// End a freeze before its time
    Lift {
        /// As `freeze list` shows it
        id: String,
        /// Who says so; default: the system's user name
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        #[command(flatten)]
        settings: SettingsArguments,
    },
    /// List the freezes that stand or will
    List {
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        #[command(flatten)]
        settings: SettingsArguments,
    },
}

#[derive(Debug, Args)]
pub struct CallArguments {
    /// The environment, without regard to case; leave it out for every one
    environment: Option<String>,
    /// Why; everybody who waits reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Until when, as in 2026-12-27T09:00:00Z; without it and --for: until it is lifted
    #[arg(long, value_name = "TIME", conflicts_with = "lasting")]
    until: Option<String>,
    /// For how long, as in 4h
    #[arg(long = "for", id = "lasting", value_name = "LENGTH")]
    lasting: Option<String>,
    /// One repository, by its numeric id; default: all
    #[arg(long, value_name = "ID")]
    repository_id: Option<u64>,
    /// Only what is decided in one workspace of Slack, by its ID (T…); default: in all of them
    #[arg(long, value_name = "TEAM")]
    slack_team: Option<String>,
    /// Who says so; default: the system's user name
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    settings: SettingsArguments,
}

impl FreezeCommand {
    const fn settings(&self) -> &SettingsArguments {
        match self {
            Self::Call(CallArguments { settings, .. }) | Self::Lift { settings, .. } | Self::List { settings, .. } => {
                settings
            }
        }
    }
}

pub(super) fn run(command: &FreezeCommand) -> Result<ExitCode, Failure> {
    let settings = settings::load(command.settings())?;
    let now = Clock::System.now();
    runtime::block_on(async {
        match command {
            FreezeCommand::Call(arguments) => {
                let freeze = freeze_of(arguments, now)?;
                let store = database::open_to_write(&settings.database.url).await?;
                let called = call(&store, freeze, now).await;
                database::closing(store, called).await
            }
            FreezeCommand::Lift { id, by, .. } => {
                let store = database::open_to_write(&settings.database.url).await?;
                let lifted = lift(&store, id, &operator(by.as_deref()), now).await;
                database::closing(store, lifted).await
            }
            FreezeCommand::List { format, .. } => {
                let store = database::open(&settings.database.url).await?;
                let listed = list(&store, *format, now).await;
                database::closing(store, listed).await
            }
        }
    })
}

fn freeze_of(arguments: &CallArguments, now: Timestamp) -> Result<Freeze, Failure> {
    let reason = Words::new(&arguments.reason);
    if reason.is_empty() {
        return Err(Failure::BadInput("--reason is empty: say why, everybody who waits reads it".to_owned()));
    }
    let environment = arguments.environment.as_deref().map(|name| {
        EnvironmentName::parse(name).ok_or_else(|| Failure::BadInput(format!("`{name}` is no name of an environment")))
    });
    let workspace = arguments.slack_team.clone().unwrap_or_default();
    if !workspace.is_empty() && !is_workspace(&workspace) {
        return Err(Failure::BadInput(format!("--slack-team `{workspace}` is not a workspace ID (T…)")));
    }
    Ok(Freeze {
        id: IdSource::System.uuid(now).to_string(),
        workspace,
        repository: arguments.repository_id.map(RepositoryId::new),
        environment: environment.transpose()?.map(|name| name.as_str().to_owned()),
        since: now,
        until: until(arguments, now)?,
        reason,
        by: operator(arguments.by.as_deref()),
    })
}

fn until(arguments: &CallArguments, now: Timestamp) -> Result<Option<Timestamp>, Failure> {
    let until = match (&arguments.until, &arguments.lasting) {
        (Some(text), _) => Timestamp::parse_rfc3339(text).ok_or_else(|| {
            Failure::BadInput(format!("--until `{text}` is not a time: write it as in 2026-12-27T09:00:00Z"))
        })?,
        (None, Some(text)) => {
            let span = Span::try_from(text.clone()).map_err(|why| Failure::BadInput(format!("--for: {why}")))?;
            now.plus_millis(span.as_millis())
        }
        (None, None) => return Ok(None),
    };
    if until <= now {
        return Err(Failure::BadInput(format!("the freeze would be over already: it ends {}", until.to_rfc3339())));
    }
    Ok(Some(until))
}

async fn call(store: &Store, freeze: Freeze, now: Timestamp) -> Result<ExitCode, Failure> {
    let text = format!("freeze {} holds {} until {}", freeze.id, place(&freeze), end(&freeze));
    freeze::call(store, freeze, now).await.context("cannot call the freeze")?;
    table::print_raw(&format!("{text}\n")).context("cannot print")?;
    Ok(ExitCode::SUCCESS)
}

async fn lift(store: &Store, id: &str, by: &str, now: Timestamp) -> Result<ExitCode, Failure> {
    match freeze::lift(store, id, by, now).await.context("cannot lift the freeze")? {
        Some(freeze) => {
            table::print_raw(&format!("{} is free again\n", place(&freeze))).context("cannot print")?;
            Ok(ExitCode::SUCCESS)
        }
        None => {
            eprintln!("error: no freeze `{id}` stands; `countersign freeze list` shows those that do");
            Ok(ExitCode::from(NO))
        }
    }
}

async fn list(store: &Store, format: Format, now: Timestamp) -> Result<ExitCode, Failure> {
    let freezes = store.freezes(now).await.context("cannot read the freezes")?;
    let rows = freezes.iter().map(|freeze| {
        vec![freeze.id.clone(), place(freeze), end(freeze), freeze.by.clone(), freeze.reason.as_str().to_owned()]
    });
    let table = Table { columns: &["id", "holds", "until", "by", "reason"], rows: rows.collect() };
    table::print(format, &table, &json!(freezes)).context("cannot print")?;
    Ok(ExitCode::SUCCESS)
}

/// `production of repository 7 in T0ACME`
fn place(freeze: &Freeze) -> String {
    let environment = freeze.environment.as_deref().unwrap_or("every environment");
    let of = freeze.repository.map(|repository| format!(" of repository {repository}")).unwrap_or_default();
    let within = if freeze.workspace.is_empty() { "" } else { " in " };
    format!("{environment}{of}{within}{}", freeze.workspace)
}

fn end(freeze: &Freeze) -> String {
    freeze.until.map_or_else(|| "it is lifted".to_owned(), Timestamp::to_rfc3339)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_767_225_600);

    fn arguments() -> CallArguments {
        CallArguments {
            environment: Some("production".into()),
            reason: "holidays".into(),
            until: None,
            lasting: None,
            repository_id: None,
            slack_team: None,
            by: Some("ana".into()),
            settings: SettingsArguments { config: None },
        }
    }

    #[test]
    fn a_freeze_lasts_until_its_time_for_its_length_or_until_it_is_lifted() {
        assert_eq!(freeze_of(&arguments(), NOW).unwrap().until, None);
        let until = CallArguments { until: Some("2026-01-02T00:00:00Z".into()), ..arguments() };
        assert_eq!(freeze_of(&until, NOW).unwrap().until, Some(NOW.plus_millis(86_400_000)));
        let lasting = CallArguments { lasting: Some("4h".into()), ..arguments() };
        assert_eq!(freeze_of(&lasting, NOW).unwrap().until, Some(NOW.plus_millis(14_400_000)));
    }

    #[test]
    fn what_cannot_be_meant_is_bad_input() {
        for wrong in [
            CallArguments { reason: "  ".into(), ..arguments() },
            CallArguments { until: Some("tomorrow".into()), ..arguments() },
            CallArguments { until: Some("2025-01-01T00:00:00Z".into()), ..arguments() },
            CallArguments { lasting: Some("4 fortnights".into()), ..arguments() },
            CallArguments { environment: Some(String::new()), ..arguments() },
            CallArguments { slack_team: Some("acme".into()), ..arguments() },
        ] {
            assert!(matches!(freeze_of(&wrong, NOW), Err(Failure::BadInput(_))), "{wrong:?}");
        }
    }
}
