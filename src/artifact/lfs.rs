//! Git LFS pointers: the small text file that stands in Git for a large one.
//!
//! Git LFS: docs/spec.md, "The Pointer"; lfs/pointer.go for what its decoder accepts beyond the specification.

use serde::Serialize;

use crate::domain::Digest;

/// A file of this many bytes or more is never a pointer.
pub const POINTER_LIMIT_BYTES: usize = 1024;

/// What a file is, seen as a Git LFS pointer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LfsReading {
    Pointer(LfsPointer),
    /// It begins like a pointer, yet Git LFS would not take it for one: which weights it stands for cannot be said.
    Invalid {
        reason: String,
    },
    /// Ordinary content.
    NotAPointer,
}

/// A pointer Git LFS accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LfsPointer {
    /// SHA-256 of the content the pointer stands for.
    pub oid: Digest,
    /// Size of that content in bytes.
    pub size: u64,
    /// The bytes are exactly what Git LFS itself would write. Others work, but nobody's Git LFS wrote them.
    pub canonical: bool,
    /// Extension lines, in file order.
    pub extensions: Vec<LfsExtension>,
}

/// `ext-<priority>-<name> sha256:<oid>`: a filter the content went through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LfsExtension {
    pub priority: u8,
    pub name: String,
    pub oid: Digest,
}

/// Reads a file as a Git LFS pointer. An empty file is the pointer of the empty file.
pub fn read_pointer(bytes: &[u8]) -> LfsReading {
    if bytes.is_empty() {
        let (oid, extensions) = (Digest::of(b""), Vec::new());
        return LfsReading::Pointer(LfsPointer { oid, size: 0, canonical: true, extensions });
    }
    let Some(text) = pointer_text(bytes) else {
        return LfsReading::NotAPointer;
    };
    match parse(text) {
        Ok(mut pointer) => {
            pointer.canonical = pointer.canonical && encode(&pointer).as_bytes() == bytes;
            LfsReading::Pointer(pointer)
        }
        Err(reason) => LfsReading::Invalid { reason },
    }
}

const VERSION: &str = "https://git-lfs.github.com/spec/v1";
/// Names the format had before its first release; the decoder still knows them.
const OLD_VERSIONS: [&str; 2] = ["http://git-media.io/v/2", "https://hawser.github.com/spec/v1"];

/// The text, when the file is small, UTF-8, and claims to be a pointer.
fn pointer_text(bytes: &[u8]) -> Option<&str> {
    if bytes.len() >= POINTER_LIMIT_BYTES {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let claims =
        text.starts_with("version ") && ["git-lfs", "git-media", "hawser"].iter().any(|name| text.contains(name));
    claims.then_some(text)
}

fn parse(text: &str) -> Result<LfsPointer, String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let version = field(lines.next(), "version")?;
    if version != VERSION && !OLD_VERSIONS.contains(&version) {
        return Err("unknown version of the pointer format".to_owned());
    }
    let mut extensions = Vec::new();
    let mut line = lines.next();
    while let Some(text) = line.filter(|line| line.starts_with("ext-")) {
        extensions.push(extension(text, extensions.last())?);
        line = lines.next();
    }
    let oid = sha256_value(field(line, "oid")?)?;
    let size = size_value(field(lines.next(), "size")?)?;
    if let Some(extra) = lines.next() {
        return Err(format!("a line more than expected: `{}`", key_of(extra)));
    }
    Ok(LfsPointer { oid, size, canonical: version == VERSION, extensions })
}

fn field<'a>(line: Option<&'a str>, key: &str) -> Result<&'a str, String> {
    let line = line.ok_or_else(|| format!("no `{key}` line"))?;
    match line.split_once(' ') {
        Some((found, value)) if found == key => Ok(value.trim_end_matches('\r')),
        _ => Err(format!("expected `{key}`, found `{}`", key_of(line))),
    }
}

fn key_of(line: &str) -> String {
    super::text::quoted(line.split(' ').next().unwrap_or_default())
}

fn sha256_value(value: &str) -> Result<Digest, String> {
    let hex = value.strip_prefix("sha256:").ok_or("the oid is not a `sha256:` one")?;
    Digest::parse(hex).ok_or_else(|| "the oid is not 64 lower-case hex digits".to_owned())
}

/// The decoder reads the size as a signed 64-bit number, so `+7` and `007` pass (and are not canonical).
fn size_value(value: &str) -> Result<u64, String> {
    let size: i64 = value.parse().map_err(|_| "the size is not a number".to_owned())?;
    u64::try_from(size).map_err(|_| "the size is negative".to_owned())
}

