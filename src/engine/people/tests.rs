use super::*;
use crate::domain::{LinkActor, LinkOrigin, Timestamp};

fn found(id: u64) -> Presence<Permission> {
    let user = ForgeUser { id: ForgeUserId::new(id), login: "octocat".into(), is_bot: false };
    Presence::Found(Permission { user, access: Access::Write })
}

#[test]
fn a_login_that_belongs_to_another_account_now_links_nobody() {
    let account = LinkedAccount { id: Some(ForgeUserId::new(1)), login: "octocat".into() };
    let (link, access, pin) = link_of(&account, account.id, found(2));
    assert!(matches!(link, Link::LoginMoved { .. }));
    assert_eq!((access, pin), (Access::None, None));
}

#[test]
fn a_login_without_an_id_is_pinned_at_first_sight() {
    let account = LinkedAccount { id: None, login: "octocat".into() };
    let (link, access, pin) = link_of(&account, None, found(2));
    assert!(link.forge().is_some());
    assert_eq!((access, pin), (Access::Write, Some(("octocat".to_owned(), ForgeUserId::new(2)))));
}

#[test]
fn a_login_that_nobody_has_links_nobody() {
    let account = LinkedAccount { id: None, login: "octocat".into() };
    assert!(matches!(link_of(&account, None, Presence::Missing).0, Link::LoginGone { .. }));
}

fn chat(user: &str) -> ChatUser {
    ChatUser { workspace: "T0ACME".into(), user: user.into() }
}

fn link(user: &str, id: u64, login: &str) -> AccountLink {
    AccountLink {
        id: "1".into(),
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

fn claimed(link: Option<AccountLink>, file: Option<(&str, Option<u64>)>) -> Claim {
    let file = file.map(|(login, id)| FileTie { login: login.into(), account: id.map(ForgeUserId::new) });
    claim(&Sources { link, file })
}

#[test]
fn two_sources_that_disagree_are_no_source() {
    let one = |id: u64, login: &str| Claim::One(LinkedAccount { id: Some(ForgeUserId::new(id)), login: login.into() });
    let mona = || Some(link("U0MONA", 1, "mona"));
    assert_eq!(claimed(None, None), Claim::Nobody);
    assert_eq!(claimed(mona(), None), one(1, "mona"));
    assert_eq!(claimed(None, Some(("mona", Some(1)))), one(1, "mona"));
    assert_eq!(claimed(mona(), Some(("former-mona", Some(1)))), one(1, "mona"), "the link's login is the newer one");
    assert_eq!(claimed(mona(), Some(("MONA", None))), one(1, "mona"));
    for (login, id) in [("lisa", Some(2)), ("mona", Some(2)), ("lisa", None)] {
        assert!(matches!(claimed(mona(), Some((login, id))), Claim::Two(_)), "{login} {id:?}");
    }
}
