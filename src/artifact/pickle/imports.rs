//! The imports of one pickle: each judged once, with its first place.

use std::collections::BTreeMap;

use super::fault::Fault;
use super::globals::{self, Class, Judged};

/// Different imports in one pickle. Real ones have a few hundred at most.
const IMPORTS_LIMIT: usize = 4096;
/// A module or name of more than this many bytes is one that nobody gave.
pub const NAME_LIMIT: usize = 1024;

/// What a call of an import does that later bytes depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Ordinary,
    /// joblib's stand-in for an array, whose bytes follow in the stream.
    ArrayWrapper,
    Dtype,
    /// Takes bytes and loads them as a file of its own.
    LoadsBytes,
}

#[derive(Debug)]
pub struct Import {
    pub judged: Judged,
    pub role: Role,
    pub position: u64,
    /// Names that Python could find.
    pub is_plausible: bool,
    pub is_called: bool,
}

pub struct Imports<'a> {
    allow_globals: &'a [String],
    /// By protocol, module and name.
    known: BTreeMap<Vec<u8>, u16>,
    list: Vec<Import>,
    key: Vec<u8>,
}

impl<'a> Imports<'a> {
    pub fn new(allow_globals: &'a [String]) -> Self {
        Self { allow_globals, known: BTreeMap::new(), list: Vec::new(), key: Vec::new() }
    }

    pub fn allow_globals(&self) -> &'a [String] {
        self.allow_globals
    }

    pub fn into_list(self) -> Vec<Import> {
        self.list
    }

    /// Notes an import and gives its number.
    pub fn meet(&mut self, module: &str, name: &str, protocol: u8, position: u64) -> Result<u16, Fault> {
        self.key.clear();
        self.key.push(u8::from(protocol < 3));
        self.key.extend_from_slice(module.as_bytes());
        self.key.push(b'\n');
        self.key.extend_from_slice(name.as_bytes());
        if let Some(number) = self.known.get(&self.key) {
            return Ok(*number);
        }
        let number = u16::try_from(self.list.len()).map_err(|_| Fault::TooManyImports)?;
        if self.list.len() >= IMPORTS_LIMIT {
            return Err(Fault::TooManyImports);
        }
        let judged = globals::judge(module, name, protocol, self.allow_globals);
        let is_plausible = globals::is_plausible(module, name);
        self.list.push(Import { role: role(&judged.name), judged, position, is_plausible, is_called: false });
        self.known.insert(std::mem::take(&mut self.key), number);
        Ok(number)
    }

    pub fn called(&mut self, number: u16) -> Role {
        match self.list.get_mut(usize::from(number)) {
            Some(import) => {
                import.is_called = true;
                import.role
            }
            None => Role::Ordinary,
        }
    }

    pub fn role(&self, number: u16) -> Role {
        self.list.get(usize::from(number)).map_or(Role::Ordinary, |import| import.role)
    }
}

impl Import {
    pub fn is_dangerous(&self) -> bool {
        matches!(self.judged.class, Class::Dangerous(_))
    }
}

fn role(name: &str) -> Role {
    match name {
        // joblib was part of scikit-learn once, and a name may be reached from other modules.
        _ if name.ends_with(".NumpyArrayWrapper") => Role::ArrayWrapper,
        "numpy.dtype" => Role::Dtype,
        "torch.storage._load_from_bytes"
        | "pickle.loads"
        | "_pickle.loads"
        | "pickle._loads"
        | "dill.loads"
        | "dill._dill.loads"
        | "cloudpickle.loads" => Role::LoadsBytes,
        _ => Role::Ordinary,
    }
}
