//! Whatever strangers write, the message stays within Slack's limits, mentions nobody we did not mean and parses nothing of theirs.

mod personal;

use proptest::prelude::*;
use serde_json::Value;

use super::message;
use super::sample::eight;
use super::sample::{self, board};
use crate::domain::{
    CardText, Choice, CiRun, CiState, Evidence, Exception, ExternalState, Newer, Objection, Obstacle, Patch, Phase,
    Picture, Request, Role, Roster, Severity, SketchedPull, TensorChange, ThreadLine, Whisper, Words, WorkflowField,
    ci, explain, rules,
};
use crate::ports::View;
use crate::ports::chat::{Place, Question, Tab};

/// Strings that try something, mixed with anything at all.
pub(super) fn stranger() -> impl Strategy<Value = String> {
    let tricks = prop_oneof![
        Just("<!channel> <!here> <!everyone>".to_owned()),
        Just("<@U0EVIL> <#C0EVIL> <!subteam^S0EVIL>".to_owned()),
        Just("<https://evil.example|https://github.com>".to_owned()),
        Just("<!date^0^{date}|now>".to_owned()),
        Just("@channel #general https://evil.example :white_check_mark:".to_owned()),
        Just("*Approved* _by_ ~ana~ `code` ```\n> quote".to_owned()),
        Just("\u{202e}evorppA\u{202c} \u{200b}zero\u{feff} \0\u{1b}[2K".to_owned()),
        Just("&lt;!channel&gt; &amp;amp;".to_owned()),
        Just("a\u{301}".repeat(3_000)),
        Just("\\\"{}[]".repeat(700)),
    ];
    prop_oneof![tricks.clone(), any::<String>(), (tricks, "\\PC{0,40}").prop_map(|(a, b)| format!("{b}{a}{b}"))]
}

prop_compose! {
    pub(super) fn hostile_evidence()(
        text in prop::collection::vec(stranger(), 12),
        flags in 0_usize..40,
        pulls in 0_usize..40,
        models in 0_usize..6,
        rows in 0_usize..40,
        others in 0_usize..40,
    ) -> Evidence {
        let word = |n: usize| text[n % text.len()].clone();
        let mut evidence = sample::evidence();
        evidence.flags = (0..flags).map(|n| {
            let mut flag = sample::flag(&word(n), Severity::High, n % 2 == 0);
            (flag.subject, flag.rule, flag.source) = (word(n + 1), Some(word(n + 2)), Some(word(n + 3)));
            flag
        }).collect();
        let pull = evidence.pull_requests[0].clone();
        evidence.pull_requests = (0..pulls).map(|n| {
            let mut pull = pull.clone();
            (pull.title, pull.url) = (word(n), word(n + 4));
            pull.author.as_mut().unwrap().login = word(n + 5);
            pull
        }).collect();
        evidence.models = (0..models).map(|n| {
            let mut model = sample::model();
            let row = model.rows[0].clone();
            model.rows = (0..rows).map(|r| {
                let mut row = row.clone();
                (row.label, row.before, row.delta) = (word(r), Some(word(r + 1)), Some(word(r + 2)));
                row.limit = Some(word(r + 3));
                row
            }).collect();
            (model.name, model.card_path, model.card_diff) = (word(n + 6), word(n + 7), word(n + 8));
            model.card = Some(CardText { text: word(n + 4), lines_cut: 3 });
            let weight = &mut model.weights[0];
            weight.path = word(n + 9);
            for (n, file) in [&mut weight.before, &mut weight.after].into_iter().flatten().enumerate() {
                (file.format, file.verdict, file.tensors) = (Some(word(n)), Some(word(n + 1)), Some(word(n + 2)));
            }
            let examples = (0..rows).map(word).collect();
            weight.tensors = Some(TensorChange { added: u64::MAX, removed: 7, examples, ..TensorChange::default() });
            model
        }).collect();
        evidence.files[1].path = word(10);
        evidence.files[1].patch = Patch::Text { text: word(11), lines_cut: 1 };
        evidence.compare_url = Some(word(2));
        let states = [CiState::Passed, CiState::Neutral, CiState::Pending, CiState::Failed];
        evidence.ci = (0..others).map(|n| CiRun {
            name: word(n),
            state: states[n % 4],
            detail: word(n + 1),
            url: Some(word(n + 2)),
            app: Some(word(n + 3)),
        }).collect();
        evidence.external = (0..others).map(|n| {
            let state = [ExternalState::Answered, ExternalState::Waiting, ExternalState::Failed { why: word(n) }];
            let kind = if n % 2 == 0 { ci::CHECK_RUN } else { &text[1] };
            let mut check = sample::external(&word(n + 5), kind, state[n % 3].clone(), u64::MAX);
            (check.advice, check.url) = (Some(word(n + 6)), Some(word(n + 7)));
            check
        }).collect();
        evidence.fields = (0..others).map(|n| WorkflowField { name: word(n + 8), value: word(n + 9) }).collect();
        evidence.commits[0].title = word(3);
        evidence
    }
}

