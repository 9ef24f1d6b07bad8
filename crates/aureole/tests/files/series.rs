//! Series of image files, and files of several images, as stacks.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use aureole::image::read_image;
use aureole::source::{self, Stack};
use aureole_codec::testing::byte_offset;
use aureole_core::dtype::Dtype;
use aureole_core::pipeline::Source;
use base64::Engine;
use md5::{Digest, Md5};
use tempfile::{TempDir, tempdir};

use crate::support::{SHAPE, assert_ramp, frame, open, ramp_bytes, real_files, refusal};

/// Frame `number` of the ramp as an EDF image.
fn edf(number: usize) -> Vec<u8> {
    let keys = format!(
        "DataType = UnsignedLong ;\nDim_1 = {} ;\nDim_2 = {} ;\nByteOrder = LowByteFirst ;\n",
        SHAPE.1, SHAPE.0
    );
    let mut header = format!("{{\n{keys}");
    while header.len() % 512 != 510 {
        header.push(' ');
    }
    [format!("{header}}}\n").as_bytes(), &ramp_bytes(number)].concat()
}

/// A CBF file around stored bytes; `more` are further lines of its MIME header.
fn cbf_of(stored: &[u8], element: &str, more: &str) -> Vec<u8> {
    let (rows, columns, size) = (SHAPE.0, SHAPE.1, stored.len());
    let text = format!(
        "###CBF: VERSION 1.5\r\ndata_a\r\n_array_data.data\r\n;\r\n--CIF-BINARY-FORMAT-SECTION--\r\n\
         Content-Type: application/octet-stream;\r\n     conversions=\"x-CBF_BYTE_OFFSET\"\r\n\
         Content-Transfer-Encoding: BINARY\r\nX-Binary-Size: {size}\r\nX-Binary-Element-Type: \"{element}\"\r\n\
         X-Binary-Size-Fastest-Dimension: {columns}\r\nX-Binary-Size-Second-Dimension: {rows}\r\n{more}\r\n"
    );
    [text.as_bytes(), &[0x0c, 0x1a, 0x04, 0xd5], stored, &[0; 100], b"\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n"]
        .concat()
}

fn stored(number: usize) -> Vec<u8> {
    byte_offset::encode(4, &ramp_bytes(number))
}

/// Frame `number` of the ramp as a CBF file.
fn cbf(number: usize) -> Vec<u8> {
    let md5 = base64::engine::general_purpose::STANDARD.encode(Md5::digest(stored(number)));
    cbf_of(&stored(number), "unsigned 32-bit integer", &format!("Content-MD5: {md5}\r\n"))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A folder with files of these names and contents.
fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn at(folder: &TempDir, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| folder.path().join(name).display().to_string()).collect()
}

fn open_all(folder: &TempDir, names: &[&str]) -> Stack {
    source::open(&at(folder, names)).unwrap()
}

#[test]
fn files_of_any_format_follow_each_other_in_one_stack() {
    let folder = folder(&[
        ("a.edf", edf(0)),
        ("b.cbf", cbf(1)),
        ("c.cbf.gz", gzip(&cbf(2))),
        ("d.cbf.bz2", bzip2(&cbf(3))),
        ("e.edf.gz", gzip(&edf(4))),
        ("no_ending", cbf(5)),
    ]);
    let names = ["a.edf", "b.cbf", "c.cbf.gz", "d.cbf.bz2", "e.edf.gz", "no_ending"];
    let stack = open_all(&folder, &names);
    assert_ramp(&stack, 6);
    let files: Vec<PathBuf> = stack.origins().iter().map(|origin| origin.file.clone()).collect();
    assert_eq!(files, at(&folder, &names).into_iter().map(PathBuf::from).collect::<Vec<_>>());
    assert!(frame(&stack, 6).unwrap_err().contains("no frame 6"));
}

