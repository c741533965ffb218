//! Socket Mode: Slack's requests over connections that we open. What frames say, what follows from them, and when there are
//! enough connections, is decided here without a clock; `app` runs the connections.
//!
//! Slack: [Using Socket Mode](https://docs.slack.dev/apis/events-api/using-socket-mode)

mod connection;
mod door;
mod fleet;
mod frame;

pub use connection::{Act, Connection, End, Timing};
pub use door::{Heard, SocketDoor, SocketSettings, Wire};
pub use fleet::{Fleet, Next, SocketId};
pub use frame::{Arrived, Frame, Hello, Reason, Unreadable, acknowledgement, read};
