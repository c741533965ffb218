//! Policy files as they are given, and what is found in them.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;

use crate::cli::failure::Failure;
use crate::cli::table;
use crate::domain::CommitSha;
use crate::policy::PolicyFile;
use crate::policy::file::{File, LIMIT_BYTES};
use crate::policy::finding::Finding;
use crate::policy::place::FileRole;
use crate::policy::show::{self, Shown};
use crate::policy::validate::{OwnerFile, findings};
use crate::ports::Clock;

/// A file that was given.
pub(super) struct Given {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) text: String,
    pub(super) file: File,
}

impl Given {
    /// As many bytes as tell that a file is too large, and no more.
    pub(super) fn open(path: &Path, role: FileRole) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let failed = |error: std::io::Error| Failure::BadInput(format!("cannot read `{name}`: {error}"));
        let opened = fs::File::open(path).map_err(failed)?;
        let limit = u64::try_from(LIMIT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        opened.take(limit).read_to_end(&mut bytes).map_err(failed)?;
        Ok(Self::of(name, bytes, role))
    }

    pub(super) fn of(name: String, bytes: Vec<u8>, role: FileRole) -> Self {
        let (text, file) = (String::from_utf8_lossy(&bytes).into_owned(), File::read(&bytes, role));
        Self { name, bytes, text, file }
    }

    pub(super) fn shown(&self) -> Shown<'_> {
        Shown { role: self.file.role, name: &self.name, text: &self.text }
    }

    /// The file as the gate takes it, as if it stood at `commit`.
    pub(super) fn at(&self, commit: &CommitSha) -> PolicyFile {
        PolicyFile::Present { commit: commit.clone(), bytes: self.bytes.clone() }
    }
}

/// A repository's file and its owner's, as far as each was given.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) own: Option<&'a Given>,
    pub(super) owner: Option<&'a Given>,
}

impl Pair<'_> {
    /// Prints mistakes as `policy validate` does; whether there are any.
    pub(super) fn has_mistakes(self) -> Result<bool, Failure> {
        let beside = self.owner.map_or(OwnerFile::NotGiven, |owner| OwnerFile::Present(&owner.file));
        let found = findings(self.own.map(|own| &own.file), beside, Clock::System.now());
        if !found.iter().any(Finding::is_error) {
            return Ok(false);
        }
        let shown: Vec<Shown<'_>> = self.owner.into_iter().chain(self.own).map(Given::shown).collect();
        let names: Vec<String> = shown.iter().map(|file| show::name(file.name)).collect();
        let text = format!("{}{}: {}\n", show::text(&found, &shown), names.join(" and "), show::counted(&found));
        table::print_raw(&text).context("cannot write")?;
        Ok(true)
    }
}
