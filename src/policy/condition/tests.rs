mod against_cel;
mod hostile;

use super::*;

fn read(text: &str) -> Predicate {
    Predicate::read(text).unwrap_or_else(|mistakes| panic!("{text}: {mistakes:?}"))
}

fn mistake(text: &str) -> Mistake {
    match Predicate::read(text) {
        Ok(_) => panic!("`{text}` was accepted"),
        Err(mistakes) => mistakes.into_iter().next().unwrap(),
    }
}

fn on(sample: &str, text: &str) -> Outcome {
    let sample = samples::all().iter().find(|one| one.name.contains(sample)).unwrap();
    read(text).evaluate(&sample.facts())
}

#[test]
fn every_sample_is_there() {
    assert_eq!(samples::all().len(), 6);
}

#[test]
fn conditions_of_the_documentation_say_what_they_should() {
    let risk = "risk >= HIGH || flags.exists(f, f.code == \"licence.changed\")";
    assert_eq!((on("a model", risk), on("one document", risk)), (Outcome::True, Outcome::False));
    let documents = "risk <= INFO && files.all(f, f.path.startsWith(\"docs/\"))";
    assert_eq!((on("a model", documents), on("one document", documents)), (Outcome::False, Outcome::True));
}

#[test]
fn every_name_is_what_it_says() {
    for (sample, text) in [
        ("a model", "risk == CRITICAL && size(flags) == 3 && size(files) == 4 && models[0].name == \"sentiment\""),
        (
            "a model",
            "commits.size() == 2 && pull_requests.exists(p, p.number == 12 && p.merged && \"docs\" in p.labels)",
        ),
        ("a model", "author.unknown && \"mona\" in authors"),
        (
            "a model",
            "flags.exists(f, has(f.before) && f.before == \"apache-2.0\" && f.model == \"sentiment\" && f.new && !f.gap)",
        ),
        ("a model", "files.exists_one(f, has(f.previous_path) && f.kind == \"renamed\")"),
        (
            "a model",
            "files.exists(f, !has(f.additions)) && models.all(m, m.card_changed && m.weights_changed && !m.new)",
        ),
        ("a model", "has(fields.f1) && double(fields.f1) > 0.9 && fields[\"f1\"].startsWith(\"0.\")"),
        ("a model", "relation == \"ahead\" && commits_ahead == 2 && commits_behind == 0 && !rollback"),
        ("a model", "(files.filter(f, f.kind == \"removed\").map(f, f.path) + [\"x\"]).size() == 2"),
        ("first", "relation == \"first\" && models.all(m, m.new) && pull_requests.size() == 0"),
        ("rollback", "rollback && relation == \"behind\" && commits_behind == 3 && risk == MEDIUM"),
        ("scheduled", "event == \"schedule\" && relation == \"same\" && author.unknown && requester == \"hubot\""),
        ("by hand", "inputs.reason.contains(\"data\") && \"reason\" in inputs && size(inputs) == 1"),
        ("by hand", "ref == \"main\" && workflow == \"deploy\" && attempt == 1 && environment == \"production\""),
        ("by hand", "repository.matches(\"^acme/\") && matches(repository, \"ment$\") && \"mona\" in requesters"),
    ] {
        assert_eq!(on(sample, text), Outcome::True, "{text}");
    }
}

#[test]
fn slips_of_the_pen_are_found_where_they_are() {
    for (text, at, words) in [
        ("risc >= HIGH", "risc", "did you mean `risk`"),
        ("risk >= HIHG", "HIHG", "did you mean `HIGH`"),
        ("risk >= high", "high", "did you mean `HIGH`"),
        ("flags.exists(f, f.cod == \"licence.changed\")", "cod", "did you mean `code`"),
        ("flags.exists(f, f.code == \"licence.chnged\")", "\"licence.chnged\"", "did you mean \"licence.changed\""),
        (
            "flags.exists(f, f.code in [\"metric.removed\", \"metric.regresed\"])",
            "\"metric.regresed\"",
            "\"metric.regressed\"",
        ),
        ("flags.exists(f, f.code.startsWith(\"license.\"))", "\"license.\"", "no check raises"),
        ("files.exists(f, f.kind == \"deleted\")", "\"deleted\"", "never \"deleted\""),
        ("relation == \"backward\"", "\"backward\"", "never"),
        ("files.al(f, true)", "al", "did you mean `all`"),
        ("files.exists(f, f.path.startswith(\"a\"))", "startswith", "did you mean `startsWith`"),
        ("files.all(file, f.path == \"a\")", "f", "unknown name `f`"),
    ] {
        let mistake = mistake(text);
        assert_eq!(&text[mistake.start..mistake.end], at, "{mistake:?}");
        assert!(mistake.what.contains(words), "{mistake:?}");
    }
}

