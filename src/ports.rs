//! What the engine needs from outside: the forge, the chat, the clock and fresh ids. No vendor's type appears here.

pub mod clock;

pub use clock::Clock;
