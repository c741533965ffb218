//! `countersign identity`: which Slack account and which GitHub account are one person. Beside a running server: what is
//! written here counts for the next click.

mod arguments;
mod export;
mod import;
mod list;
mod words;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;

use crate::app::linking;
use crate::config::{self, LinkRules};
use crate::domain::{ChatUser, ForgeUser, ForgeUserId, LinkActor, LinkOrigin, Tie};
use crate::engine::linking::{Tying, Wanted, file_known, tie, untie};
use crate::engine::people::Directory;
use crate::ports::{Clock, IdSource};
use crate::store::Store;

use super::failure::{Failure, NO};
use super::{database, runtime, settings, table};

pub use arguments::{IdentityCommand, SlackAccountArguments};

/// What every one of these commands works with.
struct Desk {
    store: Store,
    /// The operator's own file, which is never overridden.
    people: Directory,
    /// The forge's host, as links carry it.
    host: String,
    by: LinkActor,
}

pub(super) fn run(command: &IdentityCommand) -> Result<ExitCode, Failure> {
    let settings = settings::load(command.settings())?;
    let host = config::forge_host(&settings).map_err(|problem| Failure::Settings(vec![problem]))?;
    let file = config::identity_file(&settings).map_err(Failure::Settings)?;
    let people = linking::directory(&file, &LinkRules::default());
    runtime::block_on(async {
        let store = match command.writes() {
            true => database::open_to_write(&settings.database.url).await?,
            false => database::open(&settings.database.url).await?,
        };
        let desk =
            Desk { store: store.clone(), people, host, by: LinkActor::Operator { name: operator(command.by()) } };
        let done = match command {
            IdentityCommand::List { all, format, .. } => list::run(&desk, *all, *format).await,
            IdentityCommand::Link { slack, github_login, github_id, .. } => {
                link(&desk, slack.user()?, github_login, *github_id).await
            }
            IdentityCommand::Unlink { slack, .. } => unlink(&desk, slack.user()?).await,
            IdentityCommand::Import { file, .. } => import::run(&desk, file).await,
            IdentityCommand::Export { file, .. } => export::run(&desk, file.as_deref()).await,
        };
        database::closing(store, done).await
    })
}

/// Who says so. Whoever can run this can say anything: it is for the record's readers, not a proof.
pub(super) fn operator(given: Option<&str>) -> String {
    let given = given.map(str::to_owned);
    let system = || ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    given.or_else(system).filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

async fn link(desk: &Desk, chat: ChatUser, login: &str, id: u64) -> Result<ExitCode, Failure> {
    let account = ForgeUser { id: ForgeUserId::new(id), login: login.to_owned(), is_bot: false };
    match desk.tie(chat.clone(), account, LinkOrigin::Operator).await? {
        Tying::Tied(Tie::Same) => say(&format!("{} is linked to `{login}` ({id}) already", words::chat(&chat))),
        Tying::Tied(Tie::New | Tie::Renewed) => say(&format!("{} is linked to `{login}` ({id})", words::chat(&chat))),
        Tying::Refused(why) => {
            eprintln!("error: {}", words::refusal(&chat, &why));
            Ok(ExitCode::from(NO))
        }
    }
}

async fn unlink(desk: &Desk, chat: ChatUser) -> Result<ExitCode, Failure> {
    let job = Arc::new((desk.host.clone(), chat.clone(), desk.by.clone(), Clock::System.now()));
    let ended = desk.store.write(move |tx| {
        let job = Arc::clone(&job);
        Box::pin(async move { untie(tx, &job.0, &job.1, &job.2, job.3).await })
    });
    let in_file = desk.people.tie_of(&desk.store, &chat).await.context("cannot read the links")?;
    let still =
        in_file.map(|file| format!("; the identity file still ties it to `{}`", file.login)).unwrap_or_default();
    match ended.await.context("cannot end the link")? {
        Some(link) => say(&format!("{} is no longer linked to `{}`{still}", words::chat(&chat), link.login)),
        None => {
            eprintln!("error: {} has no link{still}", words::chat(&chat));
            Ok(ExitCode::from(NO))
        }
    }
}

impl Desk {
    async fn tie(&self, chat: ChatUser, account: ForgeUser, origin: LinkOrigin) -> Result<Tying, Failure> {
        let known = file_known(&self.store, &self.people, &chat, &account).await.context("cannot read the links")?;
        let job = Arc::new((self.wanted(chat, account, origin), known));
        let tied = self.store.write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move { tie(tx, &job.0, &job.1).await })
        });
        Ok(tied.await.context("cannot make the link")?)
    }

    fn wanted(&self, chat: ChatUser, account: ForgeUser, origin: LinkOrigin) -> Wanted {
        let at = Clock::System.now();
        let id = IdSource::System.uuid(at).to_string();
        Wanted { id, host: self.host.clone(), chat, account, origin, by: self.by.clone(), at }
    }
}

fn say(text: &str) -> Result<ExitCode, Failure> {
    table::print_raw(&format!("{text}\n")).context("cannot print")?;
    Ok(ExitCode::SUCCESS)
}
