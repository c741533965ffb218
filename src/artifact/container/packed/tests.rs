use super::*;
use crate::artifact::container::assemble::{bzip2, deflated, gzip, zlib};
use crate::artifact::source::SparseSource;

/// `[0, 1, 2, …]` of many different bytes, as text.
fn content() -> Vec<u8> {
    (0..2000_u32).flat_map(|number| format!("{number} ").into_bytes()).collect()
}

/// The numbers below 200, each with a space behind it, as Python's lzma module packs them.
const XZ: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a3e002b100cb5d0018080286490fb87cadf6ea2ae90c6993503ed0089f8f45b497\
    e796ee21cf1ef38bbc3161e27d014cc147ab28765ea0c91f24a9f0102360a66ad1d1161a0774ec16b29de6a83520aa6f565d95f1218bc5ad\
    c4ac7e55012affda62ff46296ba9c30fb4f06650c634989725cad0aafcccbfa0103f4268200dcd495b67a67b9905032698947a4e188ced59\
    b94d0aca9f30e31e61ea7e0983744b6373f03948ef4261ad7a54ac45d080a33da2058f432766e2fdf65d80100dd7b9bac5ca4409b8e4297c\
    c60608efb7f6ea098ccc0000b6869f19504bcfd30001e701b2050000ad92c444b1c467fb020000000004595a";
const LZMA: &str = "5d00008000ffffffffffffffff0018080286490fb87cadf6ea2ae90c6993503ed0089f8f45b497e796ee21cf1ef38bbc3161e27d014cc147\
    ab28765ea0c91f24a9f0102360a66ad1d1161a0774ec16b29de6a83520aa6f565d95f1218bc5adc4ac7e55012affda62ff46296ba9c30fb4\
    f06650c634989725cad0aafcccbfa0103f4268200dcd495b67a67b9905032698947a4e188ced59b94d0aca9f30e31e61ea7e0983744b6373\
    f03948ef4261ad7a54ac45d080a33da2058f432766e2fdf65d80100dd7b9bac5ca4409b8e4297cc60608efb7f6ecf299799fff46ea2000";

fn numbers() -> Vec<u8> {
    (0..200).flat_map(|number: u32| format!("{number} ").into_bytes()).collect()
}

fn unpacked(bytes: &[u8], packing: Packing) -> Unpacked {
    unpack(&bytes, packing, 1 << 20).unwrap()
}

#[test]
fn every_packing_gives_back_what_was_packed() {
    let packed = [
        (Packing::Deflate, deflated(&content())),
        (Packing::Gzip, gzip(&content())),
        (Packing::Zlib, zlib(&content())),
        (Packing::Bzip2, bzip2(&content())),
    ];
    for (packing, bytes) in packed {
        assert_eq!(unpacked(&bytes, packing), Unpacked { bytes: content(), end: End::Whole }, "{packing:?}");
    }
}

#[test]
fn streams_in_a_row_are_one() {
    for (packing, one) in
        [(Packing::Gzip, gzip(b"one ")), (Packing::Zlib, zlib(b"one ")), (Packing::Bzip2, bzip2(b"one "))]
    {
        assert_eq!(unpacked(&one.repeat(3), packing).bytes, b"one one one ", "{packing:?}");
    }
}

#[test]
fn a_broken_stream_gives_what_comes_before_the_break() {
    for (packing, mut bytes) in [(Packing::Gzip, gzip(&content())), (Packing::Zlib, zlib(&content()))] {
        bytes.truncate(bytes.len() / 2);
        let half = unpacked(&bytes, packing);
        assert_eq!(half.end, End::Broken);
        assert!(half.bytes.len() > 1000 && content().starts_with(&half.bytes));
    }
    let mut wrong_sum = gzip(&content());
    let last = wrong_sum.len() - 6;
    wrong_sum[last] ^= 1;
    assert_eq!(unpacked(&wrong_sum, Packing::Gzip), Unpacked { bytes: content(), end: End::Broken });
    assert_eq!(unpacked(b"nothing of the kind", Packing::Bzip2).end, End::Broken);
}

#[test]
fn xz_and_lzma_give_every_byte_before_they_break() {
    for (packing, packed) in [(Packing::Xz, XZ), (Packing::Lzma, LZMA)] {
        let packed = hex::decode(packed).unwrap();
        assert_eq!(unpacked(&packed, packing), Unpacked { bytes: numbers(), end: End::Whole }, "{packing:?}");
        let half = unpacked(&packed[..120], packing);
        assert_eq!(half.end, End::Broken);
        assert!(half.bytes.len() > 100, "{} bytes of {packing:?}", half.bytes.len());
        // A few bytes at the end may be made up from what is missing.
        let sure = half.bytes.len() - 40;
        assert_eq!(half.bytes[..sure], numbers()[..sure]);
    }
}

#[test]
fn no_more_than_the_limit_comes_out() {
    let bomb = gzip(&vec![0; 10 << 20]);
    let unpacked = unpack(&bomb.as_slice(), Packing::Gzip, 1000).unwrap();
    assert_eq!((unpacked.bytes.len(), unpacked.end), (1000, End::More));
    let exact = unpack(&gzip(b"12345").as_slice(), Packing::Gzip, 5).unwrap();
    assert_eq!((exact.bytes.as_slice(), exact.end), (b"12345".as_slice(), End::Whole));
}

#[test]
fn much_that_gives_nothing_is_not_read_to_its_end() {
    let empty = gzip(b"").repeat(200_000);
    assert_eq!(unpacked(&empty, Packing::Gzip), Unpacked { bytes: Vec::new(), end: End::Broken });
}

#[test]
fn a_dictionary_too_large_is_refused() {
    let header = [0x5d, 0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0];
    assert_eq!(unpacked(&header, Packing::Lzma).end, End::Broken);
}

#[test]
fn a_part_that_is_not_here_is_asked_for() {
    let bytes = gzip(&content());
    let mut source = SparseSource::new(u64::try_from(bytes.len()).unwrap());
    source.add(0, bytes[..bytes.len() / 2].to_vec());
    assert_eq!(unpack(&source, Packing::Gzip, 1 << 20), Err(SourceError::Missing));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_unpacking_fail(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let headers: [(Packing, &[u8]); 7] = [
            (Packing::Deflate, b""),
            (Packing::Gzip, b"\x1f\x8b\x08\0\0\0\0\0\0\0"),
            (Packing::Zlib, b"\x78\x9c"),
            (Packing::Bzip2, b"BZh9\x31\x41\x59\x26\x53\x59"),
            (Packing::Xz, b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46\x02\0\x21\x01\x16\0\0\0\x74\x2f\xe5\xa3"),
            (Packing::Lzma, b"\x5d\0\0\x01\0\xff\xff\xff\xff\xff\xff\xff\xff\0"),
            (Packing::ZipLzma, b"\x09\x14\x05\0\x5d\0\0\x01\0\0"),
        ];
        for (packing, header) in headers {
            let unpacked = unpack(&[header, &bytes].concat().as_slice(), packing, 10_000).unwrap();
            proptest::prop_assert!(unpacked.bytes.len() <= 10_000);
        }
    }
}
