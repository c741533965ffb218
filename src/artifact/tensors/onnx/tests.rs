use super::*;

/// A field that holds a message, a text or bytes.
fn bytes(number: u64, value: impl AsRef<[u8]>) -> Vec<u8> {
    let value = value.as_ref();
    [varint(number << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn tensor(name: &str, dimensions: &[u64], kind: u64) -> Vec<u8> {
    let dimensions: Vec<u8> = dimensions.iter().flat_map(|dimension| number(1, *dimension)).collect();
    [dimensions, number(2, kind), bytes(8, name)].concat()
}

fn external(location: &str) -> Vec<u8> {
    let entry = [bytes(1, "location"), bytes(2, location)].concat();
    [tensor("w", &[2], 1), bytes(13, entry), number(14, 1)].concat()
}

fn node(domain: &str, operator: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let attributes: Vec<u8> = attributes.iter().flat_map(|attribute| bytes(5, attribute)).collect();
    [bytes(4, operator), bytes(7, domain), attributes].concat()
}

/// A model around a graph's fields and its own further ones.
fn model(graph: &[Vec<u8>], more: &[Vec<u8>]) -> Vec<u8> {
    let opset = [bytes(1, ""), number(2, 17)].concat();
    [number(1, 8), bytes(2, "acme"), bytes(7, graph.concat()), bytes(8, opset), more.concat()].concat()
}

fn read_model(graph: &[Vec<u8>], more: &[Vec<u8>]) -> Header {
    read(&model(graph, more).as_slice()).unwrap()
}

#[test]
fn weights_are_listed_and_their_bytes_jumped_over() {
    let raw = bytes(9, vec![0; 100_000]);
    let weights = [tensor("w", &[2, 3], 10), raw].concat();
    let packed = [bytes(1, [4, 5]), number(2, 7), bytes(8, "packed")].concat();
    let header = read_model(&[bytes(5, weights), bytes(5, packed), bytes(5, tensor("new", &[], 99))], &[]);
    assert_eq!(header.summary(), "3 tensors, 27 parameters, INT64, FLOAT16, type 99");
    assert_eq!(header.tensors["packed"].shape, [4, 5]);
    assert_eq!(header.metadata["opset.ai.onnx"], "17");
    assert_eq!(header.metadata["producer"], "acme");
    assert_eq!(header.metadata["ir_version"], "8");
}

#[test]
fn only_what_is_needed_is_asked_for() {
    let raw = bytes(9, vec![0; 1_000_000]);
    let file = model(&[bytes(5, [tensor("w", &[2], 1), raw].concat()), bytes(5, tensor("v", &[2], 1))], &[]);
    let mut source = crate::artifact::source::SparseSource::new(file.len() as u64);
    source.add(0, file[..500].to_vec());
    assert_eq!(read(&source), Err(HeaderFault::Missing));
    source.add(1_000_000, file[1_000_000..].to_vec());
    assert_eq!(read(&source).unwrap().tensors.len(), 2);
}

#[test]
fn inputs_and_outputs_are_told_without_the_weights_among_them() {
    let dimensions = [bytes(1, bytes(2, "batch")), bytes(1, number(1, 3)), bytes(1, [])].concat();
    let kind = bytes(1, [number(1, 1), bytes(2, dimensions)].concat());
    let value = |name: &str| [bytes(1, name), bytes(2, &kind)].concat();
    let sequence = [bytes(1, "y"), bytes(2, bytes(4, bytes(1, &kind)))].concat();
    let graph = [bytes(11, value("x")), bytes(11, value("w")), bytes(12, sequence), bytes(5, tensor("w", &[1], 1))];
    let header = read_model(&graph, &[]);
    assert_eq!(header.metadata["input.x"], "FLOAT [batch, 3, ?]");
    assert_eq!(header.metadata["output.y"], "sequence of FLOAT [batch, 3, ?]");
    assert!(!header.metadata.contains_key("input.w"));
}

#[test]
fn a_body_cannot_hide_an_input_by_the_name_of_its_weight() {
    let body = [bytes(2, "b"), bytes(5, tensor("x", &[1], 1))].concat();
    let looping = node("", "Loop", &[bytes(6, body)]);
    let header = read_model(&[bytes(1, looping), bytes(11, bytes(1, "b/x"))], &[]);
    assert_eq!(header.metadata["input.b/x"], "untyped");
    assert!(header.tensors.contains_key("b/x"));
}

#[test]
fn other_files_are_found_in_weights_attributes_bodies_functions_and_training() {
    let constant = |path: &str| node("", "Constant", &[bytes(5, external(path))]);
    let list = node("", "Constant", &[bytes(10, external("c"))]);
    let sparse = node("", "Constant", &[bytes(22, [bytes(1, external("d")), bytes(2, external("e"))].concat())]);
    let inner = node("", "If", &[bytes(6, bytes(1, constant("f")))]);
    let outer = node("", "Loop", &[bytes(11, bytes(1, inner))]);
    let function = [bytes(1, "F"), bytes(10, "acme"), bytes(7, constant("g"))].concat();
    let graph = [
        bytes(5, external("a")),
        bytes(1, constant("b")),
        bytes(1, list),
        bytes(1, sparse),
        bytes(1, outer),
        bytes(15, [bytes(1, external("i")), bytes(2, external("j"))].concat()),
    ];
    let training = bytes(20, bytes(2, bytes(5, external("h"))));
    let header = read_model(&graph, &[bytes(25, function), training]);
    assert_eq!(header.external_files, ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);
}

#[test]
fn a_tensor_elsewhere_must_say_where_and_one_here_should_not() {
    let nowhere = [tensor("w", &[2], 1), number(14, 1)].concat();
    let fault = read(&model(&[bytes(5, nowhere)], &[]).as_slice()).unwrap_err();
    assert_eq!(fault.to_string(), "tensor `w` is in another file, and it does not say which");
    let unused = external("a").strip_suffix(number(14, 1).as_slice()).unwrap().to_vec();
    let header = read_model(&[bytes(5, unused)], &[]);
    assert_eq!(header.oddities, ["tensor `w` names another file and does not use it"]);
    assert_eq!(header.external_files, ["a"]);
    let invalid_text =
        external("a").into_iter().map(|byte| if byte == b'a' { 0xff } else { byte }).collect::<Vec<u8>>();
    let fault_or_unsafe = read(&model(&[bytes(5, invalid_text)], &[]).as_slice());
    assert!(
        fault_or_unsafe.is_err()
            || fault_or_unsafe
                .unwrap()
                .external_files
                .iter()
                .all(|path| crate::artifact::tensors::is_unsafe_path(path))
    );
}

#[test]
fn operators_of_other_domains_need_code_and_the_runtimes_do_not() {
    let use_of = |domain: &str, operator: &str| bytes(1, node(domain, operator, &[]));
    let plain =
        [use_of("", "Relu"), use_of("ai.onnx.ml", "TreeEnsembleClassifier"), use_of("com.microsoft", "FusedMatMul")];
    assert_eq!(read_model(&plain, &[]).custom_code, Vec::<String>::new());
    let body = bytes(6, bytes(1, node("acme.inner", "Deep", &[])));
    let custom = [
        use_of("acme.ops", "Scale"),
        use_of("acme.ops", "Scale"),
        use_of("com.microsoft", "PythonOp"),
        use_of("ai.onnx.contrib", "StringJoin"),
        bytes(1, node("", "If", &[body])),
    ];
    let expected = [
        "operator `acme.inner::Deep`",
        "operator `acme.ops::Scale`",
        "operator `ai.onnx.contrib::StringJoin`",
        "operator `com.microsoft::PythonOp`",
    ];
    assert_eq!(read_model(&custom, &[]).custom_code, expected);
}

#[test]
fn a_function_of_the_model_is_told_as_one_and_its_use_is_not_told_again() {
    let function = [bytes(1, "Gelu"), bytes(10, "acme.fn"), bytes(7, node("acme.ops", "Erf", &[]))].concat();
    let header = read_model(&[bytes(1, node("acme.fn", "Gelu", &[]))], &[bytes(25, function)]);
    assert_eq!(header.custom_code, ["operator `acme.ops::Erf`", "function `acme.fn::Gelu`, defined in the model"]);
}

#[test]
fn names_that_occur_in_several_bodies_are_all_counted() {
    let body = || bytes(6, [bytes(2, "b"), bytes(5, tensor("w", &[10], 1))].concat());
    let graph: Vec<Vec<u8>> = (0..3).map(|_| bytes(1, node("", "If", &[body(), body()]))).collect();
    let header = read_model(&graph, &[]);
    assert_eq!(header.parameters, Some(60));
    assert_eq!(header.tensors.keys().collect::<Vec<_>>(), ["b/w", "b/w#2", "b/w#3", "b/w#4", "b/w#5", "b/w#6"]);
    assert_eq!(header.oddities, Vec::<String>::new());
    let twice = read_model(&[bytes(5, tensor("w", &[1], 1)), bytes(5, tensor("w", &[2], 1))], &[]);
    assert_eq!(twice.oddities, ["tensor `w` is there more than once"]);
    assert_eq!(twice.parameters, Some(3));
}

#[test]
fn properties_are_metadata_of_their_own() {
    let property = |key: &str, value: &str| bytes(14, [bytes(1, key), bytes(2, value)].concat());
    let header = read_model(&[], &[property("license", "mit"), property("producer", "mona")]);
    assert_eq!(header.metadata["metadata.license"], "mit");
    assert_eq!(header.metadata["producer"], "acme");
    let twice = read_model(&[], &[property("license", "mit"), property("license", "other")]);
    assert_eq!(twice.oddities, ["`metadata.license` is there more than once"]);
    assert_eq!(twice.metadata["metadata.license"], "other");
}

#[test]
fn what_is_no_model_is_refused_in_words() {
    let cases = [
        (vec![], "no ONNX model: there is no graph"),
        (bytes(7, []), "no ONNX model: it does not say its `ir_version` and its operator sets"),
        (vec![0x0b], "no ONNX model: a group, which ONNX does not have, at byte 0"),
        (vec![0x0f], "no ONNX model: a field of a kind that does not exist, at byte 0"),
        (vec![0x00], "no ONNX model: a field with a number that cannot be, at byte 0"),
        (vec![0x08], "no ONNX model: a number that does not end, at byte 1"),
        ([vec![0x08], vec![0xff; 11]].concat(), "no ONNX model: a number of more than 64 bits, at byte 1"),
        (vec![0x3a, 0x05, 0x00], "no ONNX model: a field that is longer than what it is in, at byte 2"),
        (
            vec![0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            "no ONNX model: a field that is longer than what it is in, at byte 11",
        ),
        (model(&[bytes(5, number(1, u64::MAX))], &[]), "a tensor has a negative dimension"),
    ];
    for (file, expected) in cases {
        assert_eq!(read(&file.as_slice()).unwrap_err().to_string(), expected);
    }
    // A field inside of a message may not reach beyond it, though the file goes on.
    let reaching = [bytes(7, [0x2a, 0x20]), vec![0; 64]].concat();
    assert!(read(&reaching.as_slice()).unwrap_err().to_string().contains("longer than what it is in"));
}

#[test]
fn nesting_names_dimensions_and_types_are_bounded() {
    let mut body = bytes(1, node("", "Relu", &[]));
    for _ in 0..200 {
        body = bytes(1, node("", "If", &[bytes(6, body)]));
    }
    assert!(matches!(read(&model(&[body], &[]).as_slice()), Err(HeaderFault::TooLarge { limit: 100, .. })));
    let long = tensor(&"n".repeat(5000), &[], 1);
    assert!(matches!(read(&model(&[bytes(5, long)], &[]).as_slice()), Err(HeaderFault::TooLarge { limit: 4096, .. })));
    let many = tensor("w", &[1; 65], 1);
    assert!(matches!(read(&model(&[bytes(5, many)], &[]).as_slice()), Err(HeaderFault::TooLarge { limit: 64, .. })));
    let packed = bytes(1, vec![1; 1000]);
    assert!(matches!(read(&model(&[bytes(5, packed)], &[]).as_slice()), Err(HeaderFault::TooLarge { limit: 64, .. })));
}
