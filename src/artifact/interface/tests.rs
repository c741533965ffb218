use super::*;
use crate::artifact::interface::compare::ChangeOf;

fn one(path: &str, text: &str) -> Interface {
    read("", &[(path, text.as_bytes())])
}

fn messages(before: &Interface, after: &Interface) -> Vec<String> {
    compare(before, after).into_iter().map(|change| change.message).collect()
}

const CONFIG: &str = r#"{
  "architectures": ["BertForSequenceClassification"],
  "model_type": "bert",
  "id2label": {"10": "ten", "0": "negative", "1": "positive"},
  "label2id": {"negative": 0, "positive": 1, "ten": 10},
  "torch_dtype": "float32",
  "unknown": 1
}"#;

#[test]
fn a_config_says_architecture_and_labels_in_order() {
    let interface = one("config.json", CONFIG);
    assert_eq!(interface.architectures(), ["BertForSequenceClassification"]);
    assert_eq!(interface.labels(), [(0, "negative"), (1, "positive"), (10, "ten")]);
    assert_eq!((interface.unreadable.len(), interface.problems.len()), (0, 0));
    let label = interface.facts.iter().find(|fact| fact.kind == FactKind::Label && fact.name == "1").unwrap();
    assert_eq!((label.path.as_str(), label.line), ("config.json", 4));
    let count = interface.facts.iter().find(|fact| fact.kind == FactKind::LabelCount).unwrap();
    assert_eq!(count.value, "3");
}

