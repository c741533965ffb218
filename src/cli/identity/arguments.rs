//! What can be typed after `countersign identity`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::arguments::{Format, SettingsArguments};
use crate::cli::failure::Failure;
use crate::config;
use crate::domain::ChatUser;

#[derive(Debug, Subcommand)]
pub enum IdentityCommand {
    /// List the links that people, imports and rules made, and where they disagree with the identity file
    #[command(after_help = "Examples:\n  countersign identity list\n  countersign identity list --all --format json")]
    List {
        /// Those that ended, too
        #[arg(long)]
        all: bool,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        #[command(flatten)]
        settings: SettingsArguments,
    },
    /// Link two accounts on your own word, without either person signing in
    #[command(
        after_help = "Example:\n  countersign identity link --slack-team T0ACME --slack-user U0MONA --github-login mona --github-id 21001\n\nThe number is in https://api.github.com/users/LOGIN. Exit code 1 when one of the accounts is linked otherwise."
    )]
    Link {
        #[command(flatten)]
        slack: SlackAccountArguments,
        /// The GitHub account's login
        #[arg(long, value_name = "LOGIN")]
        github_login: String,
        /// Its number: what counts, for a login may change hands
        #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
        github_id: u64,
        #[command(flatten)]
        who: OperatorArguments,
        #[command(flatten)]
        settings: SettingsArguments,
    },
    /// End the link of a Slack account; votes given on it no longer count where nothing is decided yet
    #[command(after_help = "Example:\n  countersign identity unlink --slack-team T0ACME --slack-user U0MONA")]
    Unlink {
        #[command(flatten)]
        slack: SlackAccountArguments,
        #[command(flatten)]
        who: OperatorArguments,
        #[command(flatten)]
        settings: SettingsArguments,
    },
    /// Link everybody in a file that looks like the identity file; all of them, or with any mistake nobody
    #[command(
        after_help = "Example:\n  countersign identity import people.toml\n\nEvery entry needs a github_id. Entries that are linked like that already are left alone."
    )]
    Import {
        /// The file (TOML)
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        who: OperatorArguments,
        #[command(flatten)]
        settings: SettingsArguments,
    },
    /// Write all links as an identity file
    #[command(after_help = "Examples:\n  countersign identity export\n  countersign identity export people.toml")]
    Export {
        /// Where to; it must not be there yet. Without it: to standard output
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        settings: SettingsArguments,
    },
}

/// A Slack account.
#[derive(Debug, Clone, Args)]
pub struct SlackAccountArguments {
    /// Workspace ID (T…)
    #[arg(long, value_name = "TEAM")]
    pub slack_team: String,
    /// User ID (U…): in Slack, the person's profile › ⋮ › Copy member ID
    #[arg(long, value_name = "USER")]
    pub slack_user: String,
}

/// Who says so.
#[derive(Debug, Clone, Args)]
pub struct OperatorArguments {
    /// Your name, for the record; the system's user name otherwise
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

impl SlackAccountArguments {
    pub(super) fn user(&self) -> Result<ChatUser, Failure> {
        let chat = ChatUser { workspace: self.slack_team.clone(), user: self.slack_user.clone() };
        config::identity::checked_chat(&chat).map_err(Failure::BadInput)?;
        Ok(chat)
    }
}

impl IdentityCommand {
    pub const fn settings(&self) -> &SettingsArguments {
        match self {
            Self::List { settings, .. }
            | Self::Link { settings, .. }
            | Self::Unlink { settings, .. }
            | Self::Import { settings, .. }
            | Self::Export { settings, .. } => settings,
        }
    }

    pub(super) const fn writes(&self) -> bool {
        matches!(self, Self::Link { .. } | Self::Unlink { .. } | Self::Import { .. })
    }

    pub(super) fn by(&self) -> Option<&str> {
        match self {
            Self::Link { who, .. } | Self::Unlink { who, .. } | Self::Import { who, .. } => who.by.as_deref(),
            Self::List { .. } | Self::Export { .. } => None,
        }
    }
}
