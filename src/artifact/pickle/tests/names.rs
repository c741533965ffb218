//! Which names opcodes import.

use super::*;
use crate::artifact::pickle::assemble::{call_with, global, long_text, pickle, protocol, stack_global, text};
use crate::artifact::pickle::opcode as op;

const OS_SYSTEM: [&str; 1] = ["os.system"];

#[test]
fn every_text_opcode_can_name_an_import() {
    let ways: [(&str, &[u8]); 8] = [
        ("SHORT_BINUNICODE", b"\x8c\x02os"),
        ("BINUNICODE", b"X\x02\0\0\0os"),
        ("BINUNICODE8", b"\x8d\x02\0\0\0\0\0\0\0os"),
        ("UNICODE", b"Vos\n"),
        ("UNICODE with escapes", b"V\\u006f\\U00000073\n"),
        ("STRING with escapes", b"S\"\\x6f\\163\"\n"),
        ("BINSTRING", b"T\x02\0\0\0os"),
        ("SHORT_BINSTRING", b"U\x02os"),
    ];
    for (way, module) in ways {
        assert_eq!(found(&pickle(&[module, &text("system"), &[op::STACK_GLOBAL]])), OS_SYSTEM, "{way}");
    }
}

#[test]
fn names_come_back_from_the_memo_however_they_were_kept() {
    let ways: [(&[u8], &[u8]); 4] = [
        (b"p7\n", b"g7\n"),
        (b"q\x07", b"h\x07"),
        (b"r\x07\0\0\0", b"j\x07\0\0\0"),
        // The first value that MEMOIZE keeps has the number 0.
        (b"\x94", b"h\0"),
    ];
    for (put, get) in ways {
        assert_eq!(found(&pickle(&[&text("os"), put, b"0", get, &text("system"), b"\x93"])), OS_SYSTEM, "{put:?}");
    }
}

#[test]
fn the_operands_are_those_on_the_stack_and_not_the_texts_before() {
    let decoys = [text("collections"), text("OrderedDict"), b"00".to_vec()].concat();
    assert_eq!(found(&pickle(&[&text("os"), &text("system"), &decoys, b"\x93"])), OS_SYSTEM);
    let between = pickle(&[&text("os"), b"(K\x01K\x02t0", &text("system"), b"\x94N0", b"\x93"]);
    assert_eq!(found(&between), OS_SYSTEM);
    let doubled = pickle(&[&text("os"), b"2", b"0", &text("system"), b"\x93"]);
    assert_eq!(found(&doubled), OS_SYSTEM);
}

#[test]
fn every_way_to_call_is_noted_as_a_call() {
    let class = stack_global("subprocess", "Popen");
    let calls: [Vec<u8>; 5] = [
        [class.as_slice(), b")R"].concat(),
        [class.as_slice(), b")\x81"].concat(),
        [class.as_slice(), b")}\x92"].concat(),
        [b"(".as_slice(), &class, b"o"].concat(),
        b"(isubprocess\nPopen\n".to_vec(),
    ];
    for call in calls {
        let stream = read_all(&pickle(&[&call]));
        assert_eq!(stream.findings.len(), 1);
        assert!(stream.findings[0].why.starts_with("It is called"), "{call:?}");
        assert_eq!(
            (stream.findings[0].verdict, stream.findings[0].name.as_str()),
            (Verdict::Dangerous, "subprocess.Popen")
        );
    }
    let stream = read_all(&pickle(&[&class]));
    assert!(stream.findings[0].why.starts_with("It is imported"));
}

#[test]
fn an_import_by_number_is_dangerous() {
    for extension in [b"\x82\x01".as_slice(), b"\x83\x01\0", b"\x84\x01\0\0\0"] {
        let stream = read_all(&pickle(&[extension, b")R"]));
        assert_eq!(worst(&stream.findings), Verdict::Dangerous);
        assert_eq!(stream.findings[0].name, "extension 1");
    }
}

#[test]
fn a_name_that_is_no_text_of_the_file_is_dangerous() {
    let computed = [stack_global("_codecs", "encode"), call_with("bf"), text("system"), b"\x93".to_vec()].concat();
    for bytes in [computed, b"K\x01K\x02\x93".to_vec(), b"C\x02osC\x06system\x93".to_vec(), b"N}\x93".to_vec()] {
        assert_eq!(found(&pickle(&[&bytes])), ["computed import"]);
        assert_eq!(verdict(&pickle(&[&bytes])), Verdict::Dangerous);
    }
}

