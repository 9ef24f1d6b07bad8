//! The median and means between two percentiles.

use super::moments::Part;

/// Scratch that is reused from bin to bin.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// A number that sorts like the value of a part, and the place of the part.
    keys: Vec<(i64, u32)>,
    kept: Vec<Part>,
}

impl Order {
    /// Puts the parts in the order of their values and keeps those that lie, by their weights `c·n`, wholly between two
    /// percentiles (0 to 100). Where one part reaches across both it is kept, so that both limits 50 leave the median: one
    /// part, or the two beside the middle.
    pub(super) fn keep(&mut self, parts: &mut Vec<Part>, low: f64, high: f64) {
        let Order { keys, kept } = self;
        keys.clear();
        keys.extend(parts.iter().zip(0..).map(|(part, place)| (key(part.value), place)));
        keys.sort_unstable();
        let sorted = || keys.iter().map(|(_, place)| &parts[*place as usize]);
        let total: f64 = sorted().map(|part| part.weight).sum();
        let (low, high) = (total * (low / 100.0), total * (high / 100.0));
        let mut reached = 0.0;
        kept.clear();
        kept.extend(sorted().copied().filter(|part| {
            let (from, to) = (reached, reached + part.weight);
            reached = to;
            (from >= low && to <= high) || (from <= low && to >= high)
        }));
        std::mem::swap(parts, kept);
    }
}

/// An integer that sorts as `f64::total_cmp` does: all bits but the sign of a negative number are turned round.
fn key(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

#[cfg(test)]
mod tests {
    use super::super::moments::whole;
    use super::*;

    fn kept(values: &[f64], low: f64, high: f64) -> Vec<f64> {
        let mut parts = whole(values);
        Order::default().keep(&mut parts, low, high);
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
    fn negative_values_come_first() {
        assert_eq!(kept(&[1.0, -2.0, 0.0, -0.5, 3.0], 0.0, 100.0), [-2.0, -0.5, 0.0, 1.0, 3.0]);
    }

    #[test]
    fn scratch_of_one_bin_leaves_nothing_for_the_next() {
        let mut order = Order::default();
        for values in [&[4.0, 2.0, 9.0][..], &[1.0], &[7.0, 3.0, 5.0, 8.0, 6.0]] {
            let (mut used, mut fresh) = (whole(values), whole(values));
            order.keep(&mut used, 50.0, 50.0);
            Order::default().keep(&mut fresh, 50.0, 50.0);
            assert_eq!(used, fresh);
        }
    }

    #[test]
    fn a_heavy_pixel_takes_the_middle() {
        let mut parts = whole(&[1.0, 2.0, 7.0]);
        parts[2].weight = 10.0;
        Order::default().keep(&mut parts, 50.0, 50.0);
        assert_eq!(parts[0].value, 7.0);
    }
}
