use super::*;

fn dangerous(module: &str, name: &str) -> bool {
    matches!(class_of(module, name), Class::Dangerous(_))
}

#[test]
fn a_listed_module_is_dangerous_with_everything_below_it() {
    for (module, name) in
        [("os", "anything"), ("os.path", "join"), ("asyncio.unix_events", "x"), ("importlib.metadata", "x")]
    {
        assert!(dangerous(module, name), "{module}.{name}");
    }
    assert!(!dangerous("osmium", "Reader"));
    assert!(!dangerous("acme.os_utils", "Reader"));
}

#[test]
fn every_part_of_a_dotted_name_is_judged() {
    for (module, name) in [
        ("logging", "os.system"),
        ("random", "_os.system"),
        ("collections", "_sys.modules"),
        ("torch", "serialization.load"),
        ("acme", "helpers.subprocess.run"),
        ("acme", "Model.__init__.__globals__"),
        ("builtins", "object.__reduce_ex__"),
        ("acme", "np.load"),
        ("acme", "pickle"),
        ("acme", "x.pickle"),
        ("collections", "OrderedDict.__init__"),
    ] {
        assert_eq!(dangerous(module, name), name.contains('.'), "{module}.{name}");
    }
}

#[test]
fn copies_of_modules_inside_packages_are_known() {
    assert!(dangerous("sklearn.externals.joblib", "load"));
    assert!(dangerous("six.moves.builtins", "eval"));
    assert!(dangerous("pyspark.cloudpickle.cloudpickle", "_make_function"));
    assert!(!dangerous("sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper"));
    assert!(!dangerous("numpy.random._pickle", "__randomstate_ctor"));
}

#[test]
fn names_that_always_mean_harm_do_so_in_every_module() {
    for name in ["system", "Popen", "__import__", "eval", "check_output", "read_pickle", "urlopen", "unlink"] {
        assert!(dangerous("acme.layers", name), "{name}");
    }
}

#[test]
fn packages_that_share_a_name_with_a_module_are_not_that_module() {
    for (module, name) in
        [("code.model", "Net"), ("profile.net", "Net"), ("test.model", "Net"), ("platform.api", "Model")]
    {
        assert_eq!(class_of(module, name), Class::Unlisted, "{module}.{name}");
    }
    assert!(dangerous("profile", "Profile"));
    assert!(dangerous("code", "InteractiveInterpreter.runcode"));
}

#[test]
fn ordinary_imports_of_models_are_unlisted_and_plain_data_is_allowed() {
    for (module, name) in [
        ("sklearn.ensemble._forest", "RandomForestClassifier"),
        ("pandas._libs.internals", "_unpickle_block"),
        ("re", "_compile"),
        ("uuid", "UUID"),
        ("pathlib", "PosixPath"),
        ("argparse", "Namespace"),
        ("datetime", "datetime"),
        ("torch.nn.modules.linear", "Linear"),
        ("transformers.models.bert.configuration_bert", "BertConfig"),
        ("types", "SimpleNamespace"),
    ] {
        assert_eq!(class_of(module, name), Class::Unlisted, "{module}.{name}");
    }
    for (module, name) in [
        ("torch", "BFloat16Storage"),
        ("torch", "bfloat16"),
        ("torch.cuda", "HalfTensor"),
        ("torch._utils", "_rebuild_tensor_v2"),
        ("torch.serialization", "_get_layout"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy.random._pickle", "__randomstate_ctor"),
        ("builtins", "slice"),
    ] {
        assert_eq!(class_of(module, name), Class::Allowed, "{module}.{name}");
    }
}

#[test]
fn patterns_match_whole_names() {
    assert!(matches("sklearn.*", "sklearn.svm.SVC"));
    assert!(matches("*", "anything"));
    assert!(matches("acme.*.Dense", "acme.layers.Dense"));
    assert!(matches("acme.Dense", "acme.Dense"));
    assert!(!matches("acme.Dense", "acme.Dense2"));
    assert!(!matches("acme.*.Dense", "acme.layers.Dense2"));
    assert!(!matches("sklearn.*", "xsklearn.svm"));
    assert!(!matches("a*b*c", "abd"));
}

#[test]
fn names_that_python_cannot_find_are_not_plausible() {
    assert!(is_plausible("acme.layers", "Rebuild.<locals>.f"));
    for (module, name) in [("lass Foo:", "    pass"), ("a\u{1}", "b"), ("", "x"), ("a..b", "x"), ("a", "b c")] {
        assert!(!is_plausible(module, name), "{module:?} {name:?}");
    }
}
