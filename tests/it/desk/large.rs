//! Files of any size are scanned in little memory.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Command, Output};

use super::weights::harmless;
use super::{errors, json};

const GIB: u64 = 1 << 30;
/// What the program may ever allocate, in KiB.
const MOST_KIB: u64 = 64 << 10;

/// A torch zip of 3 GiB with holes where the numbers would be: one member with the pickle, one with the numbers.
fn torch_zip(path: &Path) {
    let pickle = harmless();
    let (head, name) = (local("archive/data.pkl", pickle.len() as u64), "archive/data/0");
    let data_at = (head.len() + pickle.len()) as u64;
    let numbers = local(name, 3 * GIB);
    let directory_at = data_at + numbers.len() as u64 + 3 * GIB;
    let directory =
        [listed("archive/data.pkl", pickle.len() as u64, 0), listed(name, 3 * GIB, u32::try_from(data_at).unwrap())]
            .concat();
    let length = u32::try_from(directory.len()).unwrap().to_le_bytes();
    let end = [b"PK\x05\x06\0\0\0\0\x02\0\x02\0", &length[..], &low(directory_at), &[0; 2]].concat();
    let file = File::create(path).unwrap();
    file.write_all_at(&[head, pickle, numbers].concat(), 0).unwrap();
    file.write_all_at(&[directory, end].concat(), directory_at).unwrap();
}

fn low(number: u64) -> [u8; 4] {
    u32::try_from(number).unwrap().to_le_bytes()
}

fn described(name: &str, size: u64) -> Vec<u8> {
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &low(size), &low(size), &length, &[0; 2]].concat()
}

fn local(name: &str, size: u64) -> Vec<u8> {
    [b"PK\x03\x04", &described(name, size)[..], name.as_bytes()].concat()
}

fn listed(name: &str, size: u64, offset: u32) -> Vec<u8> {
    [b"PK\x01\x02\x14\0", &described(name, size)[..], &[0; 10], &offset.to_le_bytes(), name.as_bytes()].concat()
}

/// A pickle with one byte string of 3 GiB in it.
fn pickle(path: &Path) {
    let file = File::create(path).unwrap();
    file.write_all_at(&[b"\x80\x04\x8e", &(3 * GIB).to_le_bytes()[..]].concat(), 0).unwrap();
    file.write_all_at(b"0K\x01.", 11 + 3 * GIB).unwrap();
}

/// The program under the kernel's limit on what it may allocate (`RLIMIT_DATA`): it fails where it asks for more.
fn scanned(folder: &Path, most_kib: u64) -> Output {
    let script = format!("ulimit -d {most_kib} && exec \"$0\" scan --format json .");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_countersign")]).current_dir(folder).env_clear().output().unwrap()
}

#[test]
fn files_of_three_gibibytes_are_scanned_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    pickle(&folder.path().join("bytes.pkl"));
    torch_zip(&folder.path().join("model.pt"));
    let output = scanned(folder.path(), MOST_KIB);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let document = json(&output);
    for file in document["files"].as_array().unwrap() {
        assert_eq!((&file["verdict"], &file["has_pickle"]), (&"clean".into(), &true.into()), "{file}");
        assert!(file["bytes"].as_u64() > Some(3 * GIB));
    }
    assert_eq!(document["files"].as_array().unwrap().len(), 2);
    assert_ne!(scanned(folder.path(), 1).status.code(), Some(0), "the kernel holds to no limit");
}
