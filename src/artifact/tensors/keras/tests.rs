use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn read(config: &Value) -> Header {
    read_config(config.to_string().as_bytes()).unwrap()
}

/// A model of these layers.
fn model(layers: &[Value]) -> Value {
    json!({
        "module": "keras", "class_name": "Sequential", "registered_name": null,
        "config": { "name": "scorer", "layers": layers },
    })
}

fn layer(module: &str, class: &str, config: Value) -> Value {
    json!({ "module": module, "class_name": class, "config": config, "registered_name": null })
}

fn code(layers: &[Value]) -> Vec<String> {
    read(&model(layers)).custom_code
}

fn lambda() -> Value {
    let function =
        json!({ "class_name": "__lambda__", "config": { "code": "4wAAAA==", "defaults": null, "closure": null } });
    layer("keras.layers", "Lambda", json!({ "name": "l", "function": function }))
}

#[test]
fn plain_layers_are_no_code() {
    let relu =
        json!({ "module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function" });
    let softmax = json!({ "module": "keras.activations", "class_name": "function", "config": "softmax", "registered_name": "softmax" });
    let dense = layer("keras.layers", "Dense", json!({ "name": "d", "units": 1, "activation": relu, "gate": softmax }));
    let hub = json!({ "module": "keras_hub.src.models.bert", "class_name": "BertBackbone", "config": {}, "registered_name": "keras_hub>BertBackbone" });
    let header = read(&model(&[dense, hub]));
    assert_eq!(header.custom_code, Vec::<String>::new());
    assert_eq!((header.metadata["class_name"].as_str(), header.metadata["name"].as_str()), ("Sequential", "scorer"));
    assert_eq!(header.metadata["objects"], "5");
    assert_eq!(header.summary(), "no list of tensors");
}

#[test]
fn lambdas_are_found_at_every_depth() {
    let expected = ["Lambda `l`: Python code in the file", "__lambda__: compiled Python code in the file"];
    assert_eq!(code(&[lambda()]), expected);
    let wrapped = layer("keras.layers", "TimeDistributed", json!({ "layer": lambda() }));
    let nested = layer("keras", "Functional", json!({ "layers": [{ "a": [[{ "b": wrapped }]] }] }));
    assert_eq!(code(&[nested]), expected);
    let as_a_loss =
        json!({ "module": "keras", "class_name": "Sequential", "config": {}, "compile_config": { "loss": lambda() } });
    assert_eq!(read(&as_a_loss).custom_code, expected);
}

#[test]
fn classes_that_run_other_code_are_named() {
    let cases = [
        ("TFOpLambda", "TFOpLambda `x`: any TensorFlow function by its name"),
        ("TorchModuleWrapper", "TorchModuleWrapper `x`: a pickled PyTorch module in the file"),
        ("TFSMLayer", "TFSMLayer `x`: a TensorFlow program in another folder"),
        ("Custom>Lambda", "Custom>Lambda `x`: Python code in the file"),
    ];
    for (class, expected) in cases {
        assert_eq!(code(&[layer("keras.layers", class, json!({ "name": "x" }))]), [expected]);
    }
}

#[test]
fn objects_from_elsewhere_need_their_code() {
    let function = |module: &str, name: &str| json!({ "module": module, "class_name": "function", "config": name });
    let cases = [
        (layer("acme.layers", "Scale", json!({ "name": "s" })), "Scale `s` of `acme.layers`"),
        (layer("kerasx.layers", "Scale", json!({})), "Scale of `kerasx.layers`"),
        (json!({ "class_name": "Scale", "config": {}, "registered_name": "acme>Scale" }), "Scale of `acme`"),
        (json!({ "class_name": "acme>Scale", "config": {} }), "acme>Scale of `acme`"),
        (json!({ "class_name": "Scale", "config": {}, "package": "acme" }), "Scale of `acme`"),
        (function("os", "system"), "function `system` of `os`"),
        (function("__main__", "my_loss"), "function `my_loss` of `__main__`"),
        (function("builtins", "acme>loss"), "function `acme>loss` of `acme`"),
        (function("keras.utils", "get_file"), "function `get_file` of `keras.utils`"),
    ];
    for (object, expected) in cases {
        assert_eq!(code(&[object]), [expected]);
    }
    let typespec = json!({ "module": "tensorflow.python.framework.tensor_spec", "class_name": "__typespec__", "config": [], "spec_name": "TensorSpec" });
    assert_eq!(code(&[typespec]), Vec::<String>::new());
}

