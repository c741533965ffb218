//! placeholder until artifact::text is merged
use std::borrow::Cow;
pub fn cut(text: &str, max: usize) -> Cow<'_, str> {
    if text.chars().count() <= max { return text.into() }
    text.chars().take(max.saturating_sub(1)).chain(['…']).take(max).collect::<String>().into()
}
pub fn visible(text: &str) -> String { text.chars().map(|c| if c.is_control() || matches!(c, '\u{200b}'..='\u{200f}'|'\u{202a}'..='\u{202e}'|'\u{2060}'..='\u{2069}'|'\u{feff}') { format!("\\u{{{:x}}}", c as u32) } else { c.to_string() }).collect() }
pub fn visible_lines(text: &str) -> String { text.split('\n').map(visible).collect::<Vec<_>>().join("\n") }
pub fn mask_secrets(text: &str) -> (Cow<'_, str>, usize) { (text.into(), 0) }
