//! What is beyond the limits, or not here, is never clean.

use super::*;

fn with(limits: Limits, bytes: &[u8]) -> FileScan {
    scan("x", &bytes, &ScanOptions { allow_globals: &[], limits }).unwrap()
}

#[test]
fn containers_may_be_three_deep() {
    let mut bytes = clean();
    for depth in 1..=4 {
        bytes = zip(&[("inner", &bytes)]);
        let expected = if depth > 3 { Verdict::Unscannable } else { Verdict::Clean };
        assert_eq!(scanned(&bytes).verdict, expected, "{depth} deep");
    }
}

#[test]
fn members_beyond_the_limit_are_unscannable_and_what_was_found_is_kept() {
    let names: Vec<String> = (0..300).map(|number| format!("{number:03}.pkl")).collect();
    let archive = |first: &[u8], others: &[u8]| {
        let entries =
            names.iter().enumerate().map(|(number, name)| (name.as_str(), if number == 0 { first } else { others }));
        zip(&entries.collect::<Vec<_>>())
    };
    assert_eq!(scanned(&archive(&clean(), &clean())).verdict, Verdict::Unscannable);
    assert_eq!(scanned(&archive(&dangerous(), &clean())).verdict, Verdict::Dangerous);
    // Members of plain data do not count, however many.
    let raw = vec![0x3f; 100];
    assert_eq!(scanned(&archive(&clean(), &raw)).verdict, Verdict::Clean);
    let arrays = npy("'<f4'", "(1,)", &[0; 4]);
    assert_eq!(scanned(&archive(&arrays, &arrays)).verdict, Verdict::Clean);
}

#[test]
fn data_that_unpacks_to_too_much_is_unscannable_and_what_was_found_is_kept() {
    let limits = Limits { unpacked_bytes: 100_000, ..Limits::default() };
    let long = |first: Vec<u8>| gzip(&[first, clean().repeat(50_000)].concat());
    assert_eq!(with(limits, &long(clean())).verdict, Verdict::Unscannable);
    assert_eq!(with(limits, &long(dangerous())).verdict, Verdict::Dangerous);
    let bomb = Zip::default().with(&Entry::packed("a", 8, &deflated(&vec![b'N'; 1 << 20]))).build();
    assert_eq!(with(limits, &bomb).verdict, Verdict::Unscannable);
}

