//! What holds for every reader.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::artifact::source::{Source, SourceError, SparseSource};

type Reader = fn(&dyn Source) -> Result<Header, HeaderFault>;

const READERS: [Reader; 4] = [safetensors::read, gguf::read, onnx::read, npy::read];

/// A small valid file of each format, in the order of the readers.
fn examples() -> [Vec<u8>; 4] {
    let header = r#"{"__metadata__":{"format":"pt"},"w":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}}"#;
    let safetensors = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 8]].concat();
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let mut gguf = [&b"GGUF\x03\0\0\0"[..], &1_u64.to_le_bytes(), &2_u64.to_le_bytes()].concat();
    gguf.extend([text("tokenizer.chat_template"), vec![8, 0, 0, 0], text("{{ x }}")].concat());
    let list = [&[8, 0, 0, 0][..], &2_u64.to_le_bytes(), &text("a"), &text("b")].concat();
    gguf.extend([text("tokens"), vec![9, 0, 0, 0], list].concat());
    gguf.extend([text("w"), vec![1, 0, 0, 0], 4_u64.to_le_bytes().to_vec(), vec![0; 12]].concat());
    gguf.resize(gguf.len().next_multiple_of(32) + 16, 0);
    let tensor = b"\x08\x02\x10\x01\x42\x01w\x4a\x08\0\0\0\0\0\0\0\0";
    let node = b"\x22\x05Scale\x3a\x04acme";
    let graph = [&[0x0a, node.len() as u8][..], node, &[0x2a, tensor.len() as u8], tensor].concat();
    let onnx = [&[0x08, 8, 0x42, 4, 0x0a, 0, 0x10, 17, 0x3a, graph.len() as u8][..], &graph].concat();
    let literal = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
    let npy = [&b"\x93NUMPY\x01\0"[..], &[literal.len() as u8, 0], literal, &[0; 8]].concat();
    [safetensors, gguf, onnx, npy]
}

#[test]
fn the_examples_are_valid() {
    for (reader, example) in READERS.iter().zip(examples()) {
        let header = reader(&example.as_slice()).unwrap();
        assert_eq!((header.tensors.len(), header.oddities.len()), (1, 0));
    }
}

/// Reads a file of which only fetched parts are here, fetching `step` bytes wherever one is missing.
fn read_in_parts(reader: Reader, bytes: &[u8], step: usize) -> Result<Header, HeaderFault> {
    let mut source = SparseSource::new(bytes.len() as u64);
    for _ in 0..=bytes.len() {
        match reader(&source) {
            Err(HeaderFault::Missing) => {
                let at = source.missing()[0];
                let length = step.min(source.gap_at(at) as usize);
                source.add(at, bytes[at as usize..at as usize + length].to_vec());
            }
            done => return done,
        }
    }
    panic!("every part was fetched, and one is still missing");
}

#[test]
fn a_failed_read_is_neither_missing_nor_the_files_fault() {
    struct Broken(u64);
    impl Source for Broken {
        fn size(&self) -> u64 {
            self.0
        }
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
            // The length of a safetensors header, then nothing more.
            match (offset, buffer.first_mut()) {
                (0, Some(first)) => {
                    *first = 90;
                    Ok(1)
                }
                (1..8, _) => {
                    buffer.first_mut().into_iter().for_each(|byte| *byte = 0);
                    Ok(1)
                }
                _ => Err(SourceError::Failed("the disk is on fire".to_owned())),
            }
        }
    }
    let fault = HeaderFault::Failed { why: "the disk is on fire".to_owned() };
    assert_eq!(safetensors::read(&Broken(1000)), Err(fault.clone()));
    struct Cut;
    impl Source for Cut {
        fn size(&self) -> u64 {
            1000
        }
        fn read_at(&self, _: u64, _: &mut [u8]) -> Result<usize, SourceError> {
            Ok(0)
        }
    }
    for reader in READERS {
        assert!(matches!(reader(&Cut), Err(HeaderFault::Failed { .. })));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in vec(any::<u8>(), 0..300)) {
        for reader in READERS {
            let _ = reader(&bytes.as_slice());
        }
        let _ = keras::read_config(&bytes);
    }

    #[test]
    fn a_changed_file_is_read_without_panic_and_in_parts_as_a_whole(
        which in 0_usize..4, changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()), step in 1_usize..64,
    ) {
        let mut bytes = examples()[which].clone();
        for (index, byte) in changes {
            let place = index.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let whole = READERS[which](&bytes.as_slice());
        prop_assert_ne!(&whole, &Err(HeaderFault::Missing));
        prop_assert_eq!(read_in_parts(READERS[which], &bytes, step), whole);
    }
}
