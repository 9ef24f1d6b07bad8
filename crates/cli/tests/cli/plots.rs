//! `aureole plot`: what is in the pictures.

use crate::support::{Desk, Ended, png_size};

/// A desk with patterns in q (1/nm) of ten frames, and the same in 1/angstrom and in 2theta.
fn with_results() -> Desk {
    let desk = Desk::with_stack();
    for (name, options) in [
        ("nm", "--error-model poisson"),
        ("angstrom", "--unit q_A^-1"),
        ("degrees", "--unit 2th_deg"),
        ("cakes", "--azimuthal-bins 12"),
    ] {
        desk.run(&format!("integrate stack.h5 --poni stack.poni --bins 40 -o {name}.h5 {options}")).is(0);
    }
    desk
}

fn svg(desk: &Desk, line: &str) -> String {
    desk.run(&format!("plot {line} -o picture.svg")).is(0);
    std::fs::read_to_string(desk.path("picture.svg")).unwrap()
}

/// The curves of a picture as points: paths without a filling that are drawn as wide as curves are.
fn curves(svg: &str) -> Vec<Vec<(f64, f64)>> {
    let paths = svg.split("<path ").skip(1).map(|rest| rest.split("/>").next().unwrap());
    let points = |path: &str| {
        let data = path.split("d=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let numbers: Vec<f64> = data.split(['M', 'L', ' ', ',']).filter_map(|word| word.parse().ok()).collect();
        numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    };
    paths.filter(|path| path.contains("stroke-width=\"1.1\"")).map(points).collect()
}

#[test]
fn patterns_of_several_files_are_overlaid_in_one_unit() {
    let desk = with_results();
    let svg = svg(&desk, "nm.h5 angstrom.h5 --frames 3 --no-errors");
    assert!(svg.contains("nm.h5, frame 3") && svg.contains("angstrom.h5, frame 3"), "both are named");
    assert!(svg.contains("Scattering vector q (nm⁻¹)") && !svg.contains("Å"));
    let curves = curves(&svg);
    assert_eq!(curves.len(), 2);
    // The same frame over the same quantity: one curve on top of the other.
    assert_eq!(curves[0].len(), 40);
    let near = |(a, b): (&(f64, f64), &(f64, f64))| (a.0 - b.0).abs() < 0.5 && (a.1 - b.1).abs() < 0.5;
    assert!(curves[0].iter().zip(&curves[1]).all(near), "{curves:?}");
    let said = desk.run("plot nm.h5 degrees.h5 -o no.svg").is(2);
    assert!(said.contains("degrees.h5: its axis is Scattering angle 2θ (°)") && said.contains("(nm⁻¹)"), "{said}");
    assert!(desk.run("plot nm.h5 cakes.h5 -o no.svg").is(2).contains("cakes.h5: it has cakes"));
    assert!(!desk.path("no.svg").exists());
}

#[test]
fn files_of_one_name_are_told_apart_by_their_folders() {
    let desk = with_results();
    std::fs::create_dir(desk.path("other")).unwrap();
    std::fs::copy(desk.path("nm.h5"), desk.path("other/nm.h5")).unwrap();
    let svg = svg(&desk, "nm.h5 other/nm.h5 --frames 0");
    assert!(svg.contains(">nm.h5, frame 0<") && svg.contains(">other/nm.h5, frame 0<"));
}

#[test]
fn a_stack_of_curves_goes_up_by_a_step() {
    let desk = with_results();
    let frames = "nm.h5 --frames 0,0,0 --no-errors";
    let together = curves(&svg(&desk, frames));
    assert!(together[0] == together[1] && together[1] == together[2]);
    for options in ["--offset 25", "--offset auto", "--offset 10 --scale log", "--offset auto --scale log"] {
        // The upper one is drawn first, as it is the first in the legend.
        let apart = curves(&svg(&desk, &format!("{frames} {options}")));
        let steps: Vec<f64> = apart[0].iter().zip(&apart[1]).map(|(upper, lower)| lower.1 - upper.1).collect();
        let next: Vec<f64> = apart[1].iter().zip(&apart[2]).map(|(upper, lower)| lower.1 - upper.1).collect();
        assert!(
            steps.iter().chain(&next).all(|step| *step > 1.0 && (step - steps[0]).abs() < 0.03),
            "{options}: {steps:?}"
        );
    }
    let text = svg(&desk, &format!("{frames} --offset 25"));
    assert!(text.contains("Intensity (counts per pixel), each + 25"));
    assert!(
        desk.run("plot nm.h5 -o no.svg --offset 5 --scale sqrt").is(2).contains("--offset: curves on a square-root")
    );
    assert!(desk.run("plot nm.h5 -o no.svg --offset 0.5 --scale log").is(2).contains("must be above 1"));
    assert!(desk.run("plot nm.h5 -o no.svg --offset -3").is(2).contains("--offset"));
    assert!(desk.run("plot cakes.h5 -o no.svg --offset 5").is(2).contains("--offset moves curves"));
}

#[test]
fn a_logarithmic_axis_gives_decades_the_same_width() {
    let desk = with_results();
    let linear = curves(&svg(&desk, "nm.h5 --no-errors"));
    let log = curves(&svg(&desk, "nm.h5 --no-errors --x-scale log"));
    let gaps = |curve: &[(f64, f64)]| (curve[1].0 - curve[0].0, curve[39].0 - curve[38].0);
    let ((first, last), (wide, narrow)) = (gaps(&linear[0]), gaps(&log[0]));
    assert!((first - last).abs() < 0.05, "{first} {last}");
    assert!(wide > 4.0 * narrow, "{wide} {narrow}");
    for options in ["--waterfall --x-scale log", "--waterfall --x-scale log --scale log --frames 2:7"] {
        assert!(svg(&desk, &format!("nm.h5 {options}")).contains("data:image/png;base64,"), "{options}");
    }
    svg(&desk, "cakes.h5 --x-scale log");
    // The beam beside the detector: all of it lies below.
    let poni = std::fs::read_to_string(desk.path("stack.poni")).unwrap();
    let moved: Vec<&str> =
        poni.lines().map(|line| if line.starts_with("Poni1") { "Poni1: 0.5" } else { line }).collect();
    desk.write("beside.poni", &moved.join("\n"));
    desk.run("integrate stack.h5 --poni beside.poni --bins 40 --unit qy_nm^-1 -o below.h5").is(0);
    let said = desk.run("plot below.h5 -o no.svg --x-scale log").is(2);
    assert!(said.contains("--x-scale log: no position is above 0"), "{said}");
}

#[test]
fn errors_are_bands_unless_they_are_left_out() {
    let desk = with_results();
    let bands = |svg: &str| svg.matches("fill-opacity=\"0.25\"").count() + svg.matches("opacity=\"0.25\"").count();
    assert!(bands(&svg(&desk, "nm.h5")) > 0);
    assert_eq!(bands(&svg(&desk, "nm.h5 --no-errors")), 0);
}

#[test]
fn a_pdf_is_a_page_of_lines_with_its_font_in_it() {
    let desk = with_results();
    for (name, options) in [("curves", "nm.h5 --frames 0,5"), ("image", "nm.h5 --waterfall"), ("cake", "cakes.h5")] {
        desk.run(&format!("plot {options} -o {name}.pdf")).is(0);
        let bytes = std::fs::read(desk.path(&format!("{name}.pdf"))).unwrap();
        desk.run(&format!("plot {options} -o again.pdf")).is(0);
        assert!(bytes == std::fs::read(desk.path("again.pdf")).unwrap(), "the same picture has the same bytes: {name}");
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("%PDF-1.") && text.trim_end().ends_with("%%EOF"), "{name}");
        assert!(text.contains("/MediaBox") && text.contains("600 375"), "800 x 500 units are 600 x 375 points: {name}");
        assert!(text.contains("DejaVuSans") && text.contains("/FontFile"), "{name}");
        assert_eq!(text.contains("/Subtype/Image") || text.contains("/Subtype /Image"), name != "curves", "{name}");
        assert!(bytes.len() < 200_000, "{name}: {} bytes", bytes.len());
    }
}

