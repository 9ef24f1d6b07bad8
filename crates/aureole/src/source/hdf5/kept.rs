//! Decoded chunks that are kept while there is room: each is decoded once, by whichever thread comes first.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Bytes of chunks that are kept.
const ROOM: usize = 512 << 20;

/// Chunks that are kept at least, however large.
const LEAST: usize = 4;

type Decoded = Arc<OnceLock<Result<Vec<u8>, String>>>;

/// The chunks used last.
pub(super) struct Kept {
    most: usize,
    /// By number, the one used last at the end.
    chunks: Mutex<Vec<(usize, Decoded)>>,
}

/// A chunk that is held for as long as it is used.
pub(super) struct Held(Decoded);

impl std::ops::Deref for Held {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.get().and_then(|decoded| decoded.as_deref().ok()).unwrap_or_default()
    }
}

impl Kept {
    /// Room for chunks of so many bytes.
    pub(super) fn new(bytes: usize) -> Kept {
        Kept { most: (ROOM / bytes.max(1)).max(LEAST), chunks: Mutex::default() }
    }

    /// The chunk of that number; `decode` makes it where it is not there. Threads that want the same one wait for the first.
    ///
    /// # Errors
    /// That of `decode`, for all who ask while it is kept.
    pub(super) fn get(&self, number: usize, decode: impl FnOnce() -> Result<Vec<u8>, String>) -> Result<Held, String> {
        let chunk = self.slot(number);
        chunk.get_or_init(decode).as_ref().map_err(Clone::clone)?;
        Ok(Held(chunk))
    }

    fn slot(&self, number: usize) -> Decoded {
        let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        let at = chunks.iter().position(|(other, _)| *other == number);
        let slot = match at {
            Some(at) => chunks.remove(at),
            None => (number, Decoded::default()),
        };
        if chunks.len() >= self.most {
            chunks.remove(0);
        }
        let chunk = Arc::clone(&slot.1);
        chunks.push(slot);
        chunk
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_chunk_is_decoded_once_by_many_threads() {
        let (kept, decoded) = (Kept::new(1 << 20), AtomicUsize::new(0));
        let make = || {
            decoded.fetch_add(1, Ordering::Relaxed);
            Ok(vec![7; 3])
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(*kept.get(5, make).unwrap(), [7; 3]));
            }
        });
        assert_eq!(decoded.into_inner(), 1);
    }

    #[test]
    fn the_chunk_that_was_not_used_for_longest_makes_room() {
        let kept = Kept::new(usize::MAX);
        let make = |number: usize| move || Ok(vec![number as u8]);
        let never = || -> Result<Vec<u8>, String> { panic!("it is there") };
        (0..LEAST).for_each(|number| drop(kept.get(number, make(number)).unwrap()));
        assert_eq!(*kept.get(0, never).unwrap(), [0]);
        drop(kept.get(LEAST, make(LEAST)).unwrap());
        assert_eq!(*kept.get(0, never).unwrap(), [0], "used since");
        assert_eq!(*kept.get(1, || Ok(vec![99])).unwrap(), [99], "made room");
        assert_eq!(kept.chunks.lock().unwrap().len(), LEAST);
    }

    #[test]
    fn a_chunk_that_cannot_be_decoded_says_why_to_all() {
        let kept = Kept::new(1);
        for _ in 0..2 {
            assert_eq!(kept.get(0, || Err("damaged".into())).err(), Some("damaged".into()));
        }
    }
}
