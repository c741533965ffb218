//! Why a pickle could not be followed further.

/// Small on purpose: every step of the machine may return one. What a source said is kept by [`super::input::Input`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The source could not be read.
    Source,
    /// The bytes end inside the pickle.
    End,
    UnknownOpcode,
    UnknownProtocol,
    Underflow,
    NoMark,
    NoSuchMemo,
    Malformed,
    /// An array that joblib would read next, of a size that cannot be told.
    Array,
    TooManyOpcodes,
    TooDeep,
    TooManyMemos,
    TooManyImports,
    TooManyLoads,
    LineTooLong,
}

impl Fault {
    /// A limit of ours ended it; a reader of pickles would have gone on.
    pub const fn is_limit(self) -> bool {
        matches!(
            self,
            Self::TooManyOpcodes
                | Self::TooDeep
                | Self::TooManyMemos
                | Self::TooManyImports
                | Self::TooManyLoads
                | Self::LineTooLong
        )
    }

    /// Completes "the pickle cannot be followed to its end: …".
    pub const fn why(self) -> &'static str {
        match self {
            Self::Source => "it could not be read",
            Self::End => "the bytes end before it does",
            Self::UnknownOpcode => "a byte that is no opcode",
            Self::UnknownProtocol => "a protocol that does not exist",
            Self::Underflow => "it takes a value that is not there",
            Self::NoMark => "it goes back to a mark that was not set",
            Self::NoSuchMemo => "it fetches a value that was not kept",
            Self::Malformed => "an argument that no reader accepts",
            Self::Array => "raw array data of unknown length follows",
            Self::TooManyOpcodes => "it has too many opcodes",
            Self::TooDeep => "it keeps too many values on its stack",
            Self::TooManyMemos => "it keeps too many values in its memo",
            Self::TooManyImports => "it has too many different imports",
            Self::TooManyLoads => "it loads too many byte strings as files of their own",
            Self::LineTooLong => "a line that is too long",
        }
    }
}
