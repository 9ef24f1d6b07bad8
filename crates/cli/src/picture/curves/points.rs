//! Where the points of curves are drawn.

use super::{Chart, Curve};
use crate::picture::{Scale, axis};

/// How far each curve is moved from the one before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shift {
    /// Not at all.
    None,
    /// So much is added, each time.
    Add(f64),
    /// It is multiplied by so much, each time: on a logarithmic scale that is a shift.
    Multiply(f64),
}

impl Shift {
    fn of(self, curve: usize, intensity: f64) -> f64 {
        match self {
            Shift::None => intensity,
            Shift::Add(step) => intensity + step * curve as f64,
            Shift::Multiply(factor) => intensity * factor.powi(i32::try_from(curve).unwrap_or(i32::MAX)),
        }
    }
}

/// A point as the axes take it: kuva takes logarithms itself, square roots are taken here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    /// Its position.
    pub(crate) x: f64,
    /// Its intensity.
    pub(crate) y: f64,
    /// The lower limit around it.
    pub(crate) lower: f64,
    /// The upper limit around it.
    pub(crate) upper: f64,
}

/// A run of neighbouring points that the scales can show.
pub(crate) type Stretch = Vec<Point>;

/// Curves as they are drawn.
pub(crate) struct Drawn {
    /// The stretches of each curve.
    pub(crate) curves: Vec<Vec<Stretch>>,
    /// The ends of the horizontal axis.
    pub(crate) x: (f64, f64),
    /// The ends of the vertical axis.
    pub(crate) y: (f64, f64),
    /// All intensities are drawn divided by ten to this power.
    power: i32,
}

/// kuva draws nothing that is smaller on a logarithmic axis.
const LEAST: f64 = 1e-9;

impl Drawn {
    /// Takes the curves apart where the scales cannot show a point (an empty bin, a zero on a logarithmic scale).
    pub(crate) fn new(chart: &Chart) -> Drawn {
        let mut seen = Extent::default();
        for (i, curve) in chart.curves.iter().enumerate() {
            for (bin, x) in curve.x.iter().enumerate() {
                let drawn = |intensity: f64| axis::value(chart.scale, chart.shift.of(i, intensity));
                if let (Some(_), Some(y)) = (axis::value(chart.x_scale, *x), drawn(curve.y[bin])) {
                    seen.x(*x);
                    seen.y(y);
                    let limits = curve.band.iter().filter(|_| chart.whole_bands);
                    limits.flat_map(|(low, high)| [low[bin], high[bin]]).filter_map(drawn).for_each(|y| seen.y(y));
                }
            }
        }
        chart.marks.iter().for_each(|x| seen.x(*x));
        let (low, high) = limits(seen.y, chart.scale);
        let power = match chart.scale {
            Scale::Log if axis::back(Scale::Log, low) < LEAST => high.floor() as i32,
            _ => 0,
        };
        let place = |value: f64| match chart.scale {
            Scale::Log => 10_f64.powf(value - f64::from(power)),
            _ => value,
        };
        let stretches = |(i, curve): (usize, &Curve)| {
            let value = |intensity: f64| axis::value(chart.scale, chart.shift.of(i, intensity));
            stretches(curve, chart.x_scale, &value, low, &place)
        };
        let curves = chart.curves.iter().enumerate().map(stretches).collect();
        Drawn { curves, x: seen.ends(), y: (place(low), place(high)), power }
    }

    /// The label of the vertical axis, with the power of ten that is left out of its numbers.
    pub(crate) fn y_label(&self, label: &str) -> String {
        match self.power {
            0 => label.to_owned(),
            power => format!("{label} · {}", axis::power(-f64::from(power))),
        }
    }
}

/// The ends of what is drawn.
struct Extent {
    x: (f64, f64),
    y: (f64, f64),
}

impl Default for Extent {
    fn default() -> Extent {
        let nothing = (f64::INFINITY, f64::NEG_INFINITY);
        Extent { x: nothing, y: nothing }
    }
}

impl Extent {
    fn x(&mut self, x: f64) {
        self.x = (self.x.0.min(x), self.x.1.max(x));
    }

    fn y(&mut self, y: f64) {
        self.y = (self.y.0.min(y), self.y.1.max(y));
    }

    /// The ends of the horizontal axis, never the same.
    fn ends(&self) -> (f64, f64) {
        match self.x {
            (low, high) if low < high => (low, high),
            (low, high) if low > high => (1.0, 10.0),
            (low, _) => (low - 0.5 * low.abs().max(1e-9), low + 0.5 * low.abs().max(1e-9)),
        }
    }
}

