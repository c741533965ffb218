//! What a model takes and gives, and whether loading it runs code: config.json, tokenizer_config.json, MLmodel and their like.
//!
//! Every fact keeps its file and line, so that a reviewer can look it up.

mod compare;
mod config;
mod mlflow;
mod pipeline;
mod template;

use std::collections::BTreeMap;

use serde::Serialize;

use super::json::{self, Node};
use super::metrics::bounded;
use super::problem::{Fault, Problem, ProblemKind, note};

pub use compare::{ChangeOf, InterfaceChange, compare};
pub use template::{CHAT_TEMPLATE_LIMIT_CHARS, ChatTemplate};

/// At most this many facts are kept; classifiers with 22,000 labels exist.
pub const FACT_LIMIT: usize = 50_000;

/// What the files of one model say about its interface.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Interface {
    /// Ordered by kind, part and name, whatever the order of the files.
    pub facts: Vec<Fact>,
    /// By part and name; the one that is used, where several files give it.
    pub chat_templates: Vec<ChatTemplate>,
    /// Files that could not be read, with their paths: nothing may be concluded from what is missing beside them.
    pub unreadable: Vec<(String, Fault)>,
    /// What else a reader should know, with the file it is about.
    pub problems: Vec<(String, Problem)>,
}

/// One thing that a file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    pub kind: FactKind,
    /// Folder below the model's, for models of several parts; empty for the model itself.
    pub part: String,
    /// What it is about where there are several of the kind: a label's number, an input's name.
    pub name: String,
    pub value: String,
    pub path: String,
    /// Line in the file, from 1.
    pub line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// Loading or calling the model runs Python that comes with it, or that another repository provides.
    RemoteCode,
    Architecture,
    ModelType,
    LabelCount,
    /// By number.
    Label,
    Input,
    Output,
    Param,
    /// A part of a pipeline, and what it is loaded with.
    Component,
    BaseModel,
    /// The kind of adapter.
    Adapter,
    DataType,
    Quantization,
    /// A way in which MLflow loads the model, and how it is serialised.
    Flavor,
}

/// An input, an output or a parameter of a model, as its signature describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Port {
    /// Signatures of tensors may have none.
    pub name: Option<String>,
    /// `long`, `tensor float64 [-1,4]`, or the whole description.
    pub kind: String,
    pub required: bool,
    /// Line in its file, from 1.
    pub line: usize,
}

/// Whether a file may say something about the interface, by its name.
pub fn is_interface_file(path: &str) -> bool {
    role(path).is_some()
}

/// Reads the files of the model in `folder` (empty for the repository itself), given by path and content. Others are left alone.
pub fn read(folder: &str, files: &[(&str, &[u8])]) -> Interface {
    let mut files: Vec<(&str, &[u8])> = files.to_vec();
    files.sort_unstable();
    let mut reading = Reading::default();
    for (path, bytes) in files {
        if let Some(role) = role(path) {
            let mut file = File { path, part: part(folder, path, role), reading: &mut reading };
            file.read(role, bytes);
        }
    }
    reading.finish()
}

impl Interface {
    fn values(&self, kind: FactKind) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.kind == kind)
    }

    pub fn architectures(&self) -> Vec<&str> {
        self.values(FactKind::Architecture).map(|fact| fact.value.as_str()).collect()
    }

    /// Number and name of each label of the model itself, by number.
    pub fn labels(&self) -> Vec<(u64, &str)> {
        let own = self.values(FactKind::Label).filter(|fact| fact.part.is_empty());
        own.filter_map(|fact| Some((fact.name.parse().ok()?, fact.value.as_str()))).collect()
    }

    /// Names and kinds.
    pub fn inputs(&self) -> Vec<(&str, &str)> {
        self.values(FactKind::Input).map(|fact| (fact.name.as_str(), fact.value.as_str())).collect()
    }

    /// Names and kinds.
    pub fn outputs(&self) -> Vec<(&str, &str)> {
        self.values(FactKind::Output).map(|fact| (fact.name.as_str(), fact.value.as_str())).collect()
    }

    /// What is run when the model is loaded: `AutoModel: modeling_acme.AcmeModel`.
    pub fn remote_code(&self) -> Vec<String> {
        self.values(FactKind::RemoteCode).map(|fact| format!("{}: {}", fact.name, fact.value)).collect()
    }

    pub fn base_models(&self) -> Vec<&str> {
        self.values(FactKind::BaseModel).map(|fact| fact.value.as_str()).collect()
    }
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Config,
    /// Only what it says about code.
    Processor,
    Tokenizer,
    TemplateText,
    TemplateJson,
    Adapter,
    Pipeline,
    Modules,
    Mlflow,
}

