use proptest::prelude::*;

use super::*;
use crate::domain::Timestamp;
use crate::domain::calendar::Zone;
use crate::ports::chat::FreezeCommand;

fn why(text: &str) -> String {
    let ChatCommand::Misused { why, .. } = parse(text) else { panic!("{text}: {:?}", parse(text)) };
    why
}

fn freeze(text: &str) -> FreezeCommand {
    let ChatCommand::Freeze(freeze) = parse(text) else { panic!("{text}: {:?}", parse(text)) };
    freeze
}

#[test]
fn what_is_typed_is_understood_however_it_is_typed() {
    for help in ["", "  ", "help", "HELP", "?"] {
        assert_eq!(parse(help), ChatCommand::Help, "{help}");
    }
    assert_eq!(parse("Link "), ChatCommand::Link);
    assert_eq!(parse(" unlink"), ChatCommand::Unlink);
    assert_eq!(parse("PENDING"), ChatCommand::Pending);
    assert_eq!(parse("preferences"), ChatCommand::Preferences);
    assert_eq!(parse("show #3F9A2C1B"), ChatCommand::Show { id: "3f9a2c1b".into() });
}

#[test]
fn votes_carry_their_words() {
    let vote = |choice, words: Option<&str>| {
        let (id, words) = ("3f9a2c1b".to_owned(), words.map(Words::new));
        ChatCommand::Vote { id, choice, words }
    };
    assert_eq!(parse("approve 3f9a2c1b"), vote(Choice::Approve, None));
    assert_eq!(parse("approve 3f9a2c1b looks  good &amp; tested"), vote(Choice::Approve, Some("looks  good & tested")));
    assert_eq!(parse("deny 3f9a2c1b recall fell"), vote(Choice::Deny, Some("recall fell")));
    let broken = ChatCommand::BreakGlass { id: "3f9a2c1b".into(), reason: Words::new("outage") };
    assert_eq!(parse("break-glass 3f9a2c1b outage"), broken);
    assert_eq!(parse("breakglass 3f9a2c1b outage"), broken);
}

#[test]
fn what_is_missing_is_named() {
    assert!(why("show").contains("end of its id"));
    assert!(why("approve").contains("end of its id"));
    assert!(why("deny 3f9a2c1b").contains("reason"));
    assert!(why("break-glass 3f9a2c1b ").contains("reason"));
    assert!(why("show sentiment").contains("`sentiment` is not the end of an id"));
    assert!(why("show 3f9").contains("at least 4"));
    assert!(why("pending now").contains("nothing comes after"));
    assert!(why("show 3f9a2c1b please").contains("nothing comes after"));
    assert!(why("freeze").contains("environment"));
    assert!(why("freeze production").contains("reason"));
    assert!(why("freeze production until friday noon").contains("`friday` is not a time"));
    assert!(why("freeze lift").contains("freeze list"));
}

#[test]
fn a_name_that_is_nearly_right_is_suggested() {
    let meant = |text: &str| match parse(text) {
        ChatCommand::Unknown { meant, .. } => meant,
        other => panic!("{other:?}"),
    };
    assert_eq!(meant("aprove 3f9a2c1b"), Some("approve"));
    assert_eq!(meant("pendign"), Some("pending"));
    assert_eq!(meant("frezee production x"), Some("freeze"));
    assert_eq!(meant("xyzzyqwerty"), None);
}

#[test]
fn what_does_not_exist_is_repeated_and_bounded() {
    let ChatCommand::Unknown { typed, .. } = parse("links U0BO to octocat") else { panic!() };
    assert_eq!(typed.as_str(), "links U0BO to octocat");
    let ChatCommand::Unknown { typed, .. } = parse(&"x".repeat(5_000)) else { panic!() };
    assert_eq!(typed.as_str().len(), MAX_REPEATED);
}

#[test]
fn freezes_name_place_time_and_reason_in_any_of_the_usual_ways() {
    let plain = freeze("freeze production black friday");
    assert_eq!((plain.environment.as_deref(), plain.repository, plain.until), (Some("production"), None, None));
    assert_eq!(plain.reason.as_str(), "black friday");
    let whole = freeze("freeze \"EU West\" in acme/sentiment until 08:00 UTC the audit");
    assert_eq!((whole.environment.as_deref(), whole.repository.as_deref()), (Some("EU West"), Some("acme/sentiment")));
    assert_eq!(whole.reason.as_str(), "the audit");
    let now = Timestamp::parse_rfc3339("2026-11-28T20:00:00Z").unwrap();
    assert_eq!(whole.until.unwrap().moment(now, &Zone::utc()).unwrap().to_rfc3339(), "2026-11-29T08:00:00Z");
    assert_eq!(freeze("freeze * for 3h migration").environment, None);
    assert!(freeze("freeze * for 3h migration").until.is_some());
    assert_eq!(freeze("freeze production for black friday").reason.as_str(), "for black friday");
    assert_eq!(freeze("freeze production in doubt").reason.as_str(), "in doubt");
    assert_eq!(parse("freeze list"), ChatCommand::Freezes);
    assert_eq!(parse("freeze lift 3f9a2c1b"), ChatCommand::LiftFreeze { id: "3f9a2c1b".into() });
}

#[test]
fn every_command_is_in_the_table_and_the_table_has_no_other() {
    for (name, usage, _) in COMMANDS {
        assert!(usage.starts_with(name), "{usage}");
        assert!(!matches!(parse(name), ChatCommand::Unknown { .. }), "{name}");
    }
}

proptest! {
    #[test]
    fn nothing_typed_breaks_it(text in "\\PC{0,200}") {
        let _ = parse(&text);
        let _ = parse(&format!("freeze {text}"));
        let _ = parse(&format!("freeze production until {text}"));
    }
}
