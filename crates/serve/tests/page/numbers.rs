//! What a page draws is what is in the file.

use aureole_serve::Place;
use tempfile::tempdir;

use crate::support::{BINS, Site, result, value};

#[test]
fn a_row_is_that_of_the_file_with_its_errors_and_its_state() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("scan.h5");
    result(&path, 200, None);
    let site = Site::of(Place::File(path));
    let row = site.get("/api/results/0/row?recipe=0&row=77");
    assert_eq!(row.words(4), [1, BINS as u32, 1, 0]);
    let wanted: Vec<f32> = (0..BINS).map(|bin| value(77, bin)).chain([0.5; BINS]).collect();
    assert_eq!(row.floats(4), wanted);
    let failed = site.get("/api/results/0/row?recipe=0&row=73");
    assert_eq!(failed.words(1), [2]);
    assert!(failed.floats(4).iter().all(|value| value.is_nan()));
}

#[test]
fn what_the_file_says_of_itself_is_told() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("scan.h5");
    result(&path, 12, None);
    let about = Site::of(Place::File(path)).json("/api/results/0");
    assert_eq!((&about["name"], &about["title"]), (&"scan.h5".into(), &"a scan".into()));
    assert_eq!(about["recipes"][0]["unit"], "q_nm^-1");
    assert_eq!(about["recipes"][0]["radial"]["centres"][1], 0.75);
    assert_eq!(about["wavelength"].as_f64().map(|metres| (metres * 1e13).round()), Some(1000.0));
    assert_eq!(about["record"]["files"][0]["sha256"], "00ff");
    assert_eq!(about["record"]["job"]["recipes"][0]["bins"], 20);
    assert!(about["ended"].as_str().is_some_and(|time| !time.is_empty()));
}

#[test]
fn failed_frames_are_told_with_their_reasons_a_hundred_at_a_time() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("scan.h5");
    result(&path, 1200, None);
    let site = Site::of(Place::File(path));
    let first = site.json("/api/results/0/failed?from=0");
    let first = first["failed"].as_array().unwrap();
    assert_eq!((first.len(), &first[1]["row"]), (100, &13.into()));
    assert_eq!(first[1]["reason"], "frame 13 is <b>torn</b>");
    let rest = site.json(&format!("/api/results/0/failed?from={}", first[99]["row"].as_u64().unwrap() + 1));
    assert_eq!(rest["failed"].as_array().unwrap().len(), 20);
    let strip = site.get("/api/results/0/strip?from=0&to=30&parts=30");
    let wanted: Vec<u8> = (0..30).map(|frame| if frame % 10 == 3 { 2 } else { 1 }).collect();
    assert_eq!(strip.content, wanted);
    let beyond = site.get("/api/results/0/strip?from=1195&to=1205&parts=5");
    assert_eq!(beyond.content, [1, 1, 3, 0, 0]);
}

#[test]
fn cakes_are_shown_whole_and_as_their_mean_over_the_azimuth() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("cakes.h5");
    result(&path, 3, Some(4));
    let site = Site::of(Place::File(path));
    let cake = site.get("/api/results/0/cake?recipe=0&row=2");
    assert_eq!(cake.words(5), [1, 4, BINS as u32, 1, 1]);
    assert_eq!(cake.floats(8), (0..4 * BINS).map(|bin| value(2, bin)).collect::<Vec<_>>());
    let row = site.get("/api/results/0/row?recipe=0&row=2");
    assert_eq!(row.words(3), [1, BINS as u32, 0]);
    // The mean over rows that lie 20 bins apart.
    assert_eq!(row.floats(4)[5], value(2, 5) + 1.5 * BINS as f32);
}

#[test]
fn the_page_is_small_and_whole() {
    let folder = tempdir().unwrap();
    let site = Site::of(Place::Folder(folder.path().to_owned()));
    let page = site.get("/");
    let mut bytes = page.content.len();
    for (name, kind, content) in aureole_serve::http::ASSETS {
        let answer = site.get(&format!("/page/{name}"));
        assert_eq!((answer.state, answer.header("content-type").as_deref()), (200, Some(kind)));
        assert_eq!(answer.text(), content);
        bytes += content.len();
        // Nothing is fetched from elsewhere; a name in XML is no address.
        let far = content.replace("http://www.w3.org/", "");
        assert!(!far.contains("http://") && !far.contains("https://cdn"), "{name}");
    }
    assert!(bytes < 300_000, "{bytes}");
    assert!(page.text().contains("<title>Aureole</title>"));
}

#[test]
fn rows_are_the_same_however_they_are_stored() {
    let folder = tempdir().unwrap();
    for stored in ["chunked", "compressed", "contiguous"] {
        let path = folder.path().join(format!("{stored}.h5"));
        result(&path, 150, None);
        let file = hdf5_metno::File::append(&path).unwrap();
        if stored != "chunked" {
            let old = file.dataset("entry/data/I").unwrap().read_2d::<f32>().unwrap();
            file.unlink("entry/data/I").unwrap();
            let new = file.new_dataset::<f32>().shape([150, BINS]);
            let new = if stored == "compressed" { new.chunk([7, BINS]).deflate(1) } else { new };
            new.create("entry/data/I").unwrap().write(&old).unwrap();
        }
        drop(file);
        let site = Site::of(Place::File(path));
        for frame in [0, 6, 7, 69, 149] {
            let row = site.get(&format!("/api/results/0/row?recipe=0&row={frame}"));
            let wanted: Vec<f32> = (0..BINS).map(|bin| value(frame, bin)).collect();
            assert_eq!(row.floats(4)[..BINS], wanted, "{stored}, frame {frame}");
        }
        let path = "/api/results/0/tile?recipe=0&level=3&row=0&bin_level=1&column=0&low=0";
        let tile = site.until("a tile of all frames", || Some(site.get(path)).filter(|tile| tile.words(3)[2] == 0));
        assert_eq!(tile.words(2), [19, 10], "{stored}");
        let highest = u16::from_le_bytes(tile.content[16 + 2 * 10..][..2].try_into().unwrap());
        // Frames 8 to 15 without the failed one, bins 0 and 1.
        assert!((f32::from_bits(u32::from(highest) << 16) / value(15, 1) - 1.0).abs() < 0.005, "{stored}");
    }
}
