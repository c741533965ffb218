//! Which checks outside of this server a change needs.

use serde::{Deserialize, Serialize};

/// The checks to ask, by kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExternalRules {}
