//! Imports that run, load or reach something when they are called, or already by being imported.
//!
//! The lists name what is known; what is on none of them is not thereby harmless, only unknown.

mod index;
mod modules;
mod names;

use index::INDEX;

/// What can come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// Starts programs.
    Programs,
    /// Runs Python, or another language, that the file brings along.
    Code,
    /// Finds anything by its name: attributes, modules, frames.
    Reach,
    /// Loads something else that may run code.
    Load,
    Files,
    Network,
    /// Native code and memory.
    Native,
    /// Runs later: threads, signals, exit hooks.
    Later,
}

impl Harm {
    /// Completes "when the file is loaded, it …".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Programs => "can start other programs",
            Self::Code => "can run any code that the file brings along",
            Self::Reach => "can reach any attribute or module, and through them anything",
            Self::Load => "can load something else that runs code",
            Self::Files => "can read, write or delete files",
            Self::Network => "can talk to the network",
            Self::Native => "can run native code or touch memory",
            Self::Later => "can leave something behind that runs later",
        }
    }
}

/// The harm an import can do; none where it is on no list.
///
/// A name with dots is walked from attribute to attribute, so any part of it may be a module that another one imported:
/// every tail of it is judged as a path of its own. Of the module's parts only a few names are known well enough for that.
pub fn harm(module: &str, name: &str) -> Option<Harm> {
    let modules: Vec<&str> = module.split('.').take(MAX_PARTS).collect();
    let names: Vec<&str> = name.split('.').take(MAX_PARTS).collect();
    let path: Vec<&str> = modules.iter().chain(&names).copied().collect();
    let in_package = (1..modules.len()).filter(|start| path.get(*start).is_some_and(|part| INDEX.is_in_packages(part)));
    let in_name = (modules.len()..path.len()).filter(|_| names.len() > 1);
    path_harm(&path, Some(modules.len()))
        .or_else(|| in_package.chain(in_name).find_map(|start| tail_harm(path.get(start..)?)))
        .or_else(|| names_harm(&names))
}

/// Parts of a path that are looked at; real ones have fewer.
const MAX_PARTS: usize = 64;

/// Modules are often imported under a private name, as in `random._os`.
fn tail_harm(path: &[&str]) -> Option<Harm> {
    let public: Vec<&str> = path.iter().map(|part| part.trim_start_matches('_')).collect();
    path_harm(path, None).or_else(|| path_harm(&public, None))
}

/// Every prefix of a path may be a module, and the part behind it a name in it. `module_parts`: how many parts are the
/// module's, where that is known.
fn path_harm(path: &[&str], module_parts: Option<usize>) -> Option<Harm> {
    let mut module = String::new();
    for (at, part) in path.iter().enumerate() {
        if at > 0 {
            module.push('.');
        }
        module.push_str(part);
        let name = path.get(at + 1).copied().unwrap_or_default();
        let alone = module_parts.is_none_or(|parts| parts == at + 1);
        let found = INDEX
            .whole(&module)
            .or_else(|| INDEX.alone(&module).filter(|_| alone))
            .or_else(|| INDEX.named(&module, name));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Names that mean the same wherever they are found: functions are imported from module to module.
fn names_harm(names: &[&str]) -> Option<Harm> {
    let is_special = |part: &&str| part.len() > 4 && part.starts_with("__") && part.ends_with("__");
    if names.len() > 1 && names.iter().any(is_special) {
        return Some(Harm::Reach);
    }
    names.iter().find_map(|part| INDEX.anywhere(part))
}
