//! Pickles where scanners do not look, though programs do.

use super::*;

fn is_found(bytes: &[u8]) -> bool {
    scanned(bytes).findings.iter().any(|finding| finding.name == "os.system" && finding.verdict == Verdict::Dangerous)
}

#[test]
fn in_compressed_streams_and_archives() {
    for bytes in [
        gzip(&dangerous()),
        zlib(&dangerous()),
        bzip2(&dangerous()),
        tar(&[("weights", &dangerous())]),
        zip(&[("notes.txt", &dangerous())]),
        gzip(&tar(&[("weights", &zlib(&dangerous()))])),
        zip(&[("inner.zip", &zip(&[("innermost.zip", &zip(&[("x", &dangerous())]))]))]),
        Zip::default().with(&Entry::packed("x", 8, &deflated(&dangerous()))).build(),
        Zip::default().with(&Entry::packed("x", 12, &bzip2(&dangerous()))).build(),
    ] {
        assert!(is_found(&bytes));
    }
}

#[test]
fn in_a_storage_of_a_torch_file() {
    let raw = vec![0x3f; 4096];
    assert!(is_found(&torch_zip(&clean(), &[&raw, &dangerous(), &raw])));
    assert!(is_found(&torch_zip(&clean(), &[&raw, b"cos\nsystem\n(S'true'\ntR.", &raw])));
}

#[test]
fn in_every_kind_of_lie_a_zip_can_tell() {
    let pickle = dangerous();
    let entry = || Entry::stored("archive/data.pkl", &pickle);
    let good = || Entry::stored("archive/data.pkl", b"N.");
    let archives = [
        Zip::default().with(&entry()).with(&good()).build(),
        Zip::default().with(&good()).with(&entry()).build(),
        Zip::default().with(&Entry { local_name: "readme.txt", ..entry() }).build(),
        Zip::default().with(&Entry { crc: 0xdead_beef, ..entry() }).build(),
        Zip::default().with(&Entry { flags: 1, ..entry() }).build(),
        Zip::default().with(&Entry { is_listed: false, ..entry() }).with(&good()).build(),
        Zip::default().with(&Entry { is_zip64: true, ..entry() }).build_zip64(),
        Zip::default().with(&Entry { local_method: 8, ..entry() }).build(),
        Zip::default().with(&good()).with_stray(&pickle).build(),
        Zip::default().with(&good()).build_with_comment(&Zip::default().with(&entry()).build()),
        [pickle.clone(), Zip::default().with(&good()).build()].concat(),
        [Zip::default().with(&entry()).build(), Zip::default().with(&good()).build()].concat(),
        [vec![0xff; 1000], Zip::default().with(&entry()).build()].concat(),
    ];
    for (number, bytes) in archives.iter().enumerate() {
        assert!(is_found(bytes), "archive {number}");
    }
}

#[test]
fn in_an_archive_behind_another_kind_of_file() {
    let safetensors = b"\x02\0\0\0\0\0\0\0{}".to_vec();
    let bytes = [safetensors, zip(&[("x", &dangerous())])].concat();
    let scan = scanned(&bytes);
    assert_eq!((scan.format, scan.verdict), (Format::Safetensors, Verdict::Dangerous));
}

#[test]
fn in_a_file_that_is_also_valid_safetensors() {
    // Eight bytes of length that are also BINUNICODE, whose text covers the header.
    let padded = |length: usize| format!("{{\"x\":1{}}}", " ".repeat(length - 7));
    let header_bytes = 0x0001_2058_usize;
    let text_bytes = u32::from_le_bytes([0x20, 0x01, 0, 0]);
    let mut bytes = u64::try_from(header_bytes).unwrap().to_le_bytes().to_vec();
    bytes.extend(padded(header_bytes).into_bytes());
    let behind_text = 5 + usize::try_from(text_bytes).unwrap();
    let payload = [b"0".to_vec(), stack_global("os", "system"), call_with("true"), b".".to_vec()].concat();
    bytes.splice(behind_text..behind_text + payload.len(), payload);
    assert!(is_found(&bytes));
}

#[test]
fn in_a_tar_archive_whose_first_name_is_a_pickle() {
    let name = "cos\nsystem\n(S'true'\ntR.";
    assert!(is_found(&tar(&[(name, b"x")])));
}

#[test]
fn in_bytes_that_a_loader_takes() {
    let inner =
        |bytes: &[u8]| pickle(&[&stack_global("torch.storage", "_load_from_bytes"), &byte_string(bytes), b"\x85R"]);
    assert!(is_found(&inner(&dangerous())));
    assert!(is_found(&inner(&torch_zip(&dangerous(), &[]))));
    assert_eq!(scanned(&inner(&clean())).verdict, Verdict::Suspicious);
    let finding = scanned(&inner(&dangerous())).findings[0].clone();
    assert!(finding.member.unwrap().starts_with("(bytes at "));
}

#[test]
fn behind_a_pickle_that_ends() {
    assert!(is_found(&[clean(), dangerous()].concat()));
    assert!(is_found(&[clean(), gzip(&dangerous())].concat()));
    assert_eq!(scanned(&[clean(), b"\x00raw data".to_vec()].concat()).verdict, Verdict::Unscannable);
}

#[test]
fn in_streams_that_break() {
    let gzip = gzip(&[dangerous(), clean().repeat(5000)].concat());
    assert!(is_found(&gzip[..gzip.len() - 10]));
    let mut cut = protocol(4);
    cut.extend(stack_global("os", "system"));
    cut.extend(call_with("true"));
    assert!(is_found(&cut));
}

#[test]
fn inside_compressed_data_whose_beginning_says_little() {
    // A long text first: the first bytes that are unpacked end inside it.
    let long = pickle(&[
        &crate::artifact::pickle::assemble::long_text(&"x".repeat(100_000)),
        b"0",
        &stack_global("os", "system"),
        b")R",
    ]);
    assert!(is_found(&gzip(&long)));
    assert!(is_found(&Zip::default().with(&Entry::packed("x", 8, &deflated(&long))).build()));
}
