//! Imports point inwards: this holds the table of DESIGN's rings and prints every line that breaks it. A new edge needs
//! its reason here, in the same commit.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// What a module may import of ours; `*` is everything.
const MAY_IMPORT: [(&str, &[&str]); 19] = [
    ("domain", &[]),
    ("artifact", &["domain"]),
    ("checks", &["domain", "artifact"]),
    // What a policy says about models is what the checks hold a change to.
    ("policy", &["domain", "artifact", "checks"]),
    ("audit", &["domain"]),
    // Findings in words, and what a policy does with them.
    ("report", &["domain", "artifact::text", "checks::words", "checks::rules"]),
    // A stored delivery is a plain value of `engine::receive`: what comes in is what is written down.
    ("store", &["domain", "audit", "engine::receive"]),
    // The same value is what the ports' adapters read.
    ("ports", &["domain", "engine::receive"]),
    ("engine", &["domain", "artifact", "checks", "policy", "audit", "report", "store", "ports"]),
    ("github", &["domain", "ports", "engine::receive"]),
    // Its patches are made as they are made where a forge gives none.
    ("local", &["domain", "ports", "artifact::diff"]),
    // Strangers' text is made visible and cut by the same functions wherever it is shown.
    ("slack", &["domain", "ports", "engine::receive", "artifact::text", "report"]),
    // A check's answer is bounded by whoever reads it.
    ("external", &["domain", "ports", "artifact::findings"]),
    ("web", &["domain", "artifact", "checks", "policy", "audit", "report", "store", "ports", "engine"]),
    ("config", &["domain"]),
    ("telemetry", &["config"]),
    // The simulators share the clock that is moved by hand; the world works the engine's steps off by hand and looks
    // into the store for loose ends. It takes over repositories of this machine, and tells the record as everybody does.
    ("sim", &["domain", "config", "app", "ports", "engine", "store", "local", "report::record"]),
    ("app", &["*"]),
    ("cli", &["*"]),
];

/// Only these may import the simulated world.
const MAY_IMPORT_SIM: [&str; 1] = ["cli"];

/// The vendors' names do not appear in the decisions, in code or in text.
const NO_VENDORS: [&str; 2] = ["domain", "engine"];
const VENDOR_WORDS: [&str; 4] = ["github", "slack", "octocrab", "gitlab"];

/// Nothing of the engine runs by itself: `app` starts its tasks and does its waiting.
const NOT_IN_ENGINE: [&str; 3] = ["tokio::spawn", "task::spawn", "sleep"];

#[test]
fn imports_point_inwards() {
    let mut broken = String::new();
    for source in sources() {
        for (number, line) in source.code.lines().enumerate() {
            for target in imports(line, &source) {
                if !allowed(&source.module, &target) {
                    let _ = writeln!(
                        broken,
                        "{}:{}: `{}` imports `{target}`: {}",
                        source.shown(),
                        number + 1,
                        source.module,
                        line.trim()
                    );
                }
            }
        }
    }
    assert!(broken.is_empty(), "imports that the table does not allow:\n{broken}");
}

#[test]
fn decisions_know_no_vendor() {
    let mut broken = String::new();
    for source in sources().iter().filter(|source| NO_VENDORS.contains(&source.module.as_str())) {
        for (number, line) in source.code.lines().enumerate() {
            let lower = line.to_lowercase();
            for word in VENDOR_WORDS.iter().filter(|word| lower.contains(**word)) {
                let _ = writeln!(broken, "{}:{}: `{word}`: {}", source.shown(), number + 1, line.trim());
            }
        }
    }
    assert!(broken.is_empty(), "vendor words in domain or engine:\n{broken}");
}

#[test]
fn nothing_of_the_engine_runs_by_itself() {
    let mut broken = String::new();
    for source in sources().iter().filter(|source| source.module == "engine") {
        for (number, line) in source.code.lines().enumerate() {
            for word in NOT_IN_ENGINE.iter().filter(|word| line.contains(**word)) {
                let _ = writeln!(broken, "{}:{}: `{word}`: {}", source.shown(), number + 1, line.trim());
            }
        }
    }
    assert!(broken.is_empty(), "the engine starts or waits for something:\n{broken}");
}

#[test]
fn every_module_has_its_row_in_the_table() {
    let library = sources_root().join("lib.rs");
    for line in without_comments(&fs::read_to_string(library).unwrap()).lines() {
        if let Some(module) = line.trim().strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')) {
            assert!(row(module).is_some(), "`{module}` is not in the table");
        }
    }
}

#[test]
fn the_scanner_sees_every_way_to_import() {
    let source = |text: &str| Source {
        path: sources_root().join("web/x.rs"),
        module: "web".to_owned(),
        depth: 2,
        code: without_comments(text),
    };
    let found = |text: &str| {
        let source = source(text);
        source.code.lines().flat_map(|line| imports(line, &source)).collect::<Vec<_>>()
    };
    assert_eq!(found("use crate::github::webhook;"), ["github::webhook"]);
    assert_eq!(found("use crate::{\n    slack::x, sim,\n    domain,\n};"), ["slack::x", "sim", "domain"]);
    assert_eq!(found("use crate::{checks::{a, b}, policy};"), ["checks", "policy"]);
    assert_eq!(found("let x = crate::sim::World::new();"), ["sim::World::new"]);
    assert_eq!(found("use super::super::github;"), ["github"]);
    assert_eq!(found("use super::sibling; use self::own;"), Vec::<String>::new());
    assert_eq!(found("// use crate::github;\n/* use crate::slack; */ let s = 1;"), Vec::<String>::new());
    assert_eq!(without_comments("let a = \"// crate::github\"; // crate::slack"), "let a = \"// crate::github\"; ");
    assert!(!allowed("web", "github::webhook") && !allowed("store", "engine::advance"));
    assert!(allowed("store", "engine::receive::Delivery") && !allowed("app", "sim") && allowed("cli", "sim"));
}

