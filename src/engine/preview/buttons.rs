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

/// What the button of that name changes about the comparison; `Err` for a name that is none of ours.
pub fn against(name: &str) -> Result<Option<Against>, ()> {
    match name {
        _ if name == REFRESH.name => Ok(None),
        _ if name == AGAINST_START.name => Ok(Some(Against::Start)),
        _ if name == AGAINST_LIVE.name => Ok(Some(Against::Live)),
        _ => Err(()),
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
            assert!(against(button.name).is_ok());
        }
        assert_eq!(against("against_start"), Ok(Some(Against::Start)));
        assert_eq!(against("approve"), Err(()));
    }
}
