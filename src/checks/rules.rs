//! What the model checks hold a change to: the part of a policy that is about models, with the defaults that apply without one.

pub mod external;

use serde::{Deserialize, Serialize};

pub use external::ExternalRules;

/// The rules for one environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CheckRules {
    pub external: ExternalRules,
}
