//! Who is in the stories: people of the sample workspace, with the part they play.

use crate::sim::slack::sample;

/// Somebody who can look at the channel and press buttons in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    Octocat,
    Ana,
    Mona,
    Bo,
    Guest,
}

impl Person {
    pub const ALL: [Self; 5] = [Self::Octocat, Self::Ana, Self::Mona, Self::Bo, Self::Guest];

    /// The login at GitHub and the handle in Slack.
    pub const fn login(self) -> &'static str {
        match self {
            Self::Octocat => "octocat",
            Self::Ana => "ana",
            Self::Mona => "mona",
            Self::Bo => "bo",
            Self::Guest => "guest",
        }
    }

    /// The user id in Slack.
    pub const fn slack_id(self) -> &'static str {
        match self {
            Self::Octocat => sample::OCTO,
            Self::Ana => sample::ANA,
            Self::Mona => sample::MONA,
            Self::Bo => sample::BO,
            Self::Guest => sample::GUEST,
        }
    }

    /// What people call them.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Octocat => "Octocat",
            Self::Ana => "Ana",
            Self::Mona => "Mona",
            Self::Bo => "Bo",
            Self::Guest => "The guest",
        }
    }

    /// What they are to a deployment.
    pub const fn part(self) -> &'static str {
        match self {
            Self::Octocat | Self::Ana => "approver",
            Self::Mona => "requester",
            Self::Bo => "in no group",
            Self::Guest => "guest in Slack",
        }
    }

    pub fn by_login(login: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|person| person.login() == login)
    }

    pub fn by_slack_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|person| person.slack_id() == id)
    }
}

/// Everybody's name instead of their id, in a text that may mention them.
pub fn with_names(text: &str) -> String {
    Person::ALL.into_iter().fold(text.to_owned(), |text, person| {
        text.replace(&format!("<@{}>", person.slack_id()), &format!("@{}", person.login()))
    })
}
