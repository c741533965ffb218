//! Single imports, against our own judgement of each.

use countersign::artifact::scan::{self, ScanOptions, Verdict};

use crate::references;

/// A pickle of protocol 4 that imports one name and does nothing with it.
fn importing(module: &str, name: &str) -> Vec<u8> {
    let text = |text: &str| [&[0x8c, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    [b"\x80\x04".as_slice(), &text(module), &text(name), b"\x93."].concat()
}

#[test]
fn every_import_gets_the_expected_verdict() {
    let globals = references::json("models/weights/globals.json");
    let globals = globals["globals"].as_array().unwrap();
    assert!(globals.len() > 100);
    let mut wrong = Vec::new();
    for global in globals {
        let field = |name: &str| global[name].as_str().unwrap();
        let pickle = importing(field("module"), field("name"));
        let scan = scan::scan("", &pickle.as_slice(), &ScanOptions::default()).unwrap();
        let verdict = match field("countersign_should") {
            "clean" => Verdict::Clean,
            "suspicious" => Verdict::Suspicious,
            "dangerous" => Verdict::Dangerous,
            other => panic!("`{other}` is no verdict"),
        };
        if scan.verdict != verdict {
            wrong.push(format!("{}.{}: {:?}, not {verdict:?}", field("module"), field("name"), scan.verdict));
        }
        assert!(scan.has_pickle);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
