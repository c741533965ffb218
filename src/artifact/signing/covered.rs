//! Which files of a folder a signature speaks of.

use std::collections::BTreeSet;

use super::SIGNATURE_FILE;

/// Everything but what Git itself keeps in a folder, the signature, and what the signer left out by name.
#[derive(Debug)]
pub(super) struct Covered<'a> {
    left_out: BTreeSet<&'a str>,
}

impl<'a> Covered<'a> {
    /// `ignored` are the paths as the signature has them. Leaving out the folder itself is refused: nothing would be covered.
    pub fn new(ignored: &'a [String]) -> Result<Self, &'static str> {
        let left_out: BTreeSet<&str> = ignored.iter().map(|path| plain(path)).collect();
        match left_out.contains("") {
            true => Err("the signature leaves out the whole folder"),
            false => Ok(Self { left_out }),
        }
    }

    pub fn includes(&self, path: &str) -> bool {
        !within(path, |place| is_always_ignored(place) || self.left_out.contains(place))
    }

    /// Left out by the signer's choice, not because every signature leaves it out.
    pub fn is_left_out(&self, path: &str) -> bool {
        !within(path, is_always_ignored) && !self.includes(path)
    }
}

/// What the reference implementation leaves out at the top of the folder, whatever the signature says.
fn is_always_ignored(path: &str) -> bool {
    matches!(path, ".git" | ".gitattributes" | ".github" | ".gitignore" | SIGNATURE_FILE)
}

/// Whether `path` or a folder above it is such a place.
fn within(path: &str, is_place: impl Fn(&str) -> bool) -> bool {
    path.match_indices('/').filter_map(|(end, _)| path.get(..end)).chain([path]).any(is_place)
}

/// `./a/` is `a`. Others that are not plain match no file, as they should.
fn plain(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    if path == "." { "" } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(ignored: &[&str], path: &str) -> (bool, bool) {
        let ignored: Vec<String> = ignored.iter().map(|path| (*path).to_owned()).collect();
        let covered = Covered::new(&ignored).unwrap();
        (covered.includes(path), covered.is_left_out(path))
    }

    #[test]
    fn the_card_is_covered_and_gits_own_files_are_not() {
        for path in ["README.md", "a/.gitattributes", "a/model.sig", ".gitmodules", ".github2/x"] {
            assert_eq!(covered(&[], path), (true, false), "{path}");
        }
        for path in [".gitattributes", ".gitignore", ".github/workflows/deploy.yml", ".git/HEAD", "model.sig"] {
            assert_eq!(covered(&[".git", ".gitattributes", "model.sig"], path), (false, false), "{path}");
        }
    }

    #[test]
    fn what_the_signer_leaves_out_is_told_apart() {
        assert_eq!(covered(&["logs"], "logs/a/b.txt"), (false, true));
        assert_eq!(covered(&["./logs/"], "logs/a"), (false, true));
        assert_eq!(covered(&["logs"], "logs2"), (true, false));
        assert_eq!(covered(&["logs/a"], "logs/b"), (true, false));
        assert_eq!(covered(&["../x", "/abs"], "abs"), (true, false));
    }

    #[test]
    fn leaving_out_everything_is_refused() {
        for all in [".", "./", "", "/"] {
            assert!(Covered::new(&[all.to_owned()]).is_err(), "{all:?}");
        }
    }
}
