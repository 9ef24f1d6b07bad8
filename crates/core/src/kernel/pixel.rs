//! The integer pixel types that the kernel widens to 32 bits.

/// A pixel of at most 32 bits.
pub trait IntegerPixel: Copy + Send + Sync + 'static {
    /// How the widened 32 bits are meant.
    const SIGNED: bool;

    /// True for a pair of pixels, each widened to 16 bits.
    const PAIR: bool = false;

    /// Reads pixel `index` of a frame's bytes and widens it, keeping its sign.
    fn widened(bytes: &[u8], index: usize) -> u32;
}

/// `max(1, raw)` of a widened pixel: its variance under the Poisson model.
#[must_use]
pub fn poisson_variance(signed: bool, raw: u32) -> u32 {
    if signed { raw.cast_signed().max(1).cast_unsigned() } else { raw.max(1) }
}

/// `coefficient·raw` of a widened pixel, in two's complement.
#[must_use]
pub fn product(signed: bool, coefficient: u32, raw: u32) -> u64 {
    if signed {
        (i64::from(coefficient) * i64::from(raw.cast_signed())).cast_unsigned()
    } else {
        u64::from(coefficient) * u64::from(raw)
    }
}

macro_rules! integer_pixel {
    ($pixel:ty, $signed:literal, $wide:ty) => {
        impl IntegerPixel for $pixel {
            const SIGNED: bool = $signed;

            fn widened(bytes: &[u8], index: usize) -> u32 {
                const SIZE: usize = size_of::<$pixel>();
                let mut raw = [0; SIZE];
                raw.copy_from_slice(&bytes[index * SIZE..][..SIZE]);
                <$wide>::from(<$pixel>::from_ne_bytes(raw)) as u32
            }
        }
    };
}

integer_pixel!(u8, false, u32);
integer_pixel!(u16, false, u32);
integer_pixel!(u32, false, u32);
integer_pixel!(i8, true, i32);
integer_pixel!(i16, true, i32);
integer_pixel!(i32, true, i32);

/// Two neighbouring pixels of a byte each, widened to 16 bits each.
#[derive(Clone, Copy, Debug)]
pub struct BytePair(#[expect(dead_code, reason = "it has the size of what is read, which is never held")] [u8; 2]);

impl IntegerPixel for BytePair {
    const SIGNED: bool = false;
    const PAIR: bool = true;

    fn widened(bytes: &[u8], index: usize) -> u32 {
        u32::from(bytes[2 * index]) | u32::from(bytes[2 * index + 1]) << 16
    }
}
