//! Fits sections into so many characters: every section keeps a fair share, and says what it left out.

/// Parts of a report from top to bottom.
#[derive(Debug)]
pub(super) struct Page {
    sections: Vec<Section>,
}

/// Lines between a head and an end that always come with them: a heading, a table's head, a fence.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) head: Vec<String>,
    pub(super) lines: Vec<String>,
    pub(super) end: Vec<String>,
}

/// Room for `… 4294967296 more lines` with the empty line before it, in characters.
const NOTE_CHARS: usize = 40;

impl Page {
    pub(super) fn new(sections: Vec<Section>) -> Self {
        Self { sections }
    }

    /// All of it, or as much as `max_chars` characters hold.
    pub(super) fn fit(&self, max_chars: usize) -> String {
        let needs: Vec<usize> = self.sections.iter().map(Section::chars).collect();
        if needs.iter().sum::<usize>() <= max_chars {
            return ended(self.sections.iter().map(Section::whole).collect());
        }
        let Some(room) = max_chars.checked_sub(NOTE_CHARS) else {
            return if max_chars == 0 { String::new() } else { "…".to_owned() };
        };
        let (mut out, mut dropped) = (String::new(), 0);
        for (section, room) in self.sections.iter().zip(shares(&needs, room)) {
            match section.part(room) {
                Some(part) => out.push_str(&part),
                None => dropped += section.lines.len(),
            }
        }
        if dropped > 0 {
            out.push_str(&note(dropped, !out.is_empty()));
        }
        ended(out)
    }
}

impl Section {
    fn chars(&self) -> usize {
        chars(&self.head) + chars(&self.lines) + chars(&self.end) + 1
    }

    fn whole(&self) -> String {
        written(&self.head, &self.lines, &self.end) + "\n"
    }

    /// As many lines as fit, and how many do not; `None` where not one does.
    fn part(&self, room: usize) -> Option<String> {
        if self.chars() <= room {
            return Some(self.whole());
        }
        let mut left = room.checked_sub(chars(&self.head) + chars(&self.end) + NOTE_CHARS)?;
        let mut shown = 0;
        for line in &self.lines {
            let Some(now_left) = left.checked_sub(line.chars().count() + 1) else { break };
            (left, shown) = (now_left, shown + 1);
        }
        let lines = self.lines.get(..shown).filter(|lines| !lines.is_empty())?;
        let rest = self.lines.len() - shown;
        Some(written(&self.head, lines, &self.end) + &note(rest, true) + "\n")
    }
}

/// One line end at the end.
fn ended(mut text: String) -> String {
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn chars(lines: &[String]) -> usize {
    lines.iter().map(|line| line.chars().count() + 1).sum()
}

fn written(head: &[String], lines: &[String], end: &[String]) -> String {
    let all = head.iter().chain(lines).chain(end);
    all.flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// A paragraph of its own.
fn note(lines: usize, is_after: bool) -> String {
    let (start, s) = (if is_after { "\n" } else { "" }, if lines == 1 { "" } else { "s" });
    format!("{start}… {lines} more line{s}\n")
}

/// Divides `room`: whoever needs less than an even share leaves the rest to the others.
fn shares(needs: &[usize], room: usize) -> Vec<usize> {
    let mut order: Vec<(usize, usize)> = needs.iter().copied().enumerate().collect();
    order.sort_by_key(|(_, need)| *need);
    let (mut left, mut sections) = (room, order.len());
    let mut given: Vec<(usize, usize)> = Vec::with_capacity(sections);
    for (at, need) in order {
        let share = need.min(left / sections.max(1));
        left -= share;
        sections -= 1;
        given.push((at, share));
    }
    given.sort_by_key(|(at, _)| *at);
    given.into_iter().map(|(_, share)| share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(head: &str, lines: usize) -> Section {
        Section { head: vec![head.to_owned()], lines: vec!["12345678".to_owned(); lines], end: vec!["end".to_owned()] }
    }

    #[test]
    fn what_fits_is_whole() {
        assert_eq!(Page::new(vec![section("a", 1), section("b", 0)]).fit(100), "a\n12345678\nend\n\nb\nend\n");
    }

    #[test]
    fn a_long_section_leaves_room_for_the_others_and_says_what_is_missing() {
        let page = Page::new(vec![section("long", 1_000), section("short", 2)]);
        let text = page.fit(300);
        assert!(text.chars().count() <= 300);
        assert!(text.ends_with("short\n12345678\n12345678\nend\n"), "{text}");
        assert!(text.contains("end\n\n… 980 more lines\n"), "{text}");
    }

    #[test]
    fn sections_without_room_are_counted() {
        let page = Page::new(vec![section("a", 100), section("b", 100)]);
        assert_eq!(page.fit(60), "… 200 more lines\n");
        assert_eq!((page.fit(10), page.fit(0)), ("…".to_owned(), String::new()));
    }

    #[test]
    fn shares_are_fair() {
        assert_eq!(shares(&[10, 500, 20], 130), [10, 100, 20]);
        assert_eq!(shares(&[500, 500], 101), [50, 51]);
        assert_eq!(shares(&[], 10), Vec::<usize>::new());
    }
}
