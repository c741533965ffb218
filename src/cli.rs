//! The command line. Exit codes: 0 good, 1 the answer is no, 2 wrong use or bad input, 3 an outside fault.

mod arguments;
mod audit;
mod card;
mod check;
mod colour;
mod database;
mod demo;
mod failure;
mod freeze;
mod identity;
mod policy;
mod requests;
mod runtime;
mod scan;
mod serve;
mod settings;
mod table;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

pub use arguments::{Arguments, AuditCommand, Command, Format, RequestsCommand, SettingsArguments};
pub use card::CardArguments;
pub use check::{CheckArguments, CheckFormat, FailOn};
pub use demo::{DemoArguments, StoryName};
pub use failure::Failure;
pub use freeze::{CallArguments, FreezeCommand};
pub use identity::{IdentityCommand, SlackAccountArguments};
pub use policy::{
    Expected, ExplainArguments, PersonArgument, PolicyCommand, SchemaFormat, SimulateArguments, ValidateArguments,
    VoteArgument,
};
pub use scan::ScanArguments;

/// Runs the program with its arguments, the first being its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    // clap prints help with code 0 and mistakes with code 2 by itself.
    let arguments = Arguments::parse_from(arguments);
    match dispatch(arguments.command) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn dispatch(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Requests(command) => requests::run(&command),
        Command::Audit(command) => audit::run(&command),
        Command::Identity(command) => identity::run(&command),
        Command::Policy(command) => policy::run(&command),
        Command::Check(arguments) => check::run(&arguments),
        Command::Scan(arguments) => scan::run(&arguments),
        Command::Card(arguments) => card::run(&arguments),
        Command::Freeze(command) => freeze::run(&command),
        Command::Demo(arguments) => demo::run(&arguments),
    }
}
