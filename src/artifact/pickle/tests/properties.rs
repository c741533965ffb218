//! What holds for any bytes.

use proptest::prelude::*;

use super::*;
use crate::artifact::pickle::assemble::{call_with, protocol, stack_global};

/// Opcodes with arguments that mostly fit, so that pickles run long.
fn opcode() -> impl Strategy<Value = Vec<u8>> {
    let fixed: Vec<&'static [u8]> = vec![
        b"(",
        b"0",
        b"1",
        b"2",
        b"N",
        b"K\x01",
        b"M\x01\x02",
        b"J\x01\x02\x03\x04",
        b"I7\n",
        b"L7L\n",
        b"F1.5\n",
        b"\x88",
        b"\x89",
        b"\x8a\x01\x02",
        b"]",
        b"}",
        b")",
        b"\x8f",
        b"a",
        b"e",
        b"s",
        b"u",
        b"t",
        b"\x85",
        b"\x86",
        b"\x87",
        b"l",
        b"d",
        b"\x90",
        b"\x91",
        b"h\0",
        b"h\x01",
        b"q\0",
        b"q\x01",
        b"\x94",
        b"p1\n",
        b"g1\n",
        b"R",
        b"b",
        b"o",
        b"\x81",
        b"\x92",
        b"\x93",
        b"\x82\x01",
        b"Pid\n",
        b"Q",
        b"cos\nsystem\n",
        b"cacme\nDense\n",
        b"iacme\nDense\n",
        b"\x8c\x02os",
        b"\x8c\x06system",
        b"Vos\n",
        b"S'os'\n",
        b"C\x02ab",
        b"X\x02\0\0\0os",
        b"\x97",
        b"\x98",
        b"ccollections\nOrderedDict\n",
        b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n",
        b"\x80\x02",
        b"\x80\x04",
        b"\x95\x04\0\0\0\0\0\0\0",
        b"\x95\xff\0\0\0\0\0\0\0",
        b".",
    ];
    prop_oneof![
        20 => proptest::sample::select(fixed).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ]
}

fn opcodes() -> impl Strategy<Value = Vec<u8>> {
    (proptest::option::of(0_u8..6), proptest::collection::vec(opcode(), 0..60))
        .prop_map(|(version, opcodes)| [version.map(protocol).unwrap_or_default(), opcodes.concat()].concat())
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..300), opcodes()]
}

/// A pickle that ends with STOP, whatever comes before.
fn complete() -> impl Strategy<Value = Vec<u8>> {
    opcodes().prop_map(|opcodes| {
        let stream = read_all(&opcodes);
        // Where the opcodes break off, others that only leave a value are put in their place.
        if stream.kind == StreamKind::Pickles
            && worst(&stream.findings) != Verdict::Unscannable
            && stream.rest.is_none()
        {
            opcodes
        } else {
            [protocol(4), b"N.".to_vec()].concat()
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_read_within_the_budget(bytes in any_bytes(), opcodes in 0_u64..200) {
        let mut budget = Budget::new(opcodes);
        let stream = read(&bytes.as_slice(), &[], &mut budget).unwrap();
        prop_assert!(stream.rest.is_none_or(|rest| rest <= u64::try_from(bytes.len()).unwrap()));
        for (start, length) in stream.loaded {
            prop_assert!(start + length <= u64::try_from(bytes.len()).unwrap());
        }
    }

    #[test]
    fn a_pickle_behind_another_does_not_make_the_first_better(first in complete(), second in any_bytes()) {
        let both = [first.clone(), second].concat();
        prop_assert!(verdict(&both) >= verdict(&first));
    }

    #[test]
    fn a_complete_pickle_in_front_does_not_hide_the_second(first in complete(), second in opcodes()) {
        let (alone, behind) = (verdict(&second), verdict(&[first, second].concat()));
        prop_assert!(behind >= alone, "{alone:?} alone, {behind:?} behind another");
    }

    #[test]
    fn a_dangerous_pickle_cut_behind_its_call_stays_dangerous(
        version in 0_u8..6, tail in any_bytes(), cut in any::<proptest::sample::Index>()
    ) {
        let call = [protocol(version), stack_global("os", "system"), call_with("true")].concat();
        let whole = [call.clone(), tail].concat();
        let end = call.len() + cut.index(whole.len() - call.len() + 1);
        prop_assert_eq!(verdict(&whole[..end]), Verdict::Dangerous);
    }

    #[test]
    fn the_answer_does_not_depend_on_how_the_bytes_come(bytes in opcodes(), piece in 1_usize..40) {
        let mut sparse = crate::artifact::source::SparseSource::new(u64::try_from(bytes.len()).unwrap());
        for (number, part) in bytes.chunks(piece).enumerate() {
            sparse.add(u64::try_from(number * piece).unwrap(), part.to_vec());
        }
        let in_pieces = read(&sparse, &[], &mut Budget::new(10_000)).unwrap();
        prop_assert_eq!(in_pieces.findings, read_with(&bytes, &[], 10_000).findings);
    }
}
