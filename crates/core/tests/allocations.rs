//! A worker allocates for its first batch and never again, so that a run of any length needs the memory of a short one.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aureole_codec::{ChunkFormat, Compression, Encoder, Filter, Isa};
use aureole_core::dtype::Dtype;
use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{ChunkBuf, Pieces, Plan, Unread};
use aureole_core::plan::{CpuPlan, Ingredients};
use aureole_core::recipe::{ErrorKind, ErrorModel};
use aureole_core::testing::stack::random_matrix;

/// Counts the calls for memory.
struct Counting;

static CALLS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Chunks that are read piece by piece.
struct Stored(Vec<Vec<u8>>);

impl Pieces for Stored {
    fn read_piece(&self, frame: usize, at: usize, out: &mut [u8]) -> Result<(), String> {
        out.copy_from_slice(&self.0[frame][at..at + out.len()]);
        Ok(())
    }
}

/// Sixteen frames of counts up to `most`, encoded, in memory or to be read.
fn chunks(format: &ChunkFormat, most: usize, unread: bool) -> Vec<ChunkBuf> {
    let pixels = |frame: usize| (0..format.elems()).map(move |i| (((i * 7919 + frame) % most) as u32).to_le_bytes());
    let mut encoder = Encoder::new(format, Isa::best()).unwrap();
    let stored: Vec<Vec<u8>> = (0..16)
        .map(|frame| {
            let mut chunk = Vec::new();
            encoder.encode_chunk(&pixels(frame).flatten().collect::<Vec<u8>>(), &mut chunk).unwrap();
            chunk
        })
        .collect();
    let pieces = Arc::new(Stored(stored.clone()));
    let chunk = |(frame, bytes): (usize, Vec<u8>)| {
        let to_read = unread.then(|| Unread::new(Arc::clone(&pieces) as Arc<dyn Pieces>, frame, bytes.len()));
        ChunkBuf { frame, bytes: if unread { Vec::new() } else { bytes }, unread: to_read, ..ChunkBuf::default() }
    };
    stored.into_iter().enumerate().map(chunk).collect()
}

#[test]
fn a_worker_allocates_nothing_after_its_first_batch() {
    let elems = 30_000;
    let (matrix, norm) = (random_matrix(elems, 100, 5), vec![1.0; elems]);
    let filter = Filter::Bitshuffle { block_elems: 0, compression: Compression::Lz4 };
    let format = ChunkFormat::new(vec![filter], 4, elems).unwrap();
    let plan = CpuPlan::new(&Ingredients {
        matrix: &matrix,
        norm: &norm,
        dark: None,
        dtype: Dtype::U32,
        format: &format,
        error_model: ErrorModel::Poisson,
        errors: ErrorKind::Sem,
        variance: None,
        dummy: None,
        saturation: None,
        normalization: &[],
        empty: 0.0,
        isa: Isa::best(),
        most_bins: 0,
    })
    .unwrap();
    let mut worker = plan.worker();
    let mut out: Vec<Pattern> = (0..16).map(|_| plan.pattern(0)).collect();
    // Small pixels and large ones, in memory and read piece by piece: each of them may need buffers of its own, once.
    let batches = [chunks(&format, 100, false), chunks(&format, 1 << 20, false), chunks(&format, 100, true)];
    batches.iter().for_each(|chunks| worker.integrate(chunks, &mut out));
    let before = CALLS.load(Ordering::Relaxed);
    batches.iter().for_each(|chunks| worker.integrate(chunks, &mut out));
    assert_eq!(CALLS.load(Ordering::Relaxed), before);
}
