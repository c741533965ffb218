use super::*;
use crate::artifact::container::assemble::{tar, tar_member};

fn names(bytes: &[u8]) -> Vec<String> {
    read(&bytes).unwrap().entries.into_iter().map(|entry| entry.name).collect()
}

#[test]
fn members_are_found_with_their_data() {
    let bytes = tar(&[("a.pkl", b"one"), ("folder/b", &[7; 600])]);
    assert!(is_tar(&bytes));
    let archive = read(&bytes.as_slice()).unwrap();
    assert_eq!(archive.entries[0], Entry { name: "a.pkl".to_owned(), data: 512, bytes: 3 });
    assert_eq!(archive.entries[1], Entry { name: "folder/b".to_owned(), data: 1536, bytes: 600 });
    assert_eq!((archive.oddities, archive.rest), (vec![], None));
}

#[test]
fn long_names_of_gnu_and_pax_replace_the_short_ones() {
    let gnu = [tar_member("././@LongLink", b'L', b"very/long/name\0"), tar(&[("short", b"x")])].concat();
    assert_eq!(names(&gnu), ["very/long/name"]);
    let pax = [tar_member("x", b'x', b"19 path=other/name\n10 size=2\n"), tar(&[("short", b"xy")])].concat();
    assert_eq!(names(&pax), ["other/name"]);
}

#[test]
fn links_and_folders_have_no_data() {
    let bytes = [tar_member("link", b'2', b""), tar_member("folder", b'5', b""), tar(&[("a", b"x")])].concat();
    assert_eq!(names(&bytes), ["a"]);
}

#[test]
fn names_that_lead_out_are_said() {
    let archive = read(&tar(&[("../evil", b"x")]).as_slice()).unwrap();
    assert_eq!(archive.oddities[0].why, OUTSIDE);
}

#[test]
fn what_breaks_off_or_goes_on_behind_the_end_is_said() {
    let mut broken = tar(&[("a", b"x"), ("b", b"y")]);
    broken[1024 + 148] = b'9';
    let archive = read(&broken.as_slice()).unwrap();
    assert_eq!((archive.oddities[0].verdict, archive.rest.is_some()), (Verdict::Unscannable, true));
    let longer = [tar(&[("a", b"x")]), b"evil".to_vec()].concat();
    let archive = read(&longer.as_slice()).unwrap();
    assert_eq!(archive.rest, Some((2048, 4)));
    let short = tar_member("a", b'0', b"one");
    assert_eq!(read(&&short[..513]).unwrap().oddities[0].verdict, Verdict::Unscannable);
}

#[test]
fn other_blocks_are_no_headers() {
    assert!(!is_tar(&[0; 512]));
    assert!(!is_tar(&[b' '; 512]));
    assert!(!is_tar(b"short"));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_reader_fail(at in 0_usize..3000, byte in proptest::prelude::any::<u8>(), fix in proptest::bool::ANY) {
        let mut bytes = [tar_member("x", b'x', b"19 path=other/name\n"), tar(&[("a", b"x"), ("b", b"y")])].concat();
        let at = at % bytes.len();
        bytes[at] = byte;
        if fix && at < 512 {
            bytes[148..156].copy_from_slice(b"        ");
            let sum: u32 = bytes[..512].iter().map(|byte| u32::from(*byte)).sum();
            bytes[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        }
        let _ = read(&bytes.as_slice()).unwrap();
    }
}
