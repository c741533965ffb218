use super::*;
use crate::artifact::container::assemble::{Entry as Written, Zip, deflated, zip};
use crate::artifact::source::SparseSource;

fn archive(bytes: &[u8]) -> Archive {
    read(&bytes).unwrap().unwrap()
}

/// Names and data of the entries, as they lie in the file.
fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let content = |entry: &Entry| {
        let start = usize::try_from(entry.data).unwrap();
        bytes[start..start + usize::try_from(entry.packed_bytes).unwrap()].to_vec()
    };
    archive(bytes).entries.iter().map(|entry| (entry.name.clone(), content(entry))).collect()
}

fn oddities(bytes: &[u8]) -> Vec<String> {
    archive(bytes).oddities.into_iter().map(|oddity| oddity.why.to_owned()).collect()
}

fn owned(entries: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
    entries.iter().map(|(name, data)| ((*name).to_owned(), data.to_vec())).collect()
}

#[test]
fn an_honest_archive_has_its_entries_and_nothing_odd() {
    let content: [(&str, &[u8]); 2] = [("archive/data.pkl", b"one"), ("archive/data/0", b"two")];
    let bytes = zip(&content);
    assert_eq!(entries(&bytes), owned(&content));
    assert_eq!(oddities(&bytes), Vec::<String>::new());
    assert_eq!(archive(&bytes).strays, []);
    let with_comment = Zip::default().with(&Written::stored("a", b"b")).build_with_comment(b"made by octocat");
    assert_eq!(oddities(&with_comment), Vec::<String>::new());
}

#[test]
fn sizes_behind_the_data_and_zip64_are_understood() {
    let described = Written { has_descriptor: true, ..Written::stored("a", b"one") };
    let large = Written { is_zip64: true, ..Written::stored("b", b"two") };
    for bytes in [
        Zip::default().with(&described).with(&large).build(),
        Zip::default().with(&described).with(&large).build_zip64(),
    ] {
        assert_eq!(entries(&bytes), owned(&[("a", b"one"), ("b", b"two")]));
        assert_eq!(oddities(&bytes), Vec::<String>::new());
    }
}

#[test]
fn entries_of_one_name_are_all_there_and_it_is_said() {
    let bytes = zip(&[("data.pkl", b"evil"), ("data.pkl", b"good")]);
    assert_eq!(entries(&bytes), owned(&[("data.pkl", b"evil"), ("data.pkl", b"good")]));
    assert!(oddities(&bytes)[0].contains("Two entries bear this name"));
}

#[test]
fn a_name_that_differs_in_the_entrys_own_header_is_said() {
    let bytes = Zip::default().with(&Written { local_name: "x.txt", ..Written::stored("data.pkl", b"evil") }).build();
    assert_eq!(entries(&bytes), owned(&[("data.pkl", b"evil")]));
    assert!(oddities(&bytes)[0].contains("another name"));
}

#[test]
fn a_method_that_differs_gives_both_readings() {
    let packed = deflated(b"evil");
    let bytes = Zip::default().with(&Written { local_method: 8, ..Written::stored("data.pkl", &packed) }).build();
    let methods: Vec<Method> = archive(&bytes).entries.iter().map(|entry| entry.method).collect();
    assert_eq!(methods, [Method::Packed(Packing::Deflate), Method::Stored]);
    assert!(oddities(&bytes)[0].contains("differently"));
}

#[test]
fn an_entry_that_the_directory_leaves_out_is_found() {
    let bytes = Zip::default()
        .with(&Written::stored("a", b"one"))
        .with(&Written { is_listed: false, ..Written::stored("hidden.pkl", b"evil") })
        .with(&Written::stored("b", b"two"))
        .build();
    assert!(entries(&bytes).contains(&("hidden.pkl".to_owned(), b"evil".to_vec())));
    assert!(oddities(&bytes)[0].contains("does not list it"));
}

#[test]
fn bytes_of_no_entry_are_given_back() {
    let bytes = Zip::default().with(&Written::stored("a", b"one")).with_stray(b"\0\0evil stray bytes\0").build();
    let (start, length) = archive(&bytes).strays[0];
    let start = usize::try_from(start).unwrap();
    assert_eq!(&bytes[start..start + usize::try_from(length).unwrap()], b"\0\0evil stray bytes\0");
    let padded = Zip::default().with(&Written::stored("a", b"one")).with_stray(&[0; 64]).build();
    assert_eq!((archive(&padded).strays, oddities(&padded)), (vec![], vec![]));
}

