//! Where a finding was seen: `path@commit#line`.

use crate::domain::Evidence;

/// A place in a file of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'a> {
    pub(super) path: &'a str,
    /// From 1.
    pub(super) line: Option<u64>,
    /// The file is the proposed commit's.
    pub(super) is_proposed: bool,
}

/// Reads a source; `None` where it names no file as the repository does.
pub(super) fn place<'a>(source: &'a str, evidence: &Evidence) -> Option<Place<'a>> {
    let (path, tail) = source.rsplit_once('@')?;
    let (commit, line) = match tail.split_once('#') {
        Some((commit, line)) => (commit, Some(line.parse().ok().filter(|line: &u64| *line > 0)?)),
        None => (tail, None),
    };
    let is_proposed = commit.len() >= evidence.commit.short().len() && evidence.commit.as_str().starts_with(commit);
    is_own_name(path).then_some(Place { path, line, is_proposed })
}

/// Names that were cut, masked or made visible are not the repository's own any more.
fn is_own_name(path: &str) -> bool {
    !path.is_empty() && !path.ends_with('…') && !path.contains("\\u{") && !path.contains("[masked: ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::evidence;

    #[test]
    fn sources_are_read_as_the_checks_write_them() {
        let evidence = evidence();
        let short = evidence.commit.short().to_owned();
        let full = format!("models/a@b/README.md@{short}#12");
        let expected = Place { path: "models/a@b/README.md", line: Some(12), is_proposed: true };
        assert_eq!(place(&full, &evidence), Some(expected));
        assert_eq!(place(&format!("a.md@{short}"), &evidence).map(|place| place.line), Some(None));
        assert_eq!(place("a.md@0123456#3", &evidence).map(|place| place.is_proposed), Some(false));
    }

    #[test]
    fn what_is_no_place_is_none() {
        let evidence = evidence();
        for source in
            ["", "a.md", "a.md@e4e4e4e#x", "a.md@e4e4e4e#0", "@e4e4e4e#1", "a\\u{202e}.md@e4e4e4e#1", "a…@e4e4e4e"]
        {
            assert_eq!(place(source, &evidence), None, "{source}");
        }
    }
}
