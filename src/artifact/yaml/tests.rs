use super::*;

fn read(block: &str, first_line: usize) -> Result<Document, Fault> {
    super::read(block, first_line, "the front matter")
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn map(block: &str) -> Vec<(String, Value)> {
    let document = read(block, 1).unwrap();
    assert_eq!(document.fault, None);
    match document.root.value {
        Value::Map(entries) => entries.into_iter().map(|entry| (entry.key, entry.value.value)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn scalars_keep_their_text() {
    for scalar in [
        "no",
        "yes",
        "010",
        "1:30",
        "2024-01-05",
        "1e-3",
        "1.0e-3",
        ".nan",
        "0x1F",
        "1_000",
        "true",
        "123456789012345678901234567890",
    ] {
        assert_eq!(map(&format!("a: {scalar}\n")), [("a".to_owned(), text(scalar))]);
    }
}

#[test]
fn only_plain_null_is_null() {
    assert_eq!(
        map("a: ~\nb:\nc: null\nd: 'null'\ne: ''\n").into_iter().map(|(_, value)| value).collect::<Vec<_>>(),
        [Value::Null, Value::Null, Value::Null, text("null"), text("")]
    );
}

#[test]
fn duplicate_key_is_a_fault_and_both_values_stay() {
    let document = read("license: mit\ntags: [a]\nlicense: apache-2.0\nlicense: x\n", 2).unwrap();
    assert_eq!(document.fault, Some(Fault { reason: "duplicate key `license`, first on line 2".into(), line: 4 }));
    let Value::Map(entries) = document.root.value else { panic!("not a map") };
    let Some(Value::List(both)) = get(&entries, "license").map(|node| node.value.clone()) else { panic!("not both") };
    assert_eq!(
        both.into_iter().map(|node| node.value).collect::<Vec<_>>(),
        [text("mit"), text("apache-2.0"), text("x")]
    );
}

#[test]
fn lines_are_those_of_the_file() {
    let document = read("a: 1\nb:\n  - c\n", 10).unwrap();
    let Value::Map(entries) = document.root.value else { panic!("not a map") };
    assert_eq!(entries.iter().map(|entry| entry.line).collect::<Vec<_>>(), [10, 11]);
    assert_eq!(entries[1].value.line, 12);
    let fault = read("a: 1\nb: [x\nc: 2\n", 10).unwrap_err();
    assert!((11..=13).contains(&fault.line), "{fault:?}");
}

#[test]
fn values_end_on_their_last_line() {
    let block = "a: 1\nb:\n  - c\n  - d: [e,\n      f]\n\n# comment\ng: |\n  h\n  i\nj: 'k\n  l'\nm: ~\n";
    let document = read(block, 1).unwrap();
    let lines: Vec<_> =
        document.root.entries().iter().map(|entry| (entry.line, entry.column, entry.value.end_line)).collect();
    assert_eq!(lines, [(1, 1, 1), (2, 1, 5), (8, 1, 10), (11, 1, 12), (13, 1, 13)]);
    let document = read("{a: 1, b: {c: 2}}\n", 1).unwrap();
    assert_eq!(document.root.entries().iter().map(|entry| entry.column).collect::<Vec<_>>(), [2, 8]);
}

#[test]
fn aliases_and_merge_keys_are_followed_and_own_keys_win() {
    let document = read("base: &b {license: mit, tags: [a]}\n<<: *b\ntags: [c]\n", 1).unwrap();
    let Value::Map(entries) = document.root.value else { panic!("not a map") };
    assert_eq!(get(&entries, "license").map(|node| &node.value), Some(&text("mit")));
    assert!(
        matches!(get(&entries, "tags").map(|node| &node.value), Some(Value::List(items)) if items[0].value == text("c"))
    );
    assert_eq!(document.notes.len(), 1);
    assert_eq!(map("'<<': {license: mit}\n")[0].0, "\"<<\"");
}

#[test]
fn alias_bombs_are_refused_and_small_ones_read() {
    let level = |name: char, of: char| format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 9].join(","));
    let start = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    let small = start.clone() + &level('b', 'a') + &level('c', 'b');
    assert!(read(&small, 1).is_ok());
    let bomb = ('b'..='i').zip('a'..='h').fold(start, |all, (name, of)| all + &level(name, of));
    assert!(read(&bomb, 1).unwrap_err().reason.contains("too large"));
}

#[test]
fn aliases_cannot_multiply_text_or_depth() {
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(200_000), vec!["*a"; 50].join(","));
    assert!(read(&long, 1).unwrap_err().reason.contains("too large"));
    let nested = |name: &str, inner: &str| format!("{name}: &{name} {}{inner}{}\n", "[".repeat(40), "]".repeat(40));
    let deep = nested("a", "x") + &nested("b", "*a");
    assert!(read(&deep, 1).unwrap_err().reason.contains("deeply"));
    assert!(read(&"[".repeat(20_000), 1).is_err());
}

#[test]
fn value_that_contains_itself_is_refused() {
    assert!(read("a: &a [*a]\n", 1).is_err());
}

#[test]
fn object_tags_are_refused_and_core_tags_read() {
    let fault = read("license: !!python/object/apply:builtins.print [hello]\n", 2).unwrap_err();
    assert!(fault.reason.contains("python/object/apply:builtins.print"), "{}", fault.reason);
    assert_eq!(map("a: !!str null\n"), [("a".to_owned(), text("null"))]);
}

#[test]
fn unusual_keys_are_ordinary_keys() {
    let keys: Vec<_> = map("1: a\n? [x, y]\n: b\nself: c\nnull: d\n").into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["1", "(key of line 2)", "self", "null"]);
    let notes = read("1: a\n? [x, y]\n: b\n{c: d}: e\n", 1).unwrap().notes;
    assert_eq!(notes.iter().map(|note| note.line).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn second_document_is_refused() {
    assert!(read("a: 1\n...\nb: 2\n", 1).is_err());
}

proptest::proptest! {
    #[test]
    fn any_block_is_read_or_refused_without_panic(block in "[a-c:\\-\\[\\]{}&*!<|> \"'#\n\t~,]{0,80}") {
        let _ = read(&block, 1);
    }
}

#[test]
fn values_know_their_columns_and_whether_they_are_quoted() {
    let block = "a: 12\nb: 'x y'\nc: [d, \"e\"]\nf: |\n  g\nh: !!str 5\n";
    let document = read(block, 1).unwrap();
    let marks: Vec<_> = document
        .root
        .entries()
        .iter()
        .map(|entry| (entry.width, entry.value.mark.column, entry.value.mark.width, entry.value.is_plain))
        .collect();
    // A block's is where its text begins.
    assert_eq!(marks, [(1, 4, 2, true), (1, 4, 5, false), (1, 4, 8, false), (1, 3, 0, false), (1, 10, 1, false)]);
}

#[test]
fn every_duplicate_key_is_told_and_merges_are_applied_only_where_they_are_known() {
    let document = read("a: 1\na: 2\nb: { c: 1, c: 2 }\n", 1).unwrap();
    let found: Vec<_> =
        document.duplicates.iter().map(|twice| (twice.key.as_str(), twice.mark.line, twice.first_line)).collect();
    assert_eq!(found, [("a", 2, 1), ("c", 3, 3)]);
    let plain = read_as("a: { <<: { b: 1 } }\n", 1, Dialect { what: "it", has_merges: false }).unwrap();
    assert_eq!(plain.root.get("a").unwrap().entries()[0].key, "<<");
    assert_eq!(read_as("b: 1\na: [\n", 1, Dialect { what: "it", has_merges: true }).unwrap_err().fault.line, 2);
}
