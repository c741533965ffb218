//! `countersign check`: the program over repositories that are written object by object.

mod commands;
mod formats;
mod hostile;
mod local_host;
mod stories;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use countersign::sim::git::{GitFolder, Who};
use serde_json::Value;

const ANA: Who<'static> = ("Ana Lima", "ana@acme.example");
const MONA: Who<'static> = ("Mona", "7+mona@users.noreply.github.com");

/// A repository called `sentiment`, and the program run on it.
struct Desk {
    _folder: tempfile::TempDir,
    git: GitFolder,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sentiment");
        std::fs::create_dir(&path).unwrap();
        Self { _folder: folder, git: GitFolder::create(&path).unwrap() }
    }

    /// With a model that is live, and its commit.
    fn with_model() -> (Self, String) {
        let mut desk = Self::new();
        desk.write(&[("README.md", &card("0.927", "apache-2.0")), ("model.safetensors", &pointer('1', 438_000_000))]);
        desk.write(&[("train.py", "epochs = 3\n")]);
        let live = desk.commit("The live model");
        (desk, live)
    }

    fn write(&mut self, files: &[(&str, &str)]) {
        for (path, content) in files {
            self.git.write(path, content).unwrap();
        }
    }

    fn commit(&mut self, message: &str) -> String {
        self.git.commit(ANA, message).unwrap()
    }

    fn path(&self) -> PathBuf {
        self.git.path().to_owned()
    }

    fn check(&self, arguments: &[&str]) -> Said {
        check(Some(self.git.path()), arguments)
    }
}

/// What the program said.
pub(super) struct Said {
    pub(super) code: i32,
    pub(super) out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    /// The flags' codes, sorted, each once.
    fn codes(&self) -> Vec<String> {
        let document = self.json();
        let flags = document["flags"].as_array().unwrap();
        let mut codes: Vec<String> = flags.iter().map(|flag| flag["code"].as_str().unwrap().to_owned()).collect();
        codes.sort();
        codes.dedup();
        codes
    }
}

pub(super) fn check(repository: Option<&Path>, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.arg("check").env_clear();
    if let Some(repository) = repository {
        command.arg("--repo").arg(repository);
    }
    let Output { status, stdout, stderr } = command.args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

/// A model card whose accuracy and licence can be changed.
fn card(accuracy: &str, licence: &str) -> String {
    format!(
        "---\nlicense: {licence}\nbase_model: acme/encoder-v1\npipeline_tag: text-classification\ndatasets: [acme/reviews]\n\
         model-index:\n- name: sentiment\n  results:\n  - task: {{type: text-classification}}\n    \
         dataset: {{type: acme/reviews, name: Reviews, split: test}}\n    metrics:\n    - {{type: accuracy, value: {accuracy}}}\n\
         ---\n\n# Sentiment\n\n## Intended use\n\nProduct reviews.\n\n## Bias, Risks, and Limitations\n\nEnglish only.\n\n\
         ## Evaluation\n\nSee the metadata.\n"
    )
}

/// A pointer to a content in large-file storage.
fn pointer(digit: char, size: u64) -> String {
    let oid = digit.to_string().repeat(64);
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n")
}

/// Columns that a line takes at most: everything that may be wide is.
fn columns(line: &str) -> usize {
    line.chars()
        .map(|c| if ('\u{1100}'..).contains(&c) && !('\u{2000}'..'\u{2600}').contains(&c) { 2 } else { 1 })
        .sum()
}