#[test]
fn a_pattern_is_a_stack_in_the_order_of_its_numbers() {
    let names: Vec<String> = (0..12).map(|number| format!("run_{number}.cbf")).collect();
    let files: Vec<(&str, Vec<u8>)> = names.iter().enumerate().map(|(i, name)| (name.as_str(), cbf(i))).collect();
    let folder = folder(&files);
    let stack = open(folder.path().join("run_*.cbf")).unwrap();
    assert_ramp(&stack, 12);
    assert!(stack.notices().is_empty());
    let mut as_a_shell = at(&folder, &names.iter().map(String::as_str).collect::<Vec<_>>());
    as_a_shell.sort();
    let stack = source::open(&as_a_shell).unwrap();
    assert_eq!(frame(&stack, 2).unwrap(), ramp_bytes(10), "names that were typed stay in their order");
    assert!(stack.notices()[0].contains("not that of their numbers"), "{:?}", stack.notices());
    assert!(refusal(folder.path().join("scan_*.cbf")).contains("scan_*.cbf: no file matches"));
}

#[test]
fn files_of_several_images_are_stacks_also_compressed() {
    let several = |numbers: std::ops::Range<usize>| numbers.flat_map(edf).collect::<Vec<u8>>();
    let folder = folder(&[("a.edf", several(0..3)), ("b.edf.gz", gzip(&several(3..5))), ("c.edf", several(5..6))]);
    assert_ramp(&open_all(&folder, &["a.edf", "b.edf.gz", "c.edf"]), 6);
    let image = read_image(&at(&folder, &["b.edf.gz"])[0]).unwrap();
    assert_eq!(image.bytes, ramp_bytes(3), "as an image, the first one");
}

#[test]
fn pages_of_a_tiff_are_frames() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.tif");
    for compression in [tiff::encoder::Compression::Uncompressed, tiff::encoder::Compression::Lzw] {
        let file = fs::File::create(&path).unwrap();
        let mut encoder = tiff::encoder::TiffEncoder::new(file).unwrap().with_compression(compression);
        for number in 0..3 {
            let pixels: Vec<u32> =
                ramp_bytes(number).chunks_exact(4).map(|bytes| u32::from_ne_bytes(bytes.try_into().unwrap())).collect();
            let size = (SHAPE.1 as u32, SHAPE.0 as u32);
            encoder.write_image::<tiff::encoder::colortype::Gray32>(size.0, size.1, &pixels).unwrap();
        }
        drop(encoder);
        assert_ramp(&open(&path).unwrap(), 3);
    }
}

fn npy(shape: &str, fortran: &str, bytes: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '<u4', 'fortran_order': {fortran}, 'shape': {shape}, }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    [b"\x93NUMPY\x01\x00", (header.len() as u16).to_le_bytes().as_slice(), header.as_bytes(), bytes].concat()
}

#[test]
fn an_array_of_three_dimensions_is_a_stack() {
    let ramp: Vec<u8> = (0..4).flat_map(ramp_bytes).collect();
    let folder = folder(&[
        ("a.npy", npy("(4, 6, 20)", "False", &ramp)),
        ("b.npy.gz", gzip(&npy("(2, 2, 6, 20)", "False", &ramp))),
        ("c.npy", npy("(4, 6, 20)", "True", &ramp)),
        ("d.npy", npy("(5, 6, 20)", "False", &ramp)),
        ("e.npy", npy("(9223372036854775807, 6, 20)", "False", &ramp)),
    ]);
    assert_ramp(&open_all(&folder, &["a.npy"]), 4);
    assert_ramp(&open_all(&folder, &["b.npy.gz"]), 4);
    assert!(refusal(&at(&folder, &["c.npy"])[0]).contains("save it in C order"));
    let short = open_all(&folder, &["d.npy"]);
    assert!(frame(&short, 3).is_ok());
    assert!(frame(&short, 4).unwrap_err().contains("too short for image 4"), "{:?}", frame(&short, 4));
    assert!(refusal(&at(&folder, &["e.npy"])[0]).contains("two dimensions"));
}

