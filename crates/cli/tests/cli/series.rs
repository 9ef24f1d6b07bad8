//! Series of image files, from names or patterns to patterns of intensity.

use aureole_codec::{Decoder, Isa};
use aureole_core::pipeline::{ChunkBuf, Source};
use hdf5_metno::File;
use ndarray::Array2;

use crate::support::Desk;

/// Writes each frame of `stack.h5` as an EDF file, `img_1.edf` and so on.
fn to_files(desk: &Desk) {
    let stack = aureole::source::open(&[desk.path("stack.h5").display().to_string()]).unwrap();
    let (format, mut chunk) = (&stack.spec().format, ChunkBuf::default());
    let mut pixels = vec![0; format.bytes()];
    for frame in 0..stack.spec().frames {
        stack.read(frame, &mut chunk).unwrap();
        Decoder::new(format, Isa::best()).decode_chunk(&chunk.bytes, 0, &mut pixels).unwrap();
        let header = "{\nDataType = UnsignedInteger ;\nDim_1 = 487 ;\nDim_2 = 195 ;\n";
        let header = format!("{header:510}}}\n");
        let bytes = [header.as_bytes(), &pixels].concat();
        std::fs::write(desk.path(&format!("img_{}.edf", frame + 1)), bytes).unwrap();
    }
}

fn intensities(desk: &Desk, name: &str) -> Array2<f32> {
    let file = File::open(desk.path(name)).unwrap();
    file.dataset("entry/data/I").unwrap().read_2d().unwrap()
}

#[test]
fn a_pattern_of_files_gives_the_rows_of_the_same_stack_in_hdf5() {
    let desk = Desk::with_stack();
    to_files(&desk);
    desk.run("integrate stack.h5 --poni stack.poni -o stack.out.h5").is(0);
    for (layout, out) in [("threads", "a.h5"), ("serial", "b.h5"), ("processes", "c.h5")] {
        desk.run(&format!("integrate img_*.edf --poni stack.poni --layout {layout} -o {out}")).is(0);
        assert_eq!(intensities(&desk, out), intensities(&desk, "stack.out.h5"), "{layout}");
    }
    let file = File::open(desk.path("a.h5")).unwrap();
    let sources: Vec<String> = file
        .dataset("entry/reduction/sources")
        .unwrap()
        .read_raw::<hdf5_metno::types::VarLenUnicode>()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!((sources.len(), sources[1].as_str(), sources[9].as_str()), (10, "img_2.edf", "img_10.edf"));
    let said = desk.run("info img_*.edf").is(0);
    assert!(
        said.contains("stack     10 frames of 195 x 487 uint32") && said.contains("from      img_10.edf"),
        "{said}"
    );
}

#[test]
fn a_file_that_is_damaged_costs_its_own_frame() {
    let desk = Desk::with_stack();
    to_files(&desk);
    std::fs::write(desk.path("img_4.edf"), "{ nothing").unwrap();
    let said = desk.run("integrate img_*.edf --poni stack.poni -o out.h5").is(3);
    assert!(said.contains("img_4.edf: an EDF header without its end"), "{said}");
    let rows = intensities(&desk, "out.h5");
    assert!(rows.row(3).iter().all(|value| value.is_nan()) && rows.row(4).iter().any(|value| value.is_finite()));
    let said = desk.run("integrate scan_*.edf --poni stack.poni -o none.h5").is(2);
    assert!(said.contains("scan_*.edf: no file matches"), "{said}");
}

#[test]
fn frames_before_a_missing_data_file_of_a_master_are_integrated_when_asked_for() {
    let desk = Desk::with_stack();
    let master = File::create(desk.path("a_master.h5")).unwrap();
    let data = master.create_group("entry").unwrap().create_group("data").unwrap();
    data.link_external("stack.h5", "/entry/data/data", "data_000001").unwrap();
    data.link_external("a_data_000002.h5", "/entry/data/data", "data_000002").unwrap();
    drop((data, master));
    for frames in ["", "--frames 3:", "--frames 8:11"] {
        let said = desk.run(&format!("integrate a_master.h5 --poni stack.poni -o out.h5 {frames}")).is(2);
        assert!(said.contains("data_000002 leads to the file a_data_000002.h5, which does not exist"), "{said}");
    }
    desk.run("integrate a_master.h5 --poni stack.poni -o out.h5 --frames 2:10").is(0);
    assert_eq!(intensities(&desk, "out.h5").nrows(), 8);
}
