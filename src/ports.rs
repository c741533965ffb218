//! What the engine needs from outside: the forge, the chat, the clock and fresh ids. No vendor's type appears here.
//!
//! Futures are boxed so that one engine serves any forge and any chat behind `Arc<dyn …>`.

pub mod chat;
pub mod checker;
pub mod clock;
pub mod code;
pub mod error;
pub mod forge;
pub mod ids;
pub mod kept;
pub mod pulls;

pub use chat::{Board, Chat, ChatCommand, Posting, Shown, View};
pub use checker::{CheckAnswer, CheckAsk, Checker};
pub use clock::Clock;
pub use code::{
    Blob, CodeHost, Comparison, LargeFile, LargeFileAddress, Located, Person, Presence, RawCommit, RawFile, Tree,
    TreeEntry,
};
pub use error::{Class, PortError};
pub use forge::{FirstAnswer, Forge, Permission, RunState, SignIn, SignedIn};
pub use ids::IdSource;
pub use pulls::{Button, Conclusion, Note, NoteLevel, PostedSheet, Progress, PullState, SheetContent};

pub use futures::future::BoxFuture;

/// What an adapter's call returns.
pub type PortResult<'a, T> = BoxFuture<'a, Result<T, PortError>>;
