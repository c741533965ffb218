use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;

fn header(tensors: &[(&str, &str, &[u64])]) -> Header {
    let tensor = |dtype: &str, shape: &[u64]| Tensor { dtype: dtype.to_owned(), shape: shape.to_vec() };
    let tensors = tensors.iter().map(|(name, dtype, shape)| ((*name).to_owned(), tensor(dtype, shape))).collect();
    let mut header = Header { tensors, ..Header::default() };
    header.count_parameters();
    header
}

#[test]
fn tensors_are_compared_by_name() {
    let before = header(&[("a", "F32", &[2]), ("b", "F32", &[2]), ("c", "F32", &[2]), ("d", "F32", &[2])]);
    let after = header(&[("b", "F32", &[3]), ("c", "BF16", &[2]), ("d", "F32", &[2]), ("e", "F32", &[2])]);
    let change = Header::compare(&before, &after);
    assert_eq!(
        (change.added.as_slice(), change.removed.as_slice()),
        (["e".to_owned()].as_slice(), ["a".to_owned()].as_slice())
    );
    assert_eq!(change.reshaped, [Reshaped { name: "b".to_owned(), before: vec![2], after: vec![3] }]);
    assert_eq!(change.retyped, [Retyped { name: "c".to_owned(), before: "F32".to_owned(), after: "BF16".to_owned() }]);
    assert_eq!(change.summary(), "1 tensor added, 1 removed, 1 reshaped, 1 of another type, 8 -> 9 parameters");
}

#[test]
fn templates_and_metadata_are_compared_too() {
    let with = |template: Option<&str>, tool: Option<&str>, licence: Option<&str>| Header {
        chat_template: template.map(str::to_owned),
        named_templates: tool.map(|text| ("tool_use".to_owned(), text.to_owned())).into_iter().collect(),
        metadata: licence.map(|text| ("general.license".to_owned(), text.to_owned())).into_iter().collect(),
        ..Header::default()
    };
    let change = Header::compare(&with(Some("a"), Some("x"), Some("mit")), &with(Some("b"), None, None));
    assert!(change.template_changed);
    assert_eq!(change.named_templates_changed, ["tool_use"]);
    let gone = MetadataChange { key: "general.license".to_owned(), before: Some("mit".to_owned()), after: None };
    assert_eq!(change.metadata, [gone]);
    assert_eq!(change.summary(), "2 prompt templates changed, 1 entry of metadata changed");
    assert!(Header::compare(&with(None, None, None), &with(Some(""), None, None)).template_changed);
}

#[test]
fn equal_headers_do_not_differ() {
    let same = header(&[("a", "F32", &[2])]);
    let change = Header::compare(&same, &same);
    assert!(change.is_empty());
    assert_eq!(change.summary(), "");
}

fn any_header() -> impl Strategy<Value = Header> {
    let tensor = (prop_oneof!["F16", "F32"], vec(0_u64..3, 0..3)).prop_map(|(dtype, shape)| Tensor { dtype, shape });
    let texts = || btree_map("[a-c]", "[xy]", 0..3);
    (btree_map("[a-f]", tensor, 0..6), texts(), texts(), prop::option::of("[xy]")).prop_map(
        |(tensors, metadata, named_templates, chat_template)| {
            let mut header = Header { tensors, metadata, named_templates, chat_template, ..Header::default() };
            header.count_parameters();
            header
        },
    )
}

/// The change from after to before, made of the change from before to after.
fn mirrored(change: HeaderChange) -> HeaderChange {
    HeaderChange {
        added: change.removed,
        removed: change.added,
        reshaped: change
            .reshaped
            .into_iter()
            .map(|r| Reshaped { name: r.name, before: r.after, after: r.before })
            .collect(),
        retyped: change
            .retyped
            .into_iter()
            .map(|r| Retyped { name: r.name, before: r.after, after: r.before })
            .collect(),
        parameters_before: change.parameters_after,
        parameters_after: change.parameters_before,
        metadata: change
            .metadata
            .into_iter()
            .map(|m| MetadataChange { key: m.key, before: m.after, after: m.before })
            .collect(),
        template_changed: change.template_changed,
        named_templates_changed: change.named_templates_changed,
    }
}

proptest! {
    #[test]
    fn the_change_back_mirrors_the_change(before in any_header(), after in any_header()) {
        prop_assert_eq!(mirrored(Header::compare(&before, &after)), Header::compare(&after, &before));
    }

    #[test]
    fn a_change_is_empty_only_between_equal_headers(before in any_header(), after in any_header()) {
        let change = Header::compare(&before, &after);
        prop_assert_eq!(change.is_empty(), before == after);
        prop_assert_eq!(change.is_empty(), change.summary().is_empty());
        prop_assert!(Header::compare(&before, &before).is_empty());
    }

    #[test]
    fn a_change_can_be_applied(before in any_header(), after in any_header()) {
        let change = Header::compare(&before, &after);
        let mut names: std::collections::BTreeSet<String> = before.tensors.keys().cloned().collect();
        change.removed.iter().for_each(|name| prop_assert_removed(&mut names, name));
        names.extend(change.added);
        prop_assert!(names.iter().eq(after.tensors.keys()));
    }
}

fn prop_assert_removed(names: &mut std::collections::BTreeSet<String>, name: &str) {
    assert!(names.remove(name), "{name} was not there");
}
