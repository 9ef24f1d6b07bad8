//! The bit transpose alone: `cargo bench -p aureole-codec --bench unshuffle`.

mod blocks;

use std::hint::black_box;
use std::time::Duration;

use aureole_codec::Isa;
use aureole_codec::bitshuffle::unshuffle;
use blocks::{BLOCKS, BYTES, Photons};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn transpose(criterion: &mut Criterion) {
    for (photons_name, photons) in Photons::ALL {
        for elem_size in [1, 2, 4] {
            let blocks = blocks::planes(elem_size, photons);
            let mut group = criterion.benchmark_group(format!("unshuffle/{photons_name} uint{}", 8 * elem_size));
            group.throughput(Throughput::Bytes((BLOCKS * BYTES) as u64));
            let mut out = vec![0; BYTES];
            for isa in Isa::available() {
                let mut all = || blocks.iter().for_each(|block| unshuffle(isa, elem_size, black_box(block), &mut out));
                group.bench_function(isa.name(), |bencher| bencher.iter(&mut all));
            }
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = transpose
}
criterion_main!(benches);
