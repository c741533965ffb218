//! The buttons of a sheet, beside the forge's own for "again".

use crate::domain::Against;
use crate::ports::pulls::Button;

const REFRESH: Button = Button { name: "refresh", label: "Gather again", explanation: "Gather the evidence once more" };
const AGAINST_START: Button =
    Button { name: "against_start", label: "This change alone", explanation: "Compare with where the branch starts" };
const AGAINST_LIVE: Button =
    Button { name: "against_live", label: "Against what is live", explanation: "Compare with what is live again" };

/// What a finished sheet offers: once more, or compared with the other side.
pub(super) const fn offered(against: Against) -> [Button; 2] {
    match against {
        Against::Live => [REFRESH, AGAINST_START],
        Against::Start => [REFRESH, AGAINST_LIVE],
    }
}

/// What somebody asked for with a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// The same once more.
    Again,
    Compare(Against),
}

/// What the button of that name asks for; `None` for a name that is none of ours.
pub fn pressed(name: &str) -> Option<Pressed> {
    match name {
        _ if name == REFRESH.name => Some(Pressed::Again),
        _ if name == AGAINST_START.name => Some(Pressed::Compare(Against::Start)),
        _ if name == AGAINST_LIVE.name => Some(Pressed::Compare(Against::Live)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_keep_to_the_limits_of_the_port_and_read_back() {
        for button in [offered(Against::Live), offered(Against::Start)].as_flattened() {
            assert!(button.name.len() <= 20 && button.label.len() <= 20, "{button:?}");
            assert!(button.explanation.len() <= 40, "{button:?}");
            assert!(pressed(button.name).is_some());
        }
        assert_eq!(pressed("against_start"), Some(Pressed::Compare(Against::Start)));
        assert_eq!(pressed("approve"), None);
    }
}
