use super::*;

fn found(config: &str) -> Vec<(Verdict, String)> {
    check(config.as_bytes()).unwrap().into_iter().map(|finding| (finding.verdict, finding.name)).collect()
}

#[test]
fn layers_of_kerass_own_are_nothing_to_say() {
    let config = r#"{"module": "keras", "class_name": "Sequential", "config": {"layers": [
        {"module": "keras.layers", "class_name": "Dense", "config": {"units": 1,
         "kernel_initializer": {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {}}}}]}}"#;
    assert_eq!(found(config), []);
    assert_eq!(found(r#"{"class_name": "Dense", "config": {}}"#), []);
}

#[test]
fn a_lambda_is_dangerous_however_deep() {
    let config = r#"{"config": {"layers": [{"config": {"layer": {"class_name": "Lambda", "config": {}}}}]}}"#;
    assert_eq!(found(config), [(Verdict::Dangerous, "Lambda".to_owned())]);
    assert_eq!(found(r#"{"class_name": "\u004cambda"}"#), [(Verdict::Dangerous, "Lambda".to_owned())]);
    assert_eq!(found(r#"{"function": {"class_name": "__lambda__"}}"#)[0].0, Verdict::Dangerous);
}

#[test]
fn a_function_of_a_dangerous_module_is_dangerous() {
    let config = r#"{"module": "subprocess", "class_name": "function", "config": "run", "registered_name": "run"}"#;
    assert_eq!(found(config), [(Verdict::Dangerous, "subprocess.run".to_owned())]);
    let builtin = r#"{"module": "builtins", "class_name": "function", "config": "exec"}"#;
    assert_eq!(found(builtin), [(Verdict::Dangerous, "builtins.exec".to_owned())]);
}

#[test]
fn classes_of_others_are_suspicious() {
    let config = r#"{"module": "acme.layers", "class_name": "Attention", "registered_name": "acme>Attention"}"#;
    assert_eq!(found(config), [(Verdict::Suspicious, "acme.layers.Attention".to_owned())]);
    assert_eq!(found(r#"{"module": "kerasx.layers", "class_name": "Dense"}"#)[0].0, Verdict::Suspicious);
}

#[test]
fn what_is_no_json_cannot_be_checked() {
    assert!(check(b"{\"class_name\":").is_none());
    assert!(check("[".repeat(1000).as_bytes()).is_none());
}
