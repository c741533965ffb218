//! Single imports, against our own judgement of each.
