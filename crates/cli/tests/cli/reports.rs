//! `aureole report`: a page that is complete in itself. What its numbers are is checked in tests/oracle/report.py.

use std::io::{Seek, SeekFrom, Write};

use hdf5_metno::File;
use hdf5_metno::types::VarLenUnicode;

use crate::support::Desk;

fn page(desk: &Desk, line: &str) -> String {
    desk.run(&format!("report {line} -o report.html --force")).is(0);
    std::fs::read_to_string(desk.path("report.html")).unwrap()
}

/// Nothing is fetched, and nothing is run.
#[track_caller]
fn is_complete_in_itself(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    for never in ["<script", "<link", "<iframe", "src=", "@import", "javascript:"] {
        assert!(!page.contains(never), "{never}");
    }
    for link in page.split("url(").skip(1) {
        assert!(link.starts_with("#clip-"), "{}", &link[..link.len().min(60)]);
    }
    let mut names: Vec<&str> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "no name is that of two elements");
    for link in page.split("href=\"").skip(1) {
        assert!(link.starts_with("data:image/png;base64,"), "{}", &link[..link.len().min(60)]);
    }
    for address in page.split("http").skip(1) {
        assert!(address.starts_with("-equiv") || address.starts_with("://www.w3.org/2000/svg\""), "{}", &address[..40]);
    }
}

#[test]
fn a_report_has_summary_pictures_settings_and_provenance() {
    let desk = Desk::with_stack();
    desk.run("integrate stack.h5 --poni stack.poni --error-model poisson -o out.h5").is(0);
    let page = page(&desk, "out.h5");
    is_complete_in_itself(&page);
    for part in ["Complete", "<b>10</b>frames integrated", "195 x 487 uint32", "aureole 0.1.0", "threads"] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<figure>").count(), 3, "patterns, all frames, their means");
    assert!(page.contains(">frame 0<") && page.contains(">frame 5<") && page.contains(">frame 9<"));
    assert!(page.contains("<th scope=\"row\">error model</th><td>poisson</td>"));
    assert!(page.contains("stack.poni</td>") && page.contains("<td>the same</td>"));
    assert!(page.contains("<td>the same size and date</td>"));
    assert!(page.contains("None.") && page.contains("prefers-color-scheme: dark") && page.contains("@media print"));
    assert!(page.len() < 400_000, "{} bytes", page.len());
}

#[test]
fn files_that_changed_or_went_away_are_told() {
    let desk = Desk::with_stack();
    desk.run("integrate stack.h5 --poni stack.poni --bins 50 -o out.h5").is(0);
    std::fs::OpenOptions::new().append(true).open(desk.path("stack.poni")).unwrap().write_all(b"# later\n").unwrap();
    std::fs::rename(desk.path("stack.h5"), desk.path("gone.h5")).unwrap();
    let now = page(&desk, "out.h5");
    assert!(now.contains("<td>differs: ") && now.contains("<td>not known: it is not there</td>"));
    std::fs::create_dir(desk.path("archive")).unwrap();
    std::fs::rename(desk.path("gone.h5"), desk.path("archive/stack.h5")).unwrap();
    assert!(page(&desk, "out.h5 --data archive").contains("<td>the same size and date</td>"));
    assert!(
        desk.run("report out.h5 -o a.html --data nowhere").is(2).contains("--data nowhere: there is no such folder")
    );
}

#[test]
fn failed_frames_are_listed_with_their_reasons_and_marked() {
    let desk = Desk::with_stack();
    let mut stack = std::fs::OpenOptions::new().write(true).open(desk.path("stack.h5")).unwrap();
    let length = stack.metadata().unwrap().len();
    stack.seek(SeekFrom::Start(length / 2)).unwrap();
    stack.write_all(&[0xff; 2000]).unwrap();
    desk.run("integrate stack.h5 --poni stack.poni --bins 50 -o out.h5").is(3);
    let page = page(&desk, "out.h5");
    let file = File::open(desk.path("out.h5")).unwrap();
    let status = file.dataset("entry/frames/status").unwrap().read_raw::<u8>().unwrap();
    let reasons = file.dataset("entry/frames/reason").unwrap().read_raw::<VarLenUnicode>().unwrap();
    let failed = status.iter().position(|status| *status == 2).unwrap();
    let reason = reasons[failed].as_str().replace('\'', "&#39;").replace('"', "&quot;");
    assert!(page.contains(&format!("<td>{failed}</td><td>{reason}</td>")), "{reason}");
    assert!(page.contains("Complete, 1 frame failed") && page.contains("<b>1</b>frames failed"));
    assert_eq!(page.matches("class=\"marks\"").count(), 1);
}

