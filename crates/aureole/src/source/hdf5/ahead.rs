//! Parts of a file fetched from the disk before they are read.

use std::fs::File;
use std::io::IoSliceMut;
use std::num::NonZero;

use rustix::fs::{Advice, fadvise};
use rustix::io::{ReadWriteFlags, preadv2};

/// Linux fetches at most what the disk reads ahead for one call, 128 KiB unless configured otherwise, and forgets the rest.
const STEP: u64 = 128 << 10;

/// Asks the system to fetch a part of a file; where it cannot, or the part is in memory, nothing happens.
pub(super) fn fetch(file: &File, address: u64, size: u64) {
    if size == 0 || is_in_memory(file, address.saturating_add(size - 1)) {
        return;
    }
    let end = address.saturating_add(size);
    let mut from = address;
    while from < end {
        let length = (end - from).min(STEP);
        if fadvise(file, from, NonZero::new(length), Advice::WillNeed).is_err() {
            return;
        }
        from += length;
    }
}

/// True when the byte can be read without the disk; false, too, where the file system cannot tell. It stands for its chunk:
/// files come into memory and leave it in long runs.
fn is_in_memory(file: &File, address: u64) -> bool {
    let mut byte = [0];
    matches!(preadv2(file, &mut [IoSliceMut::new(&mut byte)], address, ReadWriteFlags::NOWAIT), Ok(1))
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, SeekFrom, Write};

    use super::*;

    #[test]
    fn any_part_of_a_file_may_be_fetched() {
        let mut file = tempfile::tempfile().unwrap();
        file.seek(SeekFrom::Start(300_000)).unwrap();
        file.write_all(&[7]).unwrap();
        for (address, size) in [(0, 0), (0, 300_001), (200_000, 1 << 20), (1 << 40, 10), (u64::MAX, 1)] {
            fetch(&file, address, size);
        }
        assert!(!is_in_memory(&file, 300_001), "behind the end");
    }
}