#[test]
fn swapped_labels_are_told_one_by_one() {
    let swapped = CONFIG.replace(r#""0": "negative", "1": "positive""#, r#""0": "positive", "1": "negative""#);
    let (before, after) = (one("config.json", CONFIG), one("config.json", &swapped));
    assert_eq!(
        messages(&before, &after),
        ["Label 0 was negative, is now positive.", "Label 1 was positive, is now negative."]
    );
    assert_eq!(after.problems.len(), 2, "`label2id` says otherwise: {:?}", after.problems);
    assert!(compare(&before, &before).is_empty());
    let change = compare(&before, &after).remove(0);
    assert_eq!((change.what, change.path.as_str(), change.line), (ChangeOf::Fact(FactKind::Label), "config.json", 4));
}

#[test]
fn labels_come_from_the_first_place_that_has_them() {
    assert_eq!(one("config.json", r#"{"label2id": {"b": 1, "a": 0}}"#).labels(), [(0, "a"), (1, "b")]);
    assert_eq!(
        one("config.json", r#"{"architecture": "resnet", "label_names": ["cat", "dog"]}"#).labels(),
        [(0, "cat"), (1, "dog")]
    );
    let counted = one("config.json", r#"{"num_labels": 5}"#);
    assert_eq!((counted.labels(), counted.facts[0].value.as_str()), (vec![], "5"));
}

#[test]
fn code_that_loading_runs_is_told_wherever_it_is_named() {
    let files: [(&str, &[u8]); 6] = [
        ("config.json", br#"{"auto_map": {"AutoModel": "modeling.A", "AutoConfig": "acme/code--conf.C"}, "custom_pipelines": {"sum": {"impl": "p.S"}}}"#),
        ("tokenizer_config.json", br#"{"auto_map": {"AutoTokenizer": ["tok.T", null]}, "trust_remote_code": true}"#),
        ("preprocessor_config.json", br#"{"auto_map": {"AutoProcessor": "proc.P"}}"#),
        ("model_index.json", br#"{"_class_name": ["pipe", "Mine"], "_diffusers_version": "0.3", "unet": ["my_unet", "U"], "vae": ["diffusers", "V"], "none": [null, null]}"#),
        ("modules.json", br#"[{"idx": 0, "name": "0", "type": "sentence_transformers.models.Transformer"}, {"name": "1", "type": "custom_st.X"}]"#),
        ("MLmodel", b"flavors:\n  python_function: {loader_module: acme.load, code: code, python_model: p.pkl}\n  sklearn: {loader_module: mlflow.sklearn}\n"),
    ];
    assert_eq!(
        read("", &files).remote_code(),
        [
            "AutoConfig: acme/code--conf.C",
            "AutoModel: modeling.A",
            "AutoProcessor: proc.P",
            "AutoTokenizer: tok.T",
            "module 1: custom_st.X",
            "pipeline: pipe.Mine",
            "pipeline sum: p.S",
            "python_function code: code",
            "python_function loader: acme.load",
            "python_function python_model: p.pkl",
            "unet: my_unet.U",
        ]
    );
    let none = read("", &[("config.json", CONFIG.as_bytes())]);
    assert!(none.remote_code().is_empty());
    let some = read("", &files[..1]);
    assert!(
        messages(&none, &some)
            .contains(&"Loading runs code that comes with the model, for AutoModel: modeling.A.".to_owned())
    );
}

#[test]
fn the_chat_template_that_is_used_counts_wherever_it_stands() {
    let tokenizer = br#"{"chat_template": "{{ messages }}"}"#;
    let jinja = b"{{ messages }}";
    let in_tokenizer = read("m", &[("m/tokenizer_config.json", tokenizer)]);
    let in_file = read("m", &[("m/chat_template.jinja", jinja)]);
    assert!(compare(&in_tokenizer, &in_file).is_empty(), "moved, and the same");
    let both =
        read("m", &[("m/tokenizer_config.json", br#"{"chat_template": "old"}"#), ("m/chat_template.jinja", jinja)]);
    assert_eq!(
        (both.chat_templates.len(), both.chat_templates[0].text.as_str(), both.problems.len()),
        (1, "{{ messages }}", 1)
    );
    let named = read(
        "",
        &[
            (
                "tokenizer_config.json",
                br#"{"chat_template": [{"name": "default", "template": "a"}, {"name": "rag", "template": "b"}]}"#,
            ),
            ("additional_chat_templates/tool_use.jinja", b"c"),
        ],
    );
    let names: Vec<_> = named.chat_templates.iter().map(|template| template.name.as_str()).collect();
    assert_eq!(names, ["default", "rag", "tool_use"]);
    let changed = read("m", &[("m/chat_template.json", br#"{"chat_template": "{{ other }}"}"#)]);
    assert_eq!(
        messages(&in_file, &changed),
        ["The chat template changed: the model sees its conversations differently."]
    );
    assert_eq!(messages(&changed, &Interface::default()), ["The chat template is gone."]);
}

#[test]
fn signatures_are_compared_input_by_input() {
    let model = |inputs: &str| one("MLmodel", &format!("flavors: {{}}\nsignature:\n  inputs: '{inputs}'\n"));
    let before = model(r#"[{"name": "age", "type": "long"}, {"name": "sex", "type": "string"}, {"type": "double"}]"#);
    let after = model(
        r#"[{"name": "age", "type": "double"}, {"name": "zip", "type": "string", "required": false}, {"type": "double"}]"#,
    );
    assert_eq!(before.inputs(), [("#2", "double"), ("age", "long"), ("sex", "string")]);
    assert_eq!(
        messages(&before, &after),
        [
            "Input age was long, is now double.",
            "Input sex is gone; it was string.",
            "Input zip is new: string, optional."
        ]
    );
}

#[test]
fn parts_are_kept_apart_and_named_below_the_folder_of_the_model() {
    let files: [(&str, &[u8]); 3] = [
        ("m/unet/config.json", br#"{"_class_name": "UNet"}"#),
        ("m/config.json", br#"{"architectures": ["A", "B"], "quantization_config": {"bits": 4}}"#),
        (
            "m/adapter_config.json",
            br#"{"peft_type": "LORA", "base_model_name_or_path": "acme/base", "revision": "abc"}"#,
        ),
    ];
    let interface = read("m", &files);
    assert_eq!(interface.architectures(), ["A, B", "UNet"]);
    assert_eq!(interface.base_models(), ["acme/base@abc"]);
    let without = read("m", &files[1..]);
    assert_eq!(messages(&interface, &without), ["The architecture of unet is gone; it was UNet."]);
    let other = files.map(|(path, bytes)| (path, std::str::from_utf8(bytes).unwrap().replace('4', "8")));
    let other: Vec<(&str, &[u8])> = other.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    assert_eq!(messages(&interface, &read("m", &other)), [r#"The quantization was {"bits":4}, is now {"bits":8}."#]);
}

#[test]
fn nothing_is_concluded_from_a_file_that_cannot_be_read() {
    let (good, broken) = (one("config.json", CONFIG), one("config.json", "{\"architectures\": ["));
    let lost = compare(&good, &broken);
    assert_eq!(lost.iter().map(|change| change.what.clone()).collect::<Vec<_>>(), [ChangeOf::Unreadable]);
    assert!(lost[0].message.starts_with("config.json cannot be read: "), "{}", lost[0].message);
    assert!(compare(&broken, &good).is_empty());
    assert!(compare(&broken, &broken).is_empty());
    for (path, text) in [
        ("config.json", "[]"),
        ("modules.json", "{}"),
        ("config.json", "1"),
        ("MLmodel", "- 1\n"),
        ("chat_template.json", "\"x\""),
    ] {
        assert_eq!(one(path, text).unreadable.len(), 1, "{path}");
    }
    assert_eq!(read("", &[("chat_template.jinja", b"\xff")]).unreadable.len(), 1);
    assert_eq!(one("modules.json", "[]").unreadable.len(), 0);
}

#[test]
fn other_files_are_left_alone() {
    for path in ["README.md", "generation_config.json", "src/config.jsonl", "a.jinja", "tokenizer.json"] {
        assert!(!is_interface_file(path), "{path}");
    }
    assert!(is_interface_file("m/unet/config.json") && is_interface_file("additional_chat_templates/x.jinja"));
    assert_eq!(one("README.md", "{"), Interface::default());
}

#[test]
fn too_many_facts_are_told() {
    let labels: Vec<String> = (0..=FACT_LIMIT).map(|number| format!("\"{number}\":\"x\"")).collect();
    let interface = one("config.json", &format!("{{\"id2label\":{{{}}}}}", labels.join(",")));
    assert_eq!((interface.facts.len(), interface.unreadable.len()), (FACT_LIMIT, 1));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        for path in ["config.json", "MLmodel", "chat_template.jinja", "modules.json", "model_index.json", "tokenizer_config.json"] {
            read("", &[(path, &bytes)]);
        }
    }

    #[test]
    fn the_way_back_is_the_mirror_whatever_the_order(
        before in proptest::collection::vec(("[012]", "(a|b)"), 0..3), after in proptest::collection::vec(("[012]", "(a|b)"), 0..3)
    ) {
        let file = |labels: &[(String, String)]| {
            let labels: Vec<String> = labels.iter().map(|(number, name)| format!("\"{number}\": \"{name}\"")).collect();
            format!("{{\"id2label\": {{{}}}}}", labels.join(", "))
        };
        let (before, after) = (file(&before), file(&after));
        let template = b"{{ x }}";
        let files = |text: &'static [u8]| text;
        let interface = |config: &str, reversed: bool| {
            let mut all: Vec<(&str, &[u8])> = vec![("config.json", config.as_bytes()), ("chat_template.jinja", files(template))];
            if reversed {
                all.reverse();
            }
            read("", &all)
        };
        proptest::prop_assert_eq!(interface(&before, false), interface(&before, true));
        let there = compare(&interface(&before, false), &interface(&after, false));
        let back = compare(&interface(&after, false), &interface(&before, false));
        let values: Vec<_> = there.iter().map(|change| (change.before.clone(), change.after.clone())).collect();
        let mirrored: Vec<_> = back.iter().map(|change| (change.after.clone(), change.before.clone())).collect();
        proptest::prop_assert_eq!(values, mirrored);
    }
}
