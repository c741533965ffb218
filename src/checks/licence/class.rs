//! What a licence id allows, in one word: our reading of the ids that model cards use, and not legal advice.
//!
//! Hugging Face: "Licenses" (docs/hub/repositories-licenses.md) lists the ids.

use crate::domain::Severity;

/// How far a licence restricts, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Permissive,
    Copyleft,
    /// Not one of the known ids, or one that leaves the terms to a text: a person must read it.
    Unknown,
    /// A supplier's own terms.
    VendorTerms,
    /// Some uses are forbidden.
    UseRestricted,
    ResearchOnly,
    NoDerivatives,
    NonCommercial,
}

/// The class of an id in lower case.
pub fn class_of(id: &str) -> Class {
    let listed = CLASSES.iter().find(|(_, ids)| ids.contains(&id));
    listed.map_or(Class::Unknown, |(class, _)| *class)
}

impl Class {
    /// `None` where the class is no finding.
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Permissive | Self::Copyleft => None,
            Self::Unknown | Self::VendorTerms | Self::UseRestricted => Some(Severity::Medium),
            Self::ResearchOnly | Self::NoDerivatives | Self::NonCommercial => Some(Severity::High),
        }
    }

    pub const fn words(self) -> &'static str {
        match self {
            Self::Permissive => "permissive",
            Self::Copyleft => "copyleft",
            Self::Unknown => "its terms are not known here, a person must read them",
            Self::VendorTerms => "the supplier's own terms",
            Self::UseRestricted => "some uses are forbidden",
            Self::ResearchOnly => "research only",
            Self::NoDerivatives => "no derivatives",
            Self::NonCommercial => "no commercial use",
        }
    }

    /// ` (no commercial use)` where the class is a finding, else nothing.
    pub fn in_brackets(self) -> String {
        self.severity().map(|_| format!(" ({})", self.words())).unwrap_or_default()
    }
}

const CLASSES: &[(Class, &[&str])] = &[
    (
        Class::Permissive,
        &[
            "apache-2.0",
            "mit",
            "afl-3.0",
            "artistic-2.0",
            "bsl-1.0",
            "bsd",
            "bsd-2-clause",
            "bsd-3-clause",
            "bsd-3-clause-clear",
            "c-uda",
            "cc0-1.0",
            "cc-by-2.0",
            "cc-by-2.5",
            "cc-by-3.0",
            "cc-by-4.0",
            "cdla-permissive-1.0",
            "cdla-permissive-2.0",
            "wtfpl",
            "ecl-2.0",
            "etalab-2.0",
            "isc",
            "ms-pl",
            "apple-ascl",
            "odc-by",
            "openmdw-1.0",
            "openmdw-1.1",
            "postgresql",
            "ofl-1.1",
            "ncsa",
            "unlicense",
            "zlib",
            "pddl",
        ],
    ),
    (
        Class::Copyleft,
        &[
            "cc-by-sa-3.0",
            "cc-by-sa-4.0",
            "cdla-sharing-1.0",
            "eupl-1.1",
            "eupl-1.2",
            "agpl-3.0",
            "gfdl",
            "gpl",
            "gpl-2.0",
            "gpl-3.0",
            "odbl",
            "osl-3.0",
            "epl-1.0",
            "epl-2.0",
            "lgpl",
            "lgpl-2.1",
            "lgpl-3.0",
            "lgpl-lr",
            "lppl-1.3c",
            "mpl-2.0",
        ],
    ),
    (
        Class::VendorTerms,
        &["llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4", "grok2-community", "gemma"],
    ),
    (
        Class::UseRestricted,
        &[
            "openrail",
            "openrail++",
            "bigscience-openrail-m",
            "creativeml-openrail-m",
            "bigscience-bloom-rail-1.0",
            "bigcode-openrail-m",
        ],
    ),
    (Class::ResearchOnly, &["h-research", "intel-research", "apple-amlr", "deepfloyd-if-license"]),
    (Class::NoDerivatives, &["cc-by-nd-4.0"]),
    (
        Class::NonCommercial,
        &[
            "cc-by-nc-2.0",
            "cc-by-nc-3.0",
            "cc-by-nc-4.0",
            "cc-by-nc-nd-3.0",
            "cc-by-nc-nd-4.0",
            "cc-by-nc-sa-2.0",
            "cc-by-nc-sa-3.0",
            "cc-by-nc-sa-4.0",
            "fair-noncommercial-research-license",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_has_two_classes_and_all_are_lower_case() {
        let mut ids: Vec<&str> = CLASSES.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
        let count = ids.len();
        assert!(ids.iter().all(|id| *id == id.to_lowercase()));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
