//! What a recipe gave: numbers and pictures.

use aureole::result::{Overview, ResultFile};

use super::Subject;
use super::figures::{self, Room};
use super::html::{Html, cut};
use crate::exit::Failure;
use crate::picture::{Scale, axis};
use crate::print;

/// Writes the section of the `nth` recipe, with pictures where `drawn` says how many recipes have some.
pub(super) fn write(
    page: &mut Html,
    subject: &Subject,
    (nth, recipe): (usize, &str),
    scale: Scale,
    drawn: Option<usize>,
) -> Result<(), Failure> {
    let result = ResultFile::open(&subject.file, Some(recipe))?;
    let heading = if subject.about.recipes.len() > 1 {
        format!("Recipe {}", cut(recipe, 100))
    } else if result.azimuthal().is_some() {
        "Cakes".into()
    } else {
        "Patterns".into()
    };
    let mut waterfall = drawn.and_then(|recipes| figures::Waterfall::new(&result, Room::of(recipes)));
    let seen = result.overview(&mut |row, values| {
        if let Some(waterfall) = &mut waterfall {
            waterfall.add(row, values);
        }
    })?;
    let mut section = Html::part(&format!("{nth}"));
    section.facts(&facts(subject, &result, &seen));
    if let (Some(recipes), true) = (drawn, seen.read > 0) {
        let about = figures::About { subject, result: &result, seen: &seen, scale, room: Room::of(recipes) };
        about.write(&mut section, waterfall)?;
    } else if seen.read > 0 {
        section.element("p", "There are too many recipes for pictures of all; aureole plot --recipe draws it.");
    }
    page.section(&format!("recipe-{recipe}"), &heading, |page| page.append(&section));
    Ok(())
}

fn facts(subject: &Subject, result: &ResultFile, seen: &Overview) -> Vec<(&'static str, String)> {
    let along = |axis: &aureole::result::Axis| match axis.centres[..] {
        [first, .., last] => {
            let (first, last) = (axis::figures(first, 7), axis::figures(last, 7));
            format!("{} bins from {first} to {last}: {}", axis.centres.len(), axis::label(axis))
        }
        [only] => format!("1 bin at {only}: {}", axis::label(axis)),
        [] => "no bins".into(),
    };
    let means = || seen.frames.iter().enumerate().filter(|(_, mean)| mean.is_finite());
    let frame = |found: Option<(usize, &f64)>| {
        found.map_or(String::new(), |(row, mean)| {
            format!("{}, frame {}", axis::figures(*mean, 7), subject.record.first_frame + row)
        })
    };
    let (sum, count) = means().fold((0.0, 0u64), |(sum, count), (_, mean)| (sum + mean, count + 1));
    let read = match (seen.read, seen.step) {
        (0, _) => "none is done".into(),
        (read, 1) => print::count(read, "frame"),
        (read, step) => {
            format!("{}: every {step}th frame was read, as all of them are too much", print::count(read, "frame"))
        }
    };
    vec![
        ("Radial axis", along(result.axis())),
        ("Azimuthal axis", result.azimuthal().map_or(String::new(), along)),
        ("Errors", if result.has_errors() { "one beside each intensity" } else { "none" }.into()),
        ("In these pictures", read),
        (
            "Mean intensity",
            if count > 0 {
                format!("{}, of the frames' means over their bins", axis::figures(sum / count as f64, 7))
            } else {
                String::new()
            },
        ),
        ("Least mean", frame(means().min_by(|a, b| a.1.total_cmp(b.1)))),
        ("Greatest mean", frame(means().max_by(|a, b| a.1.total_cmp(b.1)))),
    ]
}