#[test]
fn a_name_longer_than_any_name_is_dangerous() {
    let long = "a.".repeat(600);
    assert_eq!(verdict(&pickle(&[&long_text(&long), &text("x"), b"\x93"])), Verdict::Dangerous);
    assert_eq!(verdict(&pickle(&[&global("logging", &long)])), Verdict::Dangerous);
    assert_eq!(verdict(&pickle(&[&global(&"a.".repeat(600_000), "x")])), Verdict::Unscannable);
}

#[test]
fn python_2_names_are_mapped_below_protocol_3_and_both_names_count() {
    let with =
        |version: u8, module: &str, name: &str| [protocol(version), global(module, name), b".".to_vec()].concat();
    let stream = read_all(&with(2, "commands", "getoutput"));
    assert_eq!(stream.findings[0].name, "subprocess.getoutput");
    assert!(stream.findings[0].why.contains("`commands.getoutput`"));
    assert_eq!(found(&global("__builtin__", "eval"))[0], "builtins.eval");
    assert_eq!(verdict(&with(2, "urllib", "urlopen")), Verdict::Dangerous);
    assert_eq!(verdict(&with(2, "__builtin__", "set")), Verdict::Clean);
    assert_eq!(verdict(&with(3, "__builtin__", "set")), Verdict::Suspicious);
    assert_eq!(verdict(&with(3, "__builtin__", "eval")), Verdict::Dangerous);
    // The protocol may change on the way.
    let changed = [protocol(4), protocol(2), global("commands", "getoutput"), b".".to_vec()].concat();
    assert_eq!(found(&changed), ["subprocess.getoutput"]);
}

#[test]
fn an_import_that_is_itself_changed_is_dangerous() {
    let bytes = pickle(&[&stack_global("torch.nn.parameter", "Parameter"), b"}", &text("x"), b"Ns", b"b"]);
    assert_eq!(found(&bytes), ["changed import"]);
    let object = pickle(&[&stack_global("torch.nn.parameter", "Parameter"), b")\x81}b"]);
    assert_eq!(verdict(&object), Verdict::Clean);
}

#[test]
fn a_call_of_what_a_call_gave_is_suspicious() {
    assert_eq!(found(&pickle(&[&stack_global("collections", "OrderedDict"), b")R)R"])), ["computed call"]);
    assert_eq!(found(&pickle(&[b"Pid\n)R"])), ["computed call"]);
    assert_eq!(found(&pickle(&[b"N)R"])), Vec::<String>::new());
}

#[test]
fn bytes_that_a_loader_takes_are_handed_on() {
    let loader = stack_global("torch.storage", "_load_from_bytes");
    let bytes = pickle(&[&loader, b"C\x03abc\x94\x85\x94R"]);
    let stream = read_all(&bytes);
    let start = u64::try_from(bytes.windows(3).position(|window| window == b"abc").unwrap()).unwrap();
    assert_eq!(stream.loaded, [(start, 3)]);
    assert_eq!(worst(&stream.findings), Verdict::Suspicious);
    let computed = pickle(&[&loader, b"C\x03abcC\x03def0\x85R"]);
    assert_eq!(found(&computed), ["computed bytes", "torch.storage._load_from_bytes"]);
}

#[test]
fn the_team_allows_what_is_unlisted_and_nothing_else() {
    let allow = ["sklearn.*".to_owned(), "os.*".to_owned()];
    let verdict =
        |module: &str, name: &str| worst(&read_with(&pickle(&[&stack_global(module, name)]), &allow, 1000).findings);
    assert_eq!(verdict("sklearn.linear_model._logistic", "LogisticRegression"), Verdict::Clean);
    assert_eq!(verdict("sklearnx", "Model"), Verdict::Suspicious);
    assert_eq!(verdict("os", "system"), Verdict::Dangerous);
    assert_eq!(verdict("sklearn.externals.joblib", "load"), Verdict::Dangerous);
    assert_eq!(verdict("sklearn.utils", "np.linalg.norm"), Verdict::Suspicious);
}
