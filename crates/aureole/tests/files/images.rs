//! Images and masks from every format.

use std::fs;
use std::path::Path;

use aureole::image::{read_image, read_mask};
use aureole::source::Reach;
use aureole_core::dtype::Dtype;
use hdf5_metno::File;
use ndarray::{Array2, Array3};
use tempfile::tempdir;

use crate::support::real_files;

/// A `.npy` file of version 1 with the given header and data.
fn npy(path: &Path, descr: &str, fortran: &str, shape: &str, data: &[u8]) -> String {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    fs::write(path, bytes).unwrap();
    path.display().to_string()
}

fn edf(path: &Path, keys: &str, data: &[u8]) -> String {
    let mut header = format!("{{\n{keys}");
    while header.len() % 512 != 510 {
        header.push(' ');
    }
    header.push_str("}\n");
    fs::write(path, [header.as_bytes(), data].concat()).unwrap();
    path.display().to_string()
}

fn values<T: Copy, const N: usize>(values: &[T], bytes: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|value| bytes(*value)).collect()
}

#[test]
fn arrays_of_every_type_order_and_byte_order_are_the_same_image() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.npy");
    let rows_first: [i16; 6] = [1, -2, 3, 4, -5, 6];
    let columns_first: [i16; 6] = [1, 4, -2, -5, 3, 6];
    let expected: Vec<f64> = rows_first.iter().map(|value| f64::from(*value)).collect();
    let check = |input: &str, dtype: Dtype| {
        let image = read_image(input).unwrap();
        assert_eq!((image.shape, image.dtype), ((2, 3), dtype));
        assert_eq!(image.to_f64(), expected);
    };
    check(&npy(&path, "<i2", "False", "(2, 3)", &values(&rows_first, i16::to_le_bytes)), Dtype::I16);
    check(&npy(&path, ">i2", "False", "(1, 2, 3)", &values(&rows_first, i16::to_be_bytes)), Dtype::I16);
    check(&npy(&path, ">i2", "True", "(2, 3)", &values(&columns_first, i16::to_be_bytes)), Dtype::I16);
    let floats = rows_first.map(f64::from);
    check(&npy(&path, "<f8", "False", "(2, 3)", &values(&floats, f64::to_le_bytes)), Dtype::F64);
}

#[test]
fn booleans_are_a_mask() {
    let folder = tempdir().unwrap();
    let input = npy(&folder.path().join("a.npy"), "|b1", "False", "(2, 2)", &[0, 1, 1, 0]);
    assert_eq!(read_mask(&input, Reach::Folder).unwrap(), ((2, 2), vec![false, true, true, false]));
}

#[test]
fn what_is_not_zero_is_masked_and_negative_zero_is_zero() {
    let folder = tempdir().unwrap();
    let data = values(&[0.0f32, -0.0, f32::NAN, -1.5], f32::to_le_bytes);
    let input = npy(&folder.path().join("a.npy"), "<f4", "False", "(2, 2)", &data);
    assert_eq!(read_mask(&input, Reach::Folder).unwrap().1, [false, false, true, true]);
}

#[test]
fn bad_arrays_are_refused_in_one_sentence() {
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let message = |input: String| read_image(&input).unwrap_err().to_string();
    for (input, words) in [
        (npy(&path("cube.npy"), "<f4", "False", "(2, 3, 4)", &[0; 96]), "two dimensions"),
        (npy(&path("huge.npy"), "<f4", "False", "(1000000000, 1000000000)", &[0; 4]), "too large"),
        (npy(&path("short.npy"), "<f4", "False", "(2, 2)", &[0; 15]), "too short"),
        (npy(&path("complex.npy"), "<c8", "False", "(2, 2)", &[0; 32]), "numbers are wanted"),
    ] {
        assert!(message(input.clone()).contains(words), "{}", message(input));
    }
    fs::write(folder.path().join("a.npz"), b"PK\x03\x04").unwrap();
    assert!(message(folder.path().join("a.npz").display().to_string()).contains("save the one you mean as .npy"));
    fs::write(folder.path().join("a.jpg"), b"no").unwrap();
    assert!(message(folder.path().join("a.jpg").display().to_string()).contains("use .npy, .edf, .tif"));
    assert!(message("absent.npy".into()).contains("no such file"));
}

