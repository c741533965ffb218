//! Numbers written with a pen: a font of our own, as small as what is written with it.

use super::canvas::{Canvas, Spot};

/// Pixels of one unit of a glyph, which is four units wide and six high.
const UNIT: i64 = 4;

type Line = &'static [(i64, i64)];

/// Writes a number centred above a spot. What has no glyph is left out: the words say it all.
pub(super) fn write(canvas: &mut Canvas, above: Spot, text: &str, is_strong: bool) {
    let glyphs: Vec<(i64, &[Line])> = text.chars().filter_map(glyph).collect();
    let width: i64 = glyphs.iter().map(|(width, _)| (width + 2) * UNIT).sum::<i64>() - 2 * UNIT;
    let mut left = above.x - width / 2;
    for (width, lines) in glyphs {
        for pair in lines.iter().flat_map(|line| line.windows(2)) {
            if let [from, to] = pair {
                let at = |(x, y): (i64, i64)| Spot { x: left + x * UNIT, y: above.y + y * UNIT };
                canvas.pen(at(*from), at(*to), is_strong);
            }
        }
        left += (width + 2) * UNIT;
    }
}

/// A glyph's width and its lines.
fn glyph(letter: char) -> Option<(i64, &'static [Line])> {
    Some(match letter {
        '0' => (4, &[&[(0, 1), (1, 0), (3, 0), (4, 1), (4, 5), (3, 6), (1, 6), (0, 5), (0, 1)]]),
        '1' => (2, &[&[(0, 1), (2, 0), (2, 6)]]),
        '2' => (4, &[&[(0, 1), (1, 0), (3, 0), (4, 1), (4, 2), (0, 6), (4, 6)]]),
        '3' => (
            4,
            &[&[
                (0, 1),
                (1, 0),
                (3, 0),
                (4, 1),
                (4, 2),
                (3, 3),
                (2, 3),
                (3, 3),
                (4, 4),
                (4, 5),
                (3, 6),
                (1, 6),
                (0, 5),
            ]],
        ),
        '4' => (4, &[&[(3, 6), (3, 0), (0, 4), (4, 4)]]),
        '5' => (4, &[&[(4, 0), (0, 0), (0, 3), (3, 2), (4, 3), (4, 5), (3, 6), (1, 6), (0, 5)]]),
        '6' => {
            (4, &[&[(4, 1), (3, 0), (1, 0), (0, 1), (0, 5), (1, 6), (3, 6), (4, 5), (4, 4), (3, 3), (1, 3), (0, 4)]])
        }
        '7' => (4, &[&[(0, 0), (4, 0), (1, 6)]]),
        '8' => (
            4,
            &[&[
                (1, 3),
                (0, 2),
                (0, 1),
                (1, 0),
                (3, 0),
                (4, 1),
                (4, 2),
                (3, 3),
                (1, 3),
                (0, 4),
                (0, 5),
                (1, 6),
                (3, 6),
                (4, 5),
                (4, 4),
                (3, 3),
            ]],
        ),
        '9' => {
            (4, &[&[(4, 2), (3, 3), (1, 3), (0, 2), (0, 1), (1, 0), (3, 0), (4, 1), (4, 5), (3, 6), (1, 6), (0, 5)]])
        }
        '.' => (0, &[&[(0, 6), (0, 6)]]),
        '-' => (3, &[&[(0, 3), (3, 3)]]),
        '%' => (
            4,
            &[&[(4, 0), (0, 6)], &[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], &[(3, 5), (4, 5), (4, 6), (3, 6), (3, 5)]],
        ),
        _ => return None,
    })
}