fn role(path: &str) -> Option<Role> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "config.json" => Some(Role::Config),
        "preprocessor_config.json" | "processor_config.json" => Some(Role::Processor),
        "tokenizer_config.json" => Some(Role::Tokenizer),
        "chat_template.jinja" => Some(Role::TemplateText),
        "chat_template.json" => Some(Role::TemplateJson),
        "adapter_config.json" => Some(Role::Adapter),
        "model_index.json" => Some(Role::Pipeline),
        "modules.json" => Some(Role::Modules),
        "MLmodel" => Some(Role::Mlflow),
        _ if name.ends_with(".jinja") && is_template_folder(folder) => Some(Role::TemplateText),
        _ => None,
    }
}

fn is_template_folder(folder: &str) -> bool {
    folder.rsplit('/').next() == Some(template::FOLDER)
}

fn part(folder: &str, path: &str, role: Role) -> String {
    let own = path.rsplit_once('/').map_or("", |(own, _)| own);
    let own = match role {
        Role::TemplateText if is_template_folder(own) => own.rsplit_once('/').map_or("", |(own, _)| own),
        _ => own,
    };
    let below = if folder.is_empty() { Some(own) } else { own.strip_prefix(folder) };
    below.map_or(own, |below| below.trim_start_matches('/')).to_owned()
}

/// What was read so far. The first to say something about a thing is kept; files come in the order of their paths.
#[derive(Default)]
struct Reading {
    facts: BTreeMap<(FactKind, String, Position, String), Fact>,
    templates: BTreeMap<(String, String), ChatTemplate>,
    unreadable: Vec<(String, Fault)>,
    problems: Vec<(String, Problem)>,
}

/// Labels are ordered by number and not by its digits.
type Position = u64;

impl Reading {
    fn finish(self) -> Interface {
        Interface {
            facts: self.facts.into_values().collect(),
            chat_templates: self.templates.into_values().collect(),
            unreadable: self.unreadable,
            problems: self.problems,
        }
    }
}

/// A file that is being read.
struct File<'a> {
    path: &'a str,
    part: String,
    reading: &'a mut Reading,
}

impl File<'_> {
    fn read(&mut self, role: Role, bytes: &[u8]) {
        match role {
            Role::TemplateText => template::read_text(self, bytes),
            Role::Mlflow => mlflow::read(self, bytes),
            _ => match json::read(bytes) {
                Ok(document) => {
                    self.tell(document.problems);
                    self.read_json(role, &document.root);
                }
                Err(fault) => self.unreadable(fault),
            },
        }
    }

    fn read_json(&mut self, role: Role, root: &Node) {
        let is_as_it_should = match role {
            Role::Modules => matches!(root.value, json::Value::List(_)),
            _ => matches!(root.value, json::Value::Map(_)),
        };
        if !is_as_it_should {
            return self.unreadable(Fault::new("the file holds something else than it should", root.line));
        }
        match role {
            Role::Config => config::read(self, root),
            Role::Processor => config::auto_map(self, root),
            Role::Tokenizer => {
                config::auto_map(self, root);
                template::read_json(self, root);
            }
            Role::TemplateJson => template::read_json(self, root),
            Role::Adapter => config::adapter(self, root),
            Role::Pipeline => pipeline::read_index(self, root),
            Role::Modules => pipeline::read_modules(self, root),
            Role::TemplateText | Role::Mlflow => {}
        }
    }

    fn fact(&mut self, kind: FactKind, name: &str, value: impl Into<String>, line: usize) {
        if self.reading.facts.len() >= FACT_LIMIT {
            return self.unreadable(Fault::new(format!("the model has more than {FACT_LIMIT} facts"), line));
        }
        let (name, value) = (bounded(name.to_owned()), bounded(value.into()));
        let (part, path) = (self.part.clone(), self.path.to_owned());
        let position = if kind == FactKind::Label { name.parse().unwrap_or(u64::MAX) } else { 0 };
        let key = (kind, part.clone(), position, name.clone());
        self.reading.facts.entry(key).or_insert(Fact { kind, part, name, value, path, line });
    }

    /// A fact from a text, a number or a boolean.
    fn scalar(&mut self, kind: FactKind, node: Option<&Node>) {
        if let Some(node) = node
            && let Some(text) = node.scalar()
        {
            self.fact(kind, "", text, node.line);
        }
    }

    fn unreadable(&mut self, fault: Fault) {
        if self.reading.unreadable.last().is_none_or(|(path, _)| path != self.path) {
            self.reading.unreadable.push((self.path.to_owned(), fault));
        }
    }

    fn report(&mut self, line: usize, text: impl Into<String>) {
        let mut problems = Vec::new();
        note(&mut problems, ProblemKind::ReadersDisagree, line, text);
        self.tell(problems);
    }

    fn tell(&mut self, problems: Vec<Problem>) {
        let left = super::problem::PROBLEM_LIMIT.saturating_sub(self.reading.problems.len());
        let named = problems.into_iter().map(|problem| (self.path.to_owned(), problem));
        self.reading.problems.extend(named.take(left));
    }
}

#[cfg(test)]
mod tests;
