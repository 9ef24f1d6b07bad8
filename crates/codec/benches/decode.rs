//! LZ4 blocks alone, as the C library writes them, decoded here and by that library: `cargo bench -p aureole-codec --bench decode`.

mod blocks;

use std::ffi::{c_char, c_int};
use std::hint::black_box;
use std::time::Duration;

use aureole_codec::{Isa, lz4};
use blocks::{BLOCKS, BYTES, Photons};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn decode(criterion: &mut Criterion) {
    for (photons_name, photons) in Photons::ALL {
        for elem_size in [1, 2, 4] {
            let blocks: Vec<Vec<u8>> =
                blocks::planes(elem_size, photons).iter().map(|planes| encode_by_c(planes)).collect();
            let mut group = criterion.benchmark_group(format!("lz4/{photons_name} uint{}", 8 * elem_size));
            group.throughput(Throughput::Bytes((BLOCKS * BYTES) as u64));
            let mut out = vec![0; BYTES];
            // With AVX-512 blocks are decoded as with AVX2.
            for isa in Isa::available().into_iter().filter(|isa| !isa.has_avx512()) {
                group.bench_function(isa.name(), |bencher| {
                    bencher.iter(|| {
                        for block in &blocks {
                            let done = lz4::decode(isa, black_box(block), &mut out);
                            assert!(done.is_ok(), "a block made here is whole");
                        }
                    });
                });
            }
            group.bench_function("C liblz4", |bencher| {
                bencher.iter(|| blocks.iter().for_each(|block| decode_by_c(black_box(block), &mut out)));
            });
        }
    }
}

fn encode_by_c(planes: &[u8]) -> Vec<u8> {
    let mut block = vec![0; planes.len() + planes.len() / 255 + 16];
    let (source, target) = (planes.as_ptr().cast::<c_char>(), block.as_mut_ptr().cast::<c_char>());
    // SAFETY: both pointers are valid for the lengths given.
    #[allow(unsafe_code)]
    let length = unsafe { lz4_sys::LZ4_compress_default(source, target, planes.len() as c_int, block.len() as c_int) };
    block.truncate(length as usize);
    block
}

fn decode_by_c(block: &[u8], out: &mut [u8]) {
    let (source, target) = (block.as_ptr().cast::<c_char>(), out.as_mut_ptr().cast::<c_char>());
    // SAFETY: both pointers are valid for the lengths given.
    #[allow(unsafe_code)]
    let length = unsafe { lz4_sys::LZ4_decompress_safe(source, target, block.len() as c_int, out.len() as c_int) };
    assert_eq!(length as usize, out.len(), "a block made here is whole");
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = decode
}
criterion_main!(benches);
