//! The median and means between two percentiles.

use super::moments::Part;

/// Sorts the parts by value and keeps those that lie, by their weights `c·n`, wholly between two percentiles (0 to 100).
/// Where one part reaches across both it is kept, so that both limits 50 leave the median: one part, or the two beside
/// the middle.
pub(super) fn keep(parts: &mut Vec<Part>, low: f64, high: f64) {
    parts.sort_unstable_by(|a, b| a.value.total_cmp(&b.value).then(a.pixel.cmp(&b.pixel)));
    let total: f64 = parts.iter().map(|part| part.weight).sum();
    let (low, high) = (total * (low / 100.0), total * (high / 100.0));
    let mut reached = 0.0;
    parts.retain(|part| {
        let (from, to) = (reached, reached + part.weight);
        reached = to;
        (from >= low && to <= high) || (from <= low && to >= high)
    });
}

#[cfg(test)]
mod tests {
    use super::super::moments::whole;
    use super::*;

    fn kept(values: &[f64], low: f64, high: f64) -> Vec<f64> {
        let mut parts = whole(values);
        keep(&mut parts, low, high);
        parts.iter().map(|part| part.value).collect()
    }

    #[test]
    fn the_median_is_the_middle_or_the_two_beside_it() {
        assert_eq!(kept(&[9.0, 1.0, 5.0], 50.0, 50.0), [5.0]);
        assert_eq!(kept(&[9.0, 1.0, 5.0, 6.0], 50.0, 50.0), [5.0, 6.0]);
        assert!(kept(&[], 50.0, 50.0).is_empty());
    }

    #[test]
    fn all_lies_between_the_outermost_percentiles() {
        assert_eq!(kept(&[3.0, 2.0, 8.0, 1.0], 0.0, 100.0), [1.0, 2.0, 3.0, 8.0]);
        assert_eq!(kept(&[5.0, 4.0, 3.0, 2.0, 1.0], 20.0, 80.0), [2.0, 3.0, 4.0]);
        assert_eq!(kept(&[5.0, 4.0, 3.0, 2.0, 1.0], 25.0, 75.0), [3.0], "what a limit cuts is left out");
    }

    #[test]
    fn a_heavy_pixel_takes_the_middle() {
        let mut parts = whole(&[1.0, 2.0, 7.0]);
        parts[2].weight = 10.0;
        keep(&mut parts, 50.0, 50.0);
        assert_eq!(parts[0].value, 7.0);
    }
}
