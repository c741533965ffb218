//! `countersign policy`: look a policy file through, explain it, try it, and print what it may say.

mod arguments;
mod explain;
mod given;
mod schema;
mod simulate;
mod validate;

use std::process::ExitCode;

use super::failure::Failure;

pub use arguments::{
    Expected, ExplainArguments, PersonArgument, PolicyCommand, SchemaFormat, SimulateArguments, ValidateArguments,
    VoteArgument,
};

pub(super) fn run(command: &PolicyCommand) -> Result<ExitCode, Failure> {
    match command {
        PolicyCommand::Validate(arguments) => validate::run(arguments),
        PolicyCommand::Explain(arguments) => explain::run(arguments),
        PolicyCommand::Simulate(arguments) => simulate::run(arguments),
        PolicyCommand::Schema { format } => schema::run(*format),
    }
}
