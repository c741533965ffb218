//! Exceptions: for flags that exist, and not yet over.

use crate::checks::codes::CODES;
use crate::domain::nearest::nearest;
use crate::policy::document::{Date, PolicyDocument};
use crate::policy::finding::{Finding, Rule};

pub(super) fn codes(document: &PolicyDocument) -> Vec<Finding> {
    let unknown = document.accept.iter().enumerate().filter(|(_, accepted)| !CODES.contains(&accepted.flag.0.as_str()));
    unknown
        .map(|(index, accepted)| {
            let code = &accepted.flag.0;
            let near = nearest(code, CODES).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
            let what = format!("no check raises a flag `{code}`{near}");
            Finding::error(Rule::UnknownFlag, accepted.flag.place, format!("accept[{index}].flag"), what)
                .help("docs/checks.md lists all codes")
        })
        .collect()
}

pub(super) fn expired(document: &PolicyDocument, today: Date) -> Vec<Finding> {
    let over = document.accept.iter().enumerate().filter(|(_, accepted)| accepted.until.value < today);
    over.map(|(index, accepted)| {
        let what =
            format!("the exception for `{}` ended on {} and no longer counts", accepted.flag.0, accepted.until.value);
        Finding::warning(Rule::ExpiredException, accepted.until.place, format!("accept[{index}].until"), what)
    })
    .collect()
}
