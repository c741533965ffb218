//! `countersign policy`: look a policy file through, and print what it may say.

mod arguments;
mod schema;
mod validate;

use std::process::ExitCode;

use super::failure::Failure;

pub use arguments::{PolicyCommand, SchemaFormat, ValidateArguments};

pub(super) fn run(command: &PolicyCommand) -> Result<ExitCode, Failure> {
    match command {
        PolicyCommand::Validate(arguments) => validate::run(arguments),
        PolicyCommand::Schema { format } => schema::run(*format),
    }
}
