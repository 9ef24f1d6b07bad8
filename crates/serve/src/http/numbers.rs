//! Numbers as a page draws them: little endian, without names.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::Uri;

use super::Site;
use super::answer::{Answer, Refused, bytes};
use crate::lines::{Lines, RecipeLines};
use crate::pyramid::Which;
use crate::tile::{Asked, MOST_LEVEL};
use crate::view::{View, share};

/// Parts of a strip at most.
const STRIP: usize = 8192;

/// Values of a cake along one axis at most.
const CAKE: usize = 2048;

/// Whole numbers in the query of a request, and nothing else.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Of an address.
    #[must_use]
    pub(super) fn of(uri: &Uri) -> Query {
        let pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        Query(pairs.take(16).map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// A number from 0 to `most`.
    ///
    /// # Errors
    /// When it is not there, or something else.
    pub(super) fn number(&self, name: &str, most: usize) -> Result<usize, Refused> {
        let mut all = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
        let value = all.next().filter(|_| all.next().is_none());
        let digits = value.filter(|value| value.len() <= 12 && value.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok()).filter(|number| *number <= most);
        number.ok_or_else(|| Refused::bad(format!("{name}: a whole number from 0 to {most} is needed")))
    }
}

/// The number of a result, as it stands in a path.
pub(super) fn id(text: &str) -> Result<u32, Refused> {
    let digits = Some(text).filter(|text| text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| Refused::missing("there is no such result"))
}

impl Site {
    /// The result of a number.
    pub(super) async fn view(self: &Arc<Site>, text: &str) -> Result<Arc<View>, Refused> {
        let (id, site) = (id(text)?, Arc::clone(self));
        self.work(move || {
            site.catalogue.view(id).map_err(|why| match why {
                None => Refused::missing("there is no such result"),
                Some(why) => Refused::trouble(why),
            })
        })
        .await
    }
}

/// Largest number of a frame, bin or tile that is looked for.
const ANY: usize = 1 << 40;

fn words(words: &[usize]) -> Vec<u8> {
    words.iter().flat_map(|word| u32::try_from(*word).unwrap_or(u32::MAX).to_le_bytes()).collect()
}

fn floats(into: &mut Vec<u8>, values: &[f32]) {
    into.reserve_exact(4 * values.len());
    into.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

/// `tile?recipe&level&row&bin_level&column&low`: rows, columns, 1 for a tile made of a part of its frames, 0; then u16, the upper
/// halves of f32.
pub(super) async fn tile(State(site): State<Arc<Site>>, Path(result): Path<String>, uri: Uri) -> Answer {
    let query = Query::of(&uri);
    let recipe = query.number("recipe", 999)?;
    let level = |name| query.number(name, MOST_LEVEL as usize).map(|level| level as u32);
    let which = if query.number("low", 1)? == 1 { Which::Low } else { Which::High };
    let (row, column) = (query.number("row", ANY)?, query.number("column", ANY)?);
    let asked = Asked { level: level("level")?, row, bin_level: level("bin_level")?, column, which };
    let view = site.view(&result).await?;
    let made = site.work(move || {
        let tile = view.tile(recipe, asked).map_err(Refused::trouble)?;
        let tile = tile.ok_or_else(|| Refused::missing("there is no such tile"))?;
        let mut bytes = words(&[tile.rows, tile.columns, usize::from(tile.sampled), 0]);
        bytes.extend(tile.values.iter().flat_map(|value| value.to_le_bytes()));
        Ok(bytes)
    });
    made.await.map(bytes)
}

/// `row?recipe&row`: state, values, 1 where errors follow, 0; then f32. Of cakes the means over the azimuth.
pub(super) async fn row(State(site): State<Arc<Site>>, Path(result): Path<String>, uri: Uri) -> Answer {
    let query = Query::of(&uri);
    let (recipe, row) = (query.number("recipe", 999)?, query.number("row", ANY)?);
    let view = site.view(&result).await?;
    let read = site.work(move || {
        let (look, _) = view.look();
        let status = view.with_frames(|frames| frames.status());
        let recipe = look.recipes.get(recipe).filter(|_| row < status.len());
        let recipe = recipe.ok_or_else(|| Refused::missing("there is no such frame"))?;
        let lines = RecipeLines::of(recipe);
        let mut line = vec![0.0; lines.width()];
        lines.read(row..row + 1, &mut line).map_err(Refused::trouble)?;
        let errors = recipe.errors.as_ref().filter(|errors| errors.width() == lines.width() && row < errors.rows());
        let mut bytes = words(&[usize::from(status.of(row)), line.len(), usize::from(errors.is_some()), 0]);
        floats(&mut bytes, &line);
        if let Some(errors) = errors {
            errors.read(row, &mut line).map_err(Refused::trouble)?;
            floats(&mut bytes, &line);
        }
        Ok(bytes)
    });
    read.await.map(bytes)
}

/// `cake?recipe&row`: state, azimuthal values, radial values, bins a value in both directions, 0, 0, 0; then f32, the highest of the
/// bins that share a value.
pub(super) async fn cake(State(site): State<Arc<Site>>, Path(result): Path<String>, uri: Uri) -> Answer {
    let query = Query::of(&uri);
    let (recipe, row) = (query.number("recipe", 999)?, query.number("row", ANY)?);
    let view = site.view(&result).await?;
    let read = site.work(move || {
        let (look, _) = view.look();
        let status = view.with_frames(|frames| frames.status());
        let recipe = look.recipes.get(recipe).filter(|_| row < status.len());
        let azimuthal = recipe.and_then(|recipe| Some((recipe, recipe.azimuthal.as_ref()?.centres.len())));
        let (recipe, azimuthal) = azimuthal.ok_or_else(|| Refused::missing("there is no such cake"))?;
        let radial = recipe.axis.centres.len();
        let mut cake = vec![0.0; recipe.intensity.width()];
        recipe.intensity.read(row, &mut cake).map_err(Refused::trouble)?;
        let (high, wide) = (azimuthal.div_ceil(CAKE), radial.div_ceil(CAKE));
        let small = if high * wide == 1 { cake } else { highest(&cake, radial, high, wide) };
        let shape = (azimuthal.div_ceil(high), radial.div_ceil(wide));
        let mut bytes = words(&[usize::from(status.of(row)), shape.0, shape.1, high, wide, 0, 0, 0]);
        floats(&mut bytes, &small);
        Ok(bytes)
    });
    read.await.map(bytes)
}

/// The highest of `high` x `wide` values each of an image.
fn highest(image: &[f32], columns: usize, high: usize, wide: usize) -> Vec<f32> {
    let rows = image.chunks(columns * high);
    let of_rows = rows.flat_map(|rows| {
        (0..columns.div_ceil(wide)).map(move |column| {
            let part = column * wide..((column + 1) * wide).min(columns);
            rows.chunks_exact(columns).flat_map(|row| &row[part.clone()]).copied().fold(f32::NAN, f32::max)
        })
    });
    of_rows.collect()
}

/// `strip?from&to&parts`: for each part of the rows from..to a byte: 0 none done, 1 all done, 2 some failed, 3 some not done.
pub(super) async fn strip(State(site): State<Arc<Site>>, Path(result): Path<String>, uri: Uri) -> Answer {
    let query = Query::of(&uri);
    let (from, to, parts) = (query.number("from", ANY)?, query.number("to", ANY)?, query.number("parts", STRIP)?);
    if from >= to || parts == 0 {
        return Err(Refused::bad("from: below to, in at least one part"));
    }
    let view = site.view(&result).await?;
    let status = view.with_frames(|frames| frames.status());
    let of_part = |nth: usize| {
        let part = share(to - from, parts, nth);
        let part = from + part.start..from + part.end.max(part.start + 1);
        let known = part.start.min(status.len())..part.end.min(status.len());
        let (mut seen, mut done) = (known.len() < part.len(), false);
        for row in known {
            match status.of(row) {
                2 => return 2,
                1 => done = true,
                _ => seen = true,
            }
        }
        if !done { 0 } else { u8::from(seen) * 2 + 1 }
    };
    Ok(bytes((0..parts).map(of_part).collect()))
}

/// `map?recipe&from&to`: points; then f32, the mean of the bins from..to of the frame at each point, row by row.
pub(super) async fn map(State(site): State<Arc<Site>>, Path(result): Path<String>, uri: Uri) -> Answer {
    let query = Query::of(&uri);
    let recipe = query.number("recipe", 999)?;
    let (from, to) = (query.number("from", ANY)?, query.number("to", ANY)?);
    let view = site.view(&result).await?;
    let read = site.work(move || {
        let (look, _) = view.look();
        let status = view.with_frames(|frames| frames.status());
        let found = look.map.as_ref().zip(look.recipes.get(recipe));
        let (map, recipe) = found.ok_or_else(|| Refused::missing("there is no such map"))?;
        let lines = RecipeLines::of(recipe);
        if from >= to || to > lines.width() {
            return Err(Refused::bad(format!("from, to: bins from 0 to {} are needed, from below to", lines.width())));
        }
        let whole = recipe.intensity.width() != lines.width();
        let mut line = vec![0.0; if whole { lines.width() } else { to - from }];
        let mut bytes = words(&[map.rows.len()]);
        for row in &map.rows {
            let mut mean = f32::NAN;
            if let Some(row) = row.filter(|row| status.is_done(*row)) {
                let read = if whole {
                    lines.read(row..row + 1, &mut line)
                } else {
                    recipe.intensity.read_part(row, from, &mut line)
                };
                read.map_err(Refused::trouble)?;
                mean = mean_of(if whole { &line[from..to] } else { &line });
            }
            floats(&mut bytes, &[mean]);
        }
        Ok(bytes)
    });
    read.await.map(bytes)
}

/// The mean of the finite values.
fn mean_of(values: &[f32]) -> f32 {
    let finite = values.iter().filter(|value| value.is_finite());
    let (sum, count) = finite.fold((0.0, 0), |(sum, count), value| (sum + f64::from(*value), count + 1));
    if count == 0 { f32::NAN } else { (sum / f64::from(count)) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_are_numbers() {
        let of = |text: &str| Query::of(&format!("/x?n={text}").parse().unwrap()).number("n", 100).ok();
        assert_eq!((of("0"), of("100"), of("007")), (Some(0), Some(100), Some(7)));
        for bad in ["", "-1", "101", "1.0", "NaN", "1e2", "+1", "0x1", "99999999999999999999", "%31", "1&n=2"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_large_cake_keeps_its_highest_values() {
        let image: Vec<f32> = (0..15).map(|value| if value == 7 { f32::NAN } else { value as f32 }).collect();
        assert_eq!(highest(&image, 5, 2, 2), [6.0, 8.0, 9.0, 11.0, 13.0, 14.0]);
    }
}
