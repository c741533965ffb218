//! The operator's identity file: which Slack user is which GitHub user (R13).

use std::collections::HashMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::{ChatUser, ForgeUserId};

use crate::domain::nearest::nearest;

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

/// An entry of the file, with the line it begins at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityEntry {
    pub line: usize,
    pub person: LinkedPerson,
}

impl IdentityFile {
    /// Reads the file's text. `Err` is one line per mistake, all of them, each with its place.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let entries = entries(text)?;
        Ok(Self { people: entries.into_iter().map(|entry| entry.person).collect() })
    }

    /// The link of a chat account, if the operator made one.
    pub fn find(&self, chat: &ChatUser) -> Option<&LinkedPerson> {
        self.people.iter().find(|person| person.chat == *chat)
    }
}

/// Reads an identity file's text. `Err` is one line per mistake, all of them, each with its place.
pub fn entries(text: &str) -> Result<Vec<IdentityEntry>, Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = DeTable::parse(text)
        .map_err(|error| vec![at_line(text, error.span().map_or(0, |span| span.start), error.message())])?;
    let mut reading = Reading { text, entries: Vec::new(), mistakes: Vec::new() };
    for (key, value) in document.get_ref() {
        match (&**key.get_ref(), value.get_ref()) {
            ("person", DeValue::Array(people)) => people.iter().for_each(|person| reading.person(person)),
            ("person", _) => reading.wrong(key.span().start, "must be [[person]], with two brackets"),
            (other, _) => {
                reading.wrong(key.span().start, &format!("unknown `{}`: there is [[person]]", other.escape_debug()))
            }
        }
    }
    reading.repeated();
    if reading.mistakes.is_empty() { Ok(reading.entries) } else { Err(reading.told()) }
}

struct Reading<'t> {
    text: &'t str,
    entries: Vec<IdentityEntry>,
    /// With the place in the text.
    mistakes: Vec<(usize, String)>,
}

impl Reading<'_> {
    fn wrong(&mut self, offset: usize, what: &str) {
        self.mistakes.push((offset, what.to_owned()));
    }

    fn told(mut self) -> Vec<String> {
        self.mistakes.sort();
        self.mistakes.iter().map(|(offset, what)| at_line(self.text, *offset, what)).collect()
    }

    fn person(&mut self, entry: &Spanned<DeValue<'_>>) {
        let start = entry.span().start;
        let DeValue::Table(table) = entry.get_ref() else { return self.wrong(start, "a person must be a table") };
        let before = self.mistakes.len();
        let team = self.text(table, start, "slack_team", is_workspace, "a workspace ID (T…)");
        let user = self.text(table, start, "slack_user", |text| is_slack_id(text, &['U', 'W']), "a user ID (U…)");
        let login = self.text(table, start, "github_login", is_login, "a login");
        let github_id = self.id(table);
        self.unknown_keys(table);
        if let (Some(workspace), Some(user), Some(github_login)) = (team, user, login)
            && self.mistakes.len() == before
        {
            let person = LinkedPerson { github_id, github_login, chat: ChatUser { workspace, user } };
            self.entries.push(IdentityEntry { line: line_of(self.text, start), person });
        }
    }

    /// A text that must be there and look right.
    fn text(
        &mut self,
        table: &DeTable<'_>,
        start: usize,
        key: &str,
        looks_right: impl Fn(&str) -> bool,
        what: &str,
    ) -> Option<String> {
        let Some(value) = table.get(key) else {
            let why = if key == "github_login" {
                ", and github_id with it, so that nobody can take over the login"
            } else {
                ""
            };
            self.wrong(start, &format!("{key} is missing{why}"));
            return None;
        };
        match value.get_ref().as_str() {
            Some(text) if looks_right(text) => Some(text.to_owned()),
            Some(text) => {
                self.wrong(value.span().start, &format!("{key} `{}` is not {what}", text.escape_debug()));
                None
            }
            None => {
                self.wrong(value.span().start, &format!("{key} must be a text in quotes"));
                None
            }
        }
    }

    fn id(&mut self, table: &DeTable<'_>) -> Option<ForgeUserId> {
        let value = table.get("github_id")?;
        let number = value.get_ref().as_integer().and_then(|id| i64::from_str_radix(id.as_str(), id.radix()).ok());
        match number.and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0) {
            Some(number) => Some(ForgeUserId::new(number)),
            None => {
                self.wrong(value.span().start, "github_id is not an account's number");
                None
            }
        }
    }

    fn unknown_keys(&mut self, table: &DeTable<'_>) {
        for key in table.keys() {
            let name = &**key.get_ref();
            if !KEYS.contains(&name) {
                let hint = nearest(name, KEYS).map(|near| format!(", did you mean {near}?")).unwrap_or_default();
                self.wrong(key.span().start, &format!("unknown `{}`{hint}", name.escape_debug()));
            }
        }
    }

    /// A chat account is one person: which, must not depend on the order of the file.
    fn repeated(&mut self) {
        let mut first: HashMap<&ChatUser, usize> = HashMap::new();
        let mut again = Vec::new();
        for IdentityEntry { line, person } in &self.entries {
            match first.get(&person.chat) {
                None => drop(first.insert(&person.chat, *line)),
                Some(before) => again.push((*line, *before, person.chat.clone())),
            }
        }
        for (line, before, chat) in again {
            let what =
                format!("Slack user `{}` of `{}` is linked twice, in line {before} as well", chat.user, chat.workspace);
            self.wrong(offset_of(self.text, line), &what);
        }
    }
}

