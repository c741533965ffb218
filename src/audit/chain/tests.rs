use serde_json::json;

use super::*;

fn row(head: &Head, n: u64) -> (Row, Head) {
    let at = Timestamp::from_seconds(1_767_268_800);
    let body = json!({ "at": at.to_rfc3339(), "detail": { "n": n }, "name": "sample", "request": null, "v": 1 });
    placed(head, at, canonical(&body).unwrap())
}

fn placed(head: &Head, at: Timestamp, body: String) -> (Row, Head) {
    let link = head.next(&body);
    let row = Row {
        seq: link.head.seq,
        at,
        name: "sample".into(),
        request: None,
        body,
        prev_hash: link.previous.to_string(),
        leaf_hash: link.leaf.to_string(),
        hash: link.head.hash.to_string(),
    };
    (row, link.head)
}

fn chain(rows: u64) -> (Vec<Row>, Head) {
    let mut head = Head::EMPTY;
    let rows = (0..rows).map(|n| {
        let (row, next) = row(&head, n);
        head = next;
        row
    });
    (rows.collect(), head)
}

/// RFC 6962, section 2.1: a leaf is hashed with a zero byte before it. The empty leaf's hash is a published value.
#[test]
fn leaf_hashes_are_those_of_rfc_6962() {
    assert_eq!(leaf_hash(b"").to_string(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

#[test]
fn an_unchanged_chain_holds() {
    let (rows, head) = chain(50);
    assert_eq!(verify(rows, &[head]), Ok(Summary { rows: 50, head }));
    assert_eq!(verify([], &[Head::EMPTY]), Ok(Summary { rows: 0, head: Head::EMPTY }));
}

/// Every bit of every column, one at a time: the first bad row is named exactly.
#[test]
fn every_flipped_bit_is_found_where_it_is() {
    let (rows, head) = chain(6);
    let column = |row: &mut Row, column: usize| -> Vec<u8> {
        let text = [&row.body, &row.prev_hash, &row.leaf_hash, &row.hash, &row.name].map(String::clone);
        text[column].clone().into_bytes()
    };
    let mut flipped = 0;
    for at in 0..rows.len() {
        for which in 0..5 {
            let mut row = rows[at].clone();
            let bytes = column(&mut row, which);
            for bit in 0..bytes.len() * 8 {
                let mut changed = bytes.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                let Ok(text) = String::from_utf8(changed) else { continue };
                let mut forged = rows.clone();
                let row = &mut forged[at];
                *[&mut row.body, &mut row.prev_hash, &mut row.leaf_hash, &mut row.hash, &mut row.name][which] = text;
                let found = verify(forged, &[head]).expect_err("a flipped bit went unseen");
                assert_eq!(found.seq, at as u64 + 1, "column {which}, bit {bit}: {}", found.why);
                flipped += 1;
            }
        }
    }
    assert!(flipped > 10_000);
}

#[test]
fn removed_added_and_swapped_rows_are_found_where_they_are() {
    let (rows, head) = chain(9);
    for at in 0..rows.len() {
        let mut removed = rows.clone();
        removed.remove(at);
        assert_eq!(verify(removed, &[head]).unwrap_err().seq, at as u64 + 1);
        let mut added = rows.clone();
        added.insert(at, rows[(at + 4) % 9].clone());
        assert_eq!(verify(added, &[head]).unwrap_err().seq, at as u64 + 1);
    }
    let mut swapped = rows;
    swapped.swap(2, 6);
    assert_eq!(verify(swapped, &[head]).unwrap_err().seq, 3);
}

#[test]
fn a_row_replaced_with_fitting_hashes_is_named_and_not_the_one_after_it() {
    let (mut rows, head) = chain(9);
    let before = Head { seq: 4, hash: Digest::parse(&rows[3].hash).unwrap() };
    rows[4] = row(&before, 999).0;
    assert_eq!(verify(rows, &[head]).unwrap_err().seq, 5);
}

#[test]
fn a_forged_tail_shows_against_a_head_that_was_kept() {
    let (rows, head) = chain(9);
    let kept = Head { seq: 7, hash: Digest::parse(&rows[6].hash).unwrap() };
    let mut end = Head { seq: 4, hash: Digest::parse(&rows[3].hash).unwrap() };
    let mut forged = rows[..4].to_vec();
    for n in 100..105 {
        let (row, next) = row(&end, n);
        forged.push(row);
        end = next;
    }
    assert_eq!(verify(forged.clone(), &[end]).unwrap().rows, 9);
    assert_eq!(verify(forged.clone(), &[end, kept]).unwrap_err().seq, 7);
    assert_eq!(verify(forged, &[head]).unwrap_err().seq, 9);
    assert_eq!(verify(rows[..5].to_vec(), &[head]).unwrap_err().seq, 6);
}

#[test]
fn content_that_is_not_canonical_is_found_although_its_hashes_fit() {
    let at = Timestamp::from_seconds(0);
    for body in [
        r#"{"at":"1970-01-01T00:00:00Z","name":"sample", "request":null,"v":1}"#,
        r#"{"name":"sample","at":"1970-01-01T00:00:00Z","request":null,"v":1}"#,
        r#"{"at":"1970-01-01T00:00:00Z","name":"x","name":"sample","request":null,"v":1}"#,
        r#"{"at":"1970-01-01T00:00:01Z","name":"sample","request":null,"v":1}"#,
        "",
    ] {
        let (row, head) = placed(&Head::EMPTY, at, body.to_owned());
        assert_eq!(verify([row], &[head]).unwrap_err().seq, 1, "{body}");
    }
}
