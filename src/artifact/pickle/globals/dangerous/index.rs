//! The lists as maps, made once: a file may import very many things.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::Harm;
use super::modules::{ALONE, IN_PACKAGES, WHOLE};
use super::names::{ANYWHERE, NAMES, Names};

pub static INDEX: LazyLock<Index> = LazyLock::new(Index::of_lists);

/// Where a word stands in several lists, the first one counts.
pub struct Index {
    whole: BTreeMap<&'static str, Harm>,
    alone: BTreeMap<&'static str, Harm>,
    named: BTreeMap<&'static str, Vec<&'static Names>>,
    anywhere: BTreeMap<&'static str, Harm>,
    in_packages: BTreeSet<&'static str>,
}

impl Index {
    fn of_lists() -> Self {
        let mut named: BTreeMap<&'static str, Vec<&'static Names>> = BTreeMap::new();
        for list in NAMES {
            for module in list.modules() {
                named.entry(module).or_default().push(list);
            }
        }
        Self {
            whole: by_word(WHOLE),
            alone: by_word(ALONE),
            named,
            anywhere: by_word(ANYWHERE),
            in_packages: IN_PACKAGES.split(' ').collect(),
        }
    }

    pub fn whole(&self, module: &str) -> Option<Harm> {
        self.whole.get(module).copied()
    }

    pub fn alone(&self, module: &str) -> Option<Harm> {
        self.alone.get(module).copied()
    }

    pub fn named(&self, module: &str, name: &str) -> Option<Harm> {
        self.named.get(module)?.iter().find_map(|list| list.harm(name))
    }

    pub fn anywhere(&self, name: &str) -> Option<Harm> {
        self.anywhere.get(name).copied()
    }

    pub fn is_in_packages(&self, part: &str) -> bool {
        self.in_packages.contains(part)
    }
}

fn by_word(lists: &'static [(Harm, &'static str)]) -> BTreeMap<&'static str, Harm> {
    let mut found = BTreeMap::new();
    for (harm, words) in lists {
        for word in words.split(' ') {
            found.entry(word).or_insert(*harm);
        }
    }
    found
}