/// What a terminal of the given width would be sent.
fn terminal(desk: &Desk, line: &str, columns: Option<&str>) -> String {
    let mut command = desk.command(&format!("plot {line} --terminal"));
    command.env_remove("COLUMNS").env_remove("NO_COLOR");
    if let Some(columns) = columns {
        command.env("COLUMNS", columns);
    }
    let ended: Ended = command.output().unwrap().into();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    ended.out
}

fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap()
}

fn dots(text: &str) -> usize {
    text.chars().filter(|letter| ('\u{2801}'..='\u{28ff}').contains(letter)).count()
}

#[test]
fn a_terminal_shows_dots_between_numbered_axes() {
    let desk = with_results();
    for line in ["nm.h5", "nm.h5 --frames 0,4", "nm.h5 --waterfall", "cakes.h5", "nm.h5 --scale log --x-scale log"] {
        let text = terminal(&desk, line, None);
        assert!(dots(&text) > 30, "{line}:\n{text}");
        assert!((60..=80).contains(&widest(&text)), "{line}:\n{text}");
        assert!(!text.contains('\x1b'), "no colours where there is no terminal: {line}");
        assert!(
            text.contains("Scattering vector q (nm⁻¹)") && text.contains('┤') && text.contains('└'),
            "{line}:\n{text}"
        );
    }
    let narrow = terminal(&desk, "nm.h5", Some("50"));
    assert!((40..=50).contains(&widest(&narrow)), "{narrow}");
    assert!((110..=120).contains(&widest(&terminal(&desk, "nm.h5", Some("120")))));
    assert!(widest(&terminal(&desk, "nm.h5", Some("many"))) <= 80);
    let named = terminal(&desk, "nm.h5 angstrom.h5 --frames 2", None);
    assert!(named.contains("── nm.h5, frame 2") && named.contains("── angstrom.h5, frame 2"), "{named}");
}

