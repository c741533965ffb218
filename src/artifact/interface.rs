//! What a model takes and gives, and whether loading it runs code: config.json, tokenizer_config.json, MLmodel.
