//! A metric over the last deployments as a small picture, with the words for those who do not see it.
//!
//! Whole numbers only, from the text of the values to the pixels: the same points give the same bytes everywhere.

mod canvas;
mod png;
mod strokes;

use canvas::{Canvas, Spot};

/// Fewest points that say more as a picture than as a row of the table.
const FEWEST: usize = 3;
/// Most points with a value beside each; further ones would touch.
const MOST: usize = 8;

/// Drawn for screens of twice the density.
const WIDTH: i64 = 960;
const HEIGHT: i64 = 260;
const SIDE: i64 = 96;
const TOP: i64 = 74;
const BOTTOM: i64 = 40;

/// One deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The metric's value as it was written.
    pub value: String,
    /// When it was deployed, in words; empty where nobody knows.
    pub when: String,
}

/// A picture and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub title: String,
    pub alt: String,
    pub png: Vec<u8>,
}

/// The last deployments, oldest first, and what is proposed. `None` where that is no picture: too few points, or values that
/// are not plain numbers.
pub fn chart(metric: &str, deployed: &[Point], proposed: &str) -> Option<Chart> {
    let latest = deployed.get(deployed.len().saturating_sub(MOST - 1)..)?;
    let values = latest.iter().map(|point| point.value.as_str()).chain([proposed]);
    let numbers: Vec<i64> = values.clone().map(millionths).collect::<Option<_>>()?;
    if numbers.len() < FEWEST {
        return None;
    }
    let labels: Vec<&str> = values.collect();
    let title = format!("{metric}: the last {} deployments, then this one", latest.len());
    let png = png::encode(&drawn(&numbers, &labels))?;
    Some(Chart { title, alt: alt(metric, latest, proposed), png })
}

/// `accuracy of the last deployments: 0.901 (3 Nov), 0.927 (live now). Proposed: 0.913.`
fn alt(metric: &str, deployed: &[Point], proposed: &str) -> String {
    let last = deployed.len().saturating_sub(1);
    let point = |(place, point): (usize, &Point)| match (place == last, point.when.as_str()) {
        (true, _) => format!("{} (live now)", point.value),
        (false, "") => point.value.clone(),
        (false, when) => format!("{} ({when})", point.value),
    };
    let points: Vec<String> = deployed.iter().enumerate().map(point).collect();
    format!("{metric} of the last deployments: {}. Proposed: {proposed}.", points.join(", "))
}

/// `0.927` as 927,000. `None` for anything but a plain decimal number of moderate size.
fn millionths(text: &str) -> Option<i64> {
    const DIGITS: usize = 6;
    let number = text.strip_suffix('%').unwrap_or(text).trim();
    let (is_negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !is_plain(whole) || !is_plain(rest) {
        return None;
    }
    let rest: String = rest.chars().chain("000000".chars()).take(DIGITS).collect();
    let number: i64 = format!("{whole}{rest}").parse().ok()?;
    Some(if is_negative { -number } else { number })
}

/// The line up to what is live is whole; from there to what is proposed it is dashed, and the proposed point is a ring: what is
/// meant shows without colour.
fn drawn(numbers: &[i64], labels: &[&str]) -> Canvas {
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    canvas.frame();
    let spots = spots(numbers);
    let last = spots.len().saturating_sub(1);
    for (place, pair) in spots.windows(2).enumerate() {
        if let [from, to] = pair {
            if place + 1 == last { canvas.dashes(*from, *to) } else { canvas.line(*from, *to) }
        }
    }
    for (place, (spot, label)) in spots.iter().zip(labels).enumerate() {
        match last - place {
            0 => canvas.ring(*spot),
            1 => canvas.disc(*spot, 11),
            _ => canvas.disc(*spot, 8),
        }
        strokes::write(&mut canvas, Spot { x: spot.x, y: spot.y - 44 }, label, last - place <= 1);
    }
    canvas
}

fn spots(numbers: &[i64]) -> Vec<Spot> {
    let (least, most) = numbers.iter().fold((i64::MAX, i64::MIN), |(least, most), n| (least.min(*n), most.max(*n)));
    let span = most.saturating_sub(least);
    let steps = i64::try_from(numbers.len().saturating_sub(1)).unwrap_or(1).max(1);
    let room = HEIGHT - TOP - BOTTOM;
    let spot = |(place, number): (i64, &i64)| {
        let above = if span == 0 { room / 2 } else { scaled(number - least, room, span) };
        Spot { x: SIDE + place * (WIDTH - 2 * SIDE) / steps, y: HEIGHT - BOTTOM - above }
    };
    (0..).zip(numbers).map(spot).collect()
}

/// `part * room / whole` without overflow.
fn scaled(part: i64, room: i64, whole: i64) -> i64 {
    let exact = i128::from(part) * i128::from(room) / i128::from(whole);
    i64::try_from(exact).unwrap_or(room)
}

#[cfg(test)]
mod tests;
