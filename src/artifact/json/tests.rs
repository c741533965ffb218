use super::*;
use crate::artifact::problem::PROBLEM_LIMIT;

fn root(text: &str) -> Node {
    let document = read(text.as_bytes()).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    assert_eq!(document.problems, [], "{text}");
    document.root
}

fn fault(text: &str) -> Fault {
    read(text.as_bytes()).map(|document| panic!("{text}: {document:?}")).unwrap_err()
}

#[test]
fn values_are_read_with_their_lines() {
    let node = root("{\n \"a\": [1, true,\n false, null],\n \"b\": {\"c\": \"d\"}\n}\n");
    assert_eq!(node.at(&["b", "c"]).and_then(Node::text), Some("d"));
    assert_eq!(node.get("a").map(|list| list.items().iter().map(|item| item.line).collect()), Some(vec![2, 2, 3, 3]));
    assert_eq!(node.entries().iter().map(|entry| entry.line).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(node.to_string(), r#"{"a":[1,true,false,null],"b":{"c":"d"}}"#);
}

#[test]
fn numbers_keep_their_text() {
    for text in ["0", "-0.0", "0.10", "1e-3", "2.50E+2", "123456789012345678901234567890123456789012345678901234567890"]
    {
        assert_eq!(root(text).value, Value::Number(text.into()));
    }
    for text in ["01", "1.", ".5", "+1", "-", "1e", "0x10", "1_000", "--1"] {
        fault(text);
    }
}

#[test]
fn python_constants_are_read_as_text_and_told_once() {
    let document = read(b"[NaN,\n -Infinity, Infinity, NaN]").unwrap();
    let texts: Vec<_> = document.root.items().iter().filter_map(Node::scalar).collect();
    assert_eq!(texts, ["NaN", "-Infinity", "Infinity", "NaN"]);
    assert_eq!(document.problems.len(), 1);
    fault("nan");
    fault("Inf");
    fault("-Inf");
}

#[test]
fn duplicate_keys_are_told_and_both_are_there() {
    let document = read(b"{\"a\": 1,\n\"b\": 0,\n\"a\": 2}").unwrap();
    assert_eq!(document.root.entries().len(), 3);
    assert_eq!(document.root.get("a").and_then(Node::whole), Some(2));
    assert_eq!(document.problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [3]);
    assert!(document.problems[0].text.contains("`a`, before on line 1"), "{:?}", document.problems);
    let many = format!("{{{}\"z\":0}}", "\"k\":1,".repeat(10_000));
    assert_eq!(read(many.as_bytes()).unwrap().problems.len(), PROBLEM_LIMIT);
}

#[test]
fn escapes_are_read_and_lone_surrogates_told() {
    assert_eq!(root(r#""\"\\\/\b\f\n\r\té 😀""#).text(), Some("\"\\/\u{8}\u{c}\n\r\té 😀"));
    assert_eq!(root(r#""\u00e9\ud83d\ude00""#).text(), Some("é😀"));
    for (text, expected) in
        [(r#""\ud83d""#, "\u{fffd}"), (r#""\ud83dx""#, "\u{fffd}x"), (r#""\ud83d\u0041""#, "\u{fffd}A")]
    {
        let document = read(text.as_bytes()).unwrap();
        assert_eq!((document.root.text(), document.problems.len()), (Some(expected), 1), "{text}");
    }
    for text in [r#""\x""#, r#""\u12""#, r#""\u+123""#, r#""\"#, "\"a\nb\"", "\"a"] {
        fault(text);
    }
}

#[test]
fn what_is_not_json_is_a_fault_on_its_line() {
    let cases = [
        ("", 1),
        ("\n\n{", 3),
        ("{\"a\" 1}", 1),
        ("[1,\n2,]", 2),
        ("[1\n2]", 2),
        ("{'a': 1}", 1),
        ("{\"a\": 1,}", 1),
        ("{} {}", 1),
        ("// x\n{}", 1),
        ("truth", 1),
    ];
    for (text, line) in cases {
        assert_eq!(fault(text).line, line, "{text:?}");
    }
    assert_eq!(read(b"{\n\"a\": \"\xe9\"}").unwrap_err(), Fault::new("the file is not UTF-8", 2));
}

#[test]
fn byte_order_mark_is_dropped_and_told() {
    let document = read("\u{feff}{}".as_bytes()).unwrap();
    assert_eq!(document.problems.len(), 1);
}

#[test]
fn limits_are_told() {
    assert!(fault(&"[".repeat(1_000_000)).reason.contains("deeply"));
    assert!(fault(&"{\"a\":".repeat(JSON_LIMIT_DEPTH + 1)).reason.contains("deeply"));
    root(&format!("{}{}", "[".repeat(JSON_LIMIT_DEPTH), "]".repeat(JSON_LIMIT_DEPTH)));
    assert!(fault(&format!("[{}0]", "0,".repeat(JSON_LIMIT_VALUES))).reason.contains("too many"));
    assert!(fault(&" ".repeat(JSON_LIMIT_BYTES + 1)).reason.contains("8 MiB"));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_without_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn near_json_is_read_as_serde_json_reads_it(text in "[\\[\\]{}:, \"a\\\\u0-9.eE+n-]{0,30}|\\{(\"[ab]\": ?(1|\"x\\\\n\"|\\[-?[0-9]{0,2}(\\.[0-9]e?)?\\]|null),?){0,3}\\}") {
        let ours = read(text.as_bytes());
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // Theirs refuses numbers beyond a double and lone surrogates; ours never refuses what theirs reads.
        if let Ok(theirs) = &theirs {
            let ours = ours.as_ref().map_err(|fault| proptest::test_runner::TestCaseError::fail(format!("{text}: {fault:?}")))?;
            let back: serde_json::Value = serde_json::from_str(&ours.root.to_string()).unwrap();
            proptest::prop_assert_eq!(&back, theirs);
        } else if let Err(error) = theirs && ours.as_ref().is_ok_and(|ours| ours.problems.is_empty()) {
            proptest::prop_assert!(error.to_string().contains("out of range"), "{}: {}", text, error);
        }
    }

    #[test]
    fn written_values_are_read_back(texts in proptest::collection::vec(".{0,12}", 0..6)) {
        let text = serde_json::to_string(&texts).unwrap();
        let document = read(text.as_bytes()).unwrap();
        let back: Vec<_> = document.root.items().iter().filter_map(Node::text).collect();
        proptest::prop_assert_eq!(back, texts);
    }
}