pub(super) fn hostile_request(words: &str) -> Request {
    let mut policy = eight::two_gates();
    policy.approve = rules::ApproveRules { comment_required: true, tick_flags: true };
    for gate in &mut policy.gates {
        gate.group.name = words.to_owned();
        gate.when.iter_mut().for_each(|when| when.text = words.to_owned());
    }
    policy.gates[0].name = words.to_owned();
    policy.allow_self = Some(words.to_owned());
    policy.accept = vec![Exception {
        model: None,
        flag: "metric.regressed".into(),
        subject: None,
        why: words.to_owned(),
        by: words.to_owned(),
        until: sample::OPENED.plus_millis(1),
    }];
    policy.break_glass.as_mut().unwrap().group.name = words.to_owned();
    let mut request = Request { policy: Some(policy.into()), ..sample::open_request() };
    let evidence = request.evidence.as_ref().unwrap().digest;
    request.picture =
        Some(Picture { evidence, file: "F0CHART".into(), title: words.to_owned(), alt: words.to_owned() });
    request.repository.owner = words.to_owned();
    request.repository.name = words.to_owned();
    request.run.reference = words.to_owned();
    request.run.trigger = words.to_owned();
    request.run.url = words.to_owned();
    request.run.actors[0].login = words.to_owned();
    request.evidence.as_mut().unwrap().contributors[0].user = None;
    request.evidence.as_mut().unwrap().contributors[0].name = Words::new(words);
    request.superseded = Some(Newer { request: request.id.clone(), commit: sample::sha("b2") });
    request.objections = vec![Objection { by: sample::chat_user("U0VIV"), reason: Words::new(words) }];
    request.votes = vec![eight::word("U0ANA", 21, Choice::Approve, Some(words), &["ml-reviewers"])];
    request.obstacles = vec![
        Obstacle::Frozen { until: None, reason: Words::new(words), by: words.to_owned() },
        Obstacle::Ref { role: Role::Own, reference: words.to_owned(), allowed: vec![words.to_owned()] },
        Obstacle::Unread { why: words.to_owned() },
        Obstacle::ChangesRequested { by: sample::chat_user("U0BO"), reason: Some(Words::new(words)) },
    ];
    let mut roster = eight::roster(words, &[(23, "cleo"), (24, "dee")], 2);
    roster.people[1].login = Some(words.to_owned());
    roster.unread = words.len().is_multiple_of(2).then(|| words.to_owned());
    request.roster = Some(Roster { gates: vec![roster] });
    request
}

/// All objects of a drawing.
fn objects<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            found.push(value);
            members.values().for_each(|member| objects(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| objects(item, found)),
        _ => {}
    }
}

/// The control sequences in text that Slack parses.
pub(super) fn controls(text: &str) -> Vec<&str> {
    text.match_indices('<').filter_map(|(at, _)| text[at..].find('>').map(|end| &text[at..=at + end])).collect()
}

/// Whom a hostile request may mention: those who can act, and those who said something.
const PEOPLE: [&str; 6] = ["U0ANA", "U0BO", "U0CLEO", "U0DEE", "U0VIV", "U0RUTH"];

pub(super) fn is_ours(control: &str) -> bool {
    let person = control.strip_prefix("<@").and_then(|rest| rest.strip_suffix('>'));
    control.starts_with("<!date^1795435200^") || person.is_some_and(|id| PEOPLE.contains(&id))
}

pub(super) fn assert_safe(drawing: &Value) {
    let mut all = Vec::new();
    objects(drawing, &mut all);
    for object in all {
        let text = object["text"].as_str();
        if let Some(text) = text {
            assert!(!text.is_empty() && text.chars().count() <= 3_000, "{text}");
            let hidden = |c: char| c != '\n' && c != '\t' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
            assert!(!text.contains(hidden), "{text:?}");
        }
        match object["type"].as_str() {
            Some("mrkdwn") => {
                assert_eq!(object["verbatim"], true);
                assert!(
                    text.unwrap().starts_with("Expires <!date^1795435200^"),
                    "mrkdwn is for our words only: {object}"
                );
            }
            Some("date") => assert!(object["timestamp"].is_i64() && object["fallback"].is_string()),
            Some("overflow") => assert!((1..=5).contains(&object["options"].as_array().unwrap().len())),
            Some("plain_text") => assert_eq!(object["emoji"], false),
            Some("user") => assert!(PEOPLE.contains(&object["user_id"].as_str().unwrap()), "{object}"),
            Some("link") => assert!(object["url"].as_str().unwrap().starts_with("http")),
            Some("broadcast" | "usergroup" | "channel" | "emoji") => panic!("{object}"),
            Some("button") => {
                assert!((1..=30).contains(&object["text"]["text"].as_str().unwrap().chars().count()));
                assert!((1..=75).contains(&object["accessibility_label"].as_str().unwrap().chars().count()));
            }
            _ => {}
        }
    }
}

