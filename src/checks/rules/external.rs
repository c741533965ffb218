//! Which checks outside of this server a change needs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The checks to ask, by kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExternalRules {}
