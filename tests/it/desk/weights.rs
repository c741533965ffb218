//! Small weight files, put together byte by byte.

/// A pickle that runs a command when it is loaded, by the opcodes GLOBAL and REDUCE.
pub fn dangerous() -> Vec<u8> {
    b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00echo\x85R.".to_vec()
}

/// A pickle that imports something that is on no list.
pub fn unlisted() -> Vec<u8> {
    b"\x80\x02cacme.layers\nRotary\n)\x81.".to_vec()
}

/// A pickle of a list of numbers.
pub fn harmless() -> Vec<u8> {
    b"\x80\x02](K\x01K\x02K\x03e.".to_vec()
}

/// A safetensors file with one tensor of four 32-bit numbers.
pub fn safetensors() -> Vec<u8> {
    let header = br#"{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#;
    let length = u64::try_from(header.len()).unwrap().to_le_bytes();
    [&length[..], header, &[0; 16]].concat()
}

/// An ONNX model with one tensor whose numbers are in another file.
pub fn onnx(file: &str) -> Vec<u8> {
    let location = [field(1, b"location"), field(2, file.as_bytes())].concat();
    // Two values of type FLOAT, in EXTERNAL data.
    let tensor = [&[0x08, 2, 0x10, 1][..], &field(8, b"w"), &field(13, &location), &[0x70, 1]].concat();
    let graph = field(5, &tensor);
    [&[0x08, 8][..], &field(7, &graph), &field(8, &[0x10, 17])].concat()
}

/// A field of protobuf that has a length, below 128 bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    [&[(number << 3) | 2, u8::try_from(bytes.len()).unwrap()], bytes].concat()
}

/// A pointer to large-file storage.
pub fn pointer() -> Vec<u8> {
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n", "4d".repeat(32)).into_bytes()
}

/// A zip without compression.
pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, data) in members {
        let offset = u32::try_from(file.len()).unwrap();
        let described = described(name, data);
        file.extend([b"PK\x03\x04", &described[..], name.as_bytes(), data].concat());
        directory
            .extend([b"PK\x01\x02\x14\x00", &described[..], &[0; 10], &offset.to_le_bytes(), name.as_bytes()].concat());
    }
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    let (length, start) = (u32::try_from(directory.len()).unwrap(), u32::try_from(file.len()).unwrap());
    let end =
        [b"PK\x05\x06\0\0\0\0", &count[..], &count, &length.to_le_bytes(), &start.to_le_bytes(), &[0; 2]].concat();
    [file, directory, end].concat()
}

/// What both headers of a member say of it: version, flags, method, time, checksum, sizes and the length of its name.
fn described(name: &str, data: &[u8]) -> Vec<u8> {
    let mut checksum = flate2::Crc::new();
    checksum.update(data);
    let size = u32::try_from(data.len()).unwrap().to_le_bytes();
    let name = u16::try_from(name.len()).unwrap().to_le_bytes();
    [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &checksum.sum().to_le_bytes(), &size, &size, &name, &[0; 2]].concat()
}
