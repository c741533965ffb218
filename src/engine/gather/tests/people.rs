use super::forge::person;
use super::*;
use crate::domain::{Contributor, Part};
use crate::ports::Class;

fn forge() -> (MemoryForge, CommitSha) {
    let mut forge = MemoryForge::default();
    forge.live = Some(forge.commit(1, &[("a.py", "1\n")]));
    let head = forge.commit(2, &[("a.py", "2\n")]);
    (forge, head)
}

fn hands(evidence: &Evidence) -> Vec<(Part, Option<&str>)> {
    let login = |who: &Contributor| who.user.as_ref().map(|user| user.login.clone());
    let mut hands: Vec<_> = evidence.contributors.iter().map(|who| (who.part, login(who))).collect();
    hands.sort();
    let leak = |login: Option<String>| login.map(|login| &*login.leak());
    hands.into_iter().map(|(part, login)| (part, leak(login))).collect()
}

#[test]
fn every_commit_between_live_and_proposed_names_its_people_and_the_requester_is_none() {
    let (mut forge, _) = forge();
    forge.commits[1].author = person(Some(user(3, "ana")), "Ana");
    forge.commits[1].co_authors = vec![person(Some(user(4, "bo")), "Bo"), person(None, "A stranger")];
    let head = forge.commit(3, &[("a.py", "3\n")]);
    forge.pull(&sha(2), 7, "Middle", Some(user(5, "hubot-author")));
    let evidence = gathered(&forge, &head);
    let expected = [
        (Part::PrAuthor, Some("hubot-author")),
        (Part::Author, Some("ana")),
        (Part::Author, Some("mona")),
        (Part::Committer, Some("mona")),
        (Part::CoAuthor, None),
        (Part::CoAuthor, Some("bo")),
    ];
    assert_eq!(hands(&evidence), expected);
    assert_eq!((evidence.commits.len(), evidence.commits_total), (2, 2));
    assert_eq!(evidence.commits[0].title, "Change number 2");
    assert!(!codes(&evidence).contains(&"author.unknown"), "{:?}", evidence.flags);
}

#[test]
fn the_forges_own_committer_stands_for_nobody_and_as_author_hides_somebody() {
    let (mut forge, head) = forge();
    forge.commits[1].committer.is_forge = true;
    let merged = gathered(&forge, &head);
    assert_eq!(hands(&merged), [(Part::Author, Some("mona"))]);
    assert!(!codes(&merged).contains(&"author.unknown"));
    forge.commits[1].author.is_forge = true;
    let hidden = gathered(&forge, &head);
    assert_eq!(hands(&hidden), [(Part::Author, None)]);
    assert!(codes(&hidden).contains(&"author.unknown"));
}

#[test]
fn an_author_without_account_is_kept_and_flagged() {
    let (mut forge, head) = forge();
    forge.commits[1].author = person(None, "Ana");
    let evidence = gathered(&forge, &head);
    assert!(hands(&evidence).contains(&(Part::Author, None)));
    assert_eq!(flag(&evidence, "author.unknown").after.as_deref(), Some("Ana"));
}

#[test]
fn a_pull_request_that_brought_several_commits_is_listed_once() {
    let (mut forge, _) = forge();
    let head = forge.commit(3, &[("a.py", "3\n")]);
    forge.pull(&sha(2), 7, "One", Some(user(5, "ana")));
    forge.pull(&head, 7, "One", Some(user(5, "ana")));
    forge.pull(&head, 4, "Other", None);
    let numbers: Vec<u64> = gathered(&forge, &head).pull_requests.iter().map(|pull| pull.number).collect();
    assert_eq!(numbers, [4, 7]);
}

#[test]
fn pull_requests_of_more_than_a_hundred_commits_are_a_gap() {
    let (mut forge, _) = forge();
    let last = |forge: &mut MemoryForge, upto: u8| (3..=upto).map(|seed| forge.commit(seed, &[])).last().unwrap();
    let head = last(&mut forge, 101);
    assert!(!codes(&gathered(&forge, &head)).contains(&"evidence.incomplete"));
    let head = forge.commit(102, &[]);
    let evidence = gathered(&forge, &head);
    assert_eq!(flag(&evidence, "evidence.incomplete").subject, "pull requests");
    assert_eq!(evidence.commits_total, 101);
}

#[test]
fn what_may_pass_is_tried_again_and_what_will_not_is_a_gap() {
    let (mut forge, head) = forge();
    forge.pulls_fail = Some(Class::Permanent);
    assert!(flag(&gathered(&forge, &head), "evidence.incomplete").is_gap());
    forge.pulls_fail = Some(Class::Retry { after_ms: None });
    assert!(try_gather(&forge, &head).is_err());
}

#[test]
fn a_proposed_commit_that_is_not_there_is_a_gap_about_people_and_files() {
    let (forge, _) = forge();
    let mut orphan = MemoryForge { live: None, ..forge };
    orphan.default_branch = Some(sha(2));
    let subjects: Vec<String> = gathered(&orphan, &sha(99))
        .flags
        .into_iter()
        .filter(|flag| flag.code == "evidence.incomplete")
        .map(|flag| flag.subject)
        .collect();
    assert_eq!(subjects, ["files of the proposed commit", "proposed commit"]);
}
