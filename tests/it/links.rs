//! People link their accounts: from a refused click to a vote that counts, and everything that must not come of it.

mod conflicts;
mod forwarded;
mod headers;
mod linking;
mod operators;
mod replicas;
mod rules;
mod unlinking;
mod visitor;

use countersign::sim::github::state::repository::Access;
use countersign::sim::slack::sample::RELEASES;

use crate::stories::stage::{Stage, stage};
use visitor::Visitor;

/// A stage on which Bo, whom nobody has linked, may decide as far as GitHub is concerned.
pub async fn stage_with_bo() -> Stage {
    with_bo(stage().await)
}

pub fn with_bo(stage: Stage) -> Stage {
    let repository = stage.world.sample.repository;
    let bo = countersign::sim::github::sample::BO;
    stage.world.github.edit(|state| state.add_collaborator(repository, bo, Access::Write));
    stage
}

/// The address that somebody was given in private, by the newest answer that holds one.
pub fn address_for(stage: &Stage, user: &str) -> String {
    let answers = stage.world.slack.read_ephemerals(user);
    let buttons = answers.iter().rev().flat_map(|answer| answer.blocks.iter().rev());
    let mut urls = buttons.filter_map(|block| block.pointer("/elements/0/url")?.as_str());
    urls.next().unwrap_or_else(|| panic!("{user} was given no address: {answers:?}")).to_owned()
}

/// Types a command and lets everything settle.
pub async fn types(stage: &Stage, user: &str, text: &str) {
    let typed = stage.world.slack.command(user, RELEASES, "/countersign", text).await;
    assert!(typed.acknowledged(), "{typed:?}");
    stage.settle().await;
}

/// Asks for an address.
pub async fn asks(stage: &Stage, user: &str) -> String {
    types(stage, user, "link").await;
    address_for(stage, user)
}

/// Goes all the way with one browser, signing in at GitHub as `login`; the last page.
pub async fn links(stage: &Stage, user: &str, login: &str) -> String {
    let address = asks(stage, user).await;
    let mut browser = Visitor::default();
    browser.open(&address).await;
    browser.go_on().await;
    browser.sign_in(login).await;
    browser.answer("yes").await
}

/// The entries of the record by that name, oldest first.
pub async fn recorded(stage: &Stage, name: &str) -> Vec<serde_json::Value> {
    let rows = stage.world.engine().unwrap().store.audit_rows(0, 1_000).await.unwrap();
    let named = rows.into_iter().filter(|row| row.name == name);
    named.map(|row| serde_json::from_str::<serde_json::Value>(&row.body).unwrap()["detail"].clone()).collect()
}