#[test]
fn bytes_in_front_of_the_archive_move_it() {
    let bytes = [b"some foreign bytes".to_vec(), zip(&[("a", b"one")])].concat();
    assert_eq!(entries(&bytes), owned(&[("a", b"one")]));
    assert!(oddities(&bytes)[0].contains("in front"));
}

#[test]
fn of_two_archives_in_a_row_both_are_read() {
    let bytes = [zip(&[("first", b"evil")]), zip(&[("second", b"good")])].concat();
    let names: Vec<String> = entries(&bytes).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"first".to_owned()) && names.contains(&"second".to_owned()));
}

#[test]
fn an_archive_in_the_comment_of_another_does_not_replace_it() {
    let inner = zip(&[("inner", b"good")]);
    let bytes = Zip::default().with(&Written::stored("outer", b"evil")).build_with_comment(&inner);
    let names: Vec<String> = entries(&bytes).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"outer".to_owned()) && names.contains(&"inner".to_owned()), "{names:?}");
}

#[test]
fn an_archive_stored_in_an_archive_stays_its_content() {
    let bytes = zip(&[("inner.zip", &zip(&[("a", b"one")]))]);
    assert_eq!(archive(&bytes).entries.len(), 1);
    assert_eq!(oddities(&bytes), Vec::<String>::new());
}

#[test]
fn an_archive_without_directory_is_unscannable_and_its_entries_are_found() {
    let mut bytes = zip(&[("a", b"one"), ("b", b"two")]);
    bytes.truncate(bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap());
    assert_eq!(archive(&bytes).entries.len(), 2);
    assert_eq!(archive(&bytes).oddities[0].verdict, Verdict::Unscannable);
}

#[test]
fn an_entry_beyond_the_end_is_unscannable() {
    let bytes = zip(&[("a", b"one")]);
    let mut long = bytes.clone();
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    long[directory + 20] = 0xff;
    assert!(archive(&long).oddities.iter().any(|oddity| oddity.verdict == Verdict::Unscannable));
}

#[test]
fn names_that_lead_out_of_the_folder_are_said() {
    for name in ["../evil", "/etc/evil", "a/../../b", "C:\\evil", "..\\evil"] {
        assert!(oddities(&zip(&[(name, b"x")]))[0].contains("leads out"), "{name}");
    }
    assert_eq!(oddities(&zip(&[("a..b/c", b"x")])), Vec::<String>::new());
}

#[test]
fn an_encrypted_entry_is_marked() {
    let bytes = Zip::default().with(&Written { flags: 1, ..Written::stored("a", b"one") }).build();
    assert!(archive(&bytes).entries[0].is_encrypted);
}

#[test]
fn other_files_are_no_archives() {
    for bytes in
        [b"".as_slice(), b"PK", b"PK\x05\x06", b"text with PK\x05\x06 in it and some more behind it", &[0; 100]]
    {
        assert!(read(&bytes).unwrap().is_none(), "{bytes:?}");
    }
    let empty = Zip::default().build();
    assert!(read(&empty.as_slice()).unwrap().unwrap().entries.is_empty());
}

#[test]
fn a_part_that_is_not_here_is_asked_for() {
    let bytes = zip(&[("a", &[7; 100_000])]);
    let mut source = SparseSource::new(u64::try_from(bytes.len()).unwrap());
    source.add(0, bytes[..100].to_vec());
    assert_eq!(read(&source).unwrap_err(), SourceError::Missing);
    // The directory and the headers are enough.
    let tail = bytes.len() - 70_000;
    source.add(u64::try_from(tail).unwrap(), bytes[tail..].to_vec());
    assert_eq!(read(&source).unwrap().unwrap().entries.len(), 1);
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_reader_fail(
        mut bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
        places in proptest::collection::vec((0_usize..300, 0_usize..4), 0..6),
    ) {
        for (at, signature) in places {
            let signature = [b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x07"][signature];
            if at + 4 <= bytes.len() {
                bytes[at..at + 4].copy_from_slice(signature);
            }
        }
        let _ = read(&bytes.as_slice()).unwrap();
    }

    #[test]
    fn a_changed_archive_is_read_without_harm(at in 0_usize..400, byte in proptest::prelude::any::<u8>()) {
        let mut bytes = Zip::default()
            .with(&Written { has_descriptor: true, ..Written::stored("archive/data.pkl", b"one") })
            .with(&Written { is_zip64: true, ..Written::stored("archive/data/0", b"two") })
            .build_zip64();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = read(&bytes.as_slice()).unwrap();
    }
}
