use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use proptest::prelude::*;

use super::*;

/// A zip archive of these files, deflated.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(content);
        let offset = u32::try_from(out.len()).unwrap();
        let common = [
            &20_u16.to_le_bytes()[..],
            &0_u16.to_le_bytes(),
            &DEFLATED.to_le_bytes(),
            &[0; 4],
            &crc.sum().to_le_bytes(),
            &u32::try_from(packed.len()).unwrap().to_le_bytes(),
            &u32::try_from(content.len()).unwrap().to_le_bytes(),
            &u16::try_from(name.len()).unwrap().to_le_bytes(),
            &0_u16.to_le_bytes(),
        ]
        .concat();
        out.extend([&LOCAL_ENTRY.to_le_bytes()[..], &common, name.as_bytes(), &packed].concat());
        directory.extend([&DIRECTORY_ENTRY.to_le_bytes()[..], &20_u16.to_le_bytes(), &common].concat());
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let (size, at) = (u32::try_from(directory.len()).unwrap(), u32::try_from(out.len()).unwrap());
    out.extend(directory);
    out.extend(
        [&END.to_le_bytes()[..], &[0; 4], &count, &count, &size.to_le_bytes(), &at.to_le_bytes(), &[0; 2]].concat(),
    );
    out
}

const REPORT: &[(&str, &[u8])] = &[("reports/", b""), ("reports/scan.sarif", b"{\"runs\": []}"), ("log.txt", b"x")];

fn read(zip: &[u8]) -> Result<Vec<File>, ArchiveError> {
    files(zip, |name| name.ends_with(".sarif"))
}

/// Changes the bytes at the first place of `what`, counted from its start.
fn patched(mut zip: Vec<u8>, what: u32, at: usize, value: &[u8]) -> Vec<u8> {
    let start = zip.windows(4).position(|window| window == what.to_le_bytes()).unwrap() + at;
    zip[start..start + value.len()].copy_from_slice(value);
    zip
}

#[test]
fn wanted_files_are_unpacked() {
    let found = read(&zip(REPORT)).unwrap();
    assert_eq!(found, [File { name: "reports/scan.sarif".into(), bytes: b"{\"runs\": []}".to_vec() }]);
    assert_eq!(read(&zip(&[])), Ok(Vec::new()));
}

#[test]
fn an_archive_by_another_program_is_read() {
    // Made by Python's zipfile: one file stored, one deflated with a data descriptor, a comment at the end.
    let archive = include_bytes!("python.zip");
    let found = files(archive, |_| true).unwrap();
    let names: Vec<_> = found.iter().map(|file| (file.name.as_str(), file.bytes.len())).collect();
    assert_eq!(names, [("countersign.json", 36), ("deep/scan.sarif", 3_000)]);
}

#[test]
fn what_is_no_archive_is_refused() {
    let whole = zip(REPORT);
    for bad in [&b""[..], b"PK", b"{}", &whole[..whole.len() - 1], &whole[1..]] {
        assert!(read(bad).is_err(), "{} bytes", bad.len());
    }
}

#[test]
fn unusual_archives_are_refused_by_name() {
    let encrypted = patched(zip(&REPORT[1..]), DIRECTORY_ENTRY, 8, &[1, 0]);
    let lzma = patched(zip(&REPORT[1..]), DIRECTORY_ENTRY, 10, &[14, 0]);
    let zip64 = patched(zip(&REPORT[1..]), END, 16, &[255; 4]);
    let split = patched(zip(&REPORT[1..]), END, 4, &[1, 0]);
    for bad in [encrypted, lzma, zip64, split] {
        assert_eq!(read(&bad), Err(ArchiveError::Unusual));
    }
}

#[test]
fn an_archive_that_contradicts_itself_is_refused() {
    let twice = zip(&[("a.sarif", b"{}"), ("a.sarif", b"[]")]);
    let other_name = patched(zip(&[("a.sarif", b"{}")]), LOCAL_ENTRY, 30, b"b");
    let wrong_sum = patched(zip(&[("a.sarif", b"{}")]), DIRECTORY_ENTRY, 16, &[0; 4]);
    let longer = patched(zip(&[("a.sarif", b"{}")]), DIRECTORY_ENTRY, 24, &[1, 0, 0, 0]);
    let shorter = patched(zip(&[("a.sarif", b"{}")]), DIRECTORY_ENTRY, 24, &[9, 0, 0, 0]);
    let fewer = patched(patched(twice.clone(), END, 8, &[1, 0]), END, 10, &[1, 0]);
    for bad in [twice, other_name, wrong_sum, longer, shorter, fewer] {
        assert_eq!(read(&bad), Err(ArchiveError::Contradictory));
    }
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let zeros = vec![0; 1_000_000];
    let promised = patched(zip(&[("a.sarif", &zeros)]), DIRECTORY_ENTRY, 24, &40_000_000_u32.to_le_bytes());
    assert_eq!(read(&promised), Err(ArchiveError::TooLarge));
    let names: Vec<String> = (0..=MAX_ENTRIES).map(|n| n.to_string()).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(read(&zip(&many)), Err(ArchiveError::TooLarge));
    let both = zip(&[("a", &[0; 600]), ("b", &[0; 600])]);
    assert_eq!(files_within(&both, |_| true, 1_000), Err(ArchiveError::TooLarge));
    assert_eq!(files_within(&both, |_| true, 1_200).map(|files| files.len()), Ok(2));
}

proptest! {
    /// Whatever is changed, the answer is the same content or an error.
    #[test]
    fn damage_never_gives_another_content(at in 0..500_usize, value: u8) {
        let mut archive = zip(&[("a.sarif", b"{\"runs\": [{}]}")]);
        let at = at % archive.len();
        archive[at] = value;
        if let Ok(found) = files(&archive, |_| true) {
            prop_assert!(found.iter().all(|file| file.bytes == b"{\"runs\": [{}]}"), "{found:?}");
        }
    }

    #[test]
    fn any_bytes_are_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }
}
