//! Arrays as joblib writes them, in the middle of a pickle.

use super::*;
use crate::artifact::pickle::assemble::{call_with, clean, dangerous, frame, pickle, stack_global, text};
use crate::artifact::pickle::opcode as op;

/// An array's stand-in with its state, up to BUILD.
fn stand_in(code: &str, shape: &[u8], is_aligned: bool) -> Vec<u8> {
    let dtype = [stack_global("numpy", "dtype"), text(code), b"\x89\x88\x87R".to_vec()].concat();
    let alignment =
        if is_aligned { [text("numpy_array_alignment_bytes"), b"K\x10".to_vec()].concat() } else { Vec::new() };
    [
        stack_global("joblib.numpy_pickle", "NumpyArrayWrapper"),
        b")\x81}(".to_vec(),
        text("shape"),
        shape.to_vec(),
        text("dtype"),
        dtype,
        alignment,
        b"ub".to_vec(),
    ]
    .concat()
}

/// Raw bytes that would call `os.system` if they were opcodes.
fn decoy() -> Vec<u8> {
    [stack_global("os", "system"), call_with("true")].concat()
}

fn names(bytes: &[u8]) -> Vec<String> {
    let mut names = found(bytes);
    names.retain(|name| name != "joblib.numpy_pickle.NumpyArrayWrapper");
    names
}

#[test]
fn what_follows_an_array_is_found() {
    let raw = [0xff; 24];
    let bytes = pickle(&[&stand_in("f8", b"K\x03\x85", false), &raw, b"0", &stack_global("os", "system"), b")R"]);
    assert_eq!(names(&bytes), ["os.system"]);
    assert_eq!(verdict(&pickle(&[&stand_in("f8", b"K\x03\x85", false), &raw])), Verdict::Suspicious);
}

#[test]
fn padding_in_front_of_an_array_is_skipped() {
    let raw = [&[5, 0xff, 0xff, 0xff, 0xff, 0xff], [0xff; 4].as_slice()].concat();
    let bytes = pickle(&[&stand_in("f4", b"K\x01\x85", true), &raw, b"0", &stack_global("os", "system"), b")R"]);
    assert_eq!(names(&bytes), ["os.system"]);
}

#[test]
fn an_array_of_objects_is_a_pickle_of_its_own() {
    let inner = |inner: &[u8]| pickle(&[&stand_in("O8", b"K\x01\x85", true), inner, b"0N"]);
    assert_eq!(names(&inner(&dangerous())), ["os.system"]);
    assert_eq!(names(&inner(&clean())), Vec::<String>::new());
}

#[test]
fn a_dtype_state_gives_the_size_of_flexible_elements() {
    let state =
        |size: u8, flags: u8| [b"(K\x03".as_slice(), &text("|"), b"NNNK", &[size], b"K\x01K", &[flags], b"tb"].concat();
    let dtype = |code: &str, state: &[u8]| {
        let made = [stack_global("numpy", "dtype"), text(code), b"\x89\x88\x87R".to_vec(), state.to_vec()].concat();
        let wrapper = stack_global("joblib.numpy_pickle", "NumpyArrayWrapper");
        [wrapper, b")\x81}(".to_vec(), text("shape"), b"K\x02\x85".to_vec(), text("dtype"), made, b"ub".to_vec()]
            .concat()
    };
    let after = [b"0".to_vec(), stack_global("os", "system"), b")R".to_vec()].concat();
    assert_eq!(names(&pickle(&[&dtype("V4", &state(7, 0)), &[0xff; 14], &after])), ["os.system"]);
    // The state's flag says that there are objects in the structure.
    assert_eq!(names(&pickle(&[&dtype("V8", &state(8, 1)), &clean(), &after])), ["os.system"]);
    // A number has the size that its code says, whatever the state claims.
    assert_eq!(names(&pickle(&[&dtype("f8", &state(1, 0)), &[0xff; 16], &after])), ["os.system"]);
}

#[test]
fn an_array_of_unknown_length_ends_the_scan_and_is_never_clean() {
    for code in ["Q?", "f", "d"] {
        assert_eq!(verdict(&pickle(&[&stand_in(code, b"K\x01\x85", false), &[0; 8]])), Verdict::Unscannable);
    }
    let bytes = pickle(&[&stand_in("f8", b"N\x85", false), &[0; 8]]);
    assert_eq!(verdict(&bytes), Verdict::Unscannable);
}

#[test]
fn the_state_of_one_array_does_not_serve_another() {
    let twice = pickle(&[
        &stand_in("f8", b"K\x01\x85", false),
        &[0; 8],
        &stack_global("joblib.numpy_pickle", "NumpyArrayWrapper"),
        b")\x81}b",
    ]);
    assert_eq!(verdict(&twice), Verdict::Unscannable);
}

#[test]
fn raw_bytes_count_as_opcodes_too_for_readers_that_are_not_joblib() {
    let raw = decoy();
    let shape = [op::BININT1, u8::try_from(raw.len()).unwrap(), op::TUPLE1];
    let bytes = pickle(&[&stand_in("u1", &shape, false), &raw]);
    assert_eq!(names(&bytes), ["os.system"]);
}

#[test]
fn an_array_inside_a_frame_cannot_be_followed() {
    let opcodes = [stand_in("u1", b"K\x01\x85", false), b"NNNN.".to_vec()].concat();
    assert_eq!(verdict(&[vec![op::PROTO, 4], frame(&opcodes)].concat()), Verdict::Unscannable);
    let outside = [vec![op::PROTO, 4], frame(&stand_in("u1", b"K\x01\x85", false)), vec![0xff, op::STOP]].concat();
    assert_eq!(verdict(&outside), Verdict::Suspicious);
}

#[test]
fn a_stand_in_that_a_function_makes_cannot_be_followed() {
    let class = stack_global("joblib.numpy_pickle", "NumpyArrayWrapper");
    let made =
        pickle(&[&stack_global("copyreg", "_reconstructor"), &class, &stack_global("builtins", "object"), b"N\x87R}b"]);
    assert_eq!(verdict(&made), Verdict::Unscannable);
}
