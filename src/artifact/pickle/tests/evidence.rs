//! What is a pickle, and what only begins like one.

use super::*;
use crate::artifact::pickle::assemble::{clean, dangerous, suspicious};

fn is_pickle(bytes: &[u8]) -> bool {
    matches!(read_all(bytes).kind, StreamKind::Pickles | StreamKind::TorchLegacy)
}

#[test]
fn text_is_no_pickle_however_many_opcodes_it_begins_with() {
    for text in [
        "class Foo:\n    pass\n",
        "cat\ndog\nbird\n",
        "import os\nos.system('x')\n",
        "N. Smith wrote this.\n",
        "I1 is a gene.\nI2 too.\n",
        "{\"layers\": []}",
        "[1, 2, 3]",
        "((((",
        "# Model card\n",
        "version https://example.com\n",
        "",
        "collections\nOrderedDict\nand so on",
    ] {
        let stream = read_all(text.as_bytes());
        assert!(!matches!(stream.kind, StreamKind::Pickles), "{text:?}");
        assert_eq!(stream.findings, [], "{text:?}");
    }
}

#[test]
fn raw_numbers_are_no_pickle_even_behind_what_looks_like_a_protocol() {
    for bytes in [
        b"\x80\x02\x12\x34\x56".to_vec(),
        b"\x80\x04X\xff\xff\xff\x7frest".to_vec(),
        b"\x80\x03N\x00\x00".to_vec(),
        b"c\x80\xff\x01\n\x02\x03\n".to_vec(),
        b"c\x01\x02\n\x03\n\x04".to_vec(),
        vec![b'N'; 4096],
        vec![0x80; 4096],
        vec![b')'; 64],
        b"\x82\x01\x00\x00".to_vec(),
        b"NN\x93\x00".to_vec(),
        [149_u64, 3, 7, 0].map(u64::to_le_bytes).concat(),
    ] {
        assert!(!is_pickle(&bytes), "{bytes:?}");
        assert_eq!(worst(&read_all(&bytes).findings), Verdict::Clean);
    }
}

#[test]
fn a_pickle_without_protocol_is_one_when_it_calls_or_is_complete() {
    for bytes in [
        b"cos\nsystem\n(S'true'\ntR.".as_slice(),
        b"cos\nsystem\n(S'true'\ntR",
        b"cacme\nrun\n)R\xff",
        b"cacme\nrun\n.",
    ] {
        assert!(is_pickle(bytes), "{bytes:?}");
        assert_ne!(verdict(bytes), Verdict::Clean);
    }
    assert!(is_pickle(b"N."));
    assert!(is_pickle(b"\x82\x01)R\xff"));
}

#[test]
fn a_dangerous_import_alone_makes_a_pickle() {
    assert_eq!(verdict(b"cos\nsystem\n\xff"), Verdict::Dangerous);
}

#[test]
fn a_short_pickle_in_front_hides_nothing() {
    assert_eq!(verdict(&[b"N.".to_vec(), dangerous()].concat()), Verdict::Dangerous);
    assert_eq!(verdict(&[b"N.N.".to_vec(), suspicious()].concat()), Verdict::Suspicious);
    assert_eq!(verdict(&[b"N.".to_vec(), clean()].concat()), Verdict::Clean);
}

#[test]
fn bytes_that_end_too_soon_are_told_from_bytes_that_are_no_pickle() {
    assert_eq!(read_all(b"\x80\x04X\xff\0\0\0abc").kind, StreamKind::TooShortToTell);
    assert_eq!(read_all(b"\x80\x04\x00").kind, StreamKind::NotPickles);
}
