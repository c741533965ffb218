//! Pixels: lines, discs and rings with smooth edges, by counting how many of sixteen points in a pixel lie inside.

type Colour = [u8; 3];

const PAPER: Colour = [255, 255, 255];
const EDGE: Colour = [214, 219, 225];
const LINE: Colour = [122, 134, 148];
const INK: Colour = [47, 75, 124];
const TEXT: Colour = [89, 99, 110];
const STRONG: Colour = [31, 35, 40];

/// Points in a pixel, along each side.
const FINE: i64 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub x: i64,
    pub y: i64,
}

#[derive(Debug)]
pub(super) struct Canvas {
    pub width: i64,
    pub height: i64,
    pixels: Vec<Colour>,
}

impl Canvas {
    pub(super) fn new(width: i64, height: i64) -> Self {
        let size = usize::try_from(width.saturating_mul(height)).unwrap_or_default();
        Self { width, height, pixels: vec![PAPER; size] }
    }

    /// Row by row, red, green and blue.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[Colour]> {
        self.pixels.chunks(usize::try_from(self.width).unwrap_or(1).max(1))
    }

    /// A thin edge: on a dark background the paper would seem torn.
    pub(super) fn frame(&mut self) {
        let (right, bottom) = (self.width - 1, self.height - 1);
        let corners =
            [Spot { x: 0, y: 0 }, Spot { x: right, y: 0 }, Spot { x: right, y: bottom }, Spot { x: 0, y: bottom }];
        for (from, to) in corners.into_iter().zip(corners.into_iter().cycle().skip(1)) {
            self.stroke(from, to, 2, EDGE);
        }
    }

    pub(super) fn line(&mut self, from: Spot, to: Spot) {
        self.stroke(from, to, 5, LINE);
    }

    pub(super) fn dashes(&mut self, from: Spot, to: Spot) {
        const PARTS: i64 = 13;
        let at =
            |part: i64| Spot { x: from.x + (to.x - from.x) * part / PARTS, y: from.y + (to.y - from.y) * part / PARTS };
        (0..PARTS).step_by(2).for_each(|part| self.stroke(at(part), at(part + 1), 5, LINE));
    }

    pub(super) fn disc(&mut self, centre: Spot, radius: i64) {
        self.stroke(centre, centre, radius * 2, INK);
    }

    pub(super) fn ring(&mut self, centre: Spot) {
        self.stroke(centre, centre, 30, INK);
        self.stroke(centre, centre, 18, PAPER);
    }

    pub(super) fn pen(&mut self, from: Spot, to: Spot, is_strong: bool) {
        if is_strong { self.stroke(from, to, 4, STRONG) } else { self.stroke(from, to, 3, TEXT) }
    }

    /// A line with round ends; a disc where both ends are one.
    fn stroke(&mut self, from: Spot, to: Spot, width: i64, colour: Colour) {
        let reach = width / 2 + 1;
        let columns = (from.x.min(to.x) - reach).max(0)..=(from.x.max(to.x) + reach).min(self.width - 1);
        for y in (from.y.min(to.y) - reach).max(0)..=(from.y.max(to.y) + reach).min(self.height - 1) {
            for x in columns.clone() {
                let inside =
                    (0..FINE * FINE).filter(|n| is_inside((x, y), n % FINE, n / FINE, from, to, width)).count();
                self.blend(x, y, colour, inside);
            }
        }
    }

    fn blend(&mut self, x: i64, y: i64, colour: Colour, inside: usize) {
        let place = usize::try_from(y * self.width + x).unwrap_or(usize::MAX);
        let Some(pixel) = self.pixels.get_mut(place).filter(|_| inside > 0) else { return };
        let (inside, all) = (u32::try_from(inside).unwrap_or_default(), 16);
        for (old, new) in pixel.iter_mut().zip(colour) {
            let mixed = (u32::from(*old) * (all - inside) + u32::from(new) * inside) / all;
            *old = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
    }
}

/// Whether a point of a pixel is within half the width of the line. In eighths of a pixel, so that the points of a pixel lie
/// evenly around its middle.
fn is_inside(pixel: (i64, i64), column: i64, row: i64, from: Spot, to: Spot, width: i64) -> bool {
    let eighths = |n: i64| n * 2 * FINE;
    let (px, py) = (eighths(pixel.0) + 2 * column - 3, eighths(pixel.1) + 2 * row - 3);
    let (ax, ay) = (eighths(from.x), eighths(from.y));
    let (dx, dy) = (eighths(to.x) - ax, eighths(to.y) - ay);
    let (qx, qy) = (px - ax, py - ay);
    let length = dx * dx + dy * dy;
    let reach = eighths(width) / 2;
    let along = qx * dx + qy * dy;
    if length == 0 || along <= 0 {
        return qx * qx + qy * qy <= reach * reach;
    }
    if along >= length {
        let (qx, qy) = (qx - dx, qy - dy);
        return qx * qx + qy * qy <= reach * reach;
    }
    let across = qx * dy - qy * dx;
    across * across <= reach * reach * length
}
