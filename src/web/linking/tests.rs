//! The pages as they are drawn. The whole way through them is told by the stories.

use crate::domain::{ChatName, ChatUser, ForgeUser, ForgeUserId, LinkRefusal, Timestamp};
use crate::engine::linking::{Asked, Over, Page};

use super::{page, words};

const HOSTILE: &str = "</p><script>alert(1)</script><img src=x onerror=alert(2)>\" onclick=\"x \u{202e}anom\u{200b}";

fn asked(name: &str) -> Asked {
    Asked {
        chat: ChatUser { workspace: "T0ACME".into(), user: "U0MONA".into() },
        name: ChatName { name: name.into(), handle: name.into(), workspace: name.into() },
        at: Timestamp::from_seconds(1_767_268_800),
        until: Timestamp::from_seconds(1_767_269_400),
    }
}

fn account(login: &str) -> ForgeUser {
    ForgeUser { id: ForgeUserId::new(21_001), login: login.into(), is_bot: false }
}

fn every_page(name: &str) -> Vec<Page> {
    let other = ChatUser { workspace: "T0ACME".into(), user: "U0OTHER".into() };
    let mut pages = vec![
        Page::Start { asked: asked(name), proof: "p".into() },
        Page::Onward { address: "https://forge.example/authorize?state=abc&prompt=select_account".into() },
        Page::Confirm { asked: asked(name), account: account(name), proof: "p".into() },
        Page::Linked { asked: asked(name), account: account(name) },
    ];
    let refusals = [
        LinkRefusal::NotSetUp,
        LinkRefusal::NotAPerson { login: name.into() },
        LinkRefusal::AccountTaken { login: name.into(), other: other.clone(), in_file: false },
        LinkRefusal::AccountTaken { login: name.into(), other, in_file: true },
        LinkRefusal::ChatTaken { login: name.into(), in_file: false },
        LinkRefusal::ChatTaken { login: name.into(), in_file: true },
        LinkRefusal::Declined { login: name.into() },
        LinkRefusal::OtherBrowser,
    ];
    pages.extend(refusals.map(|why| Page::Refused { asked: asked(name), why }));
    let overs = [
        Over::Unknown,
        Over::Expired,
        Over::Used,
        Over::OtherBrowser,
        Over::NotFromHere,
        Over::StateUnknown,
        Over::SaidNo,
        Over::ForgeRefuses { why: name.into() },
        Over::ForgeSilent,
        Over::ChatSilent,
    ];
    pages.extend(overs.map(Page::Over));
    pages
}

fn drawn(page: &Page) -> String {
    super::page::draw("https://countersign.acme.example", "github.com", page).into_string()
}

#[test]
fn names_are_text_and_nothing_hides_in_them() {
    for page in every_page(HOSTILE) {
        let html = drawn(&page);
        for bad in ["<script", "<img", "\" onclick=", "\u{202e}", "\u{200b}"] {
            assert!(!html.contains(bad), "{bad:?} in {html}");
        }
    }
}

#[test]
fn no_page_has_a_script_or_anything_from_elsewhere() {
    for page in every_page("mona") {
        let html = drawn(&page);
        assert!(!html.contains("<script") && !html.contains(" style=") && !html.contains("javascript:"), "{html}");
        let sources: Vec<&str> = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        for source in sources {
            let ours =
                source.starts_with("https://countersign.acme.example/") || source.starts_with("https://forge.example/");
            assert!(ours, "{source}");
        }
    }
}

#[test]
fn the_question_names_both_accounts_by_what_cannot_be_copied() {
    let html = drawn(&Page::Confirm { asked: asked("Mona"), account: account("mona"), proof: "p".into() });
    for said in ["Mona", "U0MONA", "T0ACME", "mona", "21001", "github.com", "Say yes only if both are yours"] {
        assert!(html.contains(said), "{said} is not in {html}");
    }
    let start = drawn(&Page::Start { asked: asked("Mona"), proof: "p".into() });
    assert!(start.contains("U0MONA") && start.contains("Did you just ask for this yourself"), "{start}");
}

#[test]
fn every_page_says_what_to_do_and_has_a_status() {
    for page in every_page("mona") {
        let html = drawn(&page);
        assert!(html.contains("<h1>") && html.contains("lang=\"en\""), "{html}");
        assert!(words::status(&page).as_u16() >= 200);
    }
    let long = page::notice("https://c.example", &words::over(&Over::ForgeRefuses { why: "x".repeat(10_000) }));
    assert!(long.into_string().len() < 3_000, "a stranger's words are cut");
}