#[test]
fn a_later_file_that_does_not_fit_fails_its_own_frame() {
    let other = |from: &str, to: &str| String::from_utf8_lossy(&edf(1)).replace(from, to).into_bytes();
    let folder = folder(&[
        ("0.edf", edf(0)),
        ("1.edf", other("Dim_1 = 20 ;", "Dim_1 = 10 ;")),
        ("2.edf", other("UnsignedLong", "SignedLong  ")),
        ("3.edf", edf(3)[..900].to_vec()),
        ("4.edf", [edf(4), edf(5)].concat()),
        ("5.edf", b"{ nothing".to_vec()),
        ("6.edf", edf(6)),
    ]);
    let stack = open_all(&folder, &["0.edf", "1.edf", "2.edf", "3.edf", "4.edf", "5.edf", "6.edf"]);
    assert_eq!(stack.spec().frames, 7);
    assert_eq!((frame(&stack, 0).unwrap(), frame(&stack, 6).unwrap()), (ramp_bytes(0), ramp_bytes(6)));
    for (number, words) in [
        (1, "1.edf has images of 6 x 10 uint32, but the first file of the series has images of 6 x 20 uint32"),
        (2, "6 x 20 int32"),
        (3, "3.edf: 388 bytes of pixels, too few for 6 x 20 uint32"),
        (4, "4.edf: it has 2 frames, but the first file of the series has one"),
        (5, "5.edf: an EDF header without its end }"),
    ] {
        let message = frame(&stack, number).unwrap_err();
        assert!(message.contains(words), "{message}");
    }
    fs::remove_file(folder.path().join("6.edf")).unwrap();
    assert!(frame(&stack, 6).unwrap_err().contains("6.edf: no such file"));
    let gone = source::open(&at(&folder, &["0.edf", "6.edf"])).unwrap_err().to_string();
    assert!(gone.contains("6.edf: no such file"), "a file that is missing at the start is refused: {gone}");
}

#[test]
fn a_damaged_cbf_is_an_error_that_says_what_is_wrong() {
    let text = String::from_utf8_lossy(&cbf(0)).into_owned();
    assert!(text.contains("Content-MD5"));
    let good = cbf(0);
    let start = good.windows(4).position(|bytes| bytes == [0x0c, 0x1a, 0x04, 0xd5]).unwrap() + 4;
    let mut changed = good.clone();
    changed[start + 7] ^= 1;
    let plain = |stored: &[u8], more: &str| cbf_of(stored, "signed 32-bit integer", more);
    let cases: [(Vec<u8>, &str); 9] = [
        (changed, "MD5 differs"),
        (good[..start + 50].to_vec(), "cut off: 50 of"),
        (good[..start - 4].to_vec(), "no binary section"),
        (plain(&[0; 119], ""), "119 bytes of pixels, which 6 x 20 int32 cannot be"),
        (plain(&[0x80; 120], ""), "cannot be decoded"),
        (plain(&[0; 120], "X-Binary-Number-of-Elements: 121\r\n"), "cannot be"),
        (plain(&[0; 120], "X-Binary-Size-Third-Dimension: 2\r\n"), "one image is wanted"),
        (cbf_of(&[0; 120], "complex", ""), "elements of type complex"),
        (b"###CBF: VERSION 1.5\r\n".to_vec(), "no binary section"),
    ];
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.cbf");
    for (content, words) in cases {
        fs::write(&path, &content).unwrap();
        let message = read_image(&path.display().to_string()).unwrap_err().to_string();
        assert!(message.contains("a.cbf: ") && message.contains(words), "{message}");
    }
    for from in [b"Fastest-Dimension: 20".as_slice(), b"X-Binary-Size: "] {
        let at = good.windows(from.len()).position(|bytes| bytes == from).unwrap() + from.len();
        let huge = [&good[..at], b"999999999", &good[at..]].concat();
        fs::write(&path, huge).unwrap();
        let message = read_image(&path.display().to_string()).unwrap_err().to_string();
        assert!(message.contains("too large") || message.contains("cannot be"), "{message}");
    }
}

