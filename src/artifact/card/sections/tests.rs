use super::*;
use crate::artifact::card::{Card, read_card};

fn read(body: &str, first_line: usize) -> Vec<Section> {
    super::read(body, first_line).0
}

fn headings(body: &str) -> Vec<(u8, String, usize)> {
    read(body, 1).into_iter().map(|section| (section.level, section.heading, section.line)).collect()
}

fn only(body: &str) -> Section {
    let mut sections = read(body, 1);
    assert_eq!(sections.len(), 1, "{sections:?}");
    sections.remove(0)
}

#[test]
fn atx_and_setext_headings_count() {
    let found = headings("# One #\n\ntext\n\nTwo\n===\n\nThree\nlines\n---\n\n####### seven\n#none\n");
    let expected = [(1, "One".to_owned(), 1), (1, "Two".to_owned(), 5), (2, "Three lines".to_owned(), 8)];
    assert_eq!(found, expected);
}

#[test]
fn fences_comments_html_and_indented_code_hide_headings() {
    let body = "```\n# a\n```\n~~~~ md\n# b\n~~~\n# c\n~~~~\n<!--\n# d\n-->\n\n    # e\n\n<details>\n# f\n\n# Seen\n<!-- # g -->\n<pre>\n\n# h\n</pre>\n";
    assert_eq!(headings(body), [(1, "Seen".to_owned(), 18)]);
}

#[test]
fn headings_count_inside_quotes_but_not_in_their_fences() {
    assert_eq!(
        headings("> ### Note\n> text\n\n> ```\n> # a\n> ```\n\n> # b\n"),
        [(3, "Note".to_owned(), 1), (1, "b".to_owned(), 8)]
    );
}

#[test]
fn rules_and_list_items_make_no_setext_heading() {
    assert_eq!(headings("text\n\n---\n\n- item\n---\n\n| a |\n|---|\n"), []);
}

#[test]
fn heading_markup_is_dropped() {
    let found = headings("## **Bias**, _risks_ & [limits](#limits) in `my_model` <a id=\"x\"></a>\n");
    assert_eq!(found[0].1, "Bias, risks & limits in my_model");
}

