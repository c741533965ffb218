//! What can be typed after `countersign policy simulate`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::arguments::{Format, SettingsArguments};
use crate::domain::{Access, ChatStanding, Choice, Membership, Span, Timestamp};

pub(super) const EXAMPLES: &str = "\
Examples:
  countersign check --base v1.0 --format evidence > evidence.json
  countersign policy simulate .github/countersign.yml --evidence evidence.json \\
      --vote 'alice=approve@Model review' --vote 'bob=deny'
  countersign policy simulate policy.yml --evidence evidence.json --expect approved \\
      --name alice=team:acme/ml,user:octocat --name bo=slack:U024BE7LH,unlinked \\
      --vote alice=approve --vote bo=approve
  countersign policy simulate policy.yml --request 01890a5d-ac96-774b-bcce-b302099a8057 --vote alice=approve
  countersign policy simulate policy.yml --replay --since 2026-09-01 --fail-on-difference

The votes go, in turn, through the very code that decides; the tree is the one that the record keeps. --evidence takes what
`countersign check --format evidence` writes, which is what the server stores; the report of --format json leaves parts out and
cannot be read back. --request takes evidence, run and votes of a request from the server's database, and --replay does so
for all of them: it lists the decisions that would have been others. Findings are those of the evidence: limits of the file
that the model checks go by are not tried again.

--name says who somebody is, with any of: team:ORG/SLUG, usergroup:HANDLE, access:write|maintain|admin|read, user:LOGIN (at
GitHub; else the name itself), slack:USER, unlinked, guest, deactivated. Without it, somebody whose vote names a gate is taken
for one of that gate's group, which is said.

Exit codes: 0 simulated, 1 the file has mistakes (printed as `policy validate` does), the outcome is not the one of --expect, or
a decision differs with --fail-on-difference, 2 wrong use or bad input, 3 an outside fault.";

/// What is simulated.
#[derive(Debug, Clone, Args)]
#[command(group = clap::ArgGroup::new("on").required(true).args(["evidence", "request", "replay"]))]
pub struct SimulateArguments {
    /// The policy file to try
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The file of the owner's .github repository
    #[arg(long, value_name = "FILE")]
    pub owner_file: Option<PathBuf>,
    /// Evidence, as `countersign check --format evidence` writes it
    #[arg(long, value_name = "FILE")]
    pub evidence: Option<PathBuf>,
    /// A request of the server's database, with its evidence and its votes
    #[arg(long, value_name = "REQUEST")]
    pub request: Option<String>,
    /// All requests of the server's database
    #[arg(long)]
    pub replay: bool,
    /// The environment; default: production, or the request's own. With --replay: only requests for it
    #[arg(long, value_name = "NAME")]
    pub environment: Option<String>,
    /// A vote, in the order of time; may be repeated
    #[arg(long = "vote", value_name = "PERSON=approve|deny|request-changes[@GATE]", value_parser = vote, conflicts_with = "replay")]
    pub votes: Vec<VoteArgument>,
    /// Who somebody is; may be repeated
    #[arg(long = "name", value_name = "NAME=WHAT,...", value_parser = person)]
    pub people: Vec<PersonArgument>,
    /// Who started the run, by login; may be repeated
    #[arg(long = "requester", value_name = "LOGIN", requires = "evidence")]
    pub requesters: Vec<String>,
    /// The branch or tag that is deployed
    #[arg(long, value_name = "REF", requires = "evidence")]
    pub reference: Option<String>,
    /// A label of its pull requests; may be repeated
    #[arg(long = "label", value_name = "LABEL")]
    pub labels: Vec<String>,
    /// When the votes are given: RFC 3339. Default: now
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "replay")]
    pub at: Option<Timestamp>,
    /// How long before that the request opened: 10m, 8h. Default: at that moment
    #[arg(long, value_name = "SPAN", value_parser = span, requires = "evidence")]
    pub after: Option<Span>,
    /// Exit with 1 unless this is the outcome
    #[arg(long, value_enum, value_name = "OUTCOME", conflicts_with = "replay")]
    pub expect: Option<Expected>,
    /// Only requests that opened on this day or later: 2026-09-01, or a time in RFC 3339
    #[arg(long, value_name = "DATE", value_parser = since, requires = "replay")]
    pub since: Option<Timestamp>,
    /// Only requests of this repository
    #[arg(long, value_name = "OWNER/NAME", requires = "replay")]
    pub repository: Option<String>,
    /// Exit with 1 if a decision would differ
    #[arg(long, requires = "replay")]
    pub fail_on_difference: bool,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    #[command(flatten)]
    pub settings: SettingsArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Expected {
    Approved,
    Denied,
    Expired,
    /// It waits: for people, or for something else
    Open,
    /// No vote is taken: the policy cannot be followed
    Held,
}

