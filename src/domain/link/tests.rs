use super::*;

fn chat(user: &str) -> ChatUser {
    ChatUser { workspace: "T0ACME".into(), user: user.into() }
}

fn account(id: u64, login: &str) -> ForgeUser {
    ForgeUser { id: ForgeUserId::new(id), login: login.into(), is_bot: false }
}

fn link(user: &str, id: u64, login: &str) -> AccountLink {
    AccountLink {
        id: format!("{user}-{id}"),
        chat: chat(user),
        host: "forge.example".into(),
        account: ForgeUserId::new(id),
        login: login.into(),
        origin: LinkOrigin::Login,
        by: LinkActor::Person,
        at: Timestamp::default(),
        ended: None,
    }
}

fn in_file(login: &str, id: Option<u64>) -> Option<FileTie> {
    Some(FileTie { login: login.into(), account: id.map(ForgeUserId::new) })
}

fn tie(known: &Known) -> Result<Tie, &'static str> {
    may_tie(&chat("U0MONA"), &account(1, "mona"), known).map_err(|refusal| refusal.code())
}

#[test]
fn two_accounts_that_nobody_has_become_one_person() {
    assert_eq!(tie(&Known::default()), Ok(Tie::New));
}

#[test]
fn the_same_two_accounts_are_one_person_already() {
    let known = |login: &str| Known {
        of_chat: Some(link("U0MONA", 1, login)),
        of_account: Some(link("U0MONA", 1, login)),
        ..Known::default()
    };
    assert_eq!(tie(&known("mona")), Ok(Tie::Same));
    assert_eq!(tie(&known("mona-old")), Ok(Tie::Renewed), "the number counts, the login may change");
}

/// H23, from either side.
#[test]
fn one_human_never_becomes_two() {
    let second_chat = Known { of_account: Some(link("U0OTHER", 1, "mona")), ..Known::default() };
    assert_eq!(tie(&second_chat), Err("account_taken"));
    let second_account = Known { of_chat: Some(link("U0MONA", 2, "lisa")), ..Known::default() };
    assert_eq!(tie(&second_account), Err("chat_taken"));
}

#[test]
fn the_operators_file_is_never_overridden() {
    let says = |file| Known { file, ..Known::default() };
    assert_eq!(tie(&says(in_file("lisa", Some(2)))), Err("chat_taken"));
    assert_eq!(tie(&says(in_file("mona", Some(2)))), Err("chat_taken"), "the number counts, not the login");
    assert_eq!(tie(&says(in_file("mona-old", Some(1)))), Ok(Tie::New), "the same account under its former login");
    assert_eq!(tie(&says(in_file("Mona", None))), Ok(Tie::New));
    assert_eq!(tie(&says(in_file("lisa", None))), Err("chat_taken"), "whose `lisa` is, nobody knows");
    let other = Known { file_other: Some(chat("U0OTHER")), ..Known::default() };
    assert_eq!(tie(&other), Err("account_taken"));
}

#[test]
fn bots_and_organisations_are_nobody() {
    let bot = ForgeUser { is_bot: true, ..account(1, "hubot") };
    let refused = may_tie(&chat("U0MONA"), &bot, &Known::default());
    assert_eq!(refused, Err(LinkRefusal::NotAPerson { login: "hubot".into() }));
}

#[test]
fn every_origin_has_a_word_that_reads_back() {
    for origin in LinkOrigin::ALL {
        assert_eq!(LinkOrigin::parse(origin.word()), Some(origin));
    }
    assert_eq!(LinkOrigin::parse("guess"), None);
}