#[test]
fn edf_counts_columns_first_and_keeps_its_byte_order() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.edf");
    let pixels: [u32; 6] = [1, 2, 3, 4, 5, 70000];
    let expected: Vec<f64> = pixels.iter().map(|value| f64::from(*value)).collect();
    let keys = |order: &str| {
        format!("ByteOrder = {order} ;\nDataType = UnsignedLong ;\nDim_1 = 3 ;\nDim_2 = 2 ;\nTitle = a = b ;\n")
    };
    for (order, data) in
        [("LowByteFirst", values(&pixels, u32::to_le_bytes)), ("HighByteFirst", values(&pixels, u32::to_be_bytes))]
    {
        let image = read_image(&edf(&path, &keys(order), &data)).unwrap();
        assert_eq!((image.shape, image.dtype), ((2, 3), Dtype::U32));
        assert_eq!(image.to_f64(), expected);
    }
    let short = edf(&path, &keys("LowByteFirst"), &[0; 20]);
    assert!(read_image(&short).unwrap_err().to_string().contains("too few for 2 x 3 uint32"));
    let huge = edf(&path, "DataType = Float ;\nDim_1 = 4000000000 ;\nDim_2 = 9000000000 ;\n", &[]);
    assert!(read_image(&huge).unwrap_err().to_string().contains("too large"));
    let odd = edf(&path, "DataType = Quaternion ;\nDim_1 = 1 ;\nDim_2 = 1 ;\n", &[0; 4]);
    assert!(read_image(&odd).unwrap_err().to_string().contains("DataType = Quaternion"));
}

#[test]
fn hdf5_images_drop_leading_ones_and_take_booleans() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    let values = Array3::from_shape_fn((1, 2, 3), |(_, row, column)| (10 * row + column) as f32);
    file.new_dataset_builder().with_data(&values).create("flat").unwrap();
    let flags = Array2::from_shape_fn((2, 3), |(row, column)| row == column);
    file.new_dataset_builder().with_data(&flags).create("mask").unwrap();
    file.new_dataset::<u8>().shape((2, 3, 4)).create("cube").unwrap();
    file.new_dataset::<u8>().shape((2, 3)).create("never").unwrap();
    drop(file);
    let at = |name: &str| format!("{}::{name}", path.display());
    let flat = read_image(&at("flat")).unwrap();
    assert_eq!((flat.shape, flat.dtype), ((2, 3), Dtype::F32));
    assert_eq!(flat.to_f64(), [0.0, 1.0, 2.0, 10.0, 11.0, 12.0]);
    assert_eq!(read_mask(&at("mask"), Reach::Folder).unwrap().1, [true, false, false, false, true, false]);
    let message = |name: &str| read_image(&at(name)).unwrap_err().to_string();
    assert!(message("cube").contains("[2, 3, 4]"), "{}", message("cube"));
    assert!(message("never").contains("never written"), "{}", message("never"));
    let unnamed = read_image(&path.display().to_string()).unwrap_err().to_string();
    assert!(unnamed.contains("FILE::/path") && unnamed.contains("flat, mask"), "{unnamed}");
}

#[test]
fn a_boolean_that_is_neither_0_nor_1_in_the_file_is_true() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    let mask = file.new_dataset_builder().with_data(&Array2::from_elem((1, 4), false)).create("mask").unwrap();
    let offset = mask.offset().unwrap() as usize;
    drop((mask, file));
    let mut bytes = fs::read(&path).unwrap();
    bytes[offset..offset + 4].copy_from_slice(&[0, 1, 2, 255]);
    fs::write(&path, bytes).unwrap();
    assert_eq!(read_mask(&format!("{}::mask", path.display()), Reach::Folder).unwrap().1, [false, true, true, true]);
}

#[test]
fn real_images_have_their_shapes_types_and_extremes() {
    let Some(folder) = real_files("images of real detectors") else { return };
    for (name, shape, dtype, low, high) in [
        ("dioptas/CeO2_Pilatus1M.tif", (1043, 981), Dtype::I32, -2.0, 621_698.0),
        ("ssrl_th3/b_toney_lab6_th3_scan1_0008.tif", (195, 1475), Dtype::F32, 0.0, 92_839.0),
        ("ssrl_th3/b_toney_lab6_th3_scan1_0008.azim", (360, 400), Dtype::F32, 0.0, 29_138.305),
    ] {
        let image = read_image(&folder.join(name).display().to_string()).unwrap();
        assert_eq!((image.shape, image.dtype), (shape, dtype), "{name}");
        let pixels = image.to_f64();
        assert!((pixels.iter().copied().fold(f64::INFINITY, f64::min) - low).abs() < 1e-3, "{name}");
        assert!((pixels.iter().copied().fold(f64::NEG_INFINITY, f64::max) - high).abs() < 1e-3, "{name}");
    }
    let mask = folder.join("xrpd_toolbox/i15-1-100245-fastcs_eiger_meta.h5");
    let (shape, masked) = read_mask(&format!("{}::/mask", mask.display()), Reach::Folder).unwrap();
    assert_eq!((shape, masked.iter().filter(|masked| **masked).count()), ((512, 1028), 1057));
}
