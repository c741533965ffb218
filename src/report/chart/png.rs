//! The canvas as a PNG file.
//!
//! [PNG specification](https://www.w3.org/TR/png-3/)

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use super::canvas::Canvas;

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
/// Eight bits for each of red, green and blue; the standard's one compression and filter method; no interlacing.
const FORMAT: [u8; 5] = [8, 2, 0, 0, 0];
/// A row stands as it is.
const NO_FILTER: u8 = 0;

pub(super) fn encode(canvas: &Canvas) -> Option<Vec<u8>> {
    let (width, height) = (u32::try_from(canvas.width).ok()?, u32::try_from(canvas.height).ok()?);
    let mut file = SIGNATURE.to_vec();
    chunk(&mut file, *b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &FORMAT].concat())?;
    chunk(&mut file, *b"IDAT", &compressed(canvas)?)?;
    chunk(&mut file, *b"IEND", &[])?;
    Some(file)
}

fn compressed(canvas: &Canvas) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    for row in canvas.rows() {
        encoder.write_all(&[NO_FILTER]).ok()?;
        encoder.write_all(row.as_flattened()).ok()?;
    }
    encoder.finish().ok()
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) -> Option<()> {
    file.extend(u32::try_from(data.len()).ok()?.to_be_bytes());
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(data);
    file.extend(kind);
    file.extend(data);
    file.extend(sum.sum().to_be_bytes());
    Some(())
}
