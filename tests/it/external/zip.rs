//! Zip archives as a workflow uploads them: stored, not packed.

/// An archive of these files.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let (size, length) = (u32_of(content.len()), u16::try_from(name.len()).unwrap());
        let common = [
            &20_u16.to_le_bytes()[..],
            &[0; 8],
            &crc.sum().to_le_bytes(),
            &size.to_le_bytes(),
            &size.to_le_bytes(),
            &length.to_le_bytes(),
            &[0; 2],
        ]
        .concat();
        let offset = u32_of(out.len());
        out.extend([b"PK\x03\x04".as_slice(), &common, name.as_bytes(), content].concat());
        directory.extend([b"PK\x01\x02\x14\x00".as_slice(), &common, &[0; 10]].concat());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let end = [
        b"PK\x05\x06".as_slice(),
        &[0; 4],
        &count,
        &count,
        &u32_of(directory.len()).to_le_bytes(),
        &u32_of(out.len()).to_le_bytes(),
        &[0; 2],
    ]
    .concat();
    [out, directory, end].concat()
}

fn u32_of(length: usize) -> u32 {
    u32::try_from(length).unwrap()
}
