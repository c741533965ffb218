//! What is wrong with a time, a day or a zone that somebody wrote.

/// Says what was written, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    #[error("`{}` is not a time of day: write hours and minutes, from `00:00` to `23:59`", cut(text))]
    Time { text: String },
    #[error("`24:00` is the end of a day and can begin nothing: write `00:00`")]
    BeginsAtTheEnd,
    #[error("`{}` is not a day of the week: write days as in `mon-fri`, `mon,wed,fri` or `daily`{}", cut(text), did_you_mean(meant.as_deref()))]
    Day { text: String, meant: Option<String> },
    #[error("no day is named: write days as in `mon-fri`, `mon,wed,fri` or `daily`")]
    NoDay,
    #[error("`{}` is not a date: write year, month and day, as in `2026-12-25`", cut(text))]
    Date { text: String },
    #[error("`{}` is not a time zone: write one of the IANA names, as in `Europe/Berlin`{}", cut(text), did_you_mean(meant.as_deref()))]
    Zone { text: String, meant: Option<String> },
    #[error("`{}` is not a span of hours in a time zone: write it as in `20:00-08:00 Europe/Berlin`", cut(text))]
    Hours { text: String },
    #[error("`{}` is not a time of day with its zone: write it as in `17:30 Europe/Berlin`", cut(text))]
    Daily { text: String },
    #[error("quiet hours of `{text}` would never end")]
    AlwaysQuiet { text: String },
    #[error("no window is named, so none would ever open")]
    NoWindow,
    #[error("{count} windows are more than the {} that are looked at", super::Openings::MAX_WINDOWS)]
    ManyWindows { count: usize },
}

fn did_you_mean(meant: Option<&str>) -> String {
    meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default()
}

/// What was written may be anything, and of any length.
fn cut(text: &str) -> String {
    const MAX_CHARS: usize = 60;
    let is_plain = |c: char| c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ';
    let mut chars = text.chars().map(|c| if is_plain(c) { c } else { char::REPLACEMENT_CHARACTER });
    let mut shown: String = chars.by_ref().take(MAX_CHARS).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}
