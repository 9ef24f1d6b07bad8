//! `--variance` with a stack: one frame of variances for each frame.

use hdf5_metno::File;

use crate::support::Desk;

const SHAPE: (usize, usize) = (195, 487);
const PIXELS: usize = SHAPE.0 * SHAPE.1;

fn read<T: hdf5_metno::H5Type>(desk: &Desk, file: &str, dataset: &str) -> Vec<T> {
    File::open(desk.path(file)).unwrap().dataset(dataset).unwrap().read_raw().unwrap()
}

fn bits(desk: &Desk, file: &str, dataset: &str) -> Vec<u32> {
    read::<f32>(desk, file, dataset).iter().map(|value| value.to_bits()).collect()
}

/// A desk with ten frames in `counts.h5`, and the variances of counting statistics for them in `variances.h5::/of`.
fn with_variances(change: impl Fn(&mut Vec<f32>)) -> Desk {
    let desk = Desk::with_stack();
    let counts: Vec<u32> =
        (0..10 * PIXELS as u32).map(|pixel| (pixel.wrapping_mul(2_654_435_761) >> 16) % 90).collect();
    write(&desk, "counts.h5", &counts, &(0..10).collect::<Vec<_>>());
    let mut variances: Vec<f32> = counts.iter().map(|counts| (*counts).max(1) as f32).collect();
    change(&mut variances);
    write(&desk, "variances.h5", &variances, &(0..variances.len() / PIXELS).collect::<Vec<_>>());
    desk
}

/// Writes the given frames, and leaves the others out. The file is a copy: HDF5's lock on the one that was written may live
/// on in a process that another test is about to start.
fn write<T: hdf5_metno::H5Type>(desk: &Desk, name: &str, variances: &[T], frames: &[usize]) {
    let written = desk.path(&format!("{name}.written"));
    {
        let file = File::create(&written).unwrap();
        let shape = (variances.len() / PIXELS, SHAPE.0, SHAPE.1);
        let builder = file.new_dataset::<T>().shape(shape).chunk((1, SHAPE.0, SHAPE.1)).deflate(1);
        let dataset = builder.create("of").unwrap();
        for frame in frames {
            let image = &variances[frame * PIXELS..][..PIXELS];
            let image = ndarray::ArrayView3::from_shape((1, SHAPE.0, SHAPE.1), image).unwrap();
            dataset.write_slice(&image, (*frame..frame + 1, .., ..)).unwrap();
        }
    }
    std::fs::copy(&written, desk.path(name)).unwrap();
    std::fs::remove_file(written).unwrap();
}

#[test]
fn variances_that_are_the_counts_give_the_errors_of_counting_statistics() {
    let desk = with_variances(|_| {});
    for options in ["", "--split bbox --errors std", "--azimuthal-bins 12 --bins 100"] {
        let line = format!("integrate counts.h5 --poni stack.poni --force {options}");
        desk.run(&format!("{line} --variance variances.h5::/of -o own.h5")).is(0);
        desk.run(&format!("{line} --error-model poisson -o poisson.h5")).is(0);
        for dataset in ["/entry/data/I", "/entry/data/I_errors"] {
            let of = |file| read::<f32>(&desk, file, dataset);
            let (own, poisson) = (of("own.h5"), of("poisson.h5"));
            // Bins that hold less are a sliver of a pixel, which fixed-point shares round.
            let held =
                read::<f64>(&desk, "own.h5", "/entry/data/count").repeat(10).into_iter().map(|count| count >= 10.0);
            let near = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-5 * b.abs();
            assert!(own.iter().zip(&poisson).zip(held).all(|(pair, held)| !held || near(pair)), "{options} {dataset}");
        }
    }
}

