//! People tie their chat account and their forge account themselves: [`offer`] gives them an address in private, [`visit`]
//! is what they do there, [`tie`] stores what came of it. Nobody else's word is taken for either side.
//!
//! The address proves who asked in the chat; the sign-in proves whose forge account it is. What neither proves is that both
//! are one person: whoever is sent somebody else's address could sign in with their own account. So the pages name the chat
//! account before the sign-in and both accounts after it, and ask; one browser goes all the way; and one human has one
//! account on either side, so that a victim's own link stands in the way and they are told.

mod offer;
mod page;
mod proof;
mod refused;
mod tie;
mod unlink;
mod visit;

pub(crate) use offer::offer;
pub use page::{Asked, Over, Page, Shown};
pub use tie::{Tying, Wanted, file_known, tie, untie};
pub use unlink::unlink;
pub use visit::{Returned, Visitor, arrive, confirm, go, look, returned};

use crate::domain::time::MINUTE_MS;

/// How long an address works.
pub const PATIENCE_MS: i64 = 10 * MINUTE_MS;
