//! The people of a commit, and what a login may do.
//!
//! GitHub: "Get repository permissions for a user", "Creating a commit with multiple authors", "Setting your commit email address".

use crate::domain::{Access, CommitSha, ForgeUser, ForgeUserId, Repository};
use crate::ports::PortError;
use crate::ports::code::{Person, Presence, RawCommit};
use crate::ports::forge::Permission;

use super::api::Errand;
use super::client::GithubForge;
use super::path::encoded;
use super::payload::AccountPart;
use super::permissions::Purpose;
use super::wire::{CommitRow, PermissionRow, SignatureRow, user};

/// The account that commits for people who use GitHub's web pages.
const WEB_FLOW: &str = "web-flow";
/// Most co-authors read from one message, and the longest name kept, in characters.
const MAX_CO_AUTHORS: usize = 100;
const MAX_NAME_CHARS: usize = 200;

impl GithubForge {
    pub(super) async fn permission_of(
        &self,
        repository: &Repository,
        login: &str,
    ) -> Result<Presence<Permission>, PortError> {
        let errand = Errand::new(repository, Purpose::Study, "read somebody's access");
        if !is_login(login) {
            return Ok(Presence::Missing);
        }
        let rest = format!("/collaborators/{}/permission", encoded(login));
        let row: PermissionRow = match self.read(errand, &rest).await {
            Err(error) if error.is_gone() => return Ok(Presence::Missing),
            row => row?,
        };
        let Some(user) = user(row.user.as_ref()) else { return Ok(Presence::Missing) };
        Ok(Presence::Found(Permission { user, access: access(&row.permission, row.role_name.as_deref()) }))
    }

    /// A commit with its people: accounts as GitHub matched them, co-authors from the message.
    pub(super) fn raw_commit(&self, row: &CommitRow, doing: &str) -> Result<RawCommit, PortError> {
        let sha = CommitSha::parse(&row.sha).ok_or_else(|| PortError::retry(doing, "a commit has no commit id"))?;
        let noreply = format!("users.noreply.{}", self.addresses.host);
        Ok(RawCommit {
            sha,
            author: person(row.author.as_ref(), row.commit.author.as_ref()),
            committer: person(row.committer.as_ref(), row.commit.committer.as_ref()),
            co_authors: co_authors(&row.commit.message, &noreply),
            message: row.commit.message.replace('\0', ""),
        })
    }
}

/// Letters, digits, `-`, `_` and the brackets of bots: nothing that could lead to another path.
pub(super) fn is_login(login: &str) -> bool {
    let of_login = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'[' | b']');
    (1..=100).contains(&login.len()) && login.bytes().all(of_login)
}

/// GitHub folds `maintain` into `write` and `triage` into `read`; the role says which it was. A role that an organisation
/// made counts as what GitHub folds it into. What we do not know is nothing.
fn access(permission: &str, role: Option<&str>) -> Access {
    match (permission, role) {
        ("admin", _) => Access::Admin,
        ("maintain", _) | ("write", Some("maintain")) => Access::Maintain,
        ("write", _) => Access::Write,
        ("triage" | "read", _) => Access::Read,
        _ => Access::None,
    }
}

fn person(account: Option<&AccountPart>, signature: Option<&SignatureRow>) -> Person {
    let user = user(account);
    let is_forge = user.as_ref().is_some_and(|user| user.login == WEB_FLOW);
    let name = signature.and_then(|signature| signature.name.as_deref()).unwrap_or_default();
    Person { user, name: bounded(name), is_forge }
}

/// The `Co-authored-by:` lines of a message, wherever they stand: a person too many is better than one too few.
fn co_authors(message: &str, noreply_domain: &str) -> Vec<Person> {
    let trailers = message.lines().filter_map(|line| trailer_value(line.trim()));
    trailers.take(MAX_CO_AUTHORS).map(|value| co_author(value, noreply_domain)).collect()
}

fn trailer_value(line: &str) -> Option<&str> {
    let (key, value) = line.split_once(':')?;
    key.trim().eq_ignore_ascii_case("co-authored-by").then(|| value.trim())
}

fn co_author(value: &str, noreply_domain: &str) -> Person {
    let (name, address) = value.rsplit_once('<').unwrap_or((value, ""));
    let address = address.trim_end().trim_end_matches('>').trim();
    Person { user: account_of_address(address, noreply_domain), name: bounded(name.trim()), is_forge: false }
}

/// GitHub's own addresses, `ID+login@users.noreply.github.com`, name the account; no other address does.
fn account_of_address(address: &str, noreply_domain: &str) -> Option<ForgeUser> {
    let (local, domain) = address.rsplit_once('@')?;
    let (id, login) = local.split_once('+')?;
    let id = id.parse().ok().filter(|id| *id > 0)?;
    let ours = domain.eq_ignore_ascii_case(noreply_domain) && is_login(login);
    ours.then(|| ForgeUser { id: ForgeUserId::new(id), login: login.to_owned(), is_bot: login.ends_with("[bot]") })
}

fn bounded(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(MAX_NAME_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAIN: &str = "users.noreply.github.com";

    #[test]
    fn a_noreply_address_names_the_account_and_others_do_not() {
        let message = "Retrain\n\nCo-authored-by: Mona <77+mona@users.noreply.github.com>\n\
            co-Authored-By:  Bo B <bo@acme.example>\nCo-authored-by: ci <9+ci[bot]@users.noreply.github.com>\n\
            Co-authored-by: Old <old@users.noreply.github.com>\nCo-authored-by: Fake <5+ana@users.noreply.acme.example>";
        let people = co_authors(message, DOMAIN);
        let ids: Vec<Option<u64>> =
            people.iter().map(|person| person.user.as_ref().map(|user| user.id.get())).collect();
        assert_eq!(ids, [Some(77), None, Some(9), None, None]);
        assert_eq!(people[1].name, "Bo B");
        assert!(people[2].user.as_ref().unwrap().is_bot);
    }

    #[test]
    fn malformed_trailers_still_name_somebody() {
        let people = co_authors("x\nCo-authored-by: just a name\nCo-authored-by:", DOMAIN);
        assert_eq!(people.len(), 2);
        assert_eq!(people[0].name, "just a name");
    }

    #[test]
    fn access_is_what_both_words_say_and_unknown_words_give_none() {
        assert_eq!(access("write", Some("maintain")), Access::Maintain);
        assert_eq!(access("write", Some("write")), Access::Write);
        assert_eq!(access("write", Some("model-releaser")), Access::Write);
        assert_eq!(access("read", Some("maintain")), Access::Read, "the coarser word limits the finer one");
        assert_eq!(access("triage", None), Access::Read);
        assert_eq!(access("owner", Some("admin")), Access::None);
    }

    #[test]
    fn a_login_cannot_lead_to_another_path() {
        for bad in ["", "..", "a/b", "a?b", "ana mona"] {
            assert!(!is_login(bad), "{bad}");
        }
        assert!(is_login("github-actions[bot]"));
    }
}