impl Expected {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Open => "open",
            Self::Held => "held",
        }
    }
}

/// A vote as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoteArgument {
    pub person: String,
    pub choice: Choice,
    pub gate: Option<String>,
}

fn vote(text: &str) -> Result<VoteArgument, String> {
    const FORM: &str = "write PERSON=approve, PERSON=deny or PERSON=request-changes, and @GATE after it to name a gate";
    let (person, said) = text.split_once('=').filter(|(person, _)| !person.is_empty()).ok_or(FORM)?;
    let (word, gate) = match said.split_once('@') {
        Some((word, gate)) => (word, Some(gate.to_owned())),
        None => (said, None),
    };
    let choice = match word {
        "approve" => Choice::Approve,
        "deny" => Choice::Deny,
        "request-changes" => Choice::RequestChanges,
        _ => return Err(FORM.to_owned()),
    };
    Ok(VoteArgument { person: person.to_owned(), choice, gate })
}

/// What is said of somebody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonArgument {
    pub name: String,
    pub login: Option<String>,
    pub chat: Option<String>,
    pub access: Option<Access>,
    pub memberships: BTreeSet<Membership>,
    pub unlinked: bool,
    pub standing: Option<ChatStanding>,
}

fn person(text: &str) -> Result<PersonArgument, String> {
    let (name, words) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("write NAME=WHAT,WHAT")?;
    let mut said = PersonArgument { name: name.to_owned(), ..PersonArgument::default() };
    for word in words.split(',').map(str::trim) {
        said.take(word)?;
    }
    Ok(said)
}

impl PersonArgument {
    fn take(&mut self, word: &str) -> Result<(), String> {
        match word.split_once(':') {
            Some(("team", team)) => {
                let (organisation, slug) = team.split_once('/').ok_or("write a team as team:ORG/SLUG")?;
                self.memberships.insert(Membership::Team { organisation: organisation.into(), slug: slug.into() });
            }
            Some(("usergroup", handle)) => {
                self.memberships.insert(Membership::ChatGroup { handle: handle.into() });
            }
            Some(("user", login)) => self.login = Some(login.to_owned()),
            Some(("slack", user)) => self.chat = Some(user.to_owned()),
            Some(("access", "read")) => self.access = Some(Access::Read),
            Some(("access", "write")) => self.access = Some(Access::Write),
            Some(("access", "maintain")) => self.access = Some(Access::Maintain),
            Some(("access", "admin")) => self.access = Some(Access::Admin),
            None if word == "unlinked" => self.unlinked = true,
            None if word == "guest" => self.standing = Some(ChatStanding::Guest),
            None if word == "deactivated" => self.standing = Some(ChatStanding::Deactivated),
            _ => {
                return Err(format!(
                    "`{word}` is none of team:ORG/SLUG, usergroup:HANDLE, access:LEVEL, user:LOGIN, slack:USER, unlinked, guest, \
                     deactivated"
                ));
            }
        }
        Ok(())
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).ok_or_else(|| "write a time such as 2026-09-01T10:00:00Z".to_owned())
}

fn since(text: &str) -> Result<Timestamp, String> {
    let day = || Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z"));
    Timestamp::parse_rfc3339(text).or_else(day).ok_or_else(|| "write a day such as 2026-09-01".to_owned())
}

fn span(text: &str) -> Result<Span, String> {
    Span::parse(text).ok_or_else(|| "write a length of time such as 30m, 8h or 2d".to_owned())
}
