//! Eight bytes of text looked at together, as one word.

/// A word of eight times the same byte is this times the byte.
pub const EACH: u64 = 0x0101_0101_0101_0101;
/// All but the highest bit of each byte.
pub const LOW: u64 = EACH * 0x7f;

/// The highest bit of each byte of the word that is equal to `byte`; all other bits are 0.
#[inline]
pub fn equal(word: u64, byte: u8) -> u64 {
    // Zero where they are equal. No sum runs over into the next byte.
    let zero = word ^ (EACH * u64::from(byte));
    !(((zero & LOW) + LOW) | zero | LOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_are_marked_wherever_they_stand() {
        for text in [*b",,a,\0\x80\xac,", *b"\x2c\x2d\x2b\xff\x01\x2c\x00\x7f", *b"abcdefgh"] {
            for byte in [b',', 0, 0xff, b'h'] {
                let marks = equal(u64::from_le_bytes(text), byte).to_le_bytes();
                assert_eq!(marks, text.map(|b| if b == byte { 0x80 } else { 0 }));
            }
        }
    }
}
