//! What a pickle would import and call when it is loaded, found by running it symbolically.
//!
//! A pickle is a program for a small stack machine, and loading it runs that program. [`read`] runs it on stand-in values: nothing is
//! imported, called or built, memory and work are bounded, and long data is skipped, not read.

mod evidence;
mod fault;
mod findings;
mod globals;
mod imports;
mod input;
mod machine;
mod memo;
mod opcode;
mod stream;
mod text;
mod value;

pub use globals::{Class, class_of};
pub use machine::Budget;
pub use stream::{Stream, StreamKind, read};

#[cfg(test)]
pub(super) mod assemble;
#[cfg(test)]
mod tests;
