use super::*;
use crate::domain::{Baseline, ChangeKind, PolicySource, Relation, RowChange, Severity};

pub(super) const CARD: &str = "---\nlicense: mit\nbase_model: acme/base\ndatasets: [acme/reviews]\nmodel-index:\n- name: sentiment\n  \
    results:\n  - task: {type: text-classification}\n    dataset: {type: acme/reviews, name: Reviews}\n    metrics:\n    \
    - {type: accuracy, value: 0.914}\n---\n# Sentiment\n## Bias\nWorse on short texts.\n";

fn pointer(seed: u8, size: u64) -> String {
    format!("version http://git-media.io/v/2\noid sha256:{}\nsize {size}\n", format!("{seed:02x}").repeat(32))
}

/// Two commits that differ in what the test says.
pub(super) fn ahead(before: &[(&str, &str)], after: &[(&str, &str)]) -> (MemoryForge, CommitSha) {
    let mut forge = MemoryForge::default();
    forge.live = Some(forge.commit(1, before));
    let head = forge.commit(2, after);
    (forge, head)
}

fn evidence_of(before: &[(&str, &str)], after: &[(&str, &str)]) -> Evidence {
    let (forge, head) = ahead(before, after);
    gathered(&forge, &head)
}

#[test]
fn files_beyond_the_forges_limit_are_listed_all_the_same() {
    let files: Vec<(String, String)> = (0..400).map(|n| (format!("data/{n:03}.txt"), format!("{n}\n"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let evidence = evidence_of(&[("data/399.txt", "old\n")], &files);
    assert_eq!(evidence.files.len(), 400);
    assert_eq!(file(&evidence, "data/399.txt").kind, ChangeKind::Modified);
    // 100 files have no patch of the forge's: 40 of them are made here, for the rest it is said.
    let missing = evidence.files.iter().filter(|file| file.patch == Patch::Missing).count();
    assert_eq!(missing, 60);
    assert_eq!(flag(&evidence, "evidence.incomplete").subject, "patches");
}

#[test]
fn a_rollback_shows_what_goes_from_live_to_proposed() {
    let mut forge = MemoryForge::default();
    let old = forge.commit(1, &[("train.py", "lr = 1\n")]);
    forge.live = Some(forge.commit(2, &[("train.py", "lr = 2\n"), ("new.py", "x\n")]));
    let evidence = gathered(&forge, &old);
    assert_eq!(evidence.relation, Relation::Behind { by: 1 });
    assert_eq!(patch(&evidence, "train.py"), "@@ -1 +1 @@\n-lr = 2\n+lr = 1\n");
    assert_eq!(file(&evidence, "new.py").kind, ChangeKind::Removed);
    assert!(codes(&evidence).contains(&"deploy.rollback"));
    assert_eq!((evidence.commits.len(), &evidence.commits[0].sha), (1, &old));
}

#[test]
fn equal_content_under_another_name_is_a_rename() {
    let evidence = evidence_of(&[("a.txt", "same\n")], &[("b.txt", "same\n")]);
    assert_eq!(evidence.files.len(), 1);
    let renamed = file(&evidence, "b.txt");
    assert_eq!((renamed.kind, renamed.previous_path.as_deref()), (ChangeKind::Renamed, Some("a.txt")));
    assert_eq!(patch(&evidence, "b.txt"), "");
}

#[test]
fn a_rename_with_changes_is_one_where_the_forge_says_so() {
    let (mut forge, head) = ahead(&[("a.py", "1\n")], &[("b.py", "2\n")]);
    assert_eq!(gathered(&forge, &head).files.len(), 2);
    forge.renames.insert("b.py".into(), "a.py".into());
    let evidence = gathered(&forge, &head);
    assert_eq!((evidence.files.len(), file(&evidence, "b.py").kind), (1, ChangeKind::Renamed));
    assert!(patch(&evidence, "b.py").contains("told new"));
}

#[test]
fn a_rename_that_is_not_one_is_not_taken_from_the_forge() {
    let (mut forge, head) = ahead(&[("a.py", "1\n")], &[("a.py", "1\n"), ("b.py", "2\n")]);
    forge.renames.insert("b.py".into(), "a.py".into());
    let evidence = gathered(&forge, &head);
    assert_eq!(file(&evidence, "b.py").kind, ChangeKind::Added);
    assert_eq!(patch(&evidence, "b.py"), "@@ -0,0 +1 @@\n+2\n");
}

#[test]
fn the_policy_is_absent_only_where_the_whole_list_of_files_lacks_it() {
    let (mut forge, head) = ahead(&[], &[("a", "1"), ("b", "2")]);
    assert!(matches!(policy(&forge, &head), PolicyFound::Policies(_)));
    forge.cut_trees.insert(head.clone());
    let PolicyFound::Hold { why } = policy(&forge, &head) else { panic!("not held") };
    assert!(why.contains(crate::policy::PATH) && why.contains("permission"), "{why}");
    forge.cut_trees.clear();
    forge.default_branch = Some(sha(50));
    assert!(matches!(policy(&forge, &head), PolicyFound::Hold { .. }));
}

#[test]
fn a_policy_that_exists_is_found_on_the_default_branch() {
    let (forge, head) = ahead(&[], &[(crate::policy::PATH, "version: 1\nmodels: [{ name: sentiment }]\n")]);
    let PolicyFound::Policies(found) = policy(&forge, &head) else { panic!("held") };
    let found = found.own;
    assert_eq!(found.source, PolicySource::Repository { commit: head.clone() });
    assert_eq!(flag(&gathered(&forge, &head), "policy.changed").severity, Severity::High);
}

#[test]
fn a_policy_that_cannot_be_followed_holds_and_says_where() {
    let (forge, head) = ahead(&[], &[(crate::policy::PATH, "version: 1\nmodles: []\n")]);
    let PolicyFound::Hold { why } = policy(&forge, &head) else { panic!("not held") };
    assert!(why.contains(crate::policy::PATH) && why.contains("line 2") && why.contains("modles"), "{why}");
}

#[test]
fn a_vanished_base_is_said_and_everything_is_listed() {
    let (mut forge, head) = ahead(&[("a", "1")], &[("a", "1"), ("b", "2")]);
    forge.vanished.insert(sha(1));
    let evidence = gathered(&forge, &head);
    assert!(matches!(&evidence.baseline, Baseline::Vanished { commit, .. } if *commit == sha(1)));
    assert!(flag(&evidence, "deploy.base_vanished").is_gap());
    assert!(codes(&evidence).contains(&"author.unknown"));
    assert_eq!((evidence.files.len(), evidence.compare_url), (2, None));
}

#[test]
fn a_first_deployment_is_no_gap() {
    let (mut forge, head) = ahead(&[], &[("README.md", CARD)]);
    forge.live = None;
    let evidence = gathered(&forge, &head);
    assert_eq!(codes(&evidence), ["author.unknown", "deploy.no_baseline"]);
    assert_eq!(evidence.models[0].rows[0].change, RowChange::Added);
    let card = evidence.models[0].card.as_ref().unwrap();
    assert_eq!((card.text.as_str(), card.lines_cut), (CARD, 0), "the whole card is there to be read");
}

#[test]
fn a_long_card_is_kept_cut_and_without_its_secrets() {
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let long = format!("{CARD}\ntoken: {token}\n{}", "x\n".repeat(2_000));
    let (forge, head) = ahead(&[("README.md", CARD)], &[("README.md", &long)]);
    let evidence = gathered(&forge, &head);
    let card = evidence.models[0].card.as_ref().unwrap();
    assert!(!card.text.contains(&token) && card.text.lines().count() == 800, "{}", card.text.lines().count());
    let lines = u64::try_from(long.lines().count()).unwrap();
    assert_eq!(card.lines_cut, lines - 800);
    let mut other = evidence.clone();
    other.models[0].card = None;
    assert_eq!(evidence.identity(), other.identity(), "the card's digest is covered, not the text that is shown");
}

#[test]
fn the_same_commit_again_changes_nothing() {
    let (mut forge, head) = ahead(&[], &[("README.md", CARD)]);
    forge.live = Some(head.clone());
    let evidence = gathered(&forge, &head);
    assert_eq!((evidence.relation, evidence.files.len()), (Relation::Same, 0));
    assert!(evidence.flags.is_empty(), "{:?}", evidence.flags);
    assert_eq!(evidence.models[0].card_diff, "");
}

#[test]
fn a_cut_list_of_files_is_a_gap_and_the_forges_own_list_is_shown() {
    let (mut forge, head) = ahead(&[("a", "1"), ("b", "1")], &[("a", "2"), ("b", "2")]);
    forge.cut_trees.insert(sha(1));
    let evidence = gathered(&forge, &head);
    assert_eq!(flag(&evidence, "evidence.incomplete").subject, "files of the live commit");
    assert_eq!(evidence.files.len(), 2);
    assert_eq!(file(&evidence, "a").before.as_deref(), Some(forge::blob_id(b"1").as_str()));
}

#[test]
fn patches_the_forge_does_not_give_are_made_from_both_contents() {
    let (mut forge, head) = ahead(&[("a.py", "1\n"), ("b.bin2", "\0\n")], &[("a.py", "2\n"), ("b.bin2", "\0\0\n")]);
    assert!(patch(&gathered(&forge, &head), "a.py").contains("told new"));
    forge.no_patches = true;
    let evidence = gathered(&forge, &head);
    assert_eq!(patch(&evidence, "a.py"), "@@ -1 +1 @@\n-1\n+2\n");
    assert_eq!(file(&evidence, "b.bin2").patch, Patch::Binary);
}

#[test]
fn a_pointer_has_no_patch_and_a_file_that_only_quotes_one_has() {
    let quoted = |n: u8| format!("# {}\nimport os\nx = {n}\n", pointer(n, 5).replace('\n', " "));
    let (mut forge, head) = ahead(
        &[("data.csv", &pointer(1, 5)), ("train.py", &quoted(1))],
        &[("data.csv", &pointer(2, 5)), ("train.py", &quoted(2))],
    );
    forge.no_patches = true;
    let evidence = gathered(&forge, &head);
    assert_eq!(file(&evidence, "data.csv").patch, Patch::Binary);
    assert!(patch(&evidence, "train.py").contains("import os"));
}

#[test]
fn weights_that_a_forge_takes_for_text_have_no_patch() {
    let (mut forge, head) = ahead(&[("README.md", CARD)], &[("README.md", CARD), ("scaler.pkl", "text")]);
    assert!(patch(&gathered(&forge, &head), "scaler.pkl").contains("+text"));
    forge.files.get_mut(&head).unwrap().insert("scaler.pkl".to_owned(), b"\x80\x04K\x01.".to_vec());
    assert_eq!(file(&gathered(&forge, &head), "scaler.pkl").patch, Patch::Binary);
}

#[test]
fn a_large_text_file_without_patch_is_a_gap() {
    let large = |c: &str| c.repeat(200_001);
    let (mut forge, head) = ahead(&[("a.py", "1\n")], &[("a.py", &large("2"))]);
    forge.no_patches = true;
    let evidence = gathered(&forge, &head);
    assert_eq!(
        (&file(&evidence, "a.py").patch, flag(&evidence, "evidence.incomplete").subject.as_str()),
        (&Patch::Missing, "patches")
    );
}

#[test]
fn secrets_appear_nowhere_in_the_evidence_and_are_flagged_once_for_each_place() {
    let token = format!("hf_{}", "a1B2".repeat(9));
    let card = format!("{CARD}Use {token} to load it.\n");
    let code = format!("key = \"{token}\"\n");
    let path = format!("notes-{token}.txt");
    let (mut forge, head) = ahead(&[("README.md", CARD)], &[("README.md", &card), ("load.py", &code), (&path, "x\n")]);
    forge.no_patches = true;
    forge.commits[1].message = format!("Add {token}");
    forge.pull(&head, 7, &format!("Use {token}"), Some(user(5, "ana")));
    let evidence = gathered(&forge, &head);
    let json = serde_json::to_string(&evidence).unwrap();
    assert!(!json.contains(&token), "{json}");
    let places: Vec<&str> =
        evidence.flags.iter().filter(|flag| flag.code == "secret.exposed").map(|flag| flag.subject.as_str()).collect();
    let masked = "the path notes-[masked: Hugging Face token].txt";
    assert_eq!(places, ["README.md", "load.py", masked, "title of commit 0202020", "title of pull request #7"]);
}

#[test]
fn hidden_characters_are_written_out_and_weigh_more_in_code() {
    let (mut forge, head) =
        ahead(&[("README.md", CARD)], &[("README.md", &format!("{CARD}a\u{200b}b\n")), ("a.py", "x\u{202e}y\n")]);
    forge.no_patches = true;
    let evidence = gathered(&forge, &head);
    assert!(patch(&evidence, "a.py").contains("x\\u{202e}y"));
    assert!(evidence.models[0].card_diff.contains("a\\u{200b}b"));
    let found: Vec<_> = evidence.flags.iter().filter(|flag| flag.code == "text.hidden").collect();
    let found: Vec<_> = found.iter().map(|flag| (flag.subject.as_str(), flag.severity)).collect();
    assert_eq!(found, [("a.py", Severity::High), ("README.md", Severity::Medium)]);
}

#[test]
fn a_metric_is_shown_with_the_limit_that_the_policy_sets() {
    let policy = "version: 1\nmodels:\n- name: sentiment\n  performance:\n    metrics:\n    - { match: { metric: accuracy }, \
                  min: 0.90, max_drop: 0.01, required: true }\n";
    let after = CARD.replace("0.914", "0.899");
    let evidence = evidence_of(&[("README.md", CARD)], &[("README.md", &after), (crate::policy::PATH, policy)]);
    let row = &evidence.models[0].rows[0];
    assert_eq!(row.limit.as_deref(), Some("at least 0.9, falls by at most 0.01, required"));
    let below = flag(&evidence, "metric.below_threshold");
    assert_eq!((below.severity, below.rule.as_deref()), (Severity::Critical, Some("at least 0.9, required")));
}

#[test]
fn the_table_shows_live_and_proposed_side_by_side() {
    let after = CARD.replace("0.914", "0.900").replace("acme/base", "acme/other");
    let after = after.replace("[acme/reviews]", "[acme/reviews, acme/more]");
    let before = [("README.md", CARD), ("model.safetensors", &*pointer(0x1f, 438_000_000))];
    let evidence = evidence_of(&before, &[("README.md", &after), ("model.safetensors", &pointer(0x9c, 438_000_000))]);
    let model = &evidence.models[0];
    let cells = |value: &Option<String>| value.clone().unwrap_or_default();
    let rows: Vec<String> = model
        .rows
        .iter()
        .map(|row| {
            format!("{}|{}|{}|{}|{:?}", row.label, cells(&row.before), cells(&row.after), cells(&row.delta), row.change)
        })
        .collect();
    assert_eq!(
        rows,
        [
            "accuracy|0.914|0.900|worse by 0.014|Worse",
            "base model|acme/base|acme/other||Changed",
            "licence|mit|mit||Same",
            "training data|acme/reviews|acme/more, acme/reviews|added: acme/more|Changed",
        ]
    );
    let limits: Vec<Option<&str>> = model.rows.iter().map(|row| row.limit.as_deref()).collect();
    assert_eq!(limits, [Some("worse by at most 2 %"), None, None, None], "the rule for all, without a policy");
    assert_eq!(model.name, "sentiment");
    assert_eq!(model.weights[0].after.as_ref().map(|file| file.size), Some(438_000_000));
    assert_eq!(file(&evidence, "model.safetensors").patch, Patch::Binary);
    let codes = codes(&evidence);
    for code in ["lineage.base_model_changed", "lineage.dataset_added", "weights.changed"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
}

#[test]
fn weights_belong_to_the_nearest_card_and_without_one_it_is_missing() {
    let files = [
        ("models/a/README.md", CARD),
        ("models/a/onnx/m.onnx", "w"),
        ("models/b/m.onnx", "w2"),
        ("README.md", "# Hi\n"),
    ];
    let evidence = evidence_of(&[], &files);
    let names: Vec<(&str, &str)> =
        evidence.models.iter().map(|model| (model.name.as_str(), model.card_path.as_str())).collect();
    assert_eq!(names, [("sentiment", "README.md"), ("a", "models/a/README.md")]);
    let bare = evidence_of(&[], &[("models/b/m.onnx", "w2")]);
    assert_eq!(flag(&bare, "card.missing").subject, "sentiment");
}

#[test]
fn the_digest_changes_with_each_input_and_not_with_a_title() {
    let files = [("README.md", CARD), ("a.py", "1\n")];
    let (mut forge, head) = ahead(&[("a.py", "0\n")], &files);
    forge.pull(&head, 7, "Title", Some(user(5, "ana")));
    let original = digest(&gathered(&forge, &head));
    assert_eq!(digest(&gathered(&forge, &head)), original);
    let mut seen = vec![original];
    let mut differs = |digest: Digest, what: &str| {
        assert!(!seen.contains(&digest), "{what}");
        seen.push(digest);
    };
    let with = |path: &str, text: &str| {
        let mut files = files.to_vec();
        files.retain(|(name, _)| *name != path);
        files.push((path, text));
        evidence_of(&[("a.py", "0\n")], &files)
    };
    differs(digest(&with("a.py", "2\n")), "a file");
    differs(digest(&with("README.md", &CARD.replace("short", "long"))), "a card");
    differs(digest(&with("model.onnx", "w")), "weights");
    differs(digest(&evidence_of(&[("a.py", "00\n")], &files)), "the base's content");
    forge.pulls.insert(head.clone(), Vec::new());
    forge.pull(&head, 7, "Another title", Some(user(5, "ana")));
    assert_eq!(digest(&gathered(&forge, &head)), original, "a title");
    forge.commits[1].author.user = None;
    differs(digest(&gathered(&forge, &head)), "a finding");
    let third = forge.commit(3, &files);
    differs(digest(&gathered(&forge, &third)), "the proposed commit");
    forge.live = None;
    differs(digest(&gathered(&forge, &third)), "the base");
}

/// Everything a repository may hold, changed.
fn varied() -> (MemoryForge, CommitSha) {
    let other = CARD.replace("0.914", "0.880").replace("license: mit", "license: cc-by-nc-4.0");
    let policy = "version: 1\nmodels:\n- { name: a, pickle: { use: forbid } }\n";
    let (two, three) = (pointer(2, 20), pointer(3, 30));
    ahead(
        &[("README.md", CARD), ("models/a/README.md", CARD), ("models/a/m.onnx", "w"), ("old.txt", "moved\n")],
        &[
            ("README.md", &other),
            ("models/a/README.md", &other),
            ("models/a/m.onnx", "w2"),
            ("models/a/x.pkl", "cposix\nsystem\n(S'true'\ntR."),
            ("models/a/y.bin", &two),
            ("models/b/README.md", CARD),
            ("models/b/z.safetensors", &three),
            ("models/b/eval/results.json", "{\"results\": {\"acme\": {\"acc,none\": 0.5, \"acc_stderr,none\": 0.01}}}"),
            ("new.txt", "moved\n"),
            ("a.py", "x\u{202e}y\n"),
            (crate::policy::PATH, policy),
        ],
    )
}

#[test]
fn the_order_in_which_files_are_listed_does_not_matter() {
    let (mut forge, head) = varied();
    let in_order = gathered(&forge, &head);
    assert!(in_order.flags.len() >= 12, "{:?}", codes(&in_order));
    for order in 1..=40 {
        forge.order = order;
        assert_eq!(gathered(&forge, &head), in_order, "order {order}");
    }
}

#[test]
fn hostile_size_stays_bounded_and_is_told() {
    let path = |n: usize| format!("{n:05}-{}", "\"".repeat(200));
    let files: Vec<(String, String)> = (0..3_000).map(|n| (path(n), format!("{}\n", "\"".repeat(2_000)))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (mut forge, head) = ahead(&[("a", "1")], &files);
    forge.no_patches = true;
    let evidence = gathered(&forge, &head);
    let bytes = serde_json::to_vec(&evidence).unwrap().len();
    assert!(bytes < 1_700_000, "{bytes}");
    let subjects: Vec<&str> =
        evidence.flags.iter().filter(|flag| flag.is_gap()).map(|flag| flag.subject.as_str()).collect();
    assert_eq!(subjects, ["file list", "patches"]);
}