fn assert_safe_message(message: &Value) {
    let text = message["text"].as_str().unwrap();
    assert!((1..=3_500).contains(&text.chars().count()), "{}", text.chars().count());
    assert!(controls(text).into_iter().all(is_ours), "{text}");
    assert!(!text.contains(['@', '`', '*']) || controls(text).into_iter().any(is_ours), "{text}");
    let blocks = message["blocks"].as_array().unwrap();
    assert!(blocks.len() <= 40);
    let typed: Vec<_> = blocks.iter().map(|block| serde_json::from_value(block.clone()).unwrap()).collect();
    assert!(super::blocks::characters(&typed) <= 8_000);
    let headers = blocks.iter().filter(|block| block["type"] == "header");
    assert!(
        headers.clone().count() == 1
            && headers.clone().all(|h| h["text"]["text"].as_str().unwrap().chars().count() <= 150)
    );
    blocks.iter().for_each(assert_safe);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn messages_stay_within_limits_and_parse_nothing_of_strangers(
        evidence in hostile_evidence(),
        words in stranger(),
        state in 0..sample::every_state().len(),
    ) {
        let mut request = hostile_request(&words);
        request.phase = match sample::every_state().swap_remove(state).1.phase {
            Phase::Held { .. } => Phase::Held { why: words.clone() },
            Phase::Decided(mut decision) => {
                decision.reason = Some(Words::new(&words));
                Phase::Decided(decision)
            }
            phase => phase,
        };
        let mut sketch = sample::sketch();
        sketch.models = std::iter::repeat_n(words.clone(), 7).collect();
        sketch.pull_requests = [SketchedPull { number: u64::MAX, url: words.clone() }].into_iter().collect();
        request.sketch = Some(sketch);
        if request.phase == Phase::Gathering {
            request.evidence = None;
        }
        let message: Value = serde_json::from_str(&message::draw(&board(&request, &evidence)).body).unwrap();
        sample::note(&message);
        assert_safe_message(&message);
    }

    #[test]
    fn views_stay_within_limits(evidence in hostile_evidence(), words in stranger(), page in 0_usize..8) {
        let request = hostile_request(&words);
        let board = board(&request, &evidence);
        let why = explain(&request, sample::OPENED);
        let tabs = [Tab::Summary, Tab::CardDiff, Tab::WholeCard, Tab::Weights, Tab::Files, Tab::Checks];
        let mut views: Vec<View<'_>> = Question::ALL.iter().map(|&question| View::Ask { board, question }).collect();
        views.extend(tabs.map(|tab| View::Changes { board, place: Place { tab, model: page, page } }));
        views.extend([View::Why { board, why: &why }, View::More { board }, View::Notice { title: &words, text: &words }]);
        for view in views {
            let view = serde_json::to_value(super::modal::draw(&view, true)).unwrap();
            sample::note(&view);
            prop_assert!(view["blocks"].as_array().unwrap().len() <= 100);
            prop_assert!(view.to_string().len() < 200_000, "{}", view.to_string().len());
            prop_assert!(view["title"]["text"].as_str().unwrap().chars().count() <= 24);
            assert_safe(&view);
        }
    }

    #[test]
    fn thread_lines_and_private_answers_mention_only_whom_we_mean(words in stranger()) {
        let (request, evidence) = (hostile_request(&words), sample::evidence());
        let by = || sample::chat_user("U0ANA");
        let board = board(&request, &evidence);
        for line in [
            ThreadLine::Denied { by: by(), reason: Some(Words::new(&words)) },
            ThreadLine::GlassBroken { by: by(), reason: Some(Words::new(&words)) },
            ThreadLine::Reminder { round: 1 },
            ThreadLine::NotDelivered { why: words.clone() },
        ] {
            assert_safe_message_text(&super::thread::draw(&board, &line));
        }
        let other = sample::chat_user("U0BO");
        for whisper in [
            Whisper::Linked { account: sample::forge_user(1, &words) },
            Whisper::SomebodyTried { login: words.clone(), other },
            Whisper::CheckedLater { what: words },
        ] {
            assert_safe_message_text(&super::whisper::draw(&whisper, true));
        }
    }
}

fn assert_safe_message_text(said: &Value) {
    let text = said["text"].as_str().unwrap();
    assert!(text.chars().count() <= 3_000 && controls(text).into_iter().all(is_ours), "{text}");
    said["blocks"].as_array().unwrap().iter().for_each(assert_safe);
}
