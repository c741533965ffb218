//! Calls in Python that load a model, a data set or code by name.
//!
//! Hugging Face: transformers `from_pretrained` and `pipeline`, huggingface_hub `hf_hub_download` and `snapshot_download`,
//! datasets `load_dataset`, sentence-transformers. PyTorch: `torch.hub.load`.

use std::collections::BTreeMap;

use super::python::{Kind, Token, tokens};
use super::{Revisions, UnpinnedRevision, is_full_sha, names, problem};

/// Reads a source file.
pub(super) fn read(source: &str) -> Revisions {
    let (tokens, unended) = tokens(source);
    Revisions {
        unpinned: find(&tokens),
        more: 0,
        problem: unended.map(|line| problem(line, "a string begins here and never ends")),
    }
}

fn find(tokens: &[Token<'_>]) -> Vec<UnpinnedRevision> {
    let constants = constants(tokens);
    let opening = tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Sign('('));
    opening.filter_map(|(at, _)| Call::before(tokens, at, &constants)?.unpinned()).collect()
}

/// Texts by the name in capitals they are given to, once in the file.
type Constants<'a> = BTreeMap<&'a str, Option<String>>;

fn constants<'a>(tokens: &[Token<'a>]) -> Constants<'a> {
    let mut constants = Constants::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        let [Token { kind: Kind::Name(name), .. }, Token { kind: Kind::Sign('='), .. }] = pair else { continue };
        let begins_line =
            at.checked_sub(1).is_none_or(|before| matches!(tokens.get(before), Some(Token { kind: Kind::End, .. })));
        if begins_line && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_') {
            let value = tokens.get(at + 2..).unwrap_or_default();
            let line = value.split(|token| token.kind == Kind::End).next().unwrap_or_default();
            let text = text(line.get(..line.len().min(ARGUMENT_LIMIT)).unwrap_or_default());
            // A second one makes it a variable.
            constants.entry(name).and_modify(|known| *known = None).or_insert(text);
        }
    }
    constants
}

/// The text of strings that stand side by side, if that is all there is.
fn text(tokens: &[Token<'_>]) -> Option<String> {
    let parts: Option<Vec<&str>> = tokens
        .iter()
        .map(|token| match token.kind {
            Kind::Text(text) => text,
            _ => None,
        })
        .collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.concat())
}

/// Tokens of one call's arguments that are looked at.
const ARGUMENT_LIMIT: usize = 1_000;
/// Names of a dotted one that are kept.
const DOTTED_LIMIT: usize = 4;

/// A call with its arguments.
struct Call<'a> {
    line: usize,
    /// `transformers`, `AutoModel`, `from_pretrained`.
    dotted: Vec<&'a str>,
    positional: Vec<Value>,
    named: BTreeMap<&'a str, Value>,
    /// `**more`: any argument may be given.
    has_more: bool,
}

/// What an argument is.
#[derive(Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    None,
    True,
    /// Known only at run time.
    Unknown,
}

