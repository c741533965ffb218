use super::*;
use crate::artifact::container::assemble::npy;

fn elements_of(description: &str, shape: &str) -> Elements {
    read(&npy(description, shape, b"").as_slice(), 0).unwrap().unwrap().elements
}

#[test]
fn numbers_have_a_length_and_objects_are_a_pickle() {
    assert_eq!(elements_of("'<i8'", "(6,)"), Elements::Raw(Some(48)));
    assert_eq!(elements_of("'<U3'", "(2, 2)"), Elements::Raw(Some(48)));
    assert_eq!(elements_of("'|b1'", "()"), Elements::Raw(Some(1)));
    assert_eq!(elements_of("[('x', '<f4'), ('y', '<i8')]", "(3,)"), Elements::Raw(None));
    for objects in ["'|O'", "'O'", "'object'", "[('x', '<f4'), ('y', '|O')]", "'|' 'O'", "'\\x4f'", "('O', (2,))"] {
        assert_eq!(elements_of(objects, "(1,)"), Elements::Objects, "{objects}");
    }
}

#[test]
fn a_later_key_replaces_an_earlier_one() {
    assert_eq!(elements_of("'<i8', 'descr': '|O'", "(1,)"), Elements::Objects);
}

#[test]
fn a_header_that_is_no_literal_is_unknown() {
    for description in
        ["__import__('os')", "'<i8' if 1 else '|O'", "'unclosed", "'\\N{LATIN CAPITAL LETTER O}'", "'''O'''"]
    {
        assert_eq!(elements_of(description, "(1,)"), Elements::Unknown, "{description}");
    }
    let cut = &npy("'<i8'", "(1,)", b"")[..30];
    assert_eq!(read(&cut, 0).unwrap().unwrap().elements, Elements::Unknown);
    assert_eq!(elements_of(&"[".repeat(100), "(1,)"), Elements::Unknown);
}

#[test]
fn sizes_beyond_any_file_have_no_length() {
    assert_eq!(elements_of("'<i8'", "(18446744073709551615,)"), Elements::Raw(None));
    assert_eq!(elements_of("'<i8'", "(-1,)"), Elements::Raw(None));
}

#[test]
fn the_data_begins_where_the_header_ends() {
    let bytes = npy("'<i8'", "(1,)", b"12345678");
    let array = read(&bytes.as_slice(), 0).unwrap().unwrap();
    assert_eq!(bytes.len() - 8, usize::try_from(array.data).unwrap());
    assert_eq!(read(&b"no array".as_slice(), 0).unwrap(), None);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_as_a_literal_or_not(text in "[\\[\\](){}'\",: \\\\xuO0-9a-fL<i]{0,80}") {
        let _ = literal::read(&text);
    }
}
