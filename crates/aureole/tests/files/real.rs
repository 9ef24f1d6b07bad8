//! Real files by others.

use std::path::Path;

use aureole::inspect::inspect;
use aureole::source::{self, Reach};
use aureole_codec::{ChunkFormat, Compression, Decoder, Filter, Isa};
use aureole_core::dtype::Dtype;
use aureole_core::pipeline::Source;
use hdf5_metno::types::TypeDescriptor;
use hdf5_metno::{Dataset, File, Selection};
use ndarray::s;

use crate::support::{frame, open, real_files, refusal};

#[test]
fn the_i15_1_scan_is_found_through_its_links() {
    let Some(folder) = real_files("the I15-1 scan") else { return };
    let folder = folder.join("xrpd_toolbox");
    let (scan, data) = (folder.join("i15-1-100245.nxs"), folder.join("i15-1-100245-fastcs_eiger_000001.h5"));
    let (through, direct) = (open(scan).unwrap(), open(data).unwrap());
    for stack in [&through, &direct] {
        let spec = stack.spec();
        assert_eq!((spec.frames, spec.shape, spec.dtype), (20, (512, 1028), Dtype::U32));
        assert_eq!(spec.format.to_string(), "bitshuffle-LZ4");
        assert!(stack.notices().is_empty());
    }
    for number in 0..20 {
        assert_eq!(frame(&through, number).unwrap(), frame(&direct, number).unwrap());
    }
}

#[test]
fn our_bitshuffle_inside_hdf5_reads_what_our_own_reader_reads() {
    let Some(folder) = real_files("bitshuffle through the library") else { return };
    let data = folder.join("xrpd_toolbox/i15-1-100245-fastcs_eiger_000001.h5").canonicalize().unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let halves = temporary.path().join("halves.h5");
    let file = File::create(&halves).unwrap();
    let full = (20, 512, 1028);
    let mut builder = file.new_dataset::<u32>().shape(full);
    for rows in [0..256, 256..512] {
        let half = || Selection::try_new(s![.., rows.clone(), ..]).unwrap();
        builder = builder.virtual_map(data.to_str().unwrap(), "/data", full, half(), full, half());
    }
    builder.create("data").unwrap();
    drop(file);
    // Its sources are elsewhere.
    let through = source::open_within(&[halves.display().to_string()], Reach::Anywhere).unwrap();
    let direct = open(&data).unwrap();
    assert_eq!(through.spec().format.to_string(), "uncompressed");
    for number in [0, 7, 19] {
        assert!(frame(&through, number).unwrap() == frame(&direct, number).unwrap(), "frame {number}");
    }
}

#[test]
fn a_real_dataset_never_written_is_refused_as_an_image() {
    let Some(folder) = real_files("a dataset that its detector never wrote") else { return };
    let input = format!("{}::/data2", folder.join("xrpd_toolbox/i15-1-100245-fastcs_eiger_000001.h5").display());
    assert!(aureole::image::read_image(&input).unwrap_err().to_string().contains("never written"));
    assert!(frame(&open(&input).unwrap(), 0).unwrap_err().contains("never written"));
}

#[test]
fn a_report_says_what_a_file_holds_and_what_would_be_integrated() {
    let Some(folder) = real_files("a report on a scan") else { return };
    let report = inspect(&folder.join("xrpd_toolbox/i15-1-100245.nxs"), Reach::Folder).unwrap();
    let stack = report.stack.unwrap();
    assert_eq!(stack.reason, "the NeXus default, /entry/fastcs_eiger/data");
    assert_eq!((stack.frames, stack.shape, stack.dtype.as_str()), (20, (512, 1028), "uint32"));
    let data = report.datasets.iter().find(|one| one.path == "/entry/fastcs_eiger/data").unwrap();
    assert!(data.elsewhere.as_ref().unwrap().ends_with("i15-1-100245-fastcs_eiger_000001.h5::/data"));
    assert_eq!((data.storage, data.filters.as_str(), data.chunks), ("chunked", "bitshuffle-LZ4", Some(20)));
    assert!(data.ratio.unwrap() > 4.0, "{:?}", data.ratio);
    let report = inspect(&folder.join("nexus/Therm_6_2.nxs"), Reach::Folder).unwrap();
    assert!(report.stack.is_none() && report.no_stack.unwrap().contains("Therm_6_2_000001.h5"));
    assert!(report.missing.iter().any(|one| one.contains("Therm_6_2_000001.h5")), "{:?}", report.missing);
}

#[test]
fn the_lambda_stack_is_found_and_is_what_hdf5_reads() {
    let Some(folder) = real_files("the Lambda stack") else { return };
    for part in ["0", "1"] {
        let path = folder.join(format!("dioptas/testasapo1_1009_00002_m1_part0000{part}.nxs"));
        let stack = open(&path).unwrap();
        assert_eq!((stack.spec().frames, stack.spec().dtype), (10, Dtype::I16));
        let dataset = File::open(&path).unwrap().dataset("entry/instrument/detector/data").unwrap();
        let expected: Vec<u8> = dataset.read_raw::<i16>().unwrap().iter().flat_map(|v| v.to_ne_bytes()).collect();
        let got: Vec<u8> = (0..10).flat_map(|number| frame(&stack, number).unwrap()).collect();
        assert!(got == expected, "part {part}");
    }
}