#[test]
fn nothing_is_skipped_when_nothing_is_left_to_unpack() {
    let limits = Limits { unpacked_bytes: 5000, ..Limits::default() };
    let noise: Vec<u8> = (0..10_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let packed = deflated(&noise);
    let archive = Zip::default().with(&Entry::packed("a", 8, &packed)).with(&Entry::packed("b", 8, &packed)).build();
    assert_eq!(with(limits, &archive).verdict, Verdict::Unscannable);
    assert_eq!(with(Limits::default(), &archive).verdict, Verdict::Clean);
}

#[test]
fn opcodes_are_counted_over_the_whole_file() {
    let limits = Limits { opcodes: 100, ..Limits::default() };
    let long = pickle(&[&b"N0".repeat(40), b"N"]);
    assert_eq!(with(limits, &long).verdict, Verdict::Clean);
    assert_eq!(with(limits, &zip(&[("a", &long), ("b", &long)])).verdict, Verdict::Unscannable);
}

#[test]
fn large_arrays_are_not_unpacked_to_their_end() {
    let limits = Limits { unpacked_bytes: 64 << 10, ..Limits::default() };
    let array = npy("'<f8'", "(1000000,)", &vec![7; 8_000_000]);
    let archive = Zip::default().with(&Entry::packed("a.npy", 8, &deflated(&array))).build();
    let scan = with(limits, &archive);
    assert_eq!((scan.format, scan.verdict), (Format::Npz, Verdict::Clean));
}

#[test]
fn no_answer_is_given_while_a_part_is_not_here() {
    for bytes in
        [dangerous(), torch_zip(&clean(), &[&[1; 100], &[2; 100]]), gzip(&dangerous()), tar(&[("a", &dangerous())])]
    {
        let size = u64::try_from(bytes.len()).unwrap();
        let whole = scanned(&bytes);
        let mut sparse = SparseSource::new(size);
        let mut rounds = 0;
        let scan = loop {
            match scan("model.bin", &sparse, &ScanOptions::default()) {
                Ok(scan) => break scan,
                Err(error) => assert_eq!(error, SourceError::Missing),
            }
            let at = sparse.missing()[0];
            let start = usize::try_from(at).unwrap();
            let end = (start + 16).min(bytes.len()).min(start + usize::try_from(sparse.gap_at(at)).unwrap());
            sparse.add(at, bytes[start..end].to_vec());
            rounds += 1;
            assert!(rounds < 2000);
        };
        assert_eq!(scan, whole);
    }
}

#[test]
fn archives_that_lie_over_one_another_do_not_multiply_the_work() {
    let mut bytes = clean();
    for _ in 0..3 {
        let entry = Entry::stored("a", &bytes);
        bytes = Zip::default().with(&entry).with_listed_again(&entry, 150).build();
    }
    // 150 times 150 archives and as many pickles in each: not all of them are opened.
    let scan = scanned(&bytes);
    assert_eq!(scan.verdict, Verdict::Unscannable);
    let last = &scan.findings.iter().rfind(|finding| finding.verdict == Verdict::Unscannable).unwrap().why;
    assert!(last.ends_with("more findings like the ones before are not listed."), "{last}");
}

#[test]
fn what_cannot_be_read_is_unscannable() {
    struct Broken(usize);
    impl Source for Broken {
        fn size(&self) -> u64 {
            10_000
        }
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
            let start = usize::try_from(offset).unwrap();
            if start >= self.0 {
                return Err(SourceError::Failed("disk error".to_owned()));
            }
            let count = buffer.len().min(self.0 - start);
            for (at, byte) in (start..start + count).zip(buffer.iter_mut()) {
                *byte = clean().get(at).copied().unwrap_or_default();
            }
            Ok(count)
        }
    }
    for readable in [0, 3, 5000, 9000] {
        let scan = scan("x", &Broken(readable), &ScanOptions::default()).unwrap();
        assert_eq!(scan.verdict, Verdict::Unscannable, "{readable} bytes readable");
    }
}

#[test]
fn only_heads_of_plain_members_are_read() {
    let storages: Vec<Vec<u8>> = (0..20).map(|_| vec![0x3f; 200_000]).collect();
    let storages: Vec<&[u8]> = storages.iter().map(Vec::as_slice).collect();
    let bytes = torch_zip(&clean(), &storages);
    let mut sparse = SparseSource::new(u64::try_from(bytes.len()).unwrap());
    let mut fetched = 0;
    while scan("x", &sparse, &ScanOptions::default()).is_err() {
        let at = sparse.missing()[0];
        let start = usize::try_from(at).unwrap();
        let length = usize::try_from(sparse.gap_at(at)).unwrap().min(4096);
        sparse.add(at, bytes[start..start + length].to_vec());
        fetched += length;
    }
    assert!(fetched < bytes.len() / 10, "{fetched} of {} bytes", bytes.len());
}

proptest::proptest! {
    #[test]
    fn any_change_to_a_file_is_scanned_without_harm(
        which in 0_usize..8, at in proptest::prelude::any::<proptest::sample::Index>(), byte in proptest::prelude::any::<u8>()
    ) {
        let mut bytes = match which {
            0 => torch_zip(&suspicious(), &[&[1; 40]]),
            1 => tar(&[("a", &dangerous()), ("b", &zlib(&clean()))]),
            2 => gzip(&dangerous()),
            3 => npy("'|O'", "(1,)", &dangerous()),
            4 => Zip::default().with(&Entry::packed("a", 8, &deflated(&dangerous()))).build_zip64(),
            5 => pickle(&[&stack_global("torch.storage", "_load_from_bytes"), &byte_string(&zip(&[("a", &clean())])), b"\x85R"]),
            6 => [clean(), bzip2(&dangerous())].concat(),
            _ => zip(&[("config.json", b"{}"), ("metadata.json", b"{}"), ("a.tar", &tar(&[("x", b"y")]))]),
        };
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let scan = scan("x", &bytes.as_slice(), &ScanOptions::default()).unwrap();
        proptest::prop_assert_eq!(detect(&bytes.as_slice()).unwrap(), scan.format);
        bytes.truncate(at);
        super::scan("x", &bytes.as_slice(), &ScanOptions::default()).unwrap();
    }
}
