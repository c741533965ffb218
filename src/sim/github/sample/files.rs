//! The other files of the sample: weights, configuration, training script, workflow.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::sim::github::state::git::Blob;
use crate::sim::github::state::large_files::{LfsObject, lfs_pointer};

pub(super) const WORKFLOW: &str = "name: Deploy
on:
  push:
    branches: [main]
  workflow_dispatch:
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955
      - run: ./deploy.sh
";

pub(super) const TRAIN: &str = "EPOCHS = 3
ENCODER = \"encoder-small\"


def train(reviews, encoder=ENCODER, epochs=EPOCHS):
    model = load(encoder)
    for _ in range(epochs):
        model.fit(reviews)
    return model
";

/// A pickle that runs a harmless command when loaded: what a reviewer must never let through unseen.
pub(super) const PICKLE: &str = "cposix\nsystem\n(S'echo countersign-demo'\ntR.";

/// `config.json` of an encoder with that many layers.
pub(super) fn config(layers: u32) -> String {
    format!(
        "{{\n  \"architectures\": [\"SentimentModel\"],\n  \"hidden_size\": 384,\n  \"num_hidden_layers\": {layers}\n}}\n"
    )
}

/// Weights in Git LFS: a real safetensors header, the tensors themselves are zeros.
pub(super) struct Weights {
    pub oid: String,
    header: Vec<u8>,
    size: u64,
}

impl Weights {
    pub(super) fn of_training(training: u8) -> Self {
        let rows: u64 = if training == 4 { 119_547 } else { 30_522 };
        let bytes = rows * 384 * 4;
        let json = format!(
            "{{\"__metadata__\":{{\"format\":\"pt\",\"training\":\"{training}\"}},\"embeddings.weight\":{{\"dtype\":\"F32\",\"shape\":[{rows},384],\"data_offsets\":[0,{bytes}]}}}}"
        );
        let length = u64::try_from(json.len()).unwrap_or_default();
        let mut header = length.to_le_bytes().to_vec();
        header.extend_from_slice(json.as_bytes());
        let oid = hex::encode(Sha256::digest(&header));
        Self { oid, header, size: 8 + length + bytes }
    }

    pub(super) fn pointer(&self) -> String {
        lfs_pointer(&self.oid, self.size)
    }

    pub(super) fn into_object(self) -> LfsObject {
        LfsObject { content: Blob { bytes: Arc::from(self.header), size: self.size }, refusal: None }
    }
}
