//! The operator's identity file: which Slack user is which GitHub user (R13).

use std::collections::HashSet;

use serde::Deserialize;

use crate::domain::{ChatUser, ForgeUserId};

/// Everybody the operator has linked, each chat user at most once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityFile {
    pub people: Vec<LinkedPerson>,
}

/// One chat account and the forge account it belongs to. Several chat accounts may name one forge account: they are one
/// human. GitHub is asked by login; where the id is there too, a login that belongs to another id links nobody (R13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedPerson {
    pub github_id: Option<ForgeUserId>,
    pub github_login: String,
    pub chat: ChatUser,
}

impl IdentityFile {
    /// Reads the file's text. `Err` is one line per mistake, with the entry's number where there is one.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let file: WireFile = toml::from_str(text).map_err(|error| vec![at_line(text, &error)])?;
        let (people, mut mistakes) =
            (1..).zip(file.person).fold((Vec::new(), Vec::new()), |(mut good, mut bad), (number, entry)| {
                match linked(entry) {
                    Ok(person) => good.push(person),
                    Err(what) => bad.push(format!("person {number}: {what}")),
                }
                (good, bad)
            });
        mistakes.extend(repeated(&people));
        if mistakes.is_empty() { Ok(Self { people }) } else { Err(mistakes) }
    }

    /// The link of a chat account, if the operator made one.
    pub fn find(&self, chat: &ChatUser) -> Option<&LinkedPerson> {
        self.people.iter().find(|person| person.chat == *chat)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireFile {
    #[serde(default)]
    person: Vec<WirePerson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WirePerson {
    github_id: Option<u64>,
    github_login: Option<String>,
    slack_team: String,
    slack_user: String,
}

fn linked(entry: WirePerson) -> Result<LinkedPerson, String> {
    if !is_slack_id(&entry.slack_team, &['T', 'E']) {
        return Err(format!("slack_team `{}` is not a workspace ID (T…)", entry.slack_team.escape_debug()));
    }
    if !is_slack_id(&entry.slack_user, &['U', 'W']) {
        return Err(format!("slack_user `{}` is not a user ID (U…)", entry.slack_user.escape_debug()));
    }
    let Some(login) = entry.github_login else {
        return Err("names no GitHub account: add github_login, and github_id so that nobody can take over the login"
            .to_owned());
    };
    if entry.github_id == Some(0) {
        return Err("github_id is not an account's number".to_owned());
    }
    if !is_login(&login) {
        return Err(format!("github_login `{}` is not a login", login.escape_debug()));
    }
    Ok(LinkedPerson {
        github_id: entry.github_id.map(ForgeUserId::new),
        github_login: login,
        chat: ChatUser { workspace: entry.slack_team, user: entry.slack_user },
    })
}

/// Slack's IDs: a letter that says what it is, then letters and digits.
pub(super) fn is_slack_id(text: &str, starts: &[char]) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    text.starts_with(starts) && plain && (2..=32).contains(&text.len())
}

/// Letters, digits and hyphens; enterprise-managed users add an underscore.
fn is_login(text: &str) -> bool {
    (1..=100).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

fn repeated(people: &[LinkedPerson]) -> Vec<String> {
    let mut seen = HashSet::new();
    let again = people.iter().filter(|person| !seen.insert(&person.chat));
    again
        .map(|person| format!("Slack user `{}` of `{}` is linked twice", person.chat.user, person.chat.workspace))
        .collect()
}

fn at_line(text: &str, error: &toml::de::Error) -> String {
    let offset = error.span().map_or(0, |span| span.start);
    let line = text.get(..offset).unwrap_or(text).matches('\n').count() + 1;
    format!("line {line}: {}", error.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"
        [[person]]
        github_login = "mona"
        github_id = 1001
        slack_team = "T0ACME"
        slack_user = "U0MONA"

        [[person]]
        github_login = "hubot"
        slack_team = "T0ACME"
        slack_user = "U0HUBOT"
    "#;

    fn chat(user: &str) -> ChatUser {
        ChatUser { workspace: "T0ACME".to_owned(), user: user.to_owned() }
    }

    #[test]
    fn people_are_found_by_workspace_and_user() {
        let file = IdentityFile::parse(TWO).unwrap();
        assert_eq!(file.find(&chat("U0MONA")).unwrap().github_id, Some(ForgeUserId::new(1001)));
        assert_eq!(file.find(&chat("U0HUBOT")).unwrap().github_login, "hubot");
        assert_eq!(file.find(&chat("U0ANA")), None);
        assert_eq!(file.find(&ChatUser { workspace: "T0OTHER".to_owned(), user: "U0MONA".to_owned() }), None);
    }

    #[test]
    fn two_chat_users_may_be_one_human_but_one_chat_user_is_never_two() {
        let same_human = TWO.replace("\"hubot\"", "\"mona\"");
        assert_eq!(IdentityFile::parse(&same_human).unwrap().people.len(), 2);
        let twice = TWO.replace("U0HUBOT", "U0MONA");
        assert_eq!(IdentityFile::parse(&twice).unwrap_err(), ["Slack user `U0MONA` of `T0ACME` is linked twice"]);
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let bad = TWO.replace("github_login = \"mona\"\n", "").replace("U0HUBOT", "@hubot");
        assert_eq!(
            IdentityFile::parse(&bad).unwrap_err(),
            [
                "person 1: names no GitHub account: add github_login, and github_id so that nobody can take over the login",
                "person 2: slack_user `@hubot` is not a user ID (U…)"
            ]
        );
        let unknown = TWO.replace("github_login", "github_name");
        assert!(IdentityFile::parse(&unknown).unwrap_err()[0].starts_with("line 3: unknown field `github_name`"));
    }

    #[test]
    fn an_empty_file_links_nobody() {
        assert_eq!(IdentityFile::parse("").unwrap(), IdentityFile::default());
    }
}
