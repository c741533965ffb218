//! `identity list`: every link, how it came about, and whether the identity file agrees.

use std::collections::HashMap;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;

use crate::cli::arguments::Format;
use crate::cli::failure::Failure;
use crate::cli::table::{self, Table};
use crate::domain::{AccountLink, ChatUser, LinkConflict};

use super::{Desk, words};

pub(super) async fn run(desk: &Desk, all: bool, format: Format) -> Result<ExitCode, Failure> {
    let links = desk.store.links(&desk.host, all).await.context("cannot read the links")?;
    let present: Vec<AccountLink> = links.iter().filter(|link| link.ended.is_none()).cloned().collect();
    let conflicts = desk.people.conflicts(&desk.store, &present).await.context("cannot read the links")?;
    let conflicts: HashMap<ChatUser, LinkConflict> = conflicts.into_iter().collect();
    let conflict_of = |link: &AccountLink| conflicts.get(&link.chat).filter(|_| link.ended.is_none());
    let table = Table {
        columns: &["slack", "github", "number", "how", "by", "since", "state"],
        rows: links.iter().map(|link| row(link, conflict_of(link))).collect(),
    };
    let json: Vec<_> = links.iter().map(|link| json!({ "link": link, "conflict": conflict_of(link) })).collect();
    table::print(format, &table, &json!(json)).context("cannot print")?;
    Ok(ExitCode::SUCCESS)
}

fn row(link: &AccountLink, conflict: Option<&LinkConflict>) -> Vec<String> {
    let state = match (&link.ended, conflict) {
        (Some(end), _) => format!("{} {} by {}", end.why, end.at.to_rfc3339(), words::actor(&end.by)),
        (None, Some(conflict)) => words::conflict(conflict),
        (None, None) => "counts".to_owned(),
    };
    vec![
        words::chat(&link.chat),
        link.login.clone(),
        link.account.to_string(),
        link.origin.word().to_owned(),
        words::actor(&link.by),
        link.at.to_rfc3339(),
        state,
    ]
}