#[test]
fn every_layout_gives_the_same_bits_with_frames_of_variances() {
    let desk = with_variances(|_| {});
    let run = |output: &str, options: &str| {
        let line = "integrate counts.h5 --poni stack.poni --variance variances.h5::/of --force";
        desk.run(&format!("{line} {options} -o {output}")).is(0);
        [bits(&desk, output, "/entry/data/I"), bits(&desk, output, "/entry/data/I_errors")]
    };
    let serial = run("serial.h5", "--layout serial --threads 1");
    assert!(serial == run("threads.h5", "--layout threads --threads 3 --batch 2"));
    assert!(serial == run("images.h5", "--layout threads --threads 2 --batch 5 --image sum"));
    let [_, errors] = run("part.h5", "--frames 4:7 --layout threads --threads 2");
    assert!(serial[1][4 * 1000..7 * 1000] == errors, "frames of a part have their own variances");
}

#[test]
fn a_pixel_without_a_variance_is_left_out_of_its_frame_only() {
    let bad = 100 * SHAPE.1 + 33;
    let desk = with_variances(|variances| variances[3 * PIXELS + bad] = f32::NAN);
    let line = "integrate counts.h5 --poni stack.poni --split no --variance variances.h5::/of";
    desk.run(&format!("{line} -o out.h5")).is(0);
    let per_frame: Vec<f64> = read(&desk, "out.h5", "/entry/data/count_per_frame");
    let total = |frame: usize| per_frame[frame * 1000..][..1000].iter().sum::<f64>();
    assert_eq!(total(2), total(4));
    assert_eq!(total(3), total(2) - 1.0);
}

#[test]
fn a_frame_whose_variances_cannot_be_read_fails_alone_with_the_reason() {
    let desk = with_variances(|_| {});
    let variances: Vec<f32> = read(&desk, "variances.h5", "/of");
    write(&desk, "holes.h5", &variances, &[0, 1, 2, 3, 5, 6, 7, 8, 9]);
    let line = "integrate counts.h5 --poni stack.poni --force";
    let said = desk.run(&format!("{line} --variance holes.h5::/of --layout threads --threads 2 -o out.h5")).is(3);
    assert!(said.contains("frame 4: its variances: ") && said.contains("1 failed"), "{said}");
    let status: Vec<u8> = read(&desk, "out.h5", "/entry/frames/status");
    assert_eq!(status, [1, 1, 1, 1, 2, 1, 1, 1, 1, 1]);
    desk.run(&format!("{line} --variance variances.h5::/of -o whole.h5")).is(0);
    let of = |file| bits(&desk, file, "/entry/data/I_errors");
    let (holes, whole) = (of("out.h5"), of("whole.h5"));
    assert!(holes[..4000] == whole[..4000] && holes[5000..] == whole[5000..]);
}

#[test]
fn a_stack_of_variances_that_does_not_fit_is_refused() {
    let desk = with_variances(|variances| variances.truncate(9 * PIXELS));
    let run = |options: &str| desk.run(&format!("integrate counts.h5 --poni stack.poni {options} -o out.h5")).is(2);
    let said = run("--variance variances.h5::/of");
    assert!(said.contains("--variance: variances.h5::/of: 9 frames beside a stack of 10"), "{said}");
    assert!(said.contains("one image, or one frame of variances for each frame, is needed"), "{said}");
    let said = run("--variance stack.h5 --error-model poisson");
    assert!(said.contains("--variance: has a use with --error-model variance only"), "{said}");
    desk.run("simulate other.h5 --detector Pilatus300k --frames 10").is(0);
    let said = run("--variance other.h5");
    assert!(said.contains("--variance other.h5: its shape is 619 x 487, the frames have 195 x 487"), "{said}");
    let said = desk.run("integrate counts.h5 --poni stack.poni --variance stack.h5 --force -o stack.h5").is(2);
    assert!(said.contains("this is an input, too"), "{said}");
}

#[test]
fn the_result_names_the_stack_of_variances_among_its_sources() {
    let desk = with_variances(|_| {});
    desk.run("integrate counts.h5 --poni stack.poni --variance variances.h5::/of -o out.h5").is(0);
    let reduction = File::open(desk.path("out.h5")).unwrap().group("/entry/reduction").unwrap();
    let sources: Vec<hdf5_metno::types::VarLenUnicode> = reduction.dataset("sources").unwrap().read_raw().unwrap();
    assert!(sources.iter().any(|source| source.ends_with("variances.h5::/of")), "{sources:?}");
}