#[test]
fn a_run_that_is_under_way_has_a_report_of_what_is_there() {
    let desk = Desk::with_stack();
    desk.run("integrate stack.h5 --poni stack.poni --bins 50 -o out.h5").is(0);
    {
        let file = File::append(desk.path("out.h5")).unwrap();
        file.group("entry").unwrap().unlink("end_time").unwrap();
        let status = file.dataset("entry/frames/status").unwrap();
        status.write_raw(&[1u8, 1, 1, 1, 0, 0, 0, 0, 0, 0]).unwrap();
    }
    let some = page(&desk, "out.h5");
    assert!(some.contains("Under way when this page was written") && some.contains("<b>6</b>frames not done"));
    assert!(some.contains(">frame 3<") && !some.contains(">frame 4<"));
    {
        let file = File::append(desk.path("out.h5")).unwrap();
        file.dataset("entry/frames/status").unwrap().write_raw(&[0u8; 10]).unwrap();
    }
    let none = page(&desk, "out.h5");
    assert!(none.contains("none is done") && !none.contains("<figure>"));
}

#[test]
fn recipes_cakes_and_maps_have_sections_of_their_own() {
    let desk = Desk::with_stack();
    let recipes = ["--recipe", "q --bins 30", "--recipe", "cake --bins 20 --azimuthal-bins 4"];
    let words = ["integrate", "stack.h5", "--poni", "stack.poni", "--map", "2x5", "-o", "map.h5"];
    desk.run_words(&[&words[..], &recipes].concat()).is(0);
    let page = page(&desk, "map.h5 --scale log");
    is_complete_in_itself(&page);
    assert!(page.contains("<section id=\"recipe-q\">") && page.contains("<section id=\"recipe-cake\">"));
    assert!(page.contains("<h2>Recipe q</h2>") && page.contains("The mean of all cakes."));
    assert_eq!(page.matches("The map: the mean intensity").count(), 4, "named and below, in both sections");
    assert!(page.contains("Azimuthal angle χ (°)"));
}

#[test]
fn what_files_are_called_and_say_is_never_markup() {
    let desk = Desk::new();
    let (stack, poni) = ("<img src=x onerror=alert(1)>.h5", "\"onload=alert(2) <svg>.poni");
    desk.run_words(&["simulate", stack, "--detector", "Pilatus100k", "--frames", "4"]).is(0);
    std::fs::rename(desk.path("<img src=x onerror=alert(1)>.poni"), desk.path(poni)).unwrap();
    desk.run_words(&["integrate", stack, "--poni", poni, "--bins", "20", "-o", "out.h5"]).is(0);
    let hostile = "</td></table><script>alert('3')</script><a href=\"javascript:alert(4)\">";
    let text: VarLenUnicode = hostile.parse().unwrap();
    {
        let file = File::append(desk.path("out.h5")).unwrap();
        let status = file.dataset("entry/frames/status").unwrap();
        let mut values = status.read_raw::<u8>().unwrap();
        values[2] = 2;
        status.write_raw(&values).unwrap();
        let reason = file.dataset("entry/frames/reason").unwrap();
        reason.write_slice(std::slice::from_ref(&text), 2..3).unwrap();
        file.dataset("entry/title").unwrap().write_scalar(&text).unwrap();
        file.dataset("entry/reduction/device").unwrap().write_scalar(&text).unwrap();
        file.dataset("entry/reduction/job").unwrap().write_scalar(&text).unwrap();
        let axis = file.dataset("entry/data/radial_axis").unwrap();
        axis.attr("units").unwrap().write_scalar(&text).unwrap();
    }
    let name = "<script>5.h5";
    std::fs::rename(desk.path("out.h5"), desk.path(name)).unwrap();
    desk.run_words(&["report", name, "-o", "report.html"]).is(0);
    let page = std::fs::read_to_string(desk.path("report.html")).unwrap();
    for never in ["<script", "<img", "<a ", "onerror=alert(1)>", "\"onload", "</td></table><"] {
        assert!(!page.contains(never), "{never}");
    }
    assert!(page.matches("&lt;script&gt;").count() >= 5, "it is there as text");
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;.h5"));
}

#[test]
fn a_report_is_refused_where_it_would_do_harm() {
    let desk = Desk::with_stack();
    desk.run("integrate stack.h5 --poni stack.poni --bins 20 -o out.h5").is(0);
    std::fs::copy(desk.path("out.h5"), desk.path("result.html")).unwrap();
    desk.write("there.html", "mine");
    let before = desk.files();
    for (line, reason) in [
        ("report out.h5 -o there.html", "there.html exists; --force replaces it"),
        ("report out.h5 -o a.pdf", "a.pdf: the name must end with .html"),
        ("report out.h5 -o nowhere/a.html", "there is no folder nowhere"),
        ("report result.html -o result.html --force", "this is the result itself"),
        ("report stack.h5 -o a.html", "a result of `aureole integrate` is needed"),
        ("report none.h5 -o a.html", "none.h5"),
        ("report stack.poni -o a.html", "this is no HDF5 file"),
        ("report out.h5", "--output"),
        ("report out.h5 -o a.html --scale logg", "did you mean log?"),
    ] {
        let said = desk.run(line).is(2);
        assert!(said.contains(reason), "{line}: {said}");
        assert_eq!(desk.files(), before, "{line}");
    }
    assert_eq!(std::fs::read_to_string(desk.path("there.html")).unwrap(), "mine");
    desk.run("report out.h5 -o there.html --force").is(0);
    assert!(std::fs::read_to_string(desk.path("there.html")).unwrap().starts_with("<!DOCTYPE html>"));
    assert_eq!(desk.files(), before, "nothing is left beside it");
}
