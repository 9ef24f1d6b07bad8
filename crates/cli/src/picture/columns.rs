//! Which bins of an axis lie in each column of an image, on any scale and for bins of any widths.

use std::ops::Range;

use super::{Scale, axis};

/// The columns of an image.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Columns {
    /// The bins of each column, counted among those that were given.
    pub(crate) bins: Vec<Range<usize>>,
    /// Where the first column begins and the last one ends, in the unit of the axis.
    pub(crate) ends: (f64, f64),
}

/// So many columns are enough for bins of different widths.
const FINE: usize = 1000;

impl Columns {
    /// Columns for bins around ascending `centres`, `most` at most; `None` where the scale shows none of them.
    pub(crate) fn new(centres: &[f64], scale: Scale, most: usize) -> Option<Columns> {
        let left_out = centres.iter().take_while(|centre| axis::value(scale, **centre).is_none()).count();
        let drawn: Vec<f64> = centres[left_out..].iter().map_while(|centre| axis::value(scale, *centre)).collect();
        let edges = edges(&drawn)?;
        let (low, high) = (edges[0], edges[drawn.len()]);
        let width = (high - low) / drawn.len() as f64;
        let even = edges.windows(2).all(|pair| (pair[1] - pair[0] - width).abs() < 0.01 * width);
        let count = if even { drawn.len().min(most) } else { drawn.len().max(FINE).min(most) };
        let at = |column: f64| low + (high - low) * column / count as f64;
        let bins = (0..count).map(|column| {
            if even && count == drawn.len() {
                return column..column + 1;
            }
            let start = drawn.partition_point(|centre| *centre < at(column as f64));
            let end = drawn.partition_point(|centre| *centre < at(column as f64 + 1.0));
            if start < end {
                return start..end;
            }
            // A bin wider than the column.
            let behind = edges.partition_point(|edge| *edge <= at(column as f64 + 0.5)).clamp(1, drawn.len());
            behind - 1..behind
        });
        let bins = bins.map(|bins| bins.start + left_out..bins.end + left_out).collect();
        Some(Columns { bins, ends: (axis::back(scale, low), axis::back(scale, high)) })
    }
}

/// The middles between neighbours, and as far outside of the first and the last; `None` where there is nothing.
fn edges(centres: &[f64]) -> Option<Vec<f64>> {
    let (first, last) = (*centres.first()?, *centres.last()?);
    let half = |a: f64, b: f64| if centres.len() > 1 { 0.5 * (b - a) } else { 0.5 };
    let (second, before) = (centres.get(1).unwrap_or(&last), centres[centres.len().saturating_sub(2)]);
    let inner = centres.windows(2).map(|pair| 0.5 * (pair[0] + pair[1]));
    Some([first - half(first, *second)].into_iter().chain(inner).chain([last + half(before, last)]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_bins_have_a_column_each_and_reach_half_a_bin_beyond_their_centres() {
        let columns = Columns::new(&[1.0, 2.0, 3.0], Scale::Linear, 10).unwrap();
        assert_eq!(columns, Columns { bins: vec![0..1, 1..2, 2..3], ends: (0.5, 3.5) });
        assert_eq!(Columns::new(&[4.0], Scale::Linear, 10).unwrap().ends, (3.5, 4.5));
    }

    #[test]
    fn every_bin_is_in_one_column_where_there_are_more_than_columns() {
        let centres: Vec<f64> = (0..1000).map(f64::from).collect();
        let columns = Columns::new(&centres, Scale::Linear, 64).unwrap();
        assert_eq!(columns.bins.len(), 64);
        assert_eq!(columns.bins.into_iter().flatten().collect::<Vec<_>>(), (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn on_a_logarithmic_axis_a_decade_is_as_wide_as_the_next() {
        let centres: Vec<f64> = (0..100).map(f64::from).collect();
        let columns = Columns::new(&centres, Scale::Log, 2000).unwrap();
        assert_eq!(columns.bins[0], 1..2, "0 has no place there");
        assert_eq!(columns.bins.last(), Some(&(99..100)));
        let column_of = |bin: usize| columns.bins.iter().position(|bins| bins.contains(&bin)).unwrap() as f64;
        let (one, ten, ninety) = (column_of(1), column_of(10), column_of(90));
        assert!((ten - one) / (ninety - one) > 0.4, "{one} {ten} {ninety}");
        assert!(Columns::new(&[-1.0, 0.0], Scale::Log, 5).is_none());
    }

    #[test]
    fn wide_bins_fill_the_columns_between_their_edges() {
        let columns = Columns::new(&[0.0, 1.0, 10.0], Scale::Linear, 2000).unwrap();
        let share = |bin: usize| columns.bins.iter().filter(|bins| bins.contains(&bin)).count();
        assert_eq!(columns.bins.len(), FINE);
        assert!(share(0) < share(1) && share(1) < share(2), "{} {} {}", share(0), share(1), share(2));
        assert!(columns.bins.iter().all(|bins| bins.len() == 1));
    }
}
