//! Buffers that notice when something around them is written.

use std::marker::PhantomData;

use bytemuck::Pod;

/// Bytes on each side.
const MARGIN: usize = 64;

/// Some values between bytes that nobody may touch.
pub(crate) struct Guarded<T> {
    words: Vec<u64>,
    len: usize,
    of: PhantomData<T>,
}

fn rubbish(byte: usize) -> u8 {
    (byte * 37 % 251) as u8 ^ 0xA5
}

impl<T: Pod> Guarded<T> {
    /// A buffer of the given values.
    pub(crate) fn new(values: &[T]) -> Guarded<T> {
        let mut buffer = Guarded::dirty(values.len());
        buffer.bytes_mut()[MARGIN..][..size_of_val(values)].copy_from_slice(bytemuck::cast_slice(values));
        buffer
    }

    /// A buffer full of rubbish.
    pub(crate) fn dirty(len: usize) -> Guarded<T> {
        let words = (2 * MARGIN + len * size_of::<T>()).div_ceil(8);
        let mut buffer = Guarded { words: vec![0; words], len, of: PhantomData };
        buffer.bytes_mut().iter_mut().enumerate().for_each(|(i, byte)| *byte = rubbish(i));
        buffer
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.words)
    }

    /// Where a kernel finds the values.
    pub(crate) fn address(&mut self) -> u64 {
        self.bytes_mut()[MARGIN..].as_mut_ptr() as u64
    }

    /// Checks that bytes around the values are as they were.
    ///
    /// # Panics
    /// When they were written.
    pub(crate) fn check(&self) {
        let bytes: &[u8] = bytemuck::cast_slice(&self.words);
        let mut around = (0..MARGIN).chain(MARGIN + self.len * size_of::<T>()..bytes.len());
        assert!(around.all(|i| bytes[i] == rubbish(i)), "bytes around a buffer were written");
    }

    /// The values, checked so.
    pub(crate) fn values(&self) -> &[T] {
        self.check();
        let bytes: &[u8] = bytemuck::cast_slice(&self.words);
        bytemuck::cast_slice(&bytes[MARGIN..][..self.len * size_of::<T>()])
    }
}