fn extension(line: &str, before: Option<&LfsExtension>) -> Result<LfsExtension, String> {
    let malformed = || "malformed `ext-` line".to_owned();
    let (key, value) = line.split_once(' ').ok_or_else(malformed)?;
    let (digit, name) = key.strip_prefix("ext-").and_then(|rest| rest.split_once('-')).ok_or_else(malformed)?;
    let priority = digit.parse().ok().filter(|priority| *priority <= 9).ok_or_else(malformed)?;
    if digit.len() != 1 || name.is_empty() {
        return Err(malformed());
    }
    if before.is_some_and(|before| before.priority >= priority) {
        return Err("`ext-` lines are not in order of their priority".to_owned());
    }
    let oid = sha256_value(value.trim_end_matches('\r'))?;
    Ok(LfsExtension { priority, name: name.to_owned(), oid })
}

fn encode(pointer: &LfsPointer) -> String {
    let extensions: String = pointer
        .extensions
        .iter()
        .map(|ext| format!("ext-{}-{} sha256:{}\n", ext.priority, ext.name, ext.oid))
        .collect();
    format!("version {VERSION}\n{extensions}oid sha256:{}\nsize {}\n", pointer.oid, pointer.size)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OID: &str = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";

    fn pointer_file() -> String {
        format!("version {VERSION}\noid sha256:{OID}\nsize 12345\n")
    }

    fn read(text: &str) -> LfsReading {
        read_pointer(text.as_bytes())
    }

    #[test]
    fn example_of_the_specification_is_canonical() {
        let LfsReading::Pointer(pointer) = read(&pointer_file()) else { panic!("not a pointer") };
        assert_eq!((pointer.oid.to_string().as_str(), pointer.size, pointer.canonical), (OID, 12345, true));
    }

    #[test]
    fn lax_spellings_are_pointers_but_not_canonical() {
        let file = pointer_file();
        let lax = [
            file.replace('\n', "\r\n"),
            file.trim_end().to_owned(),
            format!("\n{file}"),
            file.replace("\noid", "\n\noid"),
            file.replace("size 12345", "size 0012345"),
            file.replace("size 12345", "size +12345"),
            file.replace(VERSION, "https://hawser.github.com/spec/v1"),
            file.replace(VERSION, "http://git-media.io/v/2"),
        ];
        for text in lax {
            let LfsReading::Pointer(pointer) = read(&text) else { panic!("not a pointer: {text:?}") };
            assert!(!pointer.canonical, "{text:?}");
            assert_eq!(pointer.size, 12345);
        }
    }

    #[test]
    fn what_begins_like_a_pointer_and_is_none_is_invalid_never_ordinary_content() {
        let file = pointer_file();
        let broken = [
            file.replace("size 12345", "size -1"),
            file.replace("size 12345", "size x"),
            file.replace(OID, &OID[1..]),
            file.replace(OID, &OID.to_uppercase()),
            file.replace("sha256:", "sha1:"),
            format!("version {VERSION}\nsize 12345\noid sha256:{OID}\n"),
            file.replace("size", &format!("oid sha256:{OID}\nsize")),
            format!("{file}size 1\n"),
            file.replace("spec/v1", "spec/v9"),
            format!("version {VERSION}\n"),
        ];
        for text in broken {
            assert!(matches!(read(&text), LfsReading::Invalid { .. }), "{text:?}");
        }
    }

    #[test]
    fn extension_lines_are_read_in_order_of_priority() {
        let with = |lines: &str| pointer_file().replace("\noid", &format!("\n{lines}oid"));
        let LfsReading::Pointer(pointer) = read(&with(&format!("ext-0-foo sha256:{OID}\next-1-bar sha256:{OID}\n")))
        else {
            panic!("not a pointer")
        };
        assert!(pointer.canonical);
        assert_eq!(pointer.extensions.len(), 2);
        let twice = with(&format!("ext-0-foo sha256:{OID}\next-0-bar sha256:{OID}\n"));
        assert!(matches!(read(&twice), LfsReading::Invalid { .. }));
    }

    #[test]
    fn empty_file_is_its_own_pointer_and_large_or_binary_files_are_content() {
        assert!(matches!(read(""), LfsReading::Pointer(LfsPointer { size: 0, canonical: true, .. })));
        assert_eq!(read(&format!("{}{}", pointer_file(), " ".repeat(1024))), LfsReading::NotAPointer);
        assert_eq!(read_pointer(b"\x80\x02}q\x00."), LfsReading::NotAPointer);
        assert_eq!(read("version 2 of the readme"), LfsReading::NotAPointer);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..1100)) {
            read_pointer(&bytes);
        }
    }
}
