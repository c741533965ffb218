use proptest::prelude::*;

use super::*;

/// A file under construction.
struct Builder {
    version: u32,
    entries: Vec<Vec<u8>>,
    tensors: Vec<Vec<u8>>,
    alignment: usize,
    data: usize,
}

fn file() -> Builder {
    Builder { version: 3, entries: Vec::new(), tensors: Vec::new(), alignment: 32, data: 0 }
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

impl Builder {
    fn entry(mut self, key: &str, kind: u32, value: &[u8]) -> Self {
        self.entries.push([&text(key)[..], &kind.to_le_bytes(), value].concat());
        self
    }

    fn tensor(mut self, name: &str, shape: &[u64], kind: u32, offset: u64) -> Self {
        let dimensions: Vec<u8> = shape.iter().flat_map(|dimension| dimension.to_le_bytes()).collect();
        let count = (shape.len() as u32).to_le_bytes();
        self.tensors.push([&text(name)[..], &count, &dimensions, &kind.to_le_bytes(), &offset.to_le_bytes()].concat());
        self
    }

    fn data(mut self, bytes: usize) -> Self {
        self.data = bytes;
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = [&b"GGUF"[..], &self.version.to_le_bytes()].concat();
        bytes.extend((self.tensors.len() as u64).to_le_bytes());
        bytes.extend((self.entries.len() as u64).to_le_bytes());
        bytes.extend(self.entries.concat());
        bytes.extend(self.tensors.concat());
        bytes.resize(bytes.len().next_multiple_of(self.alignment) + self.data, 0);
        bytes
    }

    fn read(&self) -> Result<Header, HeaderFault> {
        read(&self.bytes().as_slice())
    }

    fn why(&self) -> String {
        self.read().unwrap_err().to_string()
    }
}

#[test]
fn every_kind_of_metadata_is_read() {
    let array = |kind: u32, count: u64, values: &[u8]| [&kind.to_le_bytes()[..], &count.to_le_bytes(), values].concat();
    let header = file()
        .entry("u8", 0, &[200])
        .entry("i8", 1, &[0xff])
        .entry("u16", 2, &500_u16.to_le_bytes())
        .entry("i16", 3, &(-500_i16).to_le_bytes())
        .entry("u32", 4, &7_u32.to_le_bytes())
        .entry("i32", 5, &(-7_i32).to_le_bytes())
        .entry("f32", 6, &1.5_f32.to_le_bytes())
        .entry("bool", 7, &[1])
        .entry("general.architecture", 8, &text("llama"))
        .entry("u64", 10, &(1_u64 << 40).to_le_bytes())
        .entry("i64", 11, &(-1_i64).to_le_bytes())
        .entry("f64", 12, &0.25_f64.to_le_bytes())
        .entry("short", 9, &array(8, 2, &[text("a"), text("b")].concat()))
        .entry("long", 9, &array(5, 1000, &[0; 4000]))
        .entry("nested", 9, &array(9, 2, &[array(0, 1, &[1]), array(8, 1, &text("x"))].concat()))
        .read()
        .unwrap();
    let expected = [
        ("bool", "true"),
        ("f32", "1.5"),
        ("f64", "0.25"),
        ("general.architecture", "llama"),
        ("i16", "-500"),
        ("i32", "-7"),
        ("i64", "-1"),
        ("i8", "-1"),
        ("short", "[a, b]"),
        ("u16", "500"),
        ("u32", "7"),
        ("u64", "1099511627776"),
        ("u8", "200"),
    ];
    for (key, value) in expected {
        assert_eq!(header.metadata[key], value, "{key}");
    }
    assert!(header.metadata["long"].starts_with("1000 numbers, sha256 "));
    assert!(header.metadata["nested"].starts_with("2 lists, sha256 "));
    assert_eq!(header.metadata.len(), expected.len() + 2);
}

#[test]
fn a_changed_vocabulary_reads_differently() {
    let tokens = |last: &str| {
        let mut all = [&8_u32.to_le_bytes()[..], &1000_u64.to_le_bytes()].concat();
        (0..999).for_each(|_| all.extend(text("a")));
        all.extend(text(last));
        file().entry("tokenizer.ggml.tokens", 9, &all).read().unwrap()
    };
    assert_eq!(Header::compare(&tokens("a"), &tokens("a")).summary(), "");
    assert_eq!(Header::compare(&tokens("a"), &tokens("b")).summary(), "1 entry of metadata changed");
}

#[test]
fn templates_are_kept_whole_and_by_name() {
    let header = file()
        .entry("tokenizer.chat_template", 8, &text("{{ messages }}"))
        .entry("tokenizer.chat_template.tool_use", 8, &text("{{ tools }}"))
        .read()
        .unwrap();
    assert_eq!(header.chat_template.as_deref(), Some("{{ messages }}"));
    assert_eq!(header.named_templates["tool_use"], "{{ tools }}");
    assert!(header.metadata.is_empty());
    let large = file().entry("tokenizer.chat_template", 8, &text(&"x".repeat(TEMPLATE_LIMIT_BYTES + 1)));
    assert_eq!(large.read(), Err(HeaderFault::too_large("bytes in one prompt template", TEMPLATE_LIMIT_BYTES)));
    let number = file().entry("tokenizer.chat_template", 4, &[0; 4]).read().unwrap();
    assert_eq!(number.oddities, ["`tokenizer.chat_template` is no text"]);
}

#[test]
fn tensors_have_ggmls_types_and_sizes() {
    let header = file()
        .tensor("token_embd.weight", &[256, 2], 12, 0)
        .tensor("output_norm.weight", &[4], 0, 288)
        .data(304)
        .read()
        .unwrap();
    assert_eq!(header.summary(), "2 tensors, 516 parameters, Q4_K, F32");
    assert_eq!(header.tensors["token_embd.weight"].shape, [256, 2]);
    assert_eq!(header.oddities, Vec::<String>::new());
}

#[test]
fn tensors_that_do_not_fit_are_refused() {
    let cases = [
        (file().tensor("w", &[4], 0, 0).data(15), "tensor `w` ends 1 bytes after the file's end"),
        (file().tensor("w", &[4], 0, 8).data(64), "tensor `w` starts at 8, which is no multiple of 32"),
        (
            file().tensor("v", &[16], 0, 0).tensor("w", &[4], 0, 32).data(64),
            "tensor `w` starts at 32, inside the one before, which ends at 64",
        ),
        (file().tensor("w", &[100], 12, 0).data(600), "tensor `w` has rows of 100 values, which are no blocks of 256"),
        (file().tensor("w", &[1 << 40, 1 << 40], 0, 0), "tensor `w` has a shape that multiplies beyond any file"),
        (file().tensor("w", &[1; 5], 0, 0).data(4), "tensor `w` has 5 dimensions, and 4 is the most"),
    ];
    for (file, expected) in cases {
        assert_eq!(file.why(), expected);
    }
    let twice = file().tensor("w", &[], 0, 0).tensor("w", &[], 0, 32).data(36);
    assert!(twice.why().starts_with("tensor `w` is there twice"));
    let key_twice = file().entry("a", 0, &[1]).entry("a", 0, &[1]);
    assert_eq!(key_twice.why(), "key `a` is there twice, again at byte 38");
    let template = text("x");
    let template_twice =
        file().entry("tokenizer.chat_template", 8, &template).entry("tokenizer.chat_template", 8, &template);
    assert!(template_twice.why().contains("is there twice"));
}

#[test]
fn gaps_unknown_types_and_bytes_at_the_end_are_odd() {
    let gap = file().tensor("w", &[4], 0, 64).data(80).read().unwrap();
    assert_eq!(gap.oddities, ["bytes before tensor `w` belong to no tensor"]);
    let more = file().tensor("w", &[4], 0, 0).data(100).read().unwrap();
    assert_eq!(more.oddities, ["84 bytes follow the last tensor"]);
    let unknown = file().tensor("w", &[4], 99, 0).data(100).read().unwrap();
    assert_eq!(unknown.oddities, ["tensor `w` is of type 99, whose size is not known here"]);
    assert_eq!(unknown.tensors["w"].dtype, "type 99");
}

#[test]
fn the_files_own_alignment_counts() {
    let mut aligned = file().entry("general.alignment", 4, &8_u32.to_le_bytes());
    aligned.alignment = 8;
    let aligned = aligned.tensor("v", &[1], 0, 0).tensor("w", &[1], 0, 8).data(12);
    assert_eq!(aligned.read().unwrap().metadata["general.alignment"], "8");
    for wrong in [0_u32, 3, 24] {
        let why = file().entry("general.alignment", 4, &wrong.to_le_bytes()).why();
        assert_eq!(why, format!("`general.alignment` is {wrong}, not a power of two"));
    }
    assert!(file().entry("general.alignment", 10, &[0; 8]).why().contains("32 bits"));
}

#[test]
fn other_versions_and_byte_orders_are_refused_in_words() {
    let why = |version: u32| Builder { version, ..file() }.why();
    assert_eq!(why(1), "version 1 of GGUF: present readers refuse it");
    assert!(why(3_u32.swap_bytes()).starts_with("the file is big-endian"));
    assert_eq!(why(0), "version 0 of GGUF, which is not known");
    assert_eq!(why(4), "version 4 of GGUF, which is not known");
    assert!(Builder { version: 2, ..file() }.read().is_ok());
}

#[test]
fn counts_and_lengths_are_not_believed() {
    let start = |tensors: u64, entries: u64, rest: &[u8]| {
        [&b"GGUF\x03\0\0\0"[..], &tensors.to_le_bytes(), &entries.to_le_bytes(), rest].concat()
    };
    let cases = [
        start(u64::MAX, 0, &[]),
        start(0, u64::MAX, &[]),
        start(1, 0, &[]),
        start(0, 1, &u64::MAX.to_le_bytes()),
        file().entry("a", 8, &u64::MAX.to_le_bytes()).bytes(),
        file().entry("a", 9, &[&5_u32.to_le_bytes()[..], &u64::MAX.to_le_bytes()].concat()).bytes(),
        file().entry("a", 9, &[&8_u32.to_le_bytes()[..], &u64::MAX.to_le_bytes()].concat()).bytes(),
        file().entry("a", 9, &[&9_u32.to_le_bytes()[..], &1_u64.to_le_bytes()].concat().repeat(10)).bytes(),
        file().entry("a", 13, &[0; 8]).bytes(),
    ];
    for bytes in cases {
        assert!(read(&bytes.as_slice()).is_err());
    }
}

proptest! {
    #[test]
    fn a_valid_file_is_read_as_it_was_written(
        keys in prop::collection::btree_map("[a-z.]{1,20}", "\\PC{0,30}", 0..6),
        names in prop::collection::btree_set("[a-z.]{1,20}", 0..6),
        rows in 1_u64..5,
    ) {
        let mut built = file();
        for (key, value) in &keys {
            built = built.entry(key, 8, &text(value));
        }
        let mut at = 0;
        for name in &names {
            built = built.tensor(name, &[32, rows], 2, at);
            at += (18 * rows).next_multiple_of(32);
        }
        let header = built.data(at as usize).read().unwrap();
        prop_assert_eq!(&header.metadata, &keys);
        prop_assert_eq!(header.parameters, Some(32 * rows * names.len() as u64));
        prop_assert!(header.oddities.is_empty());
    }
}
