//! What stands under a path of a commit.

/// The kind of an entry in a commit's list of files, from its mode in git.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum EntryKind {
    #[default]
    File,
    /// A file that may be run.
    Executable,
    /// Its content is the path of another file, which may lie anywhere on the machine that checks the commit out.
    Symlink,
    /// A commit of another repository.
    Submodule,
}

impl EntryKind {
    /// Reads git's mode: `100644`, `120000`.
    pub fn of_mode(mode: &str) -> Self {
        match mode {
            "100755" => Self::Executable,
            "120000" => Self::Symlink,
            "160000" => Self::Submodule,
            _ => Self::File,
        }
    }

    /// Whether the entry's content is what ships under its path.
    pub const fn is_content(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }

    /// With its article: `a symbolic link`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Executable => "an executable file",
            Self::Symlink => "a symbolic link",
            Self::Submodule => "a submodule",
        }
    }
}
