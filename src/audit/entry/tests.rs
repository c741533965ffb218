use std::collections::HashMap;

use super::*;
use crate::domain::{Event, Words};

fn salts() -> impl FnMut() -> [u8; 16] {
    let mut next = 0_u8;
    move || {
        next += 1;
        [next; 16]
    }
}

fn record() -> Record {
    Record {
        at: Timestamp::from_millis(1_767_268_800_123),
        request: RequestId::parse("00000000-0000-0000-0000-000000000007").unwrap(),
        name: "evidence.failed".into(),
        event: Event::GatherFailed { why: "HTTP 502".into() },
        answer: None,
        phase: "gathering".into(),
        revision: 2,
        why: None,
    }
}

#[test]
fn an_entry_says_when_what_and_whose_in_canonical_form() {
    let entry = Entry::of_record(&record(), salts()).unwrap();
    assert_eq!(
        entry.body,
        r#"{"answer":null,"at":"2026-01-01T12:00:00.123Z","event":{"gather_failed":{"why":"HTTP 502"}},"#.to_owned()
            + r#""name":"evidence.failed","phase":"gathering","request":"00000000-0000-0000-0000-000000000007","revision":2,"v":1}"#
    );
    assert_eq!(read_record(&entry.body, |_| None), Ok(record()));
}

#[test]
fn typed_words_leave_a_salted_hash_and_come_back_until_erased() {
    let words = |text| serde_json::to_value(Words::new(text)).unwrap();
    let detail = json!({ "reason": words("leaks PII"), "others": [words("leaks PII"), words("too slow")] });
    let entry = Entry::of_system("sample", None, record().at, detail.clone(), salts()).unwrap();
    assert!(!entry.body.contains("PII") && !entry.body.contains("slow"));
    assert_eq!(entry.texts.len(), 2, "equal texts of one row share a hash");
    let kept: HashMap<Digest, String> = entry.texts.iter().map(|text| (text.hash, text.text.clone())).collect();
    let (revealed, erased) = reveal(&entry.body, |hash| kept.get(hash).cloned()).unwrap();
    assert_eq!((&revealed["detail"], erased), (&detail, 0));
    let (_, erased) = reveal(&entry.body, |_| None).unwrap();
    assert_eq!(erased, 3);
    assert_eq!(hidden_hashes(&entry.body).unwrap().len(), 3);
}

#[test]
fn equal_words_in_two_rows_cannot_be_told_by_their_hashes() {
    let mut salt = salts();
    let mut entry = || {
        let detail = json!({ "reason": { "words": "yes" } });
        Entry::of_system("sample", None, record().at, detail, &mut salt).unwrap()
    };
    assert_ne!(entry().texts[0].hash, entry().texts[0].hash);
}

/// Text from strangers stays text: only an object that is nothing but words is taken out.
#[test]
fn only_words_are_taken_out() {
    let detail = json!({ "title": "words", "words": 3, "list": [{ "words": "a", "more": 1 }, { "words": 7 }] });
    let entry = Entry::of_system("sample", None, record().at, detail.clone(), salts()).unwrap();
    assert!(entry.texts.is_empty());
    assert_eq!(reveal(&entry.body, |_| None).unwrap().0["detail"], detail);
}

#[test]
fn rows_that_are_no_events_say_so() {
    let entry = Entry::of_system("view.opened", None, record().at, json!({}), salts()).unwrap();
    assert_eq!(read_record(&entry.body, |_| None), Err(Unreadable::OtherKind));
    assert!(matches!(read_record("{}}", |_| None), Err(Unreadable::Content(_))));
}