#[test]
fn files_that_are_read_on_loading_are_listed() {
    let lookup = layer("keras.layers", "StringLookup", json!({ "vocabulary": "/etc/passwd", "name": "v" }));
    let words = layer("keras.layers", "StringLookup", json!({ "vocabulary": ["a", "b"] }));
    let program = layer("keras.layers", "TFSMLayer", json!({ "filepath": "../program" }));
    assert_eq!(read(&model(&[lookup, words, program])).external_files, ["../program", "/etc/passwd"]);
}

#[test]
fn a_key_that_is_there_twice_is_judged_both_times() {
    let text = r#"{"class_name":"Sequential","config":{"layers":[
        {"module":"keras.layers","class_name":"Lambda","class_name":"Dense","config":{}},
        {"module":"keras.layers","class_name":"Dense","class_name":"Lambda","config":{}}]}}"#;
    let header = read_config(text.as_bytes()).unwrap();
    assert_eq!(header.custom_code, ["Lambda: Python code in the file"]);
    assert_eq!(header.oddities, ["key `class_name` is there twice in one object"; 2]);
}

#[test]
fn pythons_numbers_are_read_and_texts_of_the_same_letters_kept() {
    let text =
        r#"{"class_name":"Sequential","config":{"name":"NaN \" Infinity","a":NaN,"b":[-Infinity,Infinity],"c":"\\"}}"#;
    let header = read_config(text.as_bytes()).unwrap();
    assert_eq!(header.metadata["name"], "NaN \" Infinity");
}

#[test]
fn what_describes_no_model_is_refused() {
    for text in
        ["", "[]", "1", "{}", r#"{"config":{}}"#, r#"{"class_name":1}"#, r#"{"class_name":"M"} x"#, "{\"class_name\":"]
    {
        assert!(matches!(read_config(text.as_bytes()), Err(HeaderFault::Invalid { .. })), "{text}");
    }
    let deep = format!("{{\"class_name\":\"M\",\"config\":{}", "[".repeat(100_000));
    assert!(matches!(read_config(deep.as_bytes()), Err(HeaderFault::Invalid { .. })));
    let large = vec![b' '; CONFIG_LIMIT_BYTES + 1];
    assert!(matches!(read_config(&large), Err(HeaderFault::TooLarge { .. })));
}

/// JSON with a Lambda layer somewhere in it.
fn around_lambda() -> impl Strategy<Value = Value> {
    Just(lambda()).prop_recursive(20, 60, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| json!([1, inner, null])),
            ("[a-z_]{1,10}", inner.clone()).prop_map(|(key, inner)| json!({ key: inner })),
            inner.clone().prop_map(|inner| layer("keras.layers", "Bidirectional", json!({ "layer": inner }))),
            inner.prop_map(|inner| json!({ "class_name": inner, "config": "x", "module": "keras" })),
        ]
    })
}

proptest! {
    #[test]
    fn a_lambda_is_found_wherever_it_is(value in around_lambda()) {
        let found = code(&[value]);
        prop_assert!(found.iter().any(|what| what.starts_with("Lambda")), "{:?}", found);
    }

    #[test]
    fn any_json_is_read_without_panic(
        text in "(\\{|\\}|\\[|\\]|,|:|\"class_name\"|\"config\"|\"module\"|\"Lambda\"|NaN|-Infinity|\"|\\\\|1| ){0,40}",
    ) {
        let _ = read_config(text.as_bytes());
    }
}
