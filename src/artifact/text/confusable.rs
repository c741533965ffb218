//! Words that mix scripts to be read as another word: a Cyrillic `а` in `accuracy`.
//!
//! Unicode: UTS #39 section 5 (mixed scripts) and section 4 (confusable characters). Its plain rule, one script to a word, would alarm
//! on ordinary text: Latin names with Korean or Russian endings, Greek letters in formulas. So a word alarms only when
//! each of its foreign letters can be taken for one of the letters around it.

use unicode_security::mixed_script::AugmentedScriptSet;
use unicode_security::skeleton;

/// Whether a word in `text` mixes scripts to be read as another.
pub fn has_confusable(text: &str) -> bool {
    confusable_words(text).next().is_some()
}

/// Words that mix scripts to be read as others, with their byte offsets. Scripts that are ordinarily written together, single Greek
/// letters, and words wholly in another script are not among them.
pub fn confusable_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    words(text).filter(|(_, word)| !odd_letters_of(word).is_empty())
}

/// Byte offsets of the letters that make words confusable, in order.
pub(super) fn odd_letters(text: &str) -> impl Iterator<Item = usize> {
    words(text)
        .flat_map(|(start, word)| odd_letters_of(word).into_iter().map(move |offset| start.saturating_add(offset)))
}

/// Runs of letters with the marks on them. Whatever joins words (`_`, digits, apostrophes) separates them here, so that
/// `модель_v2` is two.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    // Text in ASCII, which is most, is never cut into words.
    let text = if text.is_ascii() { "" } else { text };
    let mut at = 0_usize;
    text.split_inclusive(|c: char| !is_letter(c)).filter_map(move |piece| {
        let start = at;
        at = at.saturating_add(piece.len());
        let word = piece.trim_end_matches(|c: char| !is_letter(c));
        (!word.is_ascii()).then_some((start, word))
    })
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || is_mark(c)
}

/// An accent as a character of its own.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Where a letter stands for this purpose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    /// Common to many scripts, an accent, or one that is ordinarily written together with Latin letters: Han, kana, Hangul, Bopomofo.
    Companion,
    Other,
}

impl Script {
    fn of(c: char) -> Self {
        if c.is_ascii() {
            return Self::Latin;
        }
        let set = AugmentedScriptSet::for_char(c);
        if is_mark(c) || set.is_all() || set.hanb || set.jpan || set.kore {
            return Self::Companion;
        }
        let has = |name: &str| set.base.iter().any(|script| script.short_name() == name);
        match () {
            () if has("Latn") => Self::Latin,
            () if has("Grek") => Self::Greek,
            () if has("Cyrl") => Self::Cyrillic,
            () => Self::Other,
        }
    }
}

/// Longer runs of letters are no words that anybody reads.
const WORD_CHARS: usize = 100;

/// Byte offsets in the word of the letters that are not what they seem.
fn odd_letters_of(word: &str) -> Vec<usize> {
    let letters: Vec<Letter> = word.char_indices().take(WORD_CHARS).map(|(at, c)| Letter::new(at, c)).collect();
    let foreign = odd_among_latin(&letters);
    if foreign.is_empty() { odd_latin(&letters) } else { foreign }
}

struct Letter {
    at: usize,
    c: char,
    script: Script,
}

impl Letter {
    fn new(at: usize, c: char) -> Self {
        Self { at, c, script: Script::of(c) }
    }
}

/// The foreign letters of a word that reads as Latin; none when one of them has no Latin look.
fn odd_among_latin(letters: &[Letter]) -> Vec<usize> {
    let is_foreign = |letter: &&Letter| !matches!(letter.script, Script::Latin | Script::Companion);
    let has_latin = letters.iter().any(|letter| letter.script == Script::Latin);
    let foreign: Vec<&Letter> = letters.iter().filter(is_foreign).collect();
    let looks: Vec<Look> = foreign.iter().map(|letter| look(letter, letters)).collect();
    let is_odd = has_latin && looks.contains(&Look::Latin) && !looks.contains(&Look::Own);
    if is_odd && !is_inflected_name(letters) { offsets(&foreign) } else { Vec::new() }
}

