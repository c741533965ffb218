use proptest::prelude::*;

use super::*;

fn file(literal: &str, data: usize) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((literal.len() as u16).to_le_bytes());
    bytes.extend(literal.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

fn array(descr: &str, shape: &str, data: usize) -> Result<Array, HeaderFault> {
    let literal = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}      \n");
    read_array(&file(&literal, data).as_slice())
}

#[test]
fn an_array_of_numbers_is_read() {
    let array = array("'<f4'", "(3, 4)", 48).unwrap();
    assert!(!array.has_objects);
    assert_eq!(array.header.summary(), "1 tensor, 12 parameters, <f4");
    assert_eq!(array.header.metadata["fortran_order"], "false");
    assert_eq!(array.header.metadata["version"], "1.0");
    assert!(array.header.oddities.is_empty() && array.header.custom_code.is_empty());
}

#[test]
fn objects_are_found_wherever_they_stand() {
    for descr in
        ["'|O'", "'O'", "'<O8'", "[('a', '<i4'), ('b', '|O')]", "[('a', [('b', [('c', 'O', (2,))])])]", "('O', (2,))"]
    {
        let array = array(descr, "(1,)", 20).unwrap();
        assert!(array.has_objects, "{descr}");
        assert_eq!(array.header.custom_code, ["a pickle: the values are Python objects"]);
    }
}

#[test]
fn structured_types_are_told_field_by_field() {
    let array = array("[('x', '<f4'), (('title', 'y'), '<i8', (2, 2))]", "(3,)", 108).unwrap();
    assert_eq!(array.header.tensors["array"].dtype, "{x: <f4, y: <i8 (2, 2)}");
}

#[test]
fn a_type_that_is_not_known_is_refused_because_it_might_hold_objects() {
    let types = [
        "'i4,O'",
        "'(2,)O'",
        "'object'",
        "'O16'",
        "'float32'",
        "'<f3'",
        "''",
        "'<'",
        "'M8[ns'",
        "'f4[ns]'",
        "'S'",
        "{}",
        "5",
        "['<f4']",
    ];
    for descr in types {
        assert!(matches!(array(descr, "(1,)", 8), Err(HeaderFault::Invalid { .. })), "{descr}");
    }
}

#[test]
fn every_plain_type_has_its_size() {
    let types = [
        ("?", 1),
        ("<i2", 2),
        (">u8", 8),
        ("<f2", 2),
        ("<c16", 16),
        ("|S5", 5),
        ("<U3", 12),
        ("|V7", 7),
        ("<M8[ns]", 8),
    ];
    for (descr, bytes) in types {
        let array = array(&format!("'{descr}'"), "(2,)", 2 * bytes).unwrap();
        assert_eq!(array.header.oddities, Vec::<String>::new(), "{descr}");
    }
}

#[test]
fn the_values_must_be_there_and_more_is_odd() {
    let short = array("'<f4'", "(3,)", 11).unwrap_err().to_string();
    assert_eq!(short, "the array needs 12 bytes by its type and shape, and the file has 11 for it");
    assert_eq!(array("'<f4'", "(3,)", 13).unwrap().header.oddities, ["1 bytes follow the array"]);
    assert!(array("'<f8'", "(4294967296, 4294967296)", 8).is_err());
}

#[test]
fn the_header_is_a_dictionary_of_three_things_and_nothing_is_evaluated() {
    let literals = [
        "dict(descr='<f4')",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}",
        "{'descr': '<f4', 'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [1]}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (True,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1+1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
        "{'descr': '<f4' 'fortran_order': False, 'shape': (1,)}",
        "{'descr: 1}",
        "",
    ];
    for literal in literals {
        assert!(matches!(read(&file(literal, 4).as_slice()), Err(HeaderFault::Invalid { .. })), "{literal}");
    }
    let python2 = "{'descr': u'<f4', \"fortran_order\": True, 'shape': (1L,)}";
    assert_eq!(read(&file(python2, 4).as_slice()).unwrap().metadata["fortran_order"], "true");
}

#[test]
fn later_versions_have_longer_lengths_and_other_letters() {
    let literal = "{'descr': [('größe', '<f4')], 'fortran_order': False, 'shape': (1,)}";
    let version = |version: u8, text: &[u8]| {
        let length = (text.len() as u32).to_le_bytes();
        read(&[&b"\x93NUMPY"[..], &[version, 0], &length, text, &[0; 4]].concat().as_slice())
    };
    assert_eq!(version(3, literal.as_bytes()).unwrap().tensors["array"].dtype, "{größe: <f4}");
    let latin1: Vec<u8> = literal.chars().map(|c| c as u8).collect();
    assert_eq!(version(2, &latin1).unwrap().tensors["array"].dtype, "{größe: <f4}");
    assert!(version(3, &latin1).is_err());
    assert!(version(4, literal.as_bytes()).is_err());
    let long = " ".repeat(LITERAL_LIMIT_BYTES + 1);
    assert!(matches!(version(2, long.as_bytes()), Err(HeaderFault::TooLarge { .. })));
}

#[test]
fn deep_nesting_ends() {
    for open in ["(", "[", "{'a':"] {
        assert!(read(&file(&open.repeat(10_000), 0).as_slice()).is_err());
    }
}

proptest! {
    #[test]
    fn any_literal_is_read_without_panic(
        text in "(\\{|\\}|\\(|\\)|\\[|\\]|,|:|'|\"|\\\\|x4|u|L|1|99999999999999999999|True|None|'descr'|'shape'|'fortran_order'|'<f4'| |é){0,30}",
    ) {
        let _ = read(&file(&text, 4).as_slice());
    }

    #[test]
    fn a_valid_array_is_read_as_it_was_written(shape in prop::collection::vec(0_u64..6, 0..5), fortran in any::<bool>()) {
        let dimensions: String = shape.iter().map(|dimension| format!("{dimension}, ")).collect();
        let order = if fortran { "True" } else { "False" };
        let literal = format!("{{'descr': '<i2', 'fortran_order': {order}, 'shape': ({dimensions}), }}\n");
        let data = 2 * shape.iter().product::<u64>() as usize;
        // numpy writes an empty tuple as `()`.
        let literal = literal.replace("(, )", "()");
        let header = read(&file(&literal, data).as_slice()).unwrap();
        prop_assert_eq!(&header.tensors["array"].shape, &shape);
        prop_assert_eq!(header.metadata["fortran_order"].clone(), fortran.to_string());
    }
}
