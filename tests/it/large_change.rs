//! A change as large as they come: 3,000 files and 50 models, through the real program.

use std::time::{Duration, Instant};

use countersign::domain::Severity;
use countersign::sim::github::sample::MONA;
use countersign::sim::github::state::commits::NewCommit;
use countersign::sim::github::state::git::Blob;
use countersign::sim::github::{Dispatch, State};
use countersign::sim::slack::sample::{OCTO, RELEASES};

use super::crash::program::Program;
use super::crash::vendors::Vendors;

const FILES: usize = 3_000;
const MODELS: usize = 50;
/// Tensors of each model: their list is what is read of the weights.
const TENSORS: usize = 300;
/// Lines of the other files; one of them differs.
const LINES: usize = 60;
/// What one such request may take of the server's memory.
const MOST_MIB: f64 = 200.0;
const PATIENCE: Duration = Duration::from_secs(120);

/// The commit of that training: every file differs from the one before.
fn commit(state: &mut State, repository: u64, training: usize) -> String {
    let mut new = NewCommit::new(MONA, &format!("Training {training}"));
    for model in 0..MODELS {
        let folder = format!("models/m{model:02}");
        let pointer = state.add_large_file(weights(model, training));
        new = new.write(&format!("{folder}/README.md"), card(model, training));
        new = new.write(&format!("{folder}/config.json"), format!("{{\"num_hidden_layers\": {}}}\n", 6 + training));
        new = new.write(&format!("{folder}/model.safetensors"), pointer);
    }
    for file in 0..FILES - MODELS * 3 {
        new = new.write(&format!("src/part{:02}/file{file:04}.py", file % 40), source(file, training));
    }
    state.commit_to(repository, "main", new)
}

fn card(model: usize, training: usize) -> String {
    let text = "A sentence about the model and what it is for. ".repeat(80);
    format!(
        "---\nlicense: apache-2.0\nbase_model: acme/encoder-v1\ndatasets: [acme/reviews]\nmodel-index:\n- name: m{model}\n  \
         results:\n  - task: {{type: text-classification}}\n    dataset: {{type: acme/reviews, name: Reviews}}\n    metrics:\n    \
         - {{type: accuracy, value: 0.9{training}}}\n---\n\n# Model {model}\n\n## Bias, Risks, and Limitations\n\n{text}\n"
    )
}

/// The head of a safetensors file; the tensors themselves are there by their size alone.
fn weights(model: usize, training: usize) -> Blob {
    let tensor = |n: usize| {
        let (from, to) = (n * 4_096, (n + 1) * 4_096);
        format!("\"encoder.layer.{n}.weight\":{{\"dtype\":\"F32\",\"shape\":[32,32],\"data_offsets\":[{from},{to}]}}")
    };
    let tensors: Vec<String> = (0..TENSORS).map(tensor).collect();
    let json =
        format!("{{\"__metadata__\":{{\"model\":\"{model}\",\"training\":\"{training}\"}},{}}}", tensors.join(","));
    let length = u64::try_from(json.len()).unwrap();
    let mut head = length.to_le_bytes().to_vec();
    head.extend_from_slice(json.as_bytes());
    Blob { bytes: head.into(), size: 8 + length + u64::try_from(TENSORS * 4_096).unwrap() }
}

fn source(file: usize, training: usize) -> String {
    (0..LINES).map(|line| format!("value_{line} = {}\n", if line == LINES / 2 { training } else { file })).collect()
}

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The whole way, from the webhook to the decision at GitHub, within the memory that is promised.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_thousand_files_and_fifty_models_are_decided_within_200_mib() {
    let vendors = Vendors::start().await;
    let program = Program::install(&vendors);
    vendors.point_at(program.address);
    let (repository, head) = vendors.github.edit(|state| {
        let repository = vendors.sample.repository;
        let live = commit(state, repository, 1);
        state.set_live(repository, "production", &live);
        (repository, commit(state, repository, 2))
    });
    let mut running = program.start();
    running.ready().await;
    let at_rest = running.resident_peak();
    let started = Instant::now();
    let run = vendors.github.dispatch(Dispatch::new(repository, "main", "mona", "production").of_commit(&head));
    let message = until("the message", async || {
        vendors.github.step().await;
        let message = vendors.slack.messages(RELEASES).pop()?;
        serde_json::to_string(&message.blocks).unwrap().contains("\"action_id\":\"approve\"").then_some(message)
    })
    .await;
    let took = started.elapsed();
    let text = serde_json::to_string(&message.blocks).unwrap();
    assert!(text.contains("more models, under See changes"), "{text}");
    assert!(text.contains("accuracy") && text.contains("better by 0.01"), "{text}");
    // What there was no room for is said, and nothing else is wrong.
    assert!(
        text.contains(&format!("Risk: {}", Severity::High.word()))
            && text.contains("The diff of 2700 files is missing or cut"),
        "{text}"
    );
    assert!(vendors.slack.click(OCTO, RELEASES, &message.ts, "changes").await.acknowledged());
    until("the evidence", async || vendors.slack.views(OCTO).pop()).await;
    assert!(vendors.slack.click(OCTO, RELEASES, &message.ts, "approve").await.acknowledged());
    until("the decision", async || {
        vendors.github.step().await;
        vendors.github.decisions(run, "production").into_iter().find(|post| post.status == 204)
    })
    .await;
    let peak = running.resident_peak();
    println!("{FILES} files, {MODELS} models: {at_rest:.0} MiB at rest, {peak:.0} MiB at most, message after {took:?}");
    assert!(peak < MOST_MIB, "{peak:.0} MiB");
    running.kill().await;
}
