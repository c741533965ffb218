//! The people of a commit. An address stands for an account: one address, one account. Who holds it at a forge is not known.

use gix::Repository;
use gix::actor::SignatureRef;

use crate::domain::{Digest, ForgeUser, ForgeUserId};
use crate::ports::code::{Person, RawCommit};

use super::opened::sha;
use super::{LocalError, names};

/// Largest commit read, in bytes.
const MAX_COMMIT_BYTES: u64 = 1024 * 1024;
/// Most co-authors read from one message, and the longest name kept, in characters.
const MAX_CO_AUTHORS: usize = 100;
const MAX_NAME_CHARS: usize = 200;
/// The address under which GitHub commits for people who use its pages.
const WEB_FLOW: &str = "noreply@github.com";

/// A commit with its people; co-authors are those that its message names.
pub(super) fn commit(here: &Repository, id: gix::ObjectId) -> Result<RawCommit, LocalError> {
    let what = format!("commit {id}");
    let unreadable = |error: gix::Error| LocalError::unreadable(&what, &error);
    if here.find_header(id).map_err(unreadable)?.size() > MAX_COMMIT_BYTES {
        return Err(LocalError::unreadable(&what, &"it is larger than 1 MB"));
    }
    let commit = here.find_commit(id).map_err(unreadable)?;
    let message = String::from_utf8_lossy(commit.message_raw_sloppy()).replace('\0', "");
    Ok(RawCommit {
        sha: sha(id)?,
        author: signed(&commit.author().map_err(unreadable)?),
        committer: signed(&commit.committer().map_err(unreadable)?),
        co_authors: co_authors(&message),
        message,
    })
}

fn signed(signature: &SignatureRef<'_>) -> Person {
    person(&String::from_utf8_lossy(signature.name), &String::from_utf8_lossy(signature.email))
}

/// The `Co-authored-by:` lines of a message, wherever they stand: a person too many is better than one too few.
fn co_authors(message: &str) -> Vec<Person> {
    let value = |line: &str| {
        let (key, value) = line.trim().split_once(':')?;
        let (name, address) = value.rsplit_once('<').unwrap_or((value, ""));
        let is_one = key.trim().eq_ignore_ascii_case("co-authored-by");
        is_one.then(|| person(name.trim(), address.trim_end().trim_end_matches('>')))
    };
    message.lines().filter_map(value).take(MAX_CO_AUTHORS).collect()
}

fn person(name: &str, address: &str) -> Person {
    let address = address.trim().to_lowercase();
    let is_forge = address == WEB_FLOW;
    let account = || {
        let login = names::login(&address);
        ForgeUser { id: ForgeUserId::new(number(&address)), is_bot: login.ends_with("[bot]"), login }
    };
    let user = (!address.is_empty() && !is_forge).then(account);
    Person { user, name: name.chars().filter(|c| *c != '\0').take(MAX_NAME_CHARS).collect(), is_forge }
}

/// The same number for the same address.
fn number(address: &str) -> u64 {
    let digest = Digest::of(address.as_bytes());
    digest.as_bytes().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn co_authors_are_read_from_anywhere_in_the_message() {
        let message = "Retrain\n\nCo-authored-by: Mona <77+mona@users.noreply.github.com>\n\
            co-Authored-By:  Bo B <bo@acme.example>\nText\nCo-authored-by: nobody\nCo-authored-by: CI <ci[bot]@x.example>";
        let found: Vec<(String, Option<(String, bool)>)> = co_authors(message)
            .into_iter()
            .map(|person| (person.name, person.user.map(|user| (user.login, user.is_bot))))
            .collect();
        let of = |name: &str, login: &str, is_bot| (name.to_owned(), Some((login.to_owned(), is_bot)));
        let expected = [
            of("Mona", "mona", false),
            of("Bo B", "bo", false),
            ("nobody".to_owned(), None),
            of("CI", "ci[bot]", true),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_address_is_one_account_in_any_case_and_the_forges_own_is_nobodys() {
        assert_eq!(person("Ana", "Ana@acme.example").user, person("A. Lima", "ana@acme.example ").user);
        assert_ne!(person("Ana", "ana@acme.example").user, person("Ana", "ana@other.example").user);
        let forge = person("GitHub", "noreply@github.com");
        assert!(forge.is_forge && forge.user.is_none());
    }
}