#[test]
fn missing_virtual_sources_of_real_files_are_refused_by_name() {
    let Some(folder) = real_files("virtual datasets without their sources") else { return };
    let message = refusal(folder.join("nexus/Therm_6_2.nxs"));
    assert!(message.contains("Therm_6_2_000001.h5, which does not exist"), "{message}");
    let bliss = folder.join("dioptas/ma4500_demoh5.h5");
    let message = refusal(&bliss);
    assert!(message.contains("5 x 2048 x 2048 uint16"), "{message}");
    let message = refusal(format!("{}::/demoh5_dataset_1.1", bliss.display()));
    assert!(message.contains("the file scan0001/marana_0000.h5, which does not exist"), "{message}");
}

#[test]
fn every_kind_of_chunk_index_gives_all_frames() {
    let Some(folder) = real_files("chunk indices") else { return };
    let path = folder.join("jhdf/chunked_v4_datasets.hdf5");
    let report = inspect(&path, Reach::Folder).unwrap();
    let names: Vec<String> =
        report.datasets.iter().filter(|one| one.shape.len() == 3).map(|one| one.path.clone()).collect();
    assert!(names.len() >= 4, "{names:?}");
    for name in names {
        let stack = open(format!("{}::{name}", path.display())).unwrap();
        let dataset = File::open(&path).unwrap().dataset(&name).unwrap();
        let expected = bytes(&dataset);
        let got: Vec<u8> = (0..stack.spec().frames).flat_map(|number| frame(&stack, number).unwrap()).collect();
        assert!(got == expected, "{name}");
    }
}

#[test]
fn a_file_never_closed_opens() {
    let Some(folder) = real_files("a file marked as open") else { return };
    let report = inspect(&folder.join("jhdf/test_byteshuffle_compressed_datasets_latest.hdf5"), Reach::Folder).unwrap();
    assert!(!report.datasets.is_empty());
    assert_eq!(report.datasets[0].filters, "shuffle + gzip");
}

#[test]
fn real_bitshuffle_and_lz4_chunks_decode_to_their_values() {
    let Some(folder) = real_files("bitshuffle and LZ4 chunks") else { return };
    let mut decoded = 0;
    for name in ["jhdf/bitshuffle_datasets.hdf5", "jhdf/lz4_datasets.hdf5"] {
        let path = folder.join(name);
        for dataset in File::open(&path).unwrap().datasets().unwrap() {
            if dataset.dtype().unwrap().byte_order() != hdf5_metno::datatype::ByteOrder::BigEndian {
                let values = chunk_values(&path, &dataset);
                assert_eq!(values, (0..20).map(f64::from).collect::<Vec<_>>(), "{}", dataset.name());
                decoded += 1;
            }
        }
    }
    assert!(decoded > 30, "{decoded}");
}

/// The numbers in the only chunk of a dataset, by our decoder.
fn chunk_values(path: &Path, dataset: &Dataset) -> Vec<f64> {
    use std::os::unix::fs::FileExt;
    let chunk = dataset.chunk_info(0).unwrap();
    let mut stored = vec![0; chunk.size as usize];
    std::fs::File::open(path).unwrap().read_exact_at(&mut stored, chunk.addr).unwrap();
    let elem_size = dataset.dtype().unwrap().size();
    let filter = match &dataset.filters()[0] {
        hdf5_metno::filters::Filter::User(32004, _) => Filter::Lz4,
        hdf5_metno::filters::Filter::User(32008, values) => {
            let compression = if values[4] == 2 { Compression::Lz4 } else { Compression::None };
            Filter::Bitshuffle { block_elems: values[3] as usize, compression }
        }
        other => panic!("{other:?}"),
    };
    let format = ChunkFormat::new(vec![filter], elem_size, dataset.size()).unwrap();
    let mut out = vec![0; format.bytes()];
    Decoder::new(&format, Isa::best()).decode_chunk(&stored, chunk.filter_mask, &mut out).unwrap();
    let kind = dataset.dtype().unwrap().to_descriptor().unwrap();
    let dtype = Dtype::from_name(&kind.to_string()).unwrap();
    aureole::image::Image { shape: (1, dataset.size()), dtype, bytes: out }.to_f64()
}

fn bytes(dataset: &Dataset) -> Vec<u8> {
    match dataset.dtype().unwrap().to_descriptor().unwrap() {
        TypeDescriptor::Integer(hdf5_metno::types::IntSize::U1) => {
            dataset.read_raw::<i8>().unwrap().iter().flat_map(|v| v.to_ne_bytes()).collect()
        }
        TypeDescriptor::Integer(hdf5_metno::types::IntSize::U2) => {
            dataset.read_raw::<i16>().unwrap().iter().flat_map(|v| v.to_ne_bytes()).collect()
        }
        TypeDescriptor::Integer(_) => dataset.read_raw::<i32>().unwrap().iter().flat_map(|v| v.to_ne_bytes()).collect(),
        TypeDescriptor::Float(hdf5_metno::types::FloatSize::U4) => {
            dataset.read_raw::<f32>().unwrap().iter().flat_map(|v| v.to_ne_bytes()).collect()
        }
        _ => dataset.read_raw::<f64>().unwrap().iter().flat_map(|v| v.to_ne_bytes()).collect(),
    }
}
