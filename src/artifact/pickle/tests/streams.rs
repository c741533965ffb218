//! Several pickles, and pickles that end badly.

use super::*;
use crate::artifact::pickle::assemble::{
    call_with, clean, dangerous, false_frame, frame, global, pickle, protocol, stack_global, suspicious, text,
};
use crate::artifact::pickle::opcode as op;

#[test]
fn every_pickle_of_a_stream_is_read_and_each_has_a_memo_of_its_own() {
    assert_eq!(found(&[clean(), dangerous()].concat()), ["os.system"]);
    let keeps = pickle(&[&text("os"), b"\x94"]);
    let fetches = pickle(&[&text("system"), b"\x950\0\0\0\0\0\0\0", b"h\0\x93"]);
    let stream = read_all(&[keeps, fetches].concat());
    assert_eq!(worst(&stream.findings), Verdict::Unscannable);
    assert!(stream.findings[0].why.contains("was not kept"), "{:?}", stream.findings);
}

#[test]
fn positions_count_from_the_start_of_the_file() {
    let first = clean();
    let stream = read_all(&[first.clone(), dangerous()].concat());
    let opcode = dangerous().iter().position(|byte| *byte == op::STACK_GLOBAL).unwrap();
    assert_eq!(stream.findings[0].position, Some(u64::try_from(first.len() + opcode).unwrap()));
}

#[test]
fn what_was_found_before_the_pickle_breaks_is_kept() {
    let called = [protocol(4), stack_global("os", "system"), call_with("true")].concat();
    for tail in [b"\xff".as_slice(), b"", b"0000", b"h\x09", b"X\xff\xff\xff\xff", b"K\x01K\x02\x93", b"e"] {
        let stream = read_all(&[called.as_slice(), tail].concat());
        assert_eq!(worst(&stream.findings), Verdict::Dangerous, "{tail:?}");
        assert_eq!(stream.kind, StreamKind::Pickles);
    }
}

#[test]
fn a_broken_pickle_without_findings_is_unscannable() {
    let mut broken = clean();
    broken.pop();
    let stream = read_all(&broken);
    assert_eq!((stream.kind, worst(&stream.findings)), (StreamKind::Pickles, Verdict::Unscannable));
    broken.push(0xff);
    assert_eq!(verdict(&broken), Verdict::Unscannable);
}

#[test]
fn frames_that_end_where_their_opcodes_end_change_nothing() {
    let opcodes = [stack_global("collections", "OrderedDict"), b")R.".to_vec()].concat();
    assert_eq!(verdict(&[protocol(4), frame(&opcodes)].concat()), Verdict::Clean);
    let two = [protocol(4), frame(b"]("), frame(b"K\x01e."), clean()].concat();
    assert_eq!(verdict(&two), Verdict::Clean);
}

#[test]
fn a_frame_that_lies_is_dangerous() {
    // CPython's C reader drops the rest of a frame when a text reaches beyond it, and so finds other opcodes.
    let text_over_the_end = [protocol(4), false_frame(4, b"X\x09\0\0\0harmless.."), b".".to_vec()].concat();
    let line_over_the_end =
        [protocol(4), false_frame(5, &global("collections", "OrderedDict")), b".".to_vec()].concat();
    let pickle_ends_inside = [protocol(4), false_frame(9, b"N.NNNNNNNN")].concat();
    let frame_over_frame = [protocol(4), false_frame(12, &false_frame(20, b"N0N0N0N0N0N0N0N0N0N0N."))].concat();
    for bytes in [text_over_the_end, line_over_the_end, pickle_ends_inside, frame_over_frame] {
        let stream = read_all(&bytes);
        assert_eq!(worst(&stream.findings), Verdict::Dangerous, "{bytes:?}");
        assert_eq!(stream.findings[0].name, "false frame");
    }
}

#[test]
fn sizes_that_lie_end_the_pickle_at_once() {
    let mut calls = [protocol(4), stack_global("os", "system"), call_with("true")].concat();
    calls.extend(b"\x8d\0\0\0\0\0\0\0\x10");
    assert_eq!(verdict(&calls), Verdict::Dangerous);
    let cut = [protocol(4), b"NNNNNNN\x8e\xff\xff\xff\xff\xff\xff\xff\xff".to_vec()].concat();
    assert_eq!(verdict(&cut), Verdict::Unscannable);
    assert_eq!(verdict(&[protocol(4), false_frame(1 << 62, b"NN0N0N0N0")].concat()), Verdict::Unscannable);
}

#[test]
fn marks_may_be_many() {
    let bytes = pickle(&[&vec![op::MARK; 200_000], &vec![op::POP; 200_000], b"N"]);
    assert_eq!(verdict(&bytes), Verdict::Clean);
}

#[test]
fn bytes_behind_the_last_pickle_are_given_back_unless_they_are_padding() {
    let length = u64::try_from(clean().len()).unwrap();
    assert_eq!(read_all(&[clean(), b"\x00raw".to_vec()].concat()).rest, Some(length));
    assert_eq!(read_all(&[clean(), vec![0; 100]].concat()).rest, None);
    assert_eq!(read_all(&[clean(), b"\r\n".to_vec()].concat()).rest, None);
}

#[test]
fn torch_files_of_old_are_five_pickles_and_raw_bytes() {
    let magic = pickle(&[b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"]);
    let legacy = |fourth: Vec<u8>| [magic.clone(), clean(), clean(), fourth, clean(), vec![6, 0, 0, 0xff]].concat();
    let stream = read_all(&legacy(clean()));
    assert_eq!((stream.kind, stream.rest, stream.findings.len()), (StreamKind::TorchLegacy, None, 0));
    assert_eq!(verdict(&legacy(dangerous())), Verdict::Dangerous);
    let as_text =
        [b"L119547037146038801333356L\n.".to_vec(), clean(), clean(), clean(), clean(), b"raw".to_vec()].concat();
    assert_eq!(read_all(&as_text).kind, StreamKind::TorchLegacy);
}

#[test]
fn the_same_import_is_found_once() {
    assert_eq!(found(&[suspicious(), suspicious(), suspicious()].concat()), ["acme.layers.Dense"]);
}

#[test]
fn a_mark_taken_for_a_value_does_not_hide_what_comes_next() {
    // Python 2 takes the mark for a value and goes on; later versions stop.
    assert_eq!(found(b"](acos\nsystem\n(S'true'\ntR."), ["os.system"]);
}
