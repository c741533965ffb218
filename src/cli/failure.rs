//! Why a command could not do its work, and the exit code that says so.

use std::process::ExitCode;

use crate::config::Problem;

/// The answer is no: a bypassed check, a broken chain, a blocking flag.
pub const NO: u8 = 1;
const WRONG_USE: u8 = 2;
pub const OUTSIDE_FAULT: u8 = 3;

/// A command that failed.
#[derive(Debug)]
pub enum Failure {
    /// The settings cannot be used; all that is wrong with them.
    Settings(Vec<Problem>),
    /// What was typed or given cannot be used.
    BadInput(String),
    /// The database, the network or the system failed.
    Outside(anyhow::Error),
}

impl Failure {
    /// Prints the failure to standard error and returns its exit code.
    pub fn report(&self) -> ExitCode {
        eprintln!("{}", self.text());
        ExitCode::from(self.code())
    }

    fn text(&self) -> String {
        match self {
            Self::Settings(problems) => {
                let lines: Vec<String> = problems.iter().map(|problem| format!("error: {problem}")).collect();
                lines.join("\n")
            }
            Self::BadInput(what) => format!("error: {what}"),
            // The whole chain of causes, once.
            Self::Outside(error) => format!("error: {error:#}"),
        }
    }

    const fn code(&self) -> u8 {
        match self {
            Self::Settings(_) | Self::BadInput(_) => WRONG_USE,
            Self::Outside(_) => OUTSIDE_FAULT,
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Outside(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_its_own_line() {
        let failure = Failure::Settings(vec![Problem::missing("github.app_id"), Problem::missing("slack.channel")]);
        assert_eq!(failure.text().lines().count(), 2);
        assert_eq!(failure.code(), 2);
        assert_eq!(Failure::from(anyhow::anyhow!("inner").context("outer")).text(), "error: outer: inner");
    }
}