#[test]
fn types_that_do_not_fit_are_told_in_plain_words() {
    for (text, words) in [
        ("risk", "the condition is a severity, and has to be true or false"),
        ("risk >= 3", "a severity cannot be compared with a whole number"),
        ("risk == \"HIGH\"", "a severity cannot be compared with text"),
        ("size(files) > 2.0", "a whole number cannot be compared with a number with a fraction"),
        ("files > 3", "a list of files cannot be compared with a whole number"),
        ("inputs.count > 3", "text cannot be compared with a whole number"),
        ("files.path == \"a\"", "a list of files has no `path`"),
        ("ref.name == \"a\"", "text has no fields"),
        ("!risk", "this is a severity, and has to be true or false"),
        ("risk.exists(r, true)", "walks through lists"),
        ("labels == []", "an empty list"),
        ("flags == flags", "cannot be compared like this"),
        ("\"a\" in files", "`in` looks for text in a list of files"),
        ("1 in [1, \"a\"]", "a list holds values of one type"),
        ("true ? 1 : \"a\"", "both must be of one type"),
        ("files.all(ref, true)", "means something already"),
        ("files.all(f, files.all(f, true))", "means something already"),
        ("has(ref)", "asks for a field or a key"),
        ("files.map(f, f.path, 1, 2)", "write `.map(x, ...)`"),
        ("ref.matches(event)", "written out in quotes"),
        ("ref.matches(\"([\")", "no regular expression"),
        ("1u == 1u", "without `u`"),
        ("b'a' == b'a'", "no bytes"),
        ("null == null", "nothing is null"),
        ("{1: 2} == {1: 2}", "cannot make maps"),
        ("-ref == \"a\"", "`-` stands before numbers"),
        ("type(1) == int", "unknown function `type`"),
        ("files.all(f, commits.all(c, models.all(m, true)))", "loops may stand 2 deep"),
        ("commits_ahead % 2.0 == 0.0", "cannot be put together"),
        (".risk >= HIGH", "unknown name"),
    ] {
        let mistake = mistake(text);
        assert!(mistake.what.contains(words), "{text}: {mistake:?}");
    }
}

#[test]
fn what_cannot_be_read_is_told_in_words_of_ours() {
    for (text, at, words) in [
        ("", "", "empty"),
        ("  ", "  ", "empty"),
        ("risk >=", "", "ends where something is missing"),
        ("risk = HIGH", "=", "is not expected"),
        ("rollback and risk >= HIGH", "and", "is not expected"),
        ("(rollback", "", "ends where"),
        ("rollback)", ")", "is not expected"),
        ("ref == 'main", "'", "is not expected"),
        ("a.?b", ".", "is not expected"),
        ("ref == \"ä\" und", "und", "is not expected"),
    ] {
        let mistake = mistake(text);
        assert!(mistake.what.contains(words), "{text}: {mistake:?}");
        assert_eq!(&text[mistake.start..mistake.end], at, "{text}: {mistake:?}");
        assert!(!format!("{mistake:?}").contains("expecting {"), "{mistake:?}");
    }
}

#[test]
fn all_mistakes_of_a_condition_are_found_at_once() {
    let mistakes = Predicate::read("risc >= HIGH && files.all(f, f.pth == 1) || unknwn").unwrap_err();
    assert_eq!(mistakes.len(), 3, "{mistakes:?}");
}

#[test]
fn what_is_missing_fails_unless_it_is_asked_for() {
    for text in ["files.all(f, f.additions > 0)", "inputs.reason == \"x\"", "commits[5].title == \"x\""] {
        assert!(matches!(on("a model", text), Outcome::Failed { .. }), "{text}");
    }
    let Outcome::Failed { why } = on("a model", "files.all(f, f.additions > 0)") else { panic!() };
    assert!(why.contains("`additions` of `models/sentiment/model.safetensors` is not known"), "{why}");
    assert_eq!(on("a model", "files.all(f, !has(f.additions) || f.additions > 0)"), Outcome::True);
}

#[test]
fn one_side_that_decides_is_enough_whatever_fails_on_the_other() {
    for text in [
        "inputs.x == \"1\" || true",
        "true || inputs.x == \"1\"",
        "!(inputs.x == \"1\" && false)",
        "files.exists(f, f.additions > 20)",
        "!files.all(f, f.additions > 20)",
    ] {
        assert_eq!(on("a model", text), Outcome::True, "{text}");
    }
    assert!(matches!(on("a model", "inputs.x == \"1\" && true"), Outcome::Failed { .. }));
}

#[test]
fn numbers_never_wrap() {
    for text in [
        "9223372036854775807 + attempt > 0",
        "-9223372036854775808 - attempt < 0",
        "attempt / (attempt - 1) == 1",
        "attempt % (attempt - 1) == 1",
        "-(-9223372036854775807 - attempt) > 0",
        "int(1e300) == attempt",
        "int(\"ten\") == attempt",
    ] {
        assert!(matches!(on("a model", text), Outcome::Failed { .. }), "{text}");
    }
}

#[test]
fn a_label_adds_a_gate_and_never_takes_one_away() {
    let sample = samples::all().iter().find(|one| one.name.contains("one document")).unwrap();
    let facts = sample.facts();
    let (has, lacks) = (read("\"docs\" in labels"), read("!(\"docs\" in labels)"));
    assert_eq!((has.applies(&facts), lacks.applies(&facts)), (Outcome::True, Outcome::True));
    assert_eq!((has.allows(&facts), lacks.allows(&facts)), (Outcome::False, Outcome::False));
    let of_each = read("pull_requests.exists(p, \"docs\" in p.labels)");
    assert_eq!((of_each.applies(&facts), of_each.allows(&facts)), (Outcome::True, Outcome::False));
    let other = read("ref == \"main\"");
    assert_eq!((other.applies(&facts), other.allows(&facts)), (Outcome::True, Outcome::True));
}

#[test]
fn a_condition_that_looks_at_nothing_is_known() {
    assert!(read("1 < 2").is_constant() && !read("rollback").is_constant());
}
