//! Cards, against what huggingface_hub, a YAML 1.2 reader and a Markdown reader see in them.
