use super::*;

#[test]
fn a_negative_dummy_wraps_to_the_dtype() {
    let eiger = Detector::by_name("Eiger4M").unwrap();
    let value = |dtype| eiger.dummy_for(dtype).unwrap().value;
    assert_eq!(value(Dtype::U32), 4_294_967_294);
    assert_eq!(value(Dtype::U16), 65_534);
    assert_eq!(value(Dtype::U8), 254);
    assert_eq!(value(Dtype::U64), (1 << 64) - 2);
    assert_eq!([Dtype::I8, Dtype::I32, Dtype::F32].map(value), [-2; 3]);
    assert_eq!(Detector::generic(None, 1e-4, 1e-4).unwrap().dummy_for(Dtype::U32), None);
}

#[test]
fn a_generic_detector_takes_the_shape_of_the_frames_and_a_named_one_does_not() {
    let generic = Detector::generic(None, 1e-4, 1e-4).unwrap();
    assert_eq!(generic.for_frames((10, 20)).unwrap().shape(), Some((10, 20)));
    let error = Detector::by_name("Pilatus1M").unwrap().for_frames((10, 20)).unwrap_err();
    assert_eq!(error.to_string(), "the frames are 10x20 pixels, but the detector Pilatus1M has 1043x981");
}

#[test]
fn binned_frames_make_the_pixels_of_a_named_detector_larger() {
    let perkin = Detector::by_name("perkin detector").unwrap();
    assert_eq!((perkin.shape(), perkin.pixel()), (Some((2048, 2048)), (2e-4, 2e-4)));
    let full = perkin.for_frames((4096, 4096)).unwrap();
    assert_eq!(full.pixel(), (1e-4, 1e-4));
}

#[test]
fn a_binned_pixel_is_masked_when_a_part_of_it_is() {
    let detector = Detector::by_name("Lambda250k").unwrap();
    let pixel = detector.pixel();
    let binned = detector.with_pixel(pixel.0 * 2.0, pixel.1 * 2.0).unwrap();
    let mask = binned.mask().unwrap();
    assert_eq!((binned.shape(), mask.len()), (Some((258, 258)), 258 * 258));
    assert_eq!(mask.iter().filter(|&&masked| masked).count(), 2 * 2 * 258 - 4);
}

#[test]
fn hostile_sizes_are_refused() {
    for size in [0.0, -1e-4, f64::NAN, f64::INFINITY, 1e9] {
        assert!(matches!(Detector::generic(None, size, 1e-4), Err(DetectorError::PixelSize(_))), "{size}");
    }
    for shape in [(0, 5), (5, 0), (usize::MAX, 2), (65536, 65536)] {
        assert!(matches!(Detector::generic(Some(shape), 1e-4, 1e-4), Err(DetectorError::Shape(_))), "{shape:?}");
    }
}

#[test]
fn sizes_of_joint_pixels_and_scans_come_from_the_table() {
    let pixel = |name: &str, side: usize| {
        let detector = Detector::by_name(name).unwrap().for_frames((side, side)).unwrap();
        assert_eq!(detector.shape(), Some((side, side)));
        detector.pixel()
    };
    assert_eq!(pixel("MAR 345", 2300), (150e-6, 150e-6));
    assert_eq!(pixel("MAR 345", 3000), (100e-6, 100e-6));
    assert_eq!(pixel("RayonixMx340hs", 7680), (44.2708e-6, 44.2708e-6));
    assert_eq!(pixel("Rayonix SX165", 1364), (118.616e-6, 118.616e-6));
    let mar = Detector::by_name("Mar345").unwrap().with_pixel(150e-6, 150e-6).unwrap();
    assert_eq!((mar.shape(), mar.mask().unwrap().len()), (Some((2300, 2300)), 2300 * 2300));
}

#[test]
fn pixels_of_several_widths_cannot_be_binned() {
    let detector = Detector::by_name("Imxpad S140").unwrap();
    assert!(matches!(detector.clone().for_frames((120, 280)), Err(DetectorError::OtherShape { .. })));
    assert!(matches!(detector.with_pixel(2.6e-4, 2.6e-4), Err(DetectorError::FixedPixels { .. })));
}

#[test]
fn only_a_cylinder_has_a_radius() {
    let bent = Detector::by_name("Aarhus").unwrap().with_radius(1.2).unwrap();
    assert_eq!(bent.arrangement(), &Arrangement::Cylinder { radius: 1.2 });
    assert_eq!(bent.with_radius(0.0), Err(DetectorError::Radius(0.0)));
    assert!(Detector::by_name("Eiger4M").unwrap().with_radius(1.2).is_err());
}

#[test]
fn pixels_without_a_position_are_masked() {
    let mut corners = vec![0.0; 24];
    corners[4] = f32::NAN;
    let corners = Arc::new(CornerArray::new((1, 2), corners).unwrap());
    let detector = Detector::generic(None, 1e-4, 1e-4).unwrap().with_corners(corners).unwrap();
    assert_eq!(detector.mask(), Some(vec![true, false]));
    assert_eq!(detector.clone().with_mask(vec![false, true]).unwrap().mask(), Some(vec![true, true]));
    assert!(detector.with_mask(vec![false; 3]).is_err());
}
