//! Damaged gzip and zstd files: an error, or the very text.

use super::mutation::{changed, changes};
use super::{bytes, cases};
use incumbent::config::Expansion;
use incumbent::sources::decode::decode;
use incumbent::sources::limit::Limit;
use proptest::prelude::*;
use std::io::{Read, Write};

pub fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(text: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
}

fn read(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let limit = Limit::of_compressed(bytes.len() as u64, &Expansion { size: 1 << 24, ratio: 500.0 });
    let mut text = Vec::new();
    decode("a.csv", Box::new(bytes), limit)?.read_to_end(&mut text)?;
    Ok(text)
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn what_was_compressed_comes_back_and_damage_is_never_a_panic(
        text in bytes(300),
        changes in changes(),
        is_zstd in any::<bool>(),
        twice in any::<bool>(),
    ) {
        let mut whole = if is_zstd { zstd(&text) } else { gzip(&text) };
        if twice {
            whole = whole.repeat(2);
        }
        prop_assert_eq!(read(&whole).unwrap(), text.repeat(1 + usize::from(twice)));
        if let Err(e) = read(&changed(&whole, &changes)) {
            prop_assert!(!e.to_string().is_empty());
        }
    }

    #[test]
    fn any_bytes_after_the_magic_are_never_a_panic(
        is_zstd in any::<bool>(),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let magic: &[u8] = if is_zstd { b"\x28\xb5\x2f\xfd" } else { b"\x1f\x8b\x08" };
        if let Err(e) = read(&[magic, &rest].concat()) {
            prop_assert!(!e.to_string().is_empty());
        }
    }
}
