//! `identity export`: the links as an identity file.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use toml::Value;

use crate::cli::failure::Failure;
use crate::cli::table;
use crate::domain::AccountLink;

use super::{Desk, say};

pub(super) async fn run(desk: &Desk, file: Option<&Path>) -> Result<ExitCode, Failure> {
    let links = desk.store.links(&desk.host, false).await.context("cannot read the links")?;
    let text = written(&links);
    let Some(path) = file else {
        table::print_raw(&text).context("cannot print")?;
        return Ok(ExitCode::SUCCESS);
    };
    let unusable = |error| Failure::BadInput(format!("`{}` cannot be written: {error}", path.display()));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(unusable)?;
    file.write_all(text.as_bytes()).map_err(unusable)?;
    say(&format!("{} links written to {}", links.len(), path.display()))
}

fn written(links: &[AccountLink]) -> String {
    let mut text = "# Account links of Countersign, as its identity file has them.\n".to_owned();
    for link in links {
        let quoted = |text: &str| Value::String(text.to_owned()).to_string();
        let _ = write!(
            text,
            "\n[[person]] # {}, {}\ngithub_login = {}\ngithub_id = {}\nslack_team = {}\nslack_user = {}\n",
            link.origin.word(),
            link.at.to_rfc3339(),
            quoted(&link.login),
            link.account,
            quoted(&link.chat.workspace),
            quoted(&link.chat.user),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::IdentityFile;
    use crate::domain::{ChatUser, ForgeUserId, LinkActor, LinkOrigin, Timestamp};

    #[test]
    fn what_is_written_reads_back_as_an_identity_file() {
        let link = |user: &str, id: u64, login: &str| AccountLink {
            id: user.to_owned(),
            chat: ChatUser { workspace: "T0ACME".to_owned(), user: user.to_owned() },
            host: "github.com".to_owned(),
            account: ForgeUserId::new(id),
            login: login.to_owned(),
            origin: LinkOrigin::Login,
            by: LinkActor::Person,
            at: Timestamp::from_seconds(1_767_268_800),
            ended: None,
        };
        let links = [link("U0MONA", 21_001, "mona"), link("U0BO", 21_004, "bo-berg")];
        let read = IdentityFile::parse(&written(&links)).unwrap();
        let people: Vec<_> =
            read.people.iter().map(|person| (person.github_id, person.github_login.as_str())).collect();
        assert_eq!(people, [(Some(ForgeUserId::new(21_001)), "mona"), (Some(ForgeUserId::new(21_004)), "bo-berg")]);
        assert_eq!(IdentityFile::parse(&written(&[])).unwrap(), IdentityFile::default());
    }
}
