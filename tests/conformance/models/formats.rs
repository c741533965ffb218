//! Headers of weight files, against the formats' own libraries.

use countersign::artifact::lfs::{self, LfsReading};
use countersign::artifact::source::Source;
use countersign::artifact::tensors::{self, Header, HeaderFault};
use serde_json::{Value, json};

use super::super::references;

const FOLDER: &str = "models/weights";

#[test]
fn safetensors_are_accepted_and_refused_as_the_library_does() {
    let files = files("safetensors");
    assert!(files.len() >= 12);
    for file in &files {
        let oracle = &file["safetensors_0_8_0"];
        let header = read(file, "safetensors", tensors::safetensors::read);
        assert_eq!(header.is_ok(), oracle["ok"].as_bool().unwrap(), "{}: {header:?}", file["file"]);
        match header {
            Ok(header) => {
                assert_eq!(tensor_list(&header), oracle["tensors"], "{}", file["file"]);
                assert_eq!(header.oddities, Vec::<String>::new());
            }
            Err(fault) => assert!(matches!(fault, HeaderFault::Invalid { .. }), "{}: {fault}", file["file"]),
        }
    }
}

#[test]
fn gguf_files_say_what_their_library_reads() {
    let files = files("gguf");
    assert!(files.len() >= 5);
    for file in &files {
        let oracle = &file["gguf_0_19_0"];
        let header = read(file, "gguf", tensors::gguf::read);
        assert_eq!(header.is_ok(), oracle["ok"].as_bool().unwrap(), "{}: {header:?}", file["file"]);
        let Ok(header) = header else { continue };
        assert_eq!(tensor_list(&header), oracle["tensors"], "{}", file["file"]);
        let mut keys: Vec<&str> = header.metadata.keys().map(String::as_str).collect();
        keys.extend(header.chat_template.iter().map(|_| "tokenizer.chat_template"));
        let mut expected: Vec<&str> = oracle["keys"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        keys.sort_unstable();
        expected.sort_unstable();
        assert_eq!(keys, expected, "{}", file["file"]);
    }
}

#[test]
fn a_chat_template_that_came_is_the_whole_change_between_two_gguf_files() {
    let header = |name: &str| tensors::gguf::read(&bytes("gguf", name).as_slice()).unwrap();
    let change = Header::compare(&header("ok.gguf"), &header("chat-template.gguf"));
    assert_eq!(change.summary(), "1 prompt template changed");
    assert!(Header::compare(&header("ok.gguf"), &header("ok.gguf")).is_empty());
}

#[test]
fn onnx_models_say_what_their_library_reads() {
    let files = files("onnx");
    assert!(files.len() >= 4);
    for file in &files {
        let oracle = &file["onnx_1_23_2"];
        let header = read(file, "onnx", tensors::onnx::read);
        assert_eq!(header.is_ok(), oracle["parses"].as_bool().unwrap(), "{}: {header:?}", file["file"]);
        let Ok(header) = header else { continue };
        let entry = |key: &str| header.metadata.get(key).cloned().unwrap_or_default();
        assert_eq!(entry("producer"), oracle["producer"].as_str().unwrap());
        assert_eq!(entry("ir_version"), oracle["ir_version"].to_string());
        assert_eq!(with_prefix(&header, "metadata."), oracle["metadata_props"]);
        for (domain, version) in oracle["opsets"].as_object().unwrap() {
            assert_eq!(entry(&format!("opset.{domain}")), version.to_string());
        }
        assert_eq!(json!(header.external_files), oracle["external"], "{}", file["file"]);
        let escapes = header.external_files.iter().any(|path| tensors::is_unsafe_path(path));
        assert_eq!(escapes, file["flag"] == "weights.unsafe_path", "{}", file["file"]);
        assert_eq!(header.custom_code, Vec::<String>::new());
    }
}

#[test]
fn a_lambda_layer_is_found_and_plain_layers_are_not_code() {
    let files = files("keras");
    assert!(files.len() >= 2);
    for file in &files {
        let name = file["file"].as_str().unwrap();
        let header = tensors::keras::read_config(&stored_member(&bytes("keras", name), b"config.json")).unwrap();
        let expected = file["expected"].as_str().unwrap().starts_with("dangerous");
        assert_eq!(!header.custom_code.is_empty(), expected, "{name}: {:?}", header.custom_code);
        assert_eq!(header.metadata.get("class_name").map(String::as_str), Some("Sequential"));
    }
}

#[test]
fn arrays_of_objects_are_told_from_arrays_of_numbers() {
    let cases =
        [("benign", "ints.npy", false), ("benign", "objects.npy", true), ("malicious", "objects-malicious.npy", true)];
    for (folder, name, expected) in cases {
        let array = tensors::npy::read_array(&bytes(folder, name).as_slice()).unwrap();
        assert_eq!(array.has_objects, expected, "{name}");
        assert_eq!(array.header.custom_code.is_empty(), !expected);
        assert_eq!(array.header.oddities, Vec::<String>::new());
    }
}

#[test]
fn lfs_pointers_are_told_as_git_lfs_tells_them() {
    let files = files("lfs");
    assert!(files.len() >= 11);
    for file in &files {
        let oracle = &file["git_lfs_3_3_0"];
        let reading = lfs::read_pointer(&bytes("lfs", file["file"].as_str().unwrap()));
        let canonical = match &reading {
            LfsReading::Pointer(pointer) => Some(pointer.canonical),
            LfsReading::Invalid { .. } | LfsReading::NotAPointer => None,
        };
        let expected = match oracle["check_strict"].as_str().unwrap() {
            "pointer" => Some(true),
            "pointer, not canonical" => Some(false),
            _ => None,
        };
        assert_eq!(canonical, expected, "{}: {reading:?}", file["file"]);
        assert_eq!(canonical.is_some(), oracle["check"] == "pointer");
    }
}

/// No reader takes a file of another format, or one that is cut short anywhere, and none asks for what is not there.
#[test]
fn files_of_other_formats_and_cut_files_have_no_header() {
    let all = ["safetensors", "gguf", "onnx"].map(|format| (format, files(format)));
    for (format, files) in &all {
        for file in files {
            let bytes = bytes(format, file["file"].as_str().unwrap());
            for (other, read) in readers() {
                let header = read(&bytes.as_slice());
                assert!(other == *format || header.is_err(), "{} as {other}: {header:?}", file["file"]);
                assert_ne!(header, Err(HeaderFault::Missing));
            }
        }
    }
    for (format, read) in readers().into_iter().filter(|(format, _)| *format != "npy") {
        let bytes = bytes(format, &format!("ok.{format}"));
        let whole = read(&bytes.as_slice()).unwrap();
        for length in 0..bytes.len() {
            let cut = read(&&bytes[..length]);
            // A message of Protocol Buffers has no end mark: between two fields nothing tells that some are gone.
            let only_less_metadata = || cut.as_ref().is_ok_and(|cut| cut.tensors == whole.tensors);
            assert!(cut.is_err() || (format == "onnx" && only_less_metadata()), "{format} of {length} bytes");
        }
    }
}

type Reader = fn(&dyn Source) -> Result<Header, HeaderFault>;

fn readers() -> [(&'static str, Reader); 4] {
    [
        ("safetensors", tensors::safetensors::read),
        ("gguf", tensors::gguf::read),
        ("onnx", tensors::onnx::read),
        ("npy", tensors::npy::read),
    ]
}

fn files(format: &str) -> Vec<Value> {
    let index = references::json(&format!("{FOLDER}/formats.json"));
    index["files"][format].as_array().unwrap().clone()
}

fn bytes(format: &str, name: &str) -> Vec<u8> {
    references::bytes(&format!("{FOLDER}/{format}/{name}"))
}

fn read(file: &Value, format: &str, read: Reader) -> Result<Header, HeaderFault> {
    read(&bytes(format, file["file"].as_str().unwrap()).as_slice())
}

fn tensor_list(header: &Header) -> Value {
    header.tensors.iter().map(|(name, tensor)| json!([name, tensor.dtype, tensor.shape])).collect()
}

fn with_prefix(header: &Header, prefix: &str) -> Value {
    let entries = header.metadata.iter().filter_map(|(key, value)| Some((key.strip_prefix(prefix)?, value)));
    Value::Object(entries.map(|(key, value)| (key.to_owned(), json!(value))).collect())
}

/// A member of a zip that is stored without compression.
fn stored_member(archive: &[u8], name: &[u8]) -> Vec<u8> {
    let number = |at: usize, bytes: usize| (0..bytes).rev().fold(0, |sum, i| sum << 8 | usize::from(archive[at + i]));
    let is_member = |at: &usize| archive[*at..].starts_with(b"PK\x03\x04") && archive[at + 30..].starts_with(name);
    let at = (0..archive.len() - 30).find(is_member).unwrap();
    assert_eq!(number(at + 8, 2), 0, "compressed");
    let start = at + 30 + number(at + 26, 2) + number(at + 28, 2);
    archive[start..start + number(at + 18, 4)].to_vec()
}