/// What a foreign letter looks like among Latin ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Like a Latin letter.
    Latin,
    /// A little like one: no reason for alarm, and none against.
    Near,
    /// Like nothing but itself.
    Own,
}

fn look(letter: &Letter, word: &[Letter]) -> Look {
    let is_near = matches!(letter.c, 'к' | 'т' | 'м' | 'в' | 'н' | 'ё' | 'ш' | 'г' | 'б');
    match latin_look(letter.c) {
        _ if is_near => Look::Near,
        None => Look::Own,
        Some(_) if letter.script == Script::Greek && !is_odd_greek(letter, word) => Look::Own,
        Some(_) => Look::Latin,
    }
}

/// The Latin letter or digit that a letter is confused with.
fn latin_look(c: char) -> Option<char> {
    let mut buffer = [0; 4];
    let mut look = skeleton(c.encode_utf8(&mut buffer));
    let first = look.next().filter(char::is_ascii_alphanumeric)?;
    look.next().is_none().then_some(first)
}

/// Whether a Greek letter that resembles a Latin one is there to be taken for it. Formulas and names of genes put Greek letters
/// beside Latin ones (`σmax`, `TNFα`), but never those that nobody could tell apart.
fn is_odd_greek(letter: &Letter, word: &[Letter]) -> bool {
    let is_long = word.len() >= 5;
    match letter.c {
        'ο' => true,
        _ if letter.c.is_uppercase() => true,
        'ν' | 'ι' => is_long,
        _ => is_long && is_inside(letter, word),
    }
}

/// Whether small Latin letters stand on both sides.
fn is_inside(letter: &Letter, word: &[Letter]) -> bool {
    let is_small = |neighbour: Option<&Letter>| neighbour.is_some_and(|neighbour| neighbour.c.is_ascii_lowercase());
    let before = word.iter().rev().find(|other| other.at < letter.at);
    let after = word.iter().find(|other| other.at > letter.at);
    is_small(before) && is_small(after)
}

/// A Latin abbreviation with a Cyrillic ending, as Russian writes it: `SSDха`.
fn is_inflected_name(letters: &[Letter]) -> bool {
    let name = letters.iter().take_while(|letter| letter.c.is_ascii_uppercase()).count();
    let ending = letters.get(name..).unwrap_or_default();
    name >= 2 && ending.iter().all(|letter| letter.script == Script::Cyrillic && letter.c.is_lowercase())
}

/// Cyrillic or Greek letters that a word must have to be one of that script.
const MIN_OWN: usize = 3;
const LIKE_CYRILLIC: &str = "acehijopqswxyABCEHIJKMOPSTXY";
const LIKE_GREEK: &str = "opvABEZHIKMNOPTYX";

/// The Latin letters of a word that reads as Cyrillic or Greek; none when one of them has no such look.
fn odd_latin(letters: &[Letter]) -> Vec<usize> {
    let of = |script: Script| letters.iter().filter(move |letter| letter.script == script);
    let latin: Vec<&Letter> = of(Script::Latin).collect();
    let (own, like) = match (of(Script::Cyrillic).count(), of(Script::Greek).count()) {
        (own, 0) => (own, LIKE_CYRILLIC),
        (0, own) => (own, LIKE_GREEK),
        _ => return Vec::new(),
    };
    let is_abbreviation = latin.len() > 1 && latin.iter().all(|letter| letter.c.is_uppercase());
    let all_alike = latin.iter().all(|letter| like.contains(letter.c));
    if own >= MIN_OWN && own > latin.len() && all_alike && !is_abbreviation { offsets(&latin) } else { Vec::new() }
}

