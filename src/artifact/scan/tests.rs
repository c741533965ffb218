use super::*;
use crate::artifact::container::assemble::{Entry, Zip, bzip2, deflated, gzip, npy, tar, zip, zlib};
use crate::artifact::pickle::assemble::{
    bytes as byte_string, call_with, clean, dangerous, pickle, protocol, stack_global, suspicious,
};
use crate::artifact::source::SparseSource;

mod hidden;
mod limits;

fn scanned(bytes: &[u8]) -> FileScan {
    let scan = scan("model.bin", &bytes, &ScanOptions::default()).unwrap();
    assert_eq!(detect(&bytes).unwrap(), scan.format);
    assert_eq!(scan.verdict, scan.findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Clean));
    scan
}

fn answer(bytes: &[u8]) -> (Format, Verdict) {
    let scan = scanned(bytes);
    (scan.format, scan.verdict)
}

fn torch_zip(pickle: &[u8], storages: &[&[u8]]) -> Vec<u8> {
    let names: Vec<String> = (0..storages.len()).map(|number| format!("archive/data/{number}")).collect();
    let mut archive = Zip::default().with(&Entry { has_descriptor: true, ..Entry::stored("archive/data.pkl", pickle) });
    for (name, storage) in names.iter().zip(storages) {
        archive = archive.with(&Entry { has_descriptor: true, ..Entry::stored(name, storage) });
    }
    archive.with(&Entry::stored("archive/version", b"3\n")).build()
}

#[test]
fn a_clean_verdict_claims_no_more_than_what_was_looked_for() {
    assert_eq!(Verdict::Clean.words(), "no imports outside the allow-list");
    for verdict in [Verdict::Clean, Verdict::Suspicious, Verdict::Unscannable, Verdict::Dangerous] {
        assert!(!verdict.words().contains("safe"));
    }
}

#[test]
fn findings_say_what_where_and_why() {
    let scan = scanned(&torch_zip(&dangerous(), &[&[0; 16]]));
    let finding = &scan.findings[0];
    assert_eq!((finding.name.as_str(), finding.member.as_deref()), ("os.system", Some("archive/data.pkl")));
    let position = dangerous().iter().position(|byte| *byte == 0x93).unwrap();
    assert_eq!(finding.position, Some(u64::try_from(position).unwrap()));
    assert_eq!(finding.why, "It is called when the file is loaded, and it can start other programs.");
    assert!(scan.has_pickle);
}

#[test]
fn findings_are_ordered_worst_first_then_by_place() {
    let bytes = zip(&[("b.pkl", &suspicious()), ("a.pkl", &suspicious()), ("c.pkl", &dangerous())]);
    let order: Vec<_> = scanned(&bytes).findings.into_iter().map(|finding| finding.member.unwrap()).collect();
    assert_eq!(order, ["c.pkl", "a.pkl", "b.pkl"]);
}

#[test]
fn the_kind_of_a_file_is_told_by_its_content() {
    let safetensors = [b"\x02\0\0\0\0\0\0\0{}".as_slice()].concat();
    for (bytes, format) in [
        (b"".to_vec(), Format::Empty),
        (b"# Card\n".to_vec(), Format::Text),
        (b"\x0b\x00\xff\x13".to_vec(), Format::Unknown),
        (safetensors, Format::Safetensors),
        (b"GGUF\x03\0\0\0".to_vec(), Format::Gguf),
        (b"\x89HDF\r\n\x1a\nrest".to_vec(), Format::Hdf5),
        (clean(), Format::Pickle),
        (npy("'<i8'", "(1,)", &[0; 8]), Format::Npy),
        (zip(&[("a.npy", &npy("'<i8'", "(1,)", &[0; 8]))]), Format::Npz),
        (torch_zip(&clean(), &[]), Format::TorchZip),
        (zip(&[("readme", b"text")]), Format::Zip),
        (gzip(b"text"), Format::Gzip),
        (zlib(b"text"), Format::Zlib),
        (bzip2(b"text"), Format::Bzip2),
        (tar(&[("a", b"text")]), Format::Tar),
    ] {
        assert_eq!(answer(&bytes), (format, Verdict::Clean), "{format:?}");
    }
}

#[test]
fn archives_that_are_not_read_are_unscannable() {
    for magic in [
        b"7z\xbc\xaf\x27\x1c".as_slice(),
        b"Rar!\x1a\x07\x01\0",
        b"\x28\xb5\x2f\xfd\0\0",
        b"\x04\x22\x4d\x18xx",
        b"ZF0x12",
    ] {
        assert_eq!(answer(magic), (Format::OtherArchive, Verdict::Unscannable), "{magic:?}");
    }
}

#[test]
fn a_pointer_to_another_file_has_a_treatment_of_its_own() {
    let oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12345\n");
    let scan = scanned(pointer.as_bytes());
    assert!(scan.is_pointer() && scan.verdict == Verdict::Unscannable);
    assert!(scan.findings[0].why.contains("stands for another file"));
    let invalid = scanned(pointer.replace("sha256", "sha1").as_bytes());
    assert_eq!(invalid.verdict, Verdict::Unscannable);
    assert!(invalid.findings[0].why.contains("is none"));
}

