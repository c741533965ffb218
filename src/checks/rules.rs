//! What the model checks hold a change to: the part of a policy that is about models, with the defaults that apply without
//! one.

mod amount;
pub mod external;
pub mod models;

use serde::{Deserialize, Serialize};

pub use crate::domain::{Action, Actions};
pub use external::ExternalRules;
pub use models::{ModelRules, SignatureRules};

/// The rules for one environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CheckRules {
    /// The models that the policy names, in its order.
    pub models: Vec<ModelRules>,
    /// What flags do, by severity.
    pub actions: Actions,
    pub external: ExternalRules,
    /// Who must have signed every model, by the owner's word. The repository's own rules hold besides.
    #[serde(default)]
    pub owners_signature: Option<SignatureRules>,
}

impl CheckRules {
    /// The rules of a model, by its name or its card's path; those that apply without any where the policy names none.
    pub fn of(&self, name: &str, card_path: &str) -> ModelRules {
        let is_it = |rules: &&ModelRules| rules.card_path().map_or(rules.name == name, |path| path == card_path);
        self.models.iter().find(is_it).cloned().unwrap_or_default()
    }

    /// Whether a model without a signature is a finding.
    pub fn requires_signature(&self, name: &str, card_path: &str) -> bool {
        let own = self.of(name, card_path).signature;
        own.iter().chain(&self.owners_signature).any(|rules| rules.required)
    }
}
