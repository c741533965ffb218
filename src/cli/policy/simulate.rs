//! `countersign policy simulate`: a policy file on evidence, with votes, by the code that decides.

mod case;
mod people;
mod replay;
mod rules;
mod shown;

use std::process::ExitCode;

use anyhow::Context as _;

use super::explain::environment;
use super::given::{Given, Pair};
use super::{SimulateArguments, VoteArgument};
use crate::cli::arguments::Format;
use crate::cli::failure::{Failure, NO};
use crate::cli::table;
use crate::domain::nearest::nearest;
use crate::domain::{PolicyFound, Words};
use crate::policy::place::FileRole;
use crate::policy::simulate::{Word, simulate};
use crate::ports::Clock;
use case::Subject;
use people::People;
use rules::Rules;
use shown::Shown;

pub(super) fn run(arguments: &SimulateArguments) -> Result<ExitCode, Failure> {
    let own = Given::open(&arguments.file, FileRole::Repository)?;
    let owner = arguments.owner_file.as_deref().map(|path| Given::open(path, FileRole::Owner)).transpose()?;
    if (Pair { own: Some(&own), owner: owner.as_ref() }).has_mistakes()? {
        return Ok(ExitCode::from(NO));
    }
    let rules = Rules { own: &own, owner: owner.as_ref(), arguments };
    if arguments.replay {
        return replay::run(&rules);
    }
    let at = arguments.at.unwrap_or_else(|| Clock::System.now());
    one(&rules, &Subject::of(arguments, at)?)
}

/// One request: the votes that it has, then those that were typed.
fn one(rules: &Rules<'_>, subject: &Subject) -> Result<ExitCode, Failure> {
    let arguments = rules.arguments;
    let found = rules.found(subject)?;
    known_gates(&found, &arguments.votes)?;
    let people = People { subject, arguments, found: &found };
    let (typed, notes) = people.words();
    let words: Vec<Word> = subject.words(&arguments.people).into_iter().chain(typed).collect();
    let simulated = simulate(&subject.case, &found, &words, subject.at);
    let shown = Shown { rules, subject, words: &words, notes: &notes, simulated: &simulated };
    let text = match arguments.format {
        Format::Text => shown.text(),
        Format::Json => format!("{:#}\n", shown.json()),
    };
    table::print_raw(&text).context("cannot write")?;
    let is_expected = arguments.expect.is_none_or(|expected| expected.word() == simulated.outcome());
    Ok(if is_expected { ExitCode::SUCCESS } else { ExitCode::from(NO) })
}

/// A gate that is not there is a slip of the pen.
fn known_gates(found: &PolicyFound, votes: &[VoteArgument]) -> Result<(), Failure> {
    let PolicyFound::Policies(policies) = found else { return Ok(()) };
    let names: Vec<&str> = policies.all().flat_map(|policy| &policy.gates).map(|gate| gate.name.as_str()).collect();
    let unknown = votes.iter().filter_map(|vote| vote.gate.as_deref()).find(|gate| !names.contains(gate));
    let Some(unknown) = unknown else { return Ok(()) };
    let near = nearest(unknown, names.iter().copied()).map(|near| format!(": did you mean `{near}`?"));
    let near = near.unwrap_or_else(|| format!("; there is {}", names.join(", ")));
    Err(Failure::BadInput(format!("the policy has no gate `{unknown}` here{near}")))
}

/// What somebody types when they are asked for words.
fn a_reason() -> Option<Words> {
    Some(Words::new("a reason"))
}