/// The ends of the vertical axis, a little beyond what is drawn; on a logarithmic scale the logarithms.
fn limits((low, high): (f64, f64), scale: Scale) -> (f64, f64) {
    let least = match scale {
        Scale::Log => 0.08,
        _ if low == high => 1.0,
        _ => 0.0,
    };
    let beyond = (0.04 * (high - low)).max(least);
    if low > high { (0.0, 1.0) } else { (low - beyond, high + beyond) }
}

/// The points of a curve, cut where `value` has none. What is below the axis's end `low` ends there.
fn stretches(
    curve: &Curve,
    x_scale: Scale,
    value: &impl Fn(f64) -> Option<f64>,
    low: f64,
    place: &impl Fn(f64) -> f64,
) -> Vec<Stretch> {
    let mut found = vec![Stretch::new()];
    for (bin, x) in curve.x.iter().enumerate() {
        let Some(y) = value(curve.y[bin]).filter(|_| axis::value(x_scale, *x).is_some()) else {
            found.push(Stretch::new());
            continue;
        };
        let (lower, upper) = curve.band.as_ref().map_or((y, y), |(lower, upper)| {
            (value(lower[bin]).unwrap_or(low).max(low), value(upper[bin]).unwrap_or(y))
        });
        if let Some(stretch) = found.last_mut() {
            stretch.push(Point { x: *x, y: place(y), lower: place(lower), upper: place(upper) });
        }
    }
    found.retain(|stretch| !stretch.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(curves: &[&[f64]], scale: Scale, shift: Shift) -> Chart {
        let curve =
            |y: &&[f64]| Curve { x: (1..=y.len()).map(|x| x as f64).collect(), y: y.to_vec(), ..Curve::default() };
        Chart {
            curves: curves.iter().map(curve).collect(),
            label: String::new(),
            y_label: String::new(),
            x_scale: Scale::Linear,
            scale,
            shift,
            whole_bands: false,
            marks: Vec::new(),
            title: None,
        }
    }

    fn ys(drawn: &Drawn, curve: usize) -> Vec<Vec<f64>> {
        drawn.curves[curve].iter().map(|stretch| stretch.iter().map(|point| point.y).collect()).collect()
    }

    #[test]
    fn curves_are_cut_where_a_scale_shows_nothing() {
        let row: &[f64] = &[4.0, f64::NAN, 9.0, 0.0];
        let drawn = |scale| ys(&Drawn::new(&chart(&[row], scale, Shift::None)), 0);
        assert_eq!(drawn(Scale::Linear), [vec![4.0], vec![9.0, 0.0]]);
        assert_eq!(drawn(Scale::Sqrt), [vec![2.0], vec![3.0, 0.0]]);
        assert_eq!(drawn(Scale::Log).len(), 2);
    }

    #[test]
    fn each_curve_of_a_stack_is_a_step_above_the_one_before() {
        let row: &[f64] = &[1.0, 2.0];
        let added = Drawn::new(&chart(&[row; 3], Scale::Linear, Shift::Add(10.0)));
        assert_eq!(ys(&added, 2), [[21.0, 22.0]]);
        let multiplied = Drawn::new(&chart(&[row; 3], Scale::Log, Shift::Multiply(10.0)));
        assert!((ys(&multiplied, 2)[0][1] - 200.0).abs() < 1e-9);
        assert!(multiplied.y.1 > 200.0);
    }

    #[test]
    fn tiny_intensities_are_seen_on_a_logarithmic_axis() {
        let drawn = Drawn::new(&chart(&[&[2e-13, 4e-12]], Scale::Log, Shift::None));
        assert!((ys(&drawn, 0)[0][1] - 4.0).abs() < 1e-9);
        assert_eq!(drawn.y_label("I"), "I · 10¹²");
    }

    #[test]
    fn a_limit_below_zero_reaches_the_bottom_of_a_logarithmic_axis() {
        let mut chart = chart(&[&[10.0, 100.0]], Scale::Log, Shift::None);
        chart.curves[0].band = Some((vec![-3.0, 50.0], vec![23.0, 150.0]));
        let drawn = Drawn::new(&chart);
        let first = drawn.curves[0][0][0];
        assert!((first.lower - drawn.y.0).abs() < 1e-9 && (first.upper - 23.0).abs() < 1e-9, "{first:?}");
    }
}
