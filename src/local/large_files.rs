//! Contents of large-file storage that are on this machine, where git-lfs keeps them.
//!
//! Git LFS: [where objects are stored](https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md), `lfs/objects/OID[0:2]/OID[2:4]/OID`.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::domain::Digest;
use crate::ports::code::{LargeFile, LargeFileAddress, Located};

use super::opened::Opened;

/// Start of an address that only this host can read: no path ever comes from outside.
const SCHEME: &str = "lfs:";
/// Most bytes of one part.
const MAX_PART_BYTES: u64 = 64 * 1024 * 1024;

impl Opened {
    /// Where a content is: here, when there is a file of the right name and size.
    pub(super) fn large_file(&self, wanted: &LargeFile) -> Located {
        match is_here(&stored(self.here.common_dir(), &wanted.oid), wanted.size) {
            true => {
                let url = format!("{SCHEME}{}", wanted.oid);
                Located::At(LargeFileAddress { url, headers: Vec::new(), size: wanted.size })
            }
            false => Located::Refused { why: "it is not in this clone: run `git lfs fetch`".to_owned() },
        }
    }

    pub(super) fn large_file_bytes(&self, address: &LargeFileAddress, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        let oid = address.url.strip_prefix(SCHEME).and_then(Digest::parse);
        let oid =
            oid.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not an address of this repository"))?;
        self.count();
        part(&stored(self.here.common_dir(), &oid), offset, length)
    }
}

fn stored(git_dir: &Path, oid: &Digest) -> PathBuf {
    let oid = oid.to_string();
    let level = |from: usize| oid.get(from..from + 2).unwrap_or_default().to_owned();
    git_dir.join("lfs").join("objects").join(level(0)).join(level(2)).join(&oid)
}

/// A plain file of that size: links lead elsewhere, and other things may never end.
fn is_here(path: &Path, size: u64) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() == size)
}

fn part(path: &Path, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a plain file"));
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(length.min(MAX_PART_BYTES)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_found_by_name_and_size_and_read_in_parts() {
        let folder = tempfile::tempdir().unwrap();
        let oid = Digest::of(b"0123456789");
        let path = stored(folder.path(), &oid);
        let hex = oid.to_string();
        assert!(path.ends_with(format!("lfs/objects/{}/{}/{hex}", &hex[..2], &hex[2..4])));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, b"0123456789").unwrap();
        assert!(is_here(&path, 10) && !is_here(&path, 11));
        assert_eq!(part(&path, 4, 3).unwrap(), b"456");
        assert_eq!(part(&path, 8, 30).unwrap(), b"89");
        assert!(part(&path, 30, 3).unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (secret, link) = (folder.path().join("secret"), folder.path().join("link"));
        fs::write(&secret, b"0123456789").unwrap();
        std::os::unix::fs::symlink(&secret, &link).unwrap();
        assert!(!is_here(&link, 10));
        assert!(part(&link, 0, 3).is_err());
    }
}