const KEYS: [&str; 4] = ["github_login", "github_id", "slack_team", "slack_user"];

/// Whether a chat account can be one; `Err` says what is wrong with it.
pub fn checked_chat(chat: &ChatUser) -> Result<(), String> {
    let wrong = |text: &str, what: &str| Err(format!("`{}` is not {what}", text.escape_debug()));
    if !is_workspace(&chat.workspace) {
        return wrong(&chat.workspace, "a workspace ID (T…)");
    }
    if is_slack_id(&chat.user, &['U', 'W']) { Ok(()) } else { wrong(&chat.user, "a user ID (U…)") }
}

/// The ID of a workspace, or of an organisation.
pub fn is_workspace(text: &str) -> bool {
    is_slack_id(text, &['T', 'E'])
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

fn at_line(text: &str, offset: usize, what: &str) -> String {
    format!("line {}: {what}", line_of(text, offset))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or(text).matches('\n').count() + 1
}

/// Where a line begins.
fn offset_of(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum()
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
        assert_eq!(
            IdentityFile::parse(&twice).unwrap_err(),
            ["line 8: Slack user `U0MONA` of `T0ACME` is linked twice, in line 2 as well"]
        );
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let bad = TWO
            .replace("github_login = \"mona\"\n", "")
            .replace("github_id = 1001", "github_id = 0")
            .replace("U0HUBOT", "@hubot")
            .replace("github_login = \"hubot\"", "github_name = \"hubot\"\n        slack_tem = 7");
        assert_eq!(
            IdentityFile::parse(&bad).unwrap_err(),
            [
                "line 2: github_login is missing, and github_id with it, so that nobody can take over the login",
                "line 3: github_id is not an account's number",
                "line 7: github_login is missing, and github_id with it, so that nobody can take over the login",
                "line 8: unknown `github_name`, did you mean github_id?",
                "line 9: unknown `slack_tem`, did you mean slack_team?",
                "line 11: slack_user `@hubot` is not a user ID (U…)",
            ]
        );
        assert!(IdentityFile::parse("[[person]]\nslack_user = ").unwrap_err()[0].starts_with("line 2: "));
        assert_eq!(IdentityFile::parse("[person]\n").unwrap_err(), ["line 1: must be [[person]], with two brackets"]);
        assert_eq!(IdentityFile::parse("people = 1").unwrap_err(), ["line 1: unknown `people`: there is [[person]]"]);
    }

    #[test]
    fn an_empty_file_links_nobody() {
        assert_eq!(IdentityFile::parse("").unwrap(), IdentityFile::default());
    }
}
