//! The configuration files of a model: what it takes and gives, and whether loading it runs code.

use std::collections::{BTreeMap, BTreeSet};

use crate::artifact::interface::{Interface, is_interface_file, read};
use crate::artifact::json::JSON_LIMIT_BYTES;
use crate::checks::words::plain;
use crate::engine::gather::notes::Notes;
use crate::engine::gather::reader::{Content, Contents};
use crate::engine::gather::trees::{Listing, Trees};
use crate::ports::TreeEntry;

use super::MAX_PATH_CHARS;

/// Most configuration files of one model.
const MAX_FILES: usize = 60;

pub(super) struct InterfaceFiles<'t> {
    folder: &'t str,
    live: Vec<&'t TreeEntry>,
    proposed: Vec<&'t TreeEntry>,
}

/// The configuration files among some paths of one model.
pub(super) fn find<'t>(
    paths: &BTreeSet<&'t str>,
    trees: &'t Trees,
    folder: &'t str,
    notes: &mut Notes,
) -> InterfaceFiles<'t> {
    let mut of = |listing: &'t Listing| -> Vec<&'t TreeEntry> {
        let all = paths.iter().filter(|path| is_interface_file(path)).filter_map(|path| listing.get(path));
        let mut files: Vec<&TreeEntry> = all.collect();
        if files.len() > MAX_FILES {
            let message = format!("There are {} configuration files, and {MAX_FILES} were read.", files.len());
            notes.gap("configuration files", Some(format!("{} files", files.len())), message);
            files.truncate(MAX_FILES);
        }
        files
    };
    InterfaceFiles { folder, live: of(&trees.live), proposed: of(&trees.proposed) }
}

impl InterfaceFiles<'_> {
    /// What has to be read.
    pub(super) fn wanted(&self) -> BTreeMap<String, usize> {
        let fits = |entry: &&&TreeEntry| usize::try_from(entry.size).is_ok_and(|size| size <= JSON_LIMIT_BYTES);
        let both = self.live.iter().chain(&self.proposed).filter(fits);
        both.map(|entry| (entry.blob.clone(), JSON_LIMIT_BYTES)).collect()
    }

    pub(super) fn before(&self, contents: &Contents, notes: &mut Notes) -> Interface {
        self.side(&self.live, contents, notes)
    }

    pub(super) fn after(&self, contents: &Contents, notes: &mut Notes) -> Interface {
        self.side(&self.proposed, contents, notes)
    }

    fn side(&self, entries: &[&TreeEntry], contents: &Contents, notes: &mut Notes) -> Interface {
        let mut files: Vec<(&str, &[u8])> = Vec::with_capacity(entries.len());
        for entry in entries {
            match contents.get(&entry.blob) {
                Some(Content::Bytes(bytes)) => files.push((&entry.path, bytes)),
                Some(Content::Unread { .. }) | None => {
                    let path = plain(&entry.path, MAX_PATH_CHARS);
                    let message = format!("The configuration file {path} could not be read.");
                    notes.gap(&path, Some(entry.blob.clone()), message);
                }
            }
        }
        read(self.folder, &files)
    }
}