/// Hostile headers and bytes: an error or an image, never a panic.
#[test]
fn any_byte_of_an_image_file_may_change() {
    let folder = tempdir().unwrap();
    let stored = stored(0);
    let cbf = cbf(0);
    let end = cbf.windows(stored.len()).position(|bytes| bytes == stored).unwrap() + stored.len();
    let cbf = cbf[..end].to_vec();
    let array = npy("(1, 6, 20)", "False", &ramp_bytes(0));
    for (name, good) in [
        ("a.cbf", cbf.clone()),
        ("a.edf", edf(0)),
        ("a.npy", array),
        ("a.cbf.gz", gzip(&cbf)),
        ("a.cbf.bz2", bzip2(&cbf)),
    ] {
        let path = folder.path().join(name);
        for at in 0..good.len().min(800) {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = good.clone();
                changed[at] ^= flip;
                fs::write(&path, &changed).unwrap();
                if let Ok(stack) = open(&path) {
                    let _ = frame(&stack, 0);
                }
            }
            fs::write(&path, &good[..at]).unwrap();
            assert!(open(&path).is_err() || frame(&open(&path).unwrap(), 0).is_err(), "{name} cut at {at}");
        }
    }
}

#[test]
fn a_file_that_unpacks_to_more_than_its_header_says_is_not_unpacked() {
    let folder = tempdir().unwrap();
    let bomb = |start: Vec<u8>| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&start).unwrap();
        (0..200).for_each(|_| encoder.write_all(&vec![b' '; 1 << 20]).unwrap());
        encoder.finish().unwrap()
    };
    let path = folder.path().join("a.cbf.gz");
    fs::write(&path, bomb(cbf(0))).unwrap();
    assert_eq!(read_image(&path.display().to_string()).unwrap().bytes, ramp_bytes(0));
    fs::write(&path, bomb(b"###CBF: VERSION 1.5\r\n".to_vec())).unwrap();
    assert!(refusal(&path).contains("no binary section"));
    let path = folder.path().join("a.edf.gz");
    fs::write(&path, bomb(b"{\n".to_vec())).unwrap();
    assert!(refusal(&path).contains("without its end"));
}

#[test]
fn images_have_no_datasets_and_other_files_are_refused() {
    let folder = folder(&[("a.cbf", cbf(0)), ("a.tif.gz", gzip(b"II*\0")), ("a.json", b"{ \"a\": 1 }".to_vec())]);
    assert!(refusal(format!("{}::/data", at(&folder, &["a.cbf"])[0])).contains("no dataset to choose"));
    assert!(refusal(&at(&folder, &["a.tif.gz"])[0]).contains("unpack it first"));
    assert!(refusal(&at(&folder, &["a.json"])[0]).contains("not an HDF5 file"));
    assert!(refusal(folder.path()).contains("folder"));
}

#[test]
fn real_cbf_files_have_their_shapes_and_extremes() {
    let Some(folder) = real_files("CBF files of real detectors") else { return };
    for (name, shape, high) in
        [("dxtbx/phi_scan_001.cbf", (619, 487), 1), ("dials/DLS_I03_smargon_0001.cbf.gz", (2527, 2463), 336)]
    {
        let image = read_image(&folder.join(Path::new(name)).display().to_string()).unwrap();
        assert_eq!((image.shape, image.dtype), (shape, Dtype::I32), "{name}");
        let pixels = image.bytes.chunks_exact(4).map(|bytes| i32::from_ne_bytes(bytes.try_into().unwrap()));
        let (low, found) = pixels.fold((0, 0), |(low, high), pixel| (pixel.min(low), pixel.max(high)));
        assert_eq!((low, found), (-2, high), "{name}");
    }
}
