use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::artifact::tensors::{NAME_LIMIT_BYTES, RANK_LIMIT, TENSOR_LIMIT};

/// A file with that header and so many bytes of tensors.
fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

fn read_file(header: &str, data: usize) -> Result<Header, HeaderFault> {
    read(&file(header, data).as_slice())
}

fn why(header: &str, data: usize) -> String {
    read_file(header, data).unwrap_err().to_string()
}

#[test]
fn tensors_and_metadata_are_read() {
    let header = r#"{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[2,26]},
        "b":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}   "#;
    let header = read_file(header, 26).unwrap();
    assert_eq!(header.summary(), "2 tensors, 7 parameters, F32, BF16");
    assert_eq!(header.metadata["format"], "pt");
    assert_eq!(header.tensors["w"].shape, [2, 3]);
    assert_eq!(header.oddities, Vec::<String>::new());
}

#[test]
fn every_type_has_its_size() {
    let bits = [
        ("F4", 4),
        ("F6_E2M3", 6),
        ("F6_E3M2", 6),
        ("BOOL", 8),
        ("U8", 8),
        ("I8", 8),
        ("F8_E5M2", 8),
        ("F8_E4M3", 8),
        ("F8_E8M0", 8),
        ("F8_E4M3FNUZ", 8),
        ("F8_E5M2FNUZ", 8),
        ("I16", 16),
        ("U16", 16),
        ("F16", 16),
        ("BF16", 16),
        ("I32", 32),
        ("U32", 32),
        ("F32", 32),
        ("C64", 64),
        ("F64", 64),
        ("I64", 64),
        ("U64", 64),
    ];
    for (dtype, bits) in bits {
        let header = format!(r#"{{"w":{{"dtype":"{dtype}","shape":[8],"data_offsets":[0,{bits}]}}}}"#);
        assert!(read_file(&header, bits).is_ok(), "{dtype}");
    }
    let odd = r#"{"w":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}"#;
    assert_eq!(why(odd, 2), "tensor `w` does not end at the end of a byte");
    let unknown = r#"{"w":{"dtype":"F5","shape":[1],"data_offsets":[0,1]}}"#;
    assert!(why(unknown, 1).ends_with("tensor `w` is of the unknown type `F5`"));
    // Also of a tensor that does not count, because its name comes again.
    let known = unknown.strip_suffix('}').unwrap().to_owned() + &unknown.replace("F5", "U8").replacen('{', ",", 1);
    assert!(why(&known, 1).contains("unknown type `F5`"));
}

#[test]
fn a_wrong_layout_is_named_with_its_tensor_and_place() {
    let two = |first: &str, second: &str| {
        let tensor = |offsets: &str| format!(r#"{{"dtype":"U8","shape":[4],"data_offsets":{offsets}}}"#);
        format!(r#"{{"a":{},"b":{}}}"#, tensor(first), tensor(second))
    };
    let cases = [
        (two("[0,4]", "[2,6]"), 6, "tensor `b` starts at byte 2, inside the one before, which ends at 4"),
        (two("[0,4]", "[6,10]"), 10, "tensor `b` starts at byte 6, after a hole that begins at 4"),
        (two("[1,5]", "[5,9]"), 9, "tensor `a` starts at byte 1, after a hole that begins at 0"),
        (two("[0,4]", "[4,7]"), 7, "tensor `b` needs 4 bytes by its type and shape, and has 3"),
        (two("[0,4]", "[4,2]"), 8, "tensor `b` ends at byte 2, before its start at 4"),
        (two("[0,4]", "[4,8]"), 9, "1 bytes follow the last tensor"),
        (two("[0,4]", "[4,8]"), 7, "the tensors need 8 bytes, and the file has 7 for them"),
    ];
    for (header, data, expected) in cases {
        assert_eq!(why(&header, data), expected);
    }
    let endless = r#"{"w":{"dtype":"F64","shape":[4294967296,4294967296,8],"data_offsets":[0,8]}}"#;
    assert_eq!(why(endless, 8), "tensor `w` has a shape that multiplies beyond any file");
}

#[test]
fn broken_json_is_told_with_its_place() {
    let cases = [
        ("[]", "expected an object of tensors"),
        (r#"{"w":null}"#, "expected an object for tensor `w`"),
        (r#"{"w":{"dtype":"U8","shape":[1]}}"#, "tensor `w` lacks dtype, shape or data_offsets"),
        (r#"{"w":{"dtype":"U8","dtype":"U8"}}"#, "tensor `w` has two `dtype`"),
        (r#"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}"#, "trailing characters"),
        (r#"{"w":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#, "expected u64"),
        (r#"{"__metadata__":{"n":1}}"#, "expected a string"),
        (r#"{"__metadata__":{},"__metadata__":{}}"#, "`__metadata__` is there twice"),
        (r#"{} {}"#, "trailing characters"),
        (r#"{"w""#, "EOF while parsing"),
    ];
    for (header, expected) in cases {
        let why = why(header, 1);
        assert!(why.starts_with("the header's JSON is wrong at line 1 column ") && why.contains(expected), "{why}");
    }
    assert_eq!(why("{}", 1), "1 bytes follow the last tensor");
}

#[test]
fn what_the_library_accepts_and_the_text_forbids_is_odd() {
    let tensor = r#"{"dtype":"U8","shape":[1],"data_offsets":[0,1]}"#;
    let cases = [
        (format!(r#" {{"w":{tensor}}}"#), "the header does not begin with `{`"),
        (format!("{{\"w\":{tensor}}}\n"), "the header is padded with something else than spaces"),
        (format!(r#"{{"w":{tensor},"w":{tensor}}}"#), "tensor `w` is listed more than once"),
        (format!(r#"{{"w":{tensor},"\u0077":{tensor}}}"#), "tensor `w` is listed more than once"),
        (format!(r#"{{"w":{},"__metadata__":null}}"#, tensor), "`__metadata__` is null"),
        (format!(r#"{{"w":{tensor},"__metadata__":{{"a":"1","a":"2"}}}}"#), "metadata `a` is listed more than once"),
        (format!(r#"{{"w":{}}}"#, tensor.replace("}", r#","x":[{}]}"#)), "tensor `w` has an unknown field `x`"),
    ];
    for (header, expected) in cases {
        assert_eq!(read_file(&header, 1).unwrap().oddities, [expected], "{header}");
    }
}

#[test]
fn a_length_is_not_believed() {
    for claimed in [u64::MAX, 1 << 63, HEADER_LIMIT_BYTES + 1, 3] {
        let mut bytes = claimed.to_le_bytes().to_vec();
        bytes.extend_from_slice(b"{}");
        assert!(matches!(read(&bytes.as_slice()), Err(HeaderFault::Invalid { .. })), "{claimed}");
    }
    assert!(matches!(read(&b"short".as_slice()), Err(HeaderFault::Invalid { .. })));
}

#[test]
fn limits_stop_names_shapes_texts_and_nesting() {
    let name = "n".repeat(NAME_LIMIT_BYTES + 1);
    let long_name = format!(r#"{{"{name}":{{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}}}"#);
    assert_eq!(read_file(&long_name, 1), Err(HeaderFault::too_large("bytes in one name", NAME_LIMIT_BYTES)));
    let shape = "1,".repeat(RANK_LIMIT);
    let long_shape = format!(r#"{{"w":{{"dtype":"U8","shape":[{shape}1],"data_offsets":[0,1]}}}}"#);
    assert_eq!(read_file(&long_shape, 1), Err(HeaderFault::too_large("dimensions of one tensor", RANK_LIMIT)));
    let deep = format!(r#"{{"w":{{"x":{}}}}}"#, "[".repeat(200));
    assert!(matches!(read_file(&deep, 1), Err(HeaderFault::TooLarge { limit: 100, .. })));
    let long_text = format!(r#"{{"__metadata__":{{"a":"{}"}}}}"#, "x".repeat(17 * 1024 * 1024));
    assert!(matches!(read_file(&long_text, 0), Err(HeaderFault::TooLarge { limit: 16_777_216, .. })));
}

#[test]
fn more_tensors_than_the_limit_are_not_read() {
    let entry = |number: usize| format!(r#""{number}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#);
    let list = |count: usize| format!("{{{}}}", (0..count).map(entry).collect::<Vec<_>>().join(","));
    assert_eq!(read_file(&list(TENSOR_LIMIT + 1), 0), Err(HeaderFault::too_large("tensors", TENSOR_LIMIT)));
    assert_eq!(read_file(&list(1000), 0).unwrap().tensors.len(), 1000);
}

#[test]
fn text_from_the_file_is_visible_and_short_in_what_is_said() {
    let header = format!(r#"{{"{}\u202e":{{"dtype":"?","shape":[1],"data_offsets":[0,1]}}}}"#, "a".repeat(60));
    assert!(why(&header, 1).contains(&format!("tensor `{}\\u{{202e}}`", "a".repeat(60))));
    let long = format!(r#"{{"w":"{}"}}"#, "x".repeat(100_000));
    assert!(why(&long, 1).len() < 300);
}

/// Names, and for each a type and a shape.
fn tensors() -> impl Strategy<Value = Vec<(String, (String, Vec<u64>))>> {
    let dtype = prop_oneof!["U8", "F16", "BF16", "F32", "I64", "F8_E4M3"].prop_map(|dtype| dtype.to_owned());
    prop::collection::btree_map("[a-z.\\\\\"é]{1,12}", (dtype, vec(0_u64..5, 0..4)), 0..12)
        .prop_map(|map| map.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
}

proptest! {
    #[test]
    fn a_valid_file_is_read_as_it_was_written(tensors in tensors(), padding in 0_usize..9, text in "\\PC{0,40}") {
        let mut entries = serde_json::Map::from_iter([("__metadata__".to_owned(), json!({ "text": text }))]);
        let mut at = 0;
        for (name, (dtype, shape)) in &tensors {
            let values: u64 = shape.iter().product();
            let bytes = match dtype.as_str() { "F32" => 4, "I64" => 8, "F16" | "BF16" => 2, _ => 1 };
            let end = at + values * bytes;
            entries.insert(name.clone(), json!({ "dtype": dtype, "shape": shape, "data_offsets": [at, end] }));
            at = end;
        }
        let text = format!("{}{}", serde_json::Value::Object(entries), " ".repeat(padding));
        let header = read_file(&text, at as usize).unwrap();
        prop_assert_eq!(header.tensors.len(), tensors.len());
        for (name, (dtype, shape)) in &tensors {
            prop_assert_eq!((&header.tensors[name].dtype, &header.tensors[name].shape), (dtype, shape));
        }
        prop_assert!(header.oddities.is_empty());
        prop_assert!(read_file(&text, at as usize + 1).is_err(), "a byte more");
    }

    #[test]
    fn any_json_like_header_is_read_without_panic(
        text in "(\\{|\\}|\\[|\\]|,|:|\"|\\\\| |0|1|18446744073709551615|\"w\"|\"dtype\"|\"shape\"|\"data_offsets\"|\"U8\"|\"__metadata__\"|null){0,40}",
    ) {
        let _ = read_file(&text, 1);
    }
}
