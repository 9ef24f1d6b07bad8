use aureole_core::binning::Split;
use aureole_core::detector::Detector;
use aureole_core::unit::Unit;

use super::*;

fn geometry() -> Geometry {
    let detector = Detector::generic(Some((40, 50)), 1e-3, 1e-3).unwrap();
    let (poni1, poni2) = (0.02, 0.03);
    Geometry { detector, distance: 0.1, poni1, poni2, rot1: 0.0, rot2: 0.1, rot3: 0.0, wavelength: Some(1e-10) }
}

fn spec() -> BinningSpec {
    BinningSpec::new(30, Unit::QNm, Split::Full)
}

/// The binning and what is said of where it comes from.
fn cached(folder: &Path, mask: Option<&[bool]>) -> (Binning, String) {
    let (binning, notice) = bin(Some(folder), &geometry(), mask, &spec()).unwrap();
    (binning, notice.unwrap())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn the_second_time_a_binning_comes_from_the_folder_and_is_the_same_to_the_last_bit() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("new/plans");
    let (made, said) = cached(&folder, None);
    assert!(said.contains("it was made") && said.contains("kept in"), "{said}");
    let (taken, said) = cached(&folder, None);
    assert!(said.contains("come from"), "{said}");
    assert_eq!(taken, made);
    assert_eq!(made, binning::bin(&geometry(), None, &spec()).unwrap());
    assert_eq!(files(&folder).len(), 1);
}

#[test]
fn another_mask_is_another_binning() {
    let folder = tempfile::tempdir().unwrap();
    let mut mask = vec![false; 2000];
    for masked in [0, 1] {
        mask[7] = masked == 1;
        let (_, said) = cached(folder.path(), Some(&mask));
        assert!(said.contains("it was made"), "{said}");
    }
    assert_eq!(files(folder.path()).len(), 2);
}

#[test]
fn a_torn_or_altered_file_is_noticed_and_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (made, _) = cached(folder.path(), None);
    let path = files(folder.path()).remove(0);
    let whole = fs::read(&path).unwrap();
    let cuts = [0, 7, 43, 44, 99, whole.len() / 2, whole.len() - 1].map(|length| whole[..length].to_vec());
    let flips = (0..whole.len()).step_by(whole.len() / 90).map(|place| {
        let mut altered = whole.clone();
        altered[place] ^= 1;
        altered
    });
    let longer = [whole.clone(), vec![0]].concat();
    for altered in cuts.into_iter().chain(flips).chain([longer]) {
        fs::write(&path, &altered).unwrap();
        let (binning, said) = cached(folder.path(), None);
        assert!(said.contains("is not used") && said.contains("it was made"), "{said}");
        assert_eq!(binning, made);
        assert!(fs::read(&path).unwrap() == whole, "a whole file is in its place again");
    }
}

#[test]
fn many_at_once_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let made = binning::bin(&geometry(), None, &spec()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(cached(folder.path(), None).0, made));
        }
    });
    assert_eq!(files(folder.path()).len(), 1, "nothing unfinished is left");
}

#[test]
fn a_cache_that_cannot_be_written_is_no_error_but_one_that_is_no_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file_name(&key(&geometry(), None, &spec())));
    fs::create_dir_all(path.join("in the way")).unwrap();
    let (_, said) = cached(folder.path(), None);
    assert!(said.contains("could not be kept"), "{said}");
    assert_eq!(files(folder.path()), [path], "nothing unfinished is left");
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for no_folder in [file.clone(), file.join("in it")] {
        let refused = bin(Some(&no_folder), &geometry(), None, &spec()).unwrap_err().to_string();
        assert!(refused.starts_with("--plan-cache ") || refused.starts_with("--plan-cache:"), "{refused}");
        assert!(refused.contains("a folder to keep plans in is needed"), "{refused}");
    }
}
