//! `countersign check`: what the gate would say about a local git repository, by the same code.

mod arguments;
mod policy;
mod progress;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::domain::{EnvironmentName, ForgeUser, ForgeUserId};
use crate::engine::gather::external::Outside;
use crate::engine::gather::{Gathered, Known, News, Proposal, Shared, gather_with};
use crate::external::CommandChecker;
use crate::local::{LocalError, LocalHost};
use crate::ports::Clock;
use crate::report::text::{COLUMNS, Layout};
use crate::report::verdict::Verdict;
use crate::report::{Report, Rules, json, markdown, sarif, text};

use super::failure::{Failure, NO};
use super::{colour, runtime, table};

pub(super) use arguments::EXAMPLES;
pub use arguments::{CheckArguments, CheckFormat, FailOn};
pub(super) use policy::DEFAULTS;

/// Name of no revision: nothing is live. A branch of that name is `refs/heads/none`.
const NO_BASE: &str = "none";
/// Longest Markdown: GitHub takes 1 MiB of a job summary, and a character has at most four bytes.
const MAX_MARKDOWN_CHARS: usize = 256 * 1024;
/// What only a forge knows.
const NOT_SEEN: &str = "pull requests, which accounts the addresses belong to, what other tools said";

pub(super) fn run(arguments: &CheckArguments) -> Result<ExitCode, Failure> {
    if arguments.schema {
        table::print_raw(&json::schema()).context("cannot write")?;
        return Ok(ExitCode::SUCCESS);
    }
    let given = arguments.policy.as_deref().map(policy::read).transpose()?;
    let environment = EnvironmentName::parse(&arguments.environment)
        .ok_or_else(|| Failure::BadInput(format!("`{}` cannot be an environment's name", arguments.environment)))?;
    let base = arguments.base.as_deref().filter(|base| *base != NO_BASE);
    let host = LocalHost::open(&arguments.repo, base, &arguments.head).map_err(refused)?;
    let checker = checker(arguments)?;
    let gathered = runtime::block_on(look(&host, &environment, given.as_deref(), &checker))?;
    let words = policy::words(&gathered.policies.now);
    let report = Report {
        repository: &host.repository().name,
        environment: environment.as_str(),
        evidence: &gathered.evidence,
        actions: &gathered.checks.actions,
        rules: policy::rules(&gathered.policies.now, &words),
        not_seen: Some(NOT_SEEN),
    };
    write(arguments, &report)?;
    Ok(if is_no(&report, arguments.fail_on) { ExitCode::from(NO) } else { ExitCode::SUCCESS })
}

/// The commands that are asked, each name once.
fn checker(arguments: &CheckArguments) -> Result<CommandChecker, Failure> {
    let mut names = BTreeSet::new();
    if let Some(twice) = arguments.run_checks.iter().find(|check| !names.insert(&check.name)) {
        return Err(Failure::BadInput(format!("`--run-check` names `{}` twice", twice.name)));
    }
    let commands = arguments.run_checks.iter().map(|check| (check.name.clone(), check.command.clone()));
    Ok(CommandChecker::new(commands, arguments.repo.clone()))
}

/// Gathers what the gate would gather.
async fn look(
    host: &LocalHost,
    environment: &EnvironmentName,
    policy: Option<&[u8]>,
    checker: &CommandChecker,
) -> Result<Gathered, Failure> {
    // No run was started: whoever types the command asks.
    let asker = ForgeUser { id: ForgeUserId::new(0), login: "you".to_owned(), is_bot: false };
    let repository = host.repository();
    let proposal = Proposal {
        actors: &[asker],
        policy,
        ..Proposal::without_run(&repository, environment, host.head(), Clock::System.now())
    };
    let (names, known, news) = (checker.names(), Known::default(), News::default());
    let outside = Outside::Here { checker, names: &names };
    let shared = Shared { known: &known, news: &news };
    let gathering = gather_with(shared, host, &proposal, policy::DEFAULTS, outside);
    let gathered = progress::shown(host.progress(), gathering).await;
    gathered.map_err(|error| Failure::Outside(error.into()))
}

/// What was typed can be corrected; objects that cannot be read are somebody else's fault.
pub(super) fn refused(error: LocalError) -> Failure {
    match error {
        LocalError::Unreadable { .. } => Failure::Outside(error.into()),
        error => Failure::BadInput(error.to_string()),
    }
}

fn write(arguments: &CheckArguments, report: &Report<'_>) -> Result<(), Failure> {
    let text = written(arguments, report);
    match &arguments.output {
        None => table::print_raw(&text).context("cannot write the report")?,
        Some(file) => {
            fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
            eprintln!("{}", told(report, file));
        }
    }
    Ok(())
}

fn written(arguments: &CheckArguments, report: &Report<'_>) -> String {
    match arguments.format {
        CheckFormat::Text => {
            let has_colour = arguments.output.is_none() && colour::is_wanted();
            text::text(report, Layout { columns: COLUMNS, has_colour })
        }
        CheckFormat::Json => json::json(report),
        CheckFormat::Markdown => markdown::page(report, MAX_MARKDOWN_CHARS),
        CheckFormat::Sarif => sarif::sarif(report),
        CheckFormat::Evidence => format!("{:#}\n", serde_json::json!(report.evidence)),
    }
}

fn told(report: &Report<'_>, file: &Path) -> String {
    format!("{} The report is in {}.", report.conclusion(), file.display())
}

/// Rules that cannot be followed hold the request: nobody could approve it.
fn is_no(report: &Report<'_>, fail_on: FailOn) -> bool {
    let is_held = matches!(report.rules, Rules::Held { .. });
    is_held
        || match report.verdict() {
            Verdict::Blocked { .. } => true,
            Verdict::NeedsApproval { .. } => fail_on == FailOn::Approve,
            Verdict::Clear => false,
        }
}