#[test]
fn names_only_make_the_answer_worse() {
    let unknown: &[u8] = b"\x0b\x00\xff\x13";
    let verdict = |name: &str, bytes: &[u8]| scan(name, &bytes, &ScanOptions::default()).unwrap().verdict;
    assert_eq!(verdict("weights.bin", unknown), Verdict::Clean);
    assert_eq!(verdict("scaler.PKL", unknown), Verdict::Unscannable);
    for name in ["card.txt", "model.onnx", "model.safetensors", "model.gguf"] {
        assert_eq!(verdict(name, &dangerous()), Verdict::Dangerous, "{name}");
    }
}

#[test]
fn arrays_of_objects_are_pickles_and_arrays_of_numbers_are_not() {
    let objects = |pickle: &[u8]| npy("'|O'", "(1,)", pickle);
    assert_eq!(answer(&objects(&clean())), (Format::Npy, Verdict::Clean));
    assert_eq!(answer(&objects(&dangerous())), (Format::Npy, Verdict::Dangerous));
    assert_eq!(answer(&objects(b"\0\0\0\0")), (Format::Npy, Verdict::Unscannable));
    assert_eq!(answer(&npy("what(", "(1,)", b"\0\0")), (Format::Npy, Verdict::Unscannable));
    let rows = [npy("'<i4'", "(2,)", &[0; 8]), objects(&clean()), npy("'<i4'", "(1,)", &[0; 4])].concat();
    assert_eq!(answer(&rows), (Format::Npy, Verdict::Clean));
    let hidden = [npy("'<i4'", "(2,)", &[0; 8]), objects(&clean()), objects(&dangerous())].concat();
    assert_eq!(answer(&hidden), (Format::Npy, Verdict::Dangerous));
}

#[test]
fn positions_in_arrays_count_from_the_start_of_the_file() {
    let bytes = npy("'|O'", "(1,)", &dangerous());
    let position = bytes.iter().rposition(|byte| *byte == 0x93).unwrap();
    assert_eq!(scanned(&bytes).findings[0].position, Some(u64::try_from(position).unwrap()));
}

#[test]
fn a_keras_file_is_judged_by_its_configuration() {
    let keras = |config: &[u8]| {
        zip(&[("metadata.json", b"{}"), ("config.json", config), ("model.weights.h5", b"\x89HDF\r\n\x1a\n")])
    };
    assert_eq!(answer(&keras(br#"{"module": "keras", "class_name": "Sequential"}"#)), (Format::Keras, Verdict::Clean));
    assert_eq!(answer(&keras(br#"{"class_name": "Lambda"}"#)), (Format::Keras, Verdict::Dangerous));
    assert_eq!(answer(&keras(b"{")), (Format::Keras, Verdict::Unscannable));
    let packed = deflated(br#"{"class_name": "Lambda"}"#);
    let bytes = Zip::default()
        .with(&Entry::stored("metadata.json", b"{}"))
        .with(&Entry::packed("config.json", 8, &packed))
        .build();
    assert_eq!(answer(&bytes), (Format::Keras, Verdict::Dangerous));
    // Nothing but the configuration is needed to run what is in it.
    assert_eq!(answer(&zip(&[("config.json", br#"{"class_name": "Lambda"}"#)])), (Format::Zip, Verdict::Dangerous));
}

#[test]
fn code_in_hdf5_is_found() {
    let hdf5 = |config: &str| [b"\x89HDF\r\n\x1a\n".as_slice(), &[0; 100], config.as_bytes()].concat();
    assert_eq!(answer(&hdf5(r#"{"class_name": "Dense"}"#)), (Format::Hdf5, Verdict::Clean));
    assert_eq!(answer(&hdf5(r#"{"class_name": "Lambda"}"#)), (Format::Hdf5, Verdict::Dangerous));
    assert_eq!(answer(&hdf5(r#"{"class_name": "\u004cambda"}"#)), (Format::Hdf5, Verdict::Unscannable));
    let behind = [vec![0; 16384], hdf5(r#"{"class_name": "Lambda"}"#)].concat();
    assert_eq!(answer(&behind), (Format::Hdf5, Verdict::Dangerous));
}

#[test]
fn code_for_torchscript_is_said() {
    let bytes = zip(&[("m/constants.pkl", &clean()), ("m/data.pkl", &clean()), ("m/code/model.py", b"def f(): pass")]);
    assert_eq!(answer(&bytes), (Format::TorchZip, Verdict::Suspicious));
}

#[test]
fn raw_storages_that_begin_like_pickles_are_no_alarm() {
    let storages: [&[u8]; 8] = [
        b"\x80\x02\x12\x34\x56\x78\x9a\xbc",
        b"\x80\x04X\xff\xff\xff\x7f\x00\x00",
        b"cos\xff\n\x01\x02\n",
        &[b'N'; 64],
        &[0x80; 64],
        b"\x82\x01\x00\x00\x00\x00\x00\x00",
        b"\x78\x9c\xff\xff\xff\xff\xff\xff",
        &[0; 64],
    ];
    assert_eq!(answer(&torch_zip(&clean(), &storages)), (Format::TorchZip, Verdict::Clean));
}

#[test]
fn team_and_limits_are_taken_from_the_options() {
    let allow = ["acme.*".to_owned()];
    let options = ScanOptions { allow_globals: &allow, ..ScanOptions::default() };
    let verdict = |bytes: &[u8]| scan("x", &bytes, &options).unwrap().verdict;
    assert_eq!(verdict(&suspicious()), Verdict::Clean);
    assert_eq!(verdict(&zip(&[("a", &suspicious())])), Verdict::Clean);
    assert_eq!(verdict(&dangerous()), Verdict::Dangerous);
}
