//! What goes into running a pickle, and what comes out.

use crate::artifact::pickle::fault::Fault;
use crate::artifact::pickle::imports::Import;

/// What is left for a whole file, whatever is in it.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    pub(super) opcodes: u64,
    /// Byte strings that are loaded as files of their own.
    pub(super) loads: u32,
    /// Imports that are judged.
    pub(in crate::artifact::pickle) judgements: u32,
}

impl Budget {
    /// A pickle of a model has one byte string for each of its tensors.
    const LOADS: u32 = 1 << 16;
    const JUDGEMENTS: u32 = 1 << 16;

    pub const fn new(opcodes: u64) -> Self {
        Self { opcodes, loads: Self::LOADS, judgements: Self::JUDGEMENTS }
    }
}

/// Who reads the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Everything is opcodes.
    Plain,
    /// joblib: behind an array's stand-in follow its bytes.
    Joblib,
}

/// Something besides a named import that a reviewer must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odd {
    pub kind: OddKind,
    pub position: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OddKind {
    /// EXT1, EXT2, EXT4.
    Numbered(u32),
    /// STACK_GLOBAL with something that is no text of the file.
    NameNotInFile,
    NameTooLong,
    /// A call of what another call gave.
    ComputedCall,
    /// BUILD on an import itself.
    ChangesImport,
    /// A loader is called with bytes that are not in the file as such.
    LoadsUnknownBytes,
    /// An array's stand-in is made in a way that is not followed.
    LooseArray,
    /// A frame ends inside an opcode, or the pickle inside a frame.
    FrameLies,
}

/// What one pickle does.
#[derive(Debug, Default)]
pub struct Run {
    /// Why it ended before STOP.
    pub fault: Option<Fault>,
    /// Where it ended.
    pub end: u64,
    pub opcodes: u64,
    pub different_opcodes: usize,
    /// It begins with PROTO.
    pub has_protocol: bool,
    pub has_frame: bool,
    /// A mark was used as a value, which only Python 2 lets happen, and its two readers then disagree.
    pub has_loose_mark: bool,
    /// Calls of imports, by name or by number.
    pub calls: u64,
    /// Its value is the number older torch files begin with.
    pub is_torch_magic: bool,
    /// It holds arrays as joblib writes them.
    pub has_arrays: bool,
    pub imports: Vec<Import>,
    pub odd: Vec<Odd>,
    /// Byte strings that it has loaded as files of their own: position and length.
    pub loaded: Vec<(u64, u64)>,
}

impl Run {
    pub const fn is_complete(&self) -> bool {
        self.fault.is_none()
    }
}
