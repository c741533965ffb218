//! Model cards of the sample, one for each training.

/// What differs between the trainings.
pub(super) struct Card {
    licence: &'static str,
    base_model: &'static str,
    dataset_revision: &'static str,
    accuracy: &'static str,
    f1: &'static str,
    bias: &'static str,
}

const SMALL: &str = "acme/encoder-small";

const MEASURED: &str = "Recall was measured for reviews in plain, formal and colloquial language; the gap is 0.03.
Irony is often read as praise. Do not use the model to judge people.";

pub(super) const FIRST: Card = Card {
    licence: "apache-2.0",
    base_model: SMALL,
    dataset_revision: "2025-09",
    accuracy: "0.897",
    f1: "0.889",
    bias: MEASURED,
};

pub(super) const LIVE: Card = Card { dataset_revision: "2025-12", accuracy: "0.912", f1: "0.904", ..FIRST };

pub(super) const GOOD: Card = Card { accuracy: "0.918", f1: "0.911", ..LIVE };

pub(super) const RISKY: Card = Card {
    licence: "cc-by-nc-4.0",
    base_model: "hubot/encoder-large",
    accuracy: "0.874",
    f1: "0.869",
    bias: "[More Information Needed]",
    ..GOOD
};

impl Card {
    /// `README.md`: front matter as the Hugging Face Hub reads it, and the usual sections.
    pub(super) fn text(&self) -> String {
        let Self { licence, base_model, dataset_revision, accuracy, f1, bias } = self;
        format!(
            "---
language: en
license: {licence}
library_name: transformers
pipeline_tag: text-classification
base_model: {base_model}
datasets:
- acme/reviews
tags:
- sentiment
model-index:
- name: sentiment
  results:
  - task:
      type: text-classification
      name: Sentiment
    dataset:
      type: acme/reviews
      name: Reviews
      split: test
      revision: \"{dataset_revision}\"
    metrics:
    - type: accuracy
      value: {accuracy}
    - type: f1
      value: {f1}
---

# Sentiment

Tells whether a product review is positive, negative or neutral.

## Training Data

Reviews of the shop up to {dataset_revision}, without names and addresses.

## Bias, Risks, and Limitations

{bias}

## Evaluation

Accuracy {accuracy} and F1 {f1} on the held-out test set.
"
        )
    }
}