#[test]
fn the_highest_value_of_a_terminals_axis_is_that_of_the_pattern() {
    let desk = with_results();
    let row = aureole::result::ResultFile::open(&desk.path("degrees.h5"), None).unwrap().row(9).unwrap().intensity;
    let finite = || row.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (finite().fold(f32::INFINITY, f32::min), finite().fold(f32::NEG_INFINITY, f32::max));
    let text = terminal(&desk, "degrees.h5 --frames 9", None);
    let top: f32 = text.lines().nth(1).unwrap().split('┤').next().unwrap().trim().parse().unwrap();
    let expected = high + 0.04 * (high - low);
    assert!((top / expected - 1.0).abs() < 1e-3, "{top} {expected}\n{text}");
}

#[test]
fn a_picture_needs_a_place() {
    let desk = with_results();
    let said = desk.run("plot nm.h5").is(2);
    assert!(said.contains("--output FILE") && said.contains("--terminal"), "{said}");
    let both = desk.run("plot nm.h5 --terminal -o both.png").is(0);
    assert!(both.contains("both.png") && dots(&both) > 30);
    assert_eq!(png_size(&desk.path("both.png")), (1600, 1000));
    for (line, reason) in [
        ("plot nm.h5 -o nm.jpg", ".png, .svg or .pdf"),
        (
            "plot nm.h5 angstrom.h5 -o a.png --waterfall",
            "--waterfall: an image shows one result, and 2 files are given",
        ),
        ("plot nm.h5 angstrom.h5 -o a.png --map", "--map: an image shows one result"),
        ("plot nm.h5 angstrom.h5 -o a.png --frames 0:40", "frames 0 to 9"),
        ("plot nm.h5 nm.h5 nm.h5 nm.h5 nm.h5 nm.h5 nm.h5 -o a.png --frames 0:10", "70 curves are too many"),
        ("plot nm.h5 none.h5 -o a.png", "none.h5"),
        ("plot -o a.png", "FILE"),
        ("plot nm.h5 -o a.png --x-scale sqrt", "--x-scale sqrt"),
    ] {
        let said = desk.run(line).is(2);
        assert!(said.contains(reason), "{line}: {said}");
        assert!(!desk.path("a.png").exists(), "{line}");
    }
}

#[test]
fn a_name_that_looks_like_markup_or_a_formula_is_text() {
    let desk = with_results();
    let (hostile, other) = ("<b>$x_2$&.h5", "angstrom.h5");
    std::fs::copy(desk.path("nm.h5"), desk.path(hostile)).unwrap();
    for picture in ["hostile.svg", "hostile.png", "hostile.pdf"] {
        desk.run_words(&["plot", hostile, other, "-o", picture, "--title", "a \x1b[31m$\\alpha$ <i>"]).is(0);
    }
    let svg = std::fs::read_to_string(desk.path("hostile.svg")).unwrap();
    assert!(svg.contains("&lt;b&gt;$x_2$&amp;.h5, frame 9") && !svg.contains("<b>"), "{svg}");
    assert!(svg.contains("a [31m$\\alpha$ &lt;i&gt;") && !svg.contains('\x1b'));
    let said = desk.run_words(&["plot", hostile, other, "--terminal", "--title", "a \x1b[31mb"]).is(0);
    assert!(said.contains("a [31mb") && !said.contains('\x1b'), "{said}");
}

#[test]
fn a_picture_is_not_drawn_over_a_result() {
    let desk = with_results();
    std::fs::copy(desk.path("nm.h5"), desk.path("result.png")).unwrap();
    let said = desk.run("plot result.png -o result.png").is(2);
    assert!(said.contains("this is the result itself"), "{said}");
    assert_eq!(std::fs::read(desk.path("nm.h5")).unwrap(), std::fs::read(desk.path("result.png")).unwrap());
}
