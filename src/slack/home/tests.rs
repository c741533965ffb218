use serde_json::Value;

use super::*;
use crate::domain::*;
use crate::ports::chat::{Filter, FreezeShown, HomePlace, Pending, Stake};
use crate::slack::sample::{self, OPENED, board};

fn freeze(environment: &str, reason: &str) -> FreezeShown {
    let freeze = Freeze {
        id: "0193d5a8-0000-7000-8000-00003f9a2c1b".into(),
        workspace: String::new(),
        repository: None,
        environment: Some(environment.into()),
        since: OPENED,
        until: None,
        reason: Words::new(reason),
        by: "ana".into(),
    };
    FreezeShown { freeze, repository: None }
}

fn content<'a>(waiting: Vec<Entry<'a>>, recent: Vec<Entry<'a>>, freezes: &'a [FreezeShown]) -> HomeContent<'a> {
    HomeContent {
        place: HomePlace::default(),
        pages: 1,
        repositories: vec![(RepositoryId::new(1), "acme/sentiment".into())],
        mine: waiting.iter().filter(|entry| *entry.stake == Stake::Decide).count(),
        all: waiting.len(),
        waiting,
        asked: Vec::new(),
        recent,
        freezes,
        login: Some("ana"),
        now: OPENED,
    }
}

fn drawn(home: &Home<'_>) -> Value {
    let view = serde_json::to_value(view(home)).unwrap();
    crate::slack::hostile::assert_safe(&view);
    sample::note(&view);
    view
}

fn actions(view: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![view];
    while let Some(node) = open.pop() {
        match node {
            Value::Object(members) => {
                found.extend(members.get("action_id").and_then(Value::as_str).map(str::to_owned));
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_theirs_can_be_decided_here_with_the_messages_own_buttons() {
    let (request, evidence) = (sample::open_request(), sample::evidence());
    let entry = Entry { board: board(&request, &evidence), stake: &Stake::Decide, link: None };
    let view = drawn(&Home::Open(content(vec![entry], Vec::new(), &[])));
    assert_eq!(view["type"], "home");
    for action in ["approve", "deny", "changes", "home_filter", "preferences"] {
        assert!(actions(&view).iter().any(|id| id == action), "{action}: {:?}", actions(&view));
    }
    let text = view.to_string();
    assert!(text.contains(&request.button_value()), "the buttons carry the evidence that is shown");
    assert!(text.contains("1 request waits for you") && text.contains("Yours to decide"), "{text}");
}

#[test]
fn what_is_others_can_be_looked_at_only() {
    let (request, evidence) = (sample::open_request(), sample::evidence());
    let entry = Entry { board: board(&request, &evidence), stake: &Stake::None, link: None };
    let view = drawn(&Home::Open(content(vec![entry], vec![entry], &[])));
    let found = actions(&view);
    assert!(!found.iter().any(|id| id == "approve" || id == "deny"), "{found:?}");
    assert!(found.iter().any(|id| id == "changes"));
    assert!(view.to_string().contains("Nothing waits for you, 1 request for others"));
}

#[test]
fn entries_lead_to_their_message() {
    let (request, evidence) = (sample::open_request(), sample::evidence());
    let link = Some("https://acme.slack.com/archives/C0DEPLOY/p1");
    let entry = Entry { board: board(&request, &evidence), stake: &Stake::Spoken, link };
    let view = drawn(&Home::Open(content(vec![entry], Vec::new(), &[])));
    assert!(view.to_string().contains("https://acme.slack.com/archives/C0DEPLOY/p1"));
}

#[test]
fn an_empty_home_says_so_and_still_offers_how_one_is_told() {
    let view = drawn(&Home::Open(content(Vec::new(), Vec::new(), &[])));
    assert!(view.to_string().contains("Nothing waits"));
    assert_eq!(actions(&view), ["preferences"]);
    let unlinked = HomeContent { login: None, ..content(Vec::new(), Vec::new(), &[]) };
    assert_eq!(actions(&drawn(&Home::Open(unlinked))), ["link", "preferences"]);
}

#[test]
fn people_who_are_no_members_see_no_request() {
    for closed in [HomeClosed::NotMember, HomeClosed::Unread] {
        let view = drawn(&Home::Closed(closed));
        assert!(actions(&view).is_empty() && !view.to_string().contains("sentiment"));
    }
}

#[test]
fn freezes_stand_above_everything_else() {
    let freezes: Vec<FreezeShown> = (0..9).map(|n| freeze(&format!("env-{n}"), "black friday")).collect();
    let text = drawn(&Home::Open(content(Vec::new(), Vec::new(), &freezes))).to_string();
    assert!(text.contains("env-0") && text.contains("black friday") && text.contains("3f9a2c1b"), "{text}");
    assert!(text.contains("And 4 more") && !text.contains("env-5"), "{text}");
}

#[test]
fn pages_lead_to_each_other_and_keep_the_filter() {
    let place = HomePlace { filter: Filter::Mine, page: 1 };
    let middle = HomeContent { place, pages: 3, all: 20, ..content(Vec::new(), Vec::new(), &[]) };
    let view = drawn(&Home::Open(middle));
    assert_eq!(view["private_metadata"], "mine|1");
    let text = view.to_string();
    assert!(text.contains("\"mine|0\"") && text.contains("\"mine|2\""), "{text}");
}

#[test]
fn a_full_page_stays_within_slacks_limits() {
    let (request, evidence) = (sample::open_request(), sample::evidence());
    let entry = Entry { board: board(&request, &evidence), stake: &Stake::Decide, link: None };
    let freezes: Vec<FreezeShown> = (0..50).map(|_| freeze(&"e".repeat(255), &"r".repeat(3_000))).collect();
    let mut full = content(vec![entry; 8], vec![entry; 8], &freezes);
    full.asked = vec![entry; 5];
    full.pages = 9;
    full.repositories = (0..300).map(|n| (RepositoryId::new(n), format!("acme/{}", "x".repeat(90)))).collect();
    let view = drawn(&Home::Open(full));
    assert!(view["blocks"].as_array().unwrap().len() <= 100);
    let ids = actions(&view);
    let different: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(different.len(), ids.len(), "each control of the page has an id of its own: {ids:?}");
    assert!(ids.contains(&"approve".to_owned()) && ids.contains(&"approve#12".to_owned()), "{ids:?}");
}

#[test]
fn the_list_from_anywhere_says_when_nothing_waits() {
    let drawn = |pending: &Pending<'_>| serde_json::to_string(&super::pending(pending)).unwrap();
    assert!(drawn(&Pending::default()).contains("Nothing waits"));
    let (request, evidence) = (sample::open_request(), sample::evidence());
    let entry = Entry { board: board(&request, &evidence), stake: &Stake::Decide, link: None };
    let text = drawn(&Pending { entries: vec![entry], more: 3 });
    assert!(text.contains("approve") && text.contains("And 3 more"), "{text}");
}
