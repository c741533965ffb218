//! How much of each part fits into a message: tried from the widest to the barest.

/// Numbers of items shown, and of characters of one text.
#[derive(Debug, Clone, Copy)]
pub(in crate::slack) struct Room {
    pub flags: usize,
    pub rows: usize,
    pub models: usize,
    pub pulls: usize,
    /// CI runs by name, and as many checks outside of this server.
    pub checks: usize,
    /// Words from the workflow.
    pub fields: usize,
    pub people: usize,
    pub gates: usize,
    /// Words of approvers and objections.
    pub words: usize,
    /// Characters of one stranger's text.
    pub text: usize,
}

impl Room {
    pub(in crate::slack) const ALL: [Self; 3] = [
        Self {
            flags: 8,
            rows: 10,
            models: 3,
            pulls: 8,
            checks: 5,
            fields: 3,
            people: 10,
            gates: 8,
            words: 3,
            text: 200,
        },
        Self { flags: 5, rows: 8, models: 2, pulls: 5, checks: 3, fields: 3, people: 6, gates: 6, words: 2, text: 120 },
        Self { flags: 3, rows: 4, models: 1, pulls: 3, checks: 2, fields: 2, people: 4, gates: 4, words: 1, text: 60 },
    ];
    /// Fits whatever the evidence holds.
    pub(in crate::slack) const BARE: Self =
        Self { flags: 1, rows: 1, models: 1, pulls: 1, checks: 1, fields: 1, people: 2, gates: 3, words: 1, text: 30 };
    /// For views, which have room for everything.
    pub(in crate::slack) const WHOLE: Self = Self {
        flags: usize::MAX,
        rows: usize::MAX,
        models: usize::MAX,
        pulls: usize::MAX,
        checks: usize::MAX,
        fields: usize::MAX,
        people: 100,
        gates: usize::MAX,
        words: usize::MAX,
        text: 1_000,
    };
}
