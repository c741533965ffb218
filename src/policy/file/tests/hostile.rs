//! No file, however hostile, takes long or much room, or is followed although it could not be read whole.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

const LONG: Duration = Duration::from_secs(20);

#[test]
fn bombs_end_at_a_limit() {
    let mut laughs = String::from("version: 1\na: &a [x,x,x,x,x,x,x,x,x]\n");
    for (level, before) in ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"])
    {
        laughs.push_str(&format!("{level}: &{level} [{}]\n", vec![format!("*{before}"); 9].join(",")));
    }
    let long = format!("version: 1\ngroups: {{ g: {{ github_users: [{}] }} }}\n", "octocat,".repeat(5_000));
    let scalar = format!("version: 1\na: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a,".repeat(500));
    for (what, text, word) in [
        ("aliases of aliases", laughs, "alias"),
        ("an alias of much", scalar, "alias"),
        ("depth", format!("version: 1\nmodels: {}{}\n", "[".repeat(2_000), "]".repeat(2_000)), "nest"),
        ("depth without end", format!("version: 1\nmodels: {}", "{a: ".repeat(50_000)), "nest"),
        ("size", "#".repeat(LIMIT_BYTES + 1), "larger"),
        ("size of 2 MB", format!("version: 1\n{}", "# x\n".repeat(500_000)), "larger"),
        ("a long list", long, "at most"),
        ("many keys", (0..25_000).map(|at| format!("k{at}: 1\n")).collect::<String>(), "values"),
    ] {
        let started = Instant::now();
        let found = findings(&text);
        assert!(found.iter().any(|finding| finding.is_error() && finding.what.contains(word)), "{what}: {found:?}");
        assert!(started.elapsed() < LONG, "{what}: {:?}", started.elapsed());
    }
}

#[test]
fn as_much_as_is_allowed_is_looked_at_in_time() {
    let entries: String = (0..100)
        .map(|at| {
            let gates: String = (0..15)
                .map(|gate| {
                    format!("{{ name: g{gate}, group: g, quorum: 1, when: \"commits_ahead > {at} + {gate}\" }}, ")
                })
                .collect();
            format!("  \"*{at}*\": {{ gates: [{gates}] }}\n")
        })
        .collect();
    let text = format!("version: 1\ngroups: {{ g: {{ github_users: [octocat, mona] }} }}\nenvironments:\n{entries}");
    assert!(text.len() < LIMIT_BYTES, "{}", text.len());
    let started = Instant::now();
    assert!(findings(&text).iter().any(|finding| finding.rule == Rule::TiedPatterns));
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
}

/// The file with every key, changed in a few places: lines gone, twice, moved in or out, words exchanged.
fn changed() -> impl Strategy<Value = String> {
    let change = (0_usize..200, 0_u8..8, "[a-z0-9:{}\\[\\]\"'&*|#, -]{0,6}");
    proptest::collection::vec(change, 1..4).prop_map(|changes| {
        let mut lines: Vec<String> = FULL.lines().map(str::to_owned).collect();
        for (at, kind, text) in changes {
            let at = at % lines.len();
            match kind {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[at].clone()),
                2 => lines[at].insert_str(0, "  "),
                3 => lines[at] = lines[at].strip_prefix("  ").unwrap_or_default().to_owned(),
                4 => lines[at].push_str(&text),
                5 => {
                    let middle = lines[at].len() / 2;
                    lines[at].insert_str(middle, &text);
                }
                6 => {
                    let value = lines[at].split_once(':').map(|(key, _)| format!("{key}: {text}"));
                    lines[at] = value.unwrap_or_default();
                }
                _ => {
                    let half = lines[at].chars().take(at).collect();
                    lines[at] = half;
                }
            }
            if lines.is_empty() {
                lines.push(String::new());
            }
        }
        lines.join("\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_the_schema_lets_through_can_be_decoded(text in changed()) {
        let file = File::read(text.as_bytes(), FileRole::Repository);
        // The finding for what the schema let through, and decoding did not. Two keys of which one is needed, and only one, are
        // for decoding: an empty value counts as none.
        let gap = file.findings.iter().find(|finding| {
            finding.rule == Rule::WrongValue && finding.path.is_empty() && !finding.what.contains("needs one of")
        });
        prop_assert!(gap.is_none(), "{text}\n{gap:?}");
        prop_assert!(file.document.is_some() || file.errors().count() > 0);
        for finding in findings(&text) {
            let lines = text.split('\n').count();
            prop_assert!(finding.place.line >= 1 && finding.place.line <= lines + 1, "{:?}", finding);
        }
        let _ = said(&text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let file = File::read(&bytes, FileRole::Owner);
        prop_assert!(file.document.is_some() || file.errors().count() > 0);
    }
}