impl<'a> Call<'a> {
    /// The call whose bracket opens at `open`, if it is one of those that load something.
    fn before(tokens: &[Token<'a>], open: usize, constants: &Constants<'_>) -> Option<Self> {
        let (start, dotted) = dotted(tokens, open)?;
        if !LOADING.contains(dotted.last()?) || is_definition(tokens, start) {
            return None;
        }
        let line = tokens.get(start)?.line;
        let mut call = Self { line, dotted, positional: Vec::new(), named: BTreeMap::new(), has_more: false };
        for argument in arguments(tokens.get(open + 1..).unwrap_or_default()) {
            call.take(argument, constants);
        }
        Some(call)
    }

    fn take(&mut self, argument: &[Token<'a>], constants: &Constants<'_>) {
        match argument {
            [Token { kind: Kind::Sign('*'), .. }, Token { kind: Kind::Sign('*'), .. }, ..] => self.has_more = true,
            // What comes after a list of any length has no known place.
            [Token { kind: Kind::Sign('*'), .. }, ..] => self.positional.extend(vec![Value::Unknown; 3]),
            [Token { kind: Kind::Name(name), .. }, Token { kind: Kind::Sign('='), .. }, value @ ..] => {
                self.named.insert(name, Value::of(value, constants));
            }
            [] => {}
            value => self.positional.push(Value::of(value, constants)),
        }
    }

    fn unpinned(&self) -> Option<UnpinnedRevision> {
        let is_named = |name: &str, value: Value| self.named.get(name) == Some(&value);
        // Only what is already on the machine is used, or the place is no hub.
        if is_named("local_files_only", Value::True) || is_named("source", Value::Text("local".to_owned())) {
            return None;
        }
        let (name, revision) = match *self.dotted.last()? {
            "load" => self.hub_repository()?,
            _ => (self.hub_name()?, self.revision()?),
        };
        if revision.as_deref().is_some_and(is_full_sha) {
            return None;
        }
        let trusts_remote_code = is_named("trust_remote_code", Value::True);
        Some(UnpinnedRevision {
            cell: None,
            line: self.line,
            call: self.dotted.join("."),
            name,
            revision,
            trusts_remote_code,
        })
    }

    /// What is loaded, if it is a name on the hub that is written out.
    fn hub_name(&self) -> Option<String> {
        let (position, keyword, is_name): (usize, &str, fn(&str) -> bool) = match *self.dotted.last()? {
            "pipeline" => (1, "model", names::is_model),
            "hf_hub_download" | "snapshot_download" => (0, "repo_id", names::is_owned),
            "load_dataset" => (0, "path", names::is_owned),
            "SentenceTransformer" => (0, "model_name_or_path", names::is_sentence_model),
            "CrossEncoder" => (0, "model_name", names::is_sentence_model),
            // An adapter is put on a model that is already loaded.
            _ if self.is_adapter() => (1, "model_id", names::is_model),
            _ => (0, "pretrained_model_name_or_path", names::is_model),
        };
        match self.named.get(keyword).or(self.positional.get(position))? {
            Value::Text(name) if is_name(name) => Some(name.clone()),
            _ => None,
        }
    }

    fn is_adapter(&self) -> bool {
        self.dotted.iter().rev().nth(1).is_some_and(|class| class.starts_with("PeftModel"))
    }

    /// None when it is not known; a revision that is not given is known to be none.
    fn revision(&self) -> Option<Option<String>> {
        match self.named.get("revision") {
            None if self.has_more => None,
            None | Some(Value::None) => Some(None),
            Some(Value::Text(text)) => Some(Some(text.clone())),
            Some(Value::True | Value::Unknown) => None,
        }
    }

    /// `torch.hub.load("owner/repository:branch", ...)`.
    fn hub_repository(&self) -> Option<(String, Option<String>)> {
        if self.dotted.iter().rev().nth(1) != Some(&"hub") {
            return None;
        }
        let Value::Text(text) = self.named.get("repo_or_dir").or(self.positional.first())? else { return None };
        let (name, revision) = text.split_once(':').map_or((text.as_str(), None), |(name, at)| (name, Some(at)));
        names::is_owned(name).then(|| (name.to_owned(), revision.map(str::to_owned)))
    }
}

/// Last names of the calls that load something.
const LOADING: [&str; 8] = [
    "CrossEncoder",
    "SentenceTransformer",
    "from_pretrained",
    "hf_hub_download",
    "load",
    "load_dataset",
    "pipeline",
    "snapshot_download",
];

impl Value {
    fn of(tokens: &[Token<'_>], constants: &Constants<'_>) -> Self {
        match tokens {
            [Token { kind: Kind::Name("None"), .. }] => Self::None,
            [Token { kind: Kind::Name("True"), .. }] => Self::True,
            [Token { kind: Kind::Name(name), .. }] => {
                constants.get(name).cloned().flatten().map_or(Self::Unknown, Self::Text)
            }
            _ => text(tokens).map_or(Self::Unknown, Self::Text),
        }
    }
}

/// The dotted name right before a bracket, its last parts, and where they start.
fn dotted<'a>(tokens: &[Token<'a>], open: usize) -> Option<(usize, Vec<&'a str>)> {
    let name_at = |at: usize| match tokens.get(at)?.kind {
        Kind::Name(name) => Some(name),
        _ => None,
    };
    let is_dot = |at: usize| tokens.get(at).is_some_and(|token| token.kind == Kind::Sign('.'));
    let mut start = open.checked_sub(1)?;
    let mut parts = vec![name_at(start)?];
    while let Some(before) = start.checked_sub(2).filter(|before| is_dot(before + 1) && parts.len() < DOTTED_LIMIT) {
        let Some(name) = name_at(before) else { break };
        parts.push(name);
        start = before;
    }
    parts.reverse();
    Some((start, parts))
}

fn is_definition(tokens: &[Token<'_>], start: usize) -> bool {
    let before = start.checked_sub(1).and_then(|before| tokens.get(before));
    matches!(before, Some(Token { kind: Kind::Name("def" | "class"), .. }))
}

/// The arguments up to the bracket that closes the call.
fn arguments<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut arguments = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    let looked_at = tokens.get(..tokens.len().min(ARGUMENT_LIMIT)).unwrap_or_default();
    for (at, token) in looked_at.iter().enumerate() {
        let Kind::Sign(sign) = token.kind else { continue };
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => {
                arguments.extend(looked_at.get(start..at));
                return arguments;
            }
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                arguments.extend(looked_at.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.extend(looked_at.get(start..));
    arguments
}
