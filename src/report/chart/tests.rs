use super::*;

fn points(values: &[&str]) -> Vec<Point> {
    values.iter().map(|value| Point { value: (*value).into(), when: String::new() }).collect()
}

#[test]
fn plain_decimal_numbers_are_read_exactly() {
    let read = |text| millionths(text);
    assert_eq!(read("0.927"), Some(927_000));
    assert_eq!(read("-1.5"), Some(-1_500_000));
    assert_eq!(read("92.7 %"), Some(92_700_000));
    assert_eq!(read("12"), Some(12_000_000));
    for other in ["", ".", "1e-3", "0.9 ± 0.1", "nan", "+1", "1.2.3", "99999999999", "٣"] {
        assert_eq!(read(other), None, "{other}");
    }
}

#[test]
fn a_picture_is_the_same_whenever_it_is_drawn_and_reads_back_as_it_was_meant() {
    let chart = || chart("accuracy", &points(&["0.901", "0.912", "0.927"]), "0.913").unwrap();
    assert_eq!(chart(), chart());
    let png = chart().png;
    assert!(png.starts_with(&[0x89, b'P', b'N', b'G']) && png.len() < 20_000, "{}", png.len());
    let rows = pixels(&png);
    assert_eq!(rows.len(), usize::try_from(HEIGHT).unwrap());
    let inked = rows.iter().flat_map(|row| row.chunks(3)).filter(|pixel| **pixel == [47, 75, 124]).count();
    assert!(inked > 500, "the points are there: {inked}");
}

/// The pixels of a file, read back by the standard alone.
fn pixels(png: &[u8]) -> Vec<Vec<u8>> {
    use std::io::Read as _;
    let place = png.windows(4).position(|name| name == b"IDAT").unwrap();
    let length = u32::from_be_bytes(png[place - 4..place].try_into().unwrap());
    let data = &png[place + 4..place + 4 + usize::try_from(length).unwrap()];
    let mut raw = Vec::new();
    flate2::read::ZlibDecoder::new(data).read_to_end(&mut raw).unwrap();
    let row = usize::try_from(WIDTH).unwrap() * 3 + 1;
    assert_eq!(raw.len() % row, 0);
    raw.chunks(row).map(|row| row[1..].to_vec()).collect()
}

#[test]
fn what_can_be_seen_is_also_said() {
    let mut points = points(&["0.901", "0.927"]);
    points[0].when = "3 Nov".into();
    let chart = chart("accuracy", &points, "0.913").unwrap();
    assert_eq!(chart.alt, "accuracy of the last deployments: 0.901 (3 Nov), 0.927 (live now). Proposed: 0.913.");
    assert_eq!(chart.title, "accuracy: the last 2 deployments, then this one");
}

#[test]
fn two_values_or_words_are_no_picture_and_many_are_cut_to_the_last() {
    assert_eq!(chart("accuracy", &points(&["0.9"]), "0.8"), None);
    assert_eq!(chart("accuracy", &points(&["0.9", "n/a"]), "0.8"), None);
    let many: Vec<String> = (0..40).map(|n| format!("0.{n:03}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let chart = chart("accuracy", &points(&many), "0.5").unwrap();
    assert!(chart.title.contains("last 7 deployments") && !chart.alt.contains("0.032"), "{}", chart.alt);
}

#[test]
fn equal_values_make_a_level_line() {
    let spots = spots(&[5, 5, 5]);
    assert!(spots.iter().all(|spot| spot.y == spots[0].y) && spots[0].x < spots[2].x);
    assert_eq!(self::spots(&[0, i64::MAX])[1].y, TOP, "no overflow");
}