fn offsets(letters: &[&Letter]) -> Vec<usize> {
    letters.iter().map(|letter| letter.at).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{visible, visible_lines};
    use super::*;

    #[test]
    fn a_letter_of_another_script_in_a_latin_word_is_found() {
        let words = [
            "\u{430}ccuracy",
            "accur\u{430}cy",
            "m\u{43e}d\u{435}l",
            "\u{3bf}penai",
            "m\u{3bf}del",
            "\u{3bd}ersion",
            "p\u{3b1}ssword",
            "\u{391}ccuracy",
            "\u{581}ffline",
            "GP\u{422}",
            "GP\u{422}-4",
            "k\u{435}\u{443}",
            "\u{43a}\u{435}y",
            "f1_\u{455}core",
            "l\u{456}cense",
            "\u{13aa}pple",
            "mo\u{301}d\u{435}\u{301}l",
        ];
        for word in words {
            assert!(has_confusable(word), "{word}");
            assert!(has_confusable(&format!("the {word}, 0.91")), "{word}");
        }
    }

    #[test]
    fn a_latin_letter_in_a_russian_or_greek_word_is_found() {
        for word in ["м\u{6f}дель", "точн\u{6f}сть", "\u{41}ккуратность", "μ\u{6f}ντέλο"] {
            assert!(has_confusable(word), "{word}");
        }
    }

    #[test]
    fn text_of_one_script_and_ordinary_mixtures_are_quiet() {
        let texts = [
            "accuracy naïve Straße œuvre Ångström ﬁne",
            "точность модели, мир и сор",
            "модель_v2 модель v2 F1-мера 3х4 х86 json'ы ML-модель",
            "APIшка PDFка SSDха TCPшный URLы GPTшка",
            "ακρίβεια του μοντέλου",
            "ο\u{313}\u{301} Ο\u{314}\u{301} ο\u{301}ν ε\u{308} и\u{306} е\u{308} а\u{301}о e\u{301}a",
            "µ μ Δ α ± 3σ Δx Δt μm μs kΩ Ωm λmax σmax σ_x αβ ε-greedy ρ=0.9 ∂ν/∂x dν β-carotene",
            "TNFα IFNγ NFκB PPARγ IL1β ERα36 CO₂ χ² R² 10⁻³",
            "モデルの精度 カタカナ 中文模型 한국어 모델",
            "Qwen모델은 BERT는 TCP协议 日本語モデルGPT Tシャツ",
            "النموذج GPU الGPU دقة",
            "מודל GPT",
            "सटीकता मॉडल",
            "😀 ½ ℓ ℕ 𝐀 ｆｕｌｌ",
        ];
        for text in texts {
            assert_eq!(confusable_words(text).collect::<Vec<_>>(), [], "{text}");
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn words_come_with_their_offsets() {
        let text = "ü: m\u{43e}del, \u{430}ccuracy";
        assert_eq!(confusable_words(text).collect::<Vec<_>>(), [(4, "m\u{43e}del"), (12, "\u{430}ccuracy")]);
    }

    #[test]
    fn odd_letters_are_written_out_so_that_two_words_never_look_the_same() {
        assert_eq!(visible("\u{430}ccuracy"), "\\u{430}ccuracy");
        assert_eq!(visible("m\u{43e}del and model"), "m\\u{43e}del and model");
        assert_eq!(visible_lines("a\nm\u{43e}del"), "a\nm\\u{43e}del");
        assert_eq!(visible("м\u{6f}дель"), "м\\u{6f}дель");
    }

    #[test]
    fn an_endless_run_of_letters_is_looked_at_in_part() {
        let long = format!("{}\u{430}", "a".repeat(100_000));
        assert!(!has_confusable(&long));
        assert!(has_confusable(&format!("\u{430}{}", "a".repeat(100_000))));
        let many = "m\u{43e} ".repeat(50_000);
        assert_eq!(confusable_words(&many).count(), 50_000);
    }

    proptest! {
        #[test]
        fn what_is_written_out_is_no_longer_confusable(text in "[a-zA-Zа-яА-Яα-ωΑ-Ωա-ֆ가-다ぁ-お_ 0-9é\u{301}]{0,30}") {
            let once = visible(&text);
            prop_assert!(!has_confusable(&once), "{}", once);
            prop_assert_eq!(visible(&once), once);
        }

        #[test]
        fn latin_words_are_never_confusable(text in "[a-zA-ZÀ-ÿ0-9 _-]{0,40}") {
            prop_assert!(!has_confusable(&text));
        }

        #[test]
        fn a_replaced_letter_is_always_found(word in "[a-z]{2,10}", rest in "[acehijopsxy]") {
            let look = |c: char| "асеһіјорѕху".chars().nth("acehijopsxy".find(c).unwrap()).unwrap();
            let text = format!("{word}{}", look(rest.chars().next().unwrap()));
            prop_assert!(has_confusable(&text), "{}", text);
        }
    }
}
