//! `identity import`: everybody in a file, or with any mistake nobody.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;

use crate::cli::failure::Failure;
use crate::config::{IdentityEntry, identity};
use crate::domain::{ForgeUser, ForgeUserId, Known, LinkOrigin, Tie, may_tie};
use crate::engine::linking::{Tying, Wanted, file_known, tie};
use crate::store::StoreError;

use super::{Desk, say, words};

/// One entry, with everything that decides whether it can be linked.
struct Prepared {
    line: usize,
    wanted: Wanted,
    /// What the identity file says.
    known: Known,
}

pub(super) async fn run(desk: &Desk, path: &Path) -> Result<ExitCode, Failure> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::BadInput(format!("`{name}` cannot be read: {error}")))?;
    let entries = identity::entries(&text).map_err(|mistakes| refused(path, &mistakes))?;
    let (prepared, mut mistakes) = prepare(desk, entries).await?;
    mistakes.extend(linked_otherwise(desk, &prepared).await?);
    if !mistakes.is_empty() {
        mistakes.sort();
        return Err(refused(path, &mistakes.into_iter().map(|(line, what)| at(line, &what)).collect::<Vec<_>>()));
    }
    let (made, same) = store(desk, path, prepared).await?;
    say(&format!("{made} linked, {same} were linked like that already"))
}

fn refused(path: &Path, mistakes: &[String]) -> Failure {
    let lines: Vec<String> = mistakes.iter().map(|what| format!("{}: {what}", path.display())).collect();
    Failure::BadInput(format!("nobody was linked\n{}", lines.join("\n")))
}

fn at(line: usize, what: &str) -> String {
    format!("line {line}: {what}")
}

type Mistakes = Vec<(usize, String)>;

/// Entries with their numbers. A login that was resolved before has one; a number is never guessed.
async fn prepare(desk: &Desk, entries: Vec<IdentityEntry>) -> Result<(Vec<Prepared>, Mistakes), Failure> {
    let (mut prepared, mut mistakes) = (Vec::new(), Vec::new());
    let mut lines: HashMap<(String, ForgeUserId), usize> = HashMap::new();
    for IdentityEntry { line, person } in entries {
        let pinned = desk.store.pinned_login(&person.github_login).await.context("cannot read the links")?;
        let Some(id) = person.github_id.or(pinned) else {
            let login = &person.github_login;
            mistakes.push((line, format!("github_id is missing: it is in https://api.github.com/users/{login}")));
            continue;
        };
        if let Some(first) = lines.insert((person.chat.workspace.clone(), id), line) {
            let what =
                format!("GitHub account {id} (`{}`) is linked twice, in line {first} as well", person.github_login);
            mistakes.push((line, what));
            continue;
        }
        let account = ForgeUser { id, login: person.github_login, is_bot: false };
        let known =
            file_known(&desk.store, &desk.people, &person.chat, &account).await.context("cannot read the links")?;
        prepared.push(Prepared { line, wanted: desk.wanted(person.chat, account, LinkOrigin::File), known });
    }
    Ok((prepared, mistakes))
}

/// Entries that contradict a link or the identity file: all of them, before anything is written.
async fn linked_otherwise(desk: &Desk, prepared: &[Prepared]) -> Result<Mistakes, Failure> {
    let mut mistakes = Vec::new();
    for Prepared { line, wanted: Wanted { chat, account, .. }, known } in prepared {
        let of_chat = desk.store.link_of_chat(&desk.host, chat).await.context("cannot read the links")?;
        let of_account = desk.store.link_of_account(&desk.host, &chat.workspace, account.id).await;
        let of_account = of_account.context("cannot read the links")?;
        if let Err(refusal) = may_tie(chat, account, &Known { of_chat, of_account, ..known.clone() }) {
            mistakes.push((*line, words::refusal(chat, &refusal)));
        }
    }
    Ok(mistakes)
}

/// One transaction. Somebody who linked themselves since the entries were checked stops it.
async fn store(desk: &Desk, path: &Path, prepared: Vec<Prepared>) -> Result<(usize, usize), Failure> {
    let prepared = Arc::new(prepared);
    let job = Arc::clone(&prepared);
    let stored = desk.store.write(move |tx| {
        let job = Arc::clone(&job);
        Box::pin(async move {
            let mut made = 0;
            for Prepared { wanted, known, .. } in job.iter() {
                match tie(tx, wanted, known).await? {
                    Tying::Tied(Tie::New | Tie::Renewed) => made += 1,
                    Tying::Tied(Tie::Same) => {}
                    Tying::Refused(_) => return Err(StoreError::LinksMoved),
                }
            }
            Ok(made)
        })
    });
    match stored.await {
        Ok(made) => Ok((made, prepared.len().saturating_sub(made))),
        Err(StoreError::LinksMoved) => {
            Err(refused(path, &["somebody linked an account of it just now; import it again".to_owned()]))
        }
        Err(error) => Err(anyhow::Error::new(error).context("cannot make the links").into()),
    }
}