#[test]
fn section_with_nothing_but_comments_and_subheadings_is_empty() {
    assert!(only("## Bias\n\n<!-- say something -->\n<!--\nlater\n-->\n").is_empty);
    let sections = read("## Bias\n\n### Risks\n\ntext\n\n## End\n", 1);
    assert_eq!(sections.iter().map(|section| section.is_empty).collect::<Vec<_>>(), [false, false, true]);
    let sections = read("## Bias\n### Risks\n## End\nx\n", 1);
    assert_eq!(sections.iter().map(|section| section.is_empty).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn text_code_and_pictures_fill_a_section() {
    for body in [
        "## Bias\ntext",
        "## Bias\n```\nx\n```",
        "## Bias\n<img src=\"x.png\">",
        "Bias\n----\ntext",
        "## Bias\n\n    code",
    ] {
        assert!(!only(body).is_empty, "{body}");
    }
    assert!(only("Bias\n----\n").is_empty);
    assert!(only("## Bias\n\n***\n<div>\n</div>\n").is_empty);
}

#[test]
fn placeholder_alone_and_beside_text_are_told_apart() {
    assert_eq!(only("## Bias\n\n[More Information Needed]\n").placeholder, Placeholder::Only);
    assert_eq!(only("## Bias\n\n- **Known risks:** [More Information Needed]\n").placeholder, Placeholder::Only);
    assert_eq!(only("## Bias\n\nTODO\n").placeholder, Placeholder::Only);
    assert_eq!(only("## Bias\n\nSome.\n\n{{ bias | default(\"x\") }}\n").placeholder, Placeholder::Some);
    assert_eq!(only("## Bias\n\nPara todos los usos.\n").placeholder, Placeholder::None);
    assert!(!only("## Bias\n\n[More Information Needed]\n").is_empty);
}

#[test]
fn hostile_bodies_end_soon() {
    let nested: String = (0..200_000).map(|n| format!("{} x\n", "#".repeat(1 + n % 6))).collect();
    assert_eq!(read(&nested, 1).len(), SECTION_LIMIT);
    for flood in ["<!--", "[", "# [", "<a ", "`", "a\n", "> ", "&amp;", "# *_"] {
        read(&flood.repeat(300_000 / flood.len()), 1);
        read(&format!("# {}", flood.repeat(300_000 / flood.len())), 1);
    }
}

proptest::proptest! {
    #[test]
    fn any_body_is_read_without_panic(body in "[#=\\-`~<>!a-z\\[\\]() *_\n\té]{0,200}") {
        read(&body, 1);
    }
}

fn card(body: &str) -> Card {
    read_card(format!("---\nlicense: mit\n---\n{body}").as_bytes())
}

#[test]
fn any_section_is_found_by_its_kind_or_its_words() {
    let card = card("# Model\n## Intended uses & limitations\nx\n## Ethical considerations\nx\n## How to quote\nx\n");
    let heading = |wanted: &str| match find_section(&card, wanted) {
        Found::Filled(section) => section.heading.clone(),
        other => panic!("{wanted}: {other:?}"),
    };
    assert_eq!(heading("bias"), "Ethical considerations");
    assert_eq!(heading("Fairness"), "Ethical considerations");
    assert_eq!(heading("limitations"), "Intended uses & limitations");
    assert_eq!(heading("intended_use"), "Intended uses & limitations");
    assert_eq!(heading("quote how"), "How to quote");
    for wanted in ["environmental impact", "quotes", ""] {
        assert_eq!(find_section(&card, wanted), Found::Absent, "{wanted}");
    }
}

#[test]
fn a_section_is_filled_emptied_templated_hidden_or_absent() {
    let state = |body: &str| find_section(&card(body), "bias").state();
    assert_eq!(state("## Bias\nWorse on short texts.\n"), SectionState::Filled);
    assert_eq!(state("## Bias\n\n## Risks\nSome.\n"), SectionState::Filled);
    assert_eq!(state("## Bias\n<!-- Worse. -->\n"), SectionState::Empty);
    assert_eq!(state("## Bias\n[More Information Needed]\n"), SectionState::Placeholder);
    assert_eq!(state("# Model\n"), SectionState::Absent);
    let hidden = [
        ("<!--\n## Bias\nWorse.\n-->\n", Hiding::Comment, 5),
        ("<!-- ## Bias -->\n", Hiding::Comment, 4),
        ("```\n## Bias\nWorse.\n```\n", Hiding::Code, 5),
        ("text\n\n    ## Bias\n", Hiding::Code, 6),
        ("<div>\n## Bias\nWorse.\n</div>\n", Hiding::Html, 5),
    ];
    for (body, within, line) in hidden {
        match find_section(&card(body), "bias") {
            Found::Hidden(found) => assert_eq!((found.within, found.line), (within, line), "{body}"),
            other => panic!("{body}: {other:?}"),
        }
    }
    let unread = Card { body_was_read: false, ..Card::default() };
    assert_eq!(find_section(&unread, "bias"), Found::Unread);
}

#[test]
fn a_section_has_its_text_and_its_lines() {
    let card = card("# Model\n## Bias\nOne <!-- no -->\n\n### More\nTwo\n## End\n");
    let Found::Filled(bias) = find_section(&card, "bias") else { panic!("not filled") };
    assert_eq!((bias.line, bias.end_line, bias.text.as_str()), (5, 9, "One"));
    assert_eq!(section_text(&card, bias), "One\nMore\nTwo\n");
    assert_eq!(card.sections[0].end_line, 10);
    assert_eq!((card.sections[3].line, card.sections[3].end_line), (10, 10));
}