struct Source {
    path: PathBuf,
    /// The module of the first level that the file belongs to.
    module: String,
    /// Levels below the crate's root: `super` so many times is the root.
    depth: usize,
    code: String,
}

impl Source {
    fn shown(&self) -> String {
        self.path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&self.path).display().to_string()
    }
}

fn sources_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file of a module; the crate's root and the program have no ring.
fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&sources_root(), &mut paths);
    assert!(paths.len() > 20, "the sources were not found");
    paths.sort();
    paths.into_iter().filter_map(source).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn source(path: PathBuf) -> Option<Source> {
    let inner = path.strip_prefix(sources_root()).unwrap().with_extension("");
    let levels: Vec<String> = inner.iter().map(|level| level.to_string_lossy().into_owned()).collect();
    let module = levels.first().filter(|name| !matches!(name.as_str(), "lib" | "main"))?.clone();
    let code = without_comments(&fs::read_to_string(&path).unwrap());
    Some(Source { path, module, depth: levels.len(), code })
}

/// What a line names of the crate, as paths from its root: after `crate::`, after as many `super::` as lead to the root
/// (or one more, inside an inline module), and inside the braces of `use crate::{…}`, one name per line or many.
fn imports(line: &str, source: &Source) -> Vec<String> {
    let to_root = "super::".repeat(source.depth);
    let anchors = ["crate::".to_owned(), format!("{to_root}super::"), to_root];
    let mut found = Vec::new();
    let mut rest = line;
    while let Some((at, anchor)) = anchors
        .iter()
        .filter_map(|anchor| Some((rest.find(anchor.as_str())?, anchor)))
        .min_by_key(|(at, anchor)| (*at, usize::MAX - anchor.len()))
    {
        let before = rest[..at].chars().next_back();
        rest = &rest[at + anchor.len()..];
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        found.extend(names(rest));
    }
    if found.is_empty() && in_group(line, source) {
        found.extend(top_level(line).iter().filter_map(|part| named(part.trim())));
    }
    // `super::super::x` in an inline module is a sibling: only names of the table are modules of the first level.
    found.retain(|name| row(first_level(name)).is_some());
    found
}

/// The path that starts `rest`, or all paths of a group on one line.
fn names(rest: &str) -> Vec<String> {
    match rest.strip_prefix('{') {
        Some(group) => top_level(group).iter().filter_map(|part| named(part.trim())).collect(),
        None => named(rest).into_iter().collect(),
    }
}

/// The parts of a group up to its closing brace, cut at the commas that are not inside a deeper one.
fn top_level(group: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0_usize, vec![String::new()]);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(c);
    }
    parts
}

/// Whether a line stands inside a `use crate::{` that goes over several lines.
fn in_group(line: &str, source: &Source) -> bool {
    let start = line.as_ptr() as usize - source.code.as_ptr() as usize;
    let before = &source.code[..start];
    let Some(open) = before.rfind("use crate::{") else { return false };
    let between = &before[open + "use crate::{".len()..];
    let opened = between.matches('{').count();
    between.matches('}').count() == opened && !between.contains(';')
}

fn named(text: &str) -> Option<String> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let name = text[..end].trim_end_matches(':');
    (!name.is_empty()).then(|| name.to_owned())
}

fn first_level(path: &str) -> &str {
    path.split("::").next().unwrap_or(path)
}

fn row(module: &str) -> Option<&'static [&'static str]> {
    MAY_IMPORT.iter().find(|(name, _)| *name == module).map(|(_, allowed)| *allowed)
}

fn allowed(module: &str, target: &str) -> bool {
    let first = first_level(target);
    if first == module {
        return true;
    }
    if first == "sim" {
        return MAY_IMPORT_SIM.contains(&module);
    }
    let within =
        |allowed: &&str| target == *allowed || target.strip_prefix(*allowed).is_some_and(|rest| rest.starts_with("::"));
    row(module).is_some_and(|allowed| allowed.contains(&"*") || allowed.iter().any(within))
}

/// The text with comments left out, line for line; what stands in quotes stays.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (kept, taken) = match c {
            '/' if rest.starts_with("//") => (String::new(), rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => {
                let end = rest.find("*/").map_or(rest.len(), |at| at + 2);
                ("\n".repeat(rest[..end].matches('\n').count()), end)
            }
            '"' => quoted(rest, string_end(rest)),
            'r' if raw_string(rest).is_some() => quoted(rest, raw_string(rest).unwrap_or(1)),
            '\'' => quoted(rest, char_end(rest)),
            _ => quoted(rest, c.len_utf8()),
        };
        out.push_str(&kept);
        rest = &rest[taken..];
    }
    out
}

fn quoted(rest: &str, end: usize) -> (String, usize) {
    (rest[..end].to_owned(), end)
}

fn string_end(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

fn raw_string(rest: &str) -> Option<usize> {
    let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
    rest[1 + hashes..].starts_with('"').then(|| {
        let close = format!("\"{}", "#".repeat(hashes));
        let start = 2 + hashes;
        rest[start..].find(&close).map_or(rest.len(), |at| start + at + close.len())
    })
}

/// A character in quotes, or just the quote where it starts a lifetime.
fn char_end(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    let end = match characters.next() {
        Some((_, '\\')) => rest[2..].char_indices().skip(1).find(|(_, c)| *c == '\'').map(|(at, _)| 2 + at + 1),
        Some(_) => characters.next().filter(|(_, c)| *c == '\'').map(|(at, _)| at + 1),
        None => None,
    };
    end.unwrap_or(1)
}
