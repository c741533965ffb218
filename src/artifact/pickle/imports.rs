//! Imports: judged once in a file, noted once in a pickle with their first place.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::fault::Fault;
use super::globals::{self, Class, Judged};
use super::machine::Budget;

/// Different imports in one stream of pickles. Real ones have a few hundred at most.
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

/// What is known of an import wherever it stands.
#[derive(Debug)]
pub struct Judgement {
    pub judged: Judged,
    pub role: Role,
    /// Names that Python could find.
    pub is_plausible: bool,
}

impl Judgement {
    pub fn is_dangerous(&self) -> bool {
        matches!(self.judged.class, Class::Dangerous(_))
    }
}

/// The judgements on a stream's imports.
pub struct Judgements<'a> {
    allow_globals: &'a [String],
    /// By protocol, module and name.
    known: BTreeMap<Vec<u8>, Rc<Judgement>>,
    key: Vec<u8>,
}

impl<'a> Judgements<'a> {
    pub fn new(allow_globals: &'a [String]) -> Self {
        Self { allow_globals, known: BTreeMap::new(), key: Vec::new() }
    }

    /// The judgement on an import, made where it is new.
    pub fn on(&mut self, module: &str, name: &str, protocol: u8, budget: &mut Budget) -> Result<Rc<Judgement>, Fault> {
        self.key.clear();
        self.key.push(u8::from(protocol < globals::MAPPED_BELOW));
        self.key.extend_from_slice(module.as_bytes());
        self.key.push(b'\n');
        self.key.extend_from_slice(name.as_bytes());
        if let Some(judgement) = self.known.get(&self.key) {
            return Ok(Rc::clone(judgement));
        }
        if self.known.len() >= IMPORTS_LIMIT {
            return Err(Fault::TooManyImports);
        }
        budget.judgements = budget.judgements.checked_sub(1).ok_or(Fault::TooManyImports)?;
        let judged = globals::judge(module, name, protocol, self.allow_globals);
        let is_plausible = globals::is_plausible(module, name);
        let judgement = Rc::new(Judgement { role: role(&judged.name), judged, is_plausible });
        self.known.insert(std::mem::take(&mut self.key), Rc::clone(&judgement));
        Ok(judgement)
    }
}

/// An import of one pickle.
#[derive(Debug)]
pub struct Import {
    pub judgement: Rc<Judgement>,
    pub position: u64,
    pub is_called: bool,
}

/// The imports of one pickle.
#[derive(Default)]
pub struct Imports {
    list: Vec<Import>,
    /// Numbers by name, as every import of a name is the same value.
    numbers: BTreeMap<String, u16>,
}

impl Imports {
    /// Notes an import and gives its number.
    pub fn meet(&mut self, judgement: Rc<Judgement>, position: u64) -> Result<u16, Fault> {
        if let Some(number) = self.numbers.get(&judgement.judged.name) {
            return Ok(*number);
        }
        let number = u16::try_from(self.list.len()).map_err(|_| Fault::TooManyImports)?;
        self.numbers.insert(judgement.judged.name.clone(), number);
        self.list.push(Import { judgement, position, is_called: false });
        Ok(number)
    }

    pub fn called(&mut self, number: u16) -> Role {
        if let Some(import) = self.list.get_mut(usize::from(number)) {
            import.is_called = true;
        }
        self.role(number)
    }

    #[inline]
    pub fn role(&self, number: u16) -> Role {
        self.list.get(usize::from(number)).map_or(Role::Ordinary, |import| import.judgement.role)
    }

    pub fn into_list(self) -> Vec<Import> {
        self.list
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
