// Units of the radial axis, and numbers as text.

const DEGREE = Math.PI / 180;

// From the unit's name to q in 1/nm, given the wavelength in nm; units that are not here have no q.
const TO_Q = {
  'q_nm^-1': (x) => x,
  'q_A^-1': (x) => 10 * x,
  'qtot_nm^-1': (x) => x,
  'qtot_A^-1': (x) => 10 * x,
  '2th_deg': (x, nm) => qOf(x * DEGREE, nm),
  '2th_rad': (x, nm) => qOf(x, nm),
  'd_nm': (x) => 2 * Math.PI / x,
  'd_A': (x) => 20 * Math.PI / x,
  'd_m': (x) => 2e-9 * Math.PI / x,
  'd*2_A^-2': (x) => 20 * Math.PI * Math.sqrt(x),
  'd*2_nm^-2': (x) => 2 * Math.PI * Math.sqrt(x),
  'log10(q.m)_None': (x) => 10 ** (x - 9),
  'log(q.nm)_None': (x) => Math.exp(x),
  'log(1+q.nm)_None': (x) => Math.expm1(x),
  'log(1+q.A)_None': (x) => 10 * Math.expm1(x),
  'arcsinh(q.nm)_None': (x) => Math.sinh(x),
  'arcsinh(q.A)_None': (x) => 10 * Math.sinh(x),
};

function qOf(tth, nm) {
  return nm ? 4 * Math.PI * Math.sin(tth / 2) / nm : NaN;
}

// q in 1/nm, 2theta in degrees and d in angstrom of a place on the axis; NaN where it cannot be known.
export function places(unit, x, wavelength) {
  const nm = wavelength ? wavelength * 1e9 : NaN;
  const of = TO_Q[unit];
  const q = of ? of(x, nm) : NaN;
  const sine = q * nm / (4 * Math.PI);
  return { q, tth: Math.abs(sine) <= 1 ? 2 * Math.asin(sine) / DEGREE : NaN, d: q > 0 ? 20 * Math.PI / q : NaN };
}

// How units are written.
const WRITTEN = {
  '1/nm': 'nm⁻¹', '1/angstrom': 'Å⁻¹', 'degree': '°', 'radian': 'rad', 'angstrom': 'Å', '1/nm^2': 'nm⁻²', '1/angstrom^2': 'Å⁻²',
};

export function unitText(units) {
  return WRITTEN[units] ?? units ?? '';
}

// The label of an axis: what it measures, and the unit unless it is in the words already.
export function axisText(axis) {
  let name = (axis.long_name || '').replace(/\s*\([^()]*\)\s*$/, '').replace(/\$|\\|[{}]/g, '').trim() || 'radial axis';
  name = name.replace(/^2 ?theta/i, '2θ').replace(/^Scattering angle 2theta/i, 'Scattering angle 2θ');
  const unit = unitText(axis.units);
  return unit ? `${name} (${unit})` : name;
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function count(value) {
  return whole.format(value);
}

// A number with so many significant digits.
export function digits(value, many = 5) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size >= 7 || size < -4) {
    const [mantissa, power] = value.toExponential(many - 1).split('e');
    return `${mantissa.replace('-', '−')}×10${superscript(Number(power))}`;
  }
  return value.toFixed(Math.max(0, many - 1 - size)).replace('-', '−');
}

export function superscript(power) {
  return [...String(power)].map((c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[c])).join('');
}

// Short text for a tick.
export function tick(value, step) {
  if (value === 0) return '0';
  const size = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  if (size >= 6 || size < -4) {
    const mantissa = value / 10 ** size;
    const text = Math.abs(mantissa - 1) < 1e-9 ? '' : `${Number(mantissa.toPrecision(4))}×`;
    return `${text}10${superscript(size)}`.replace('-', '−');
  }
  if (!step) return String(Number(value.toPrecision(4))).replace('-', '−');
  return value.toFixed(Math.min(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)), 8)).replace('-', '−');
}

// Ticks at round numbers between two values.
export function ticks(from, to, most) {
  const span = to - from;
  if (!(span > 0)) return { values: [], step: 1 };
  const raw = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((of) => of * power).find((step) => step >= raw * 0.7);
  const values = [];
  for (let nth = Math.ceil(from / step - 1e-9); nth * step <= to + step * 1e-9; nth++) values.push(nth * step + 0);
  return { values, step };
}

// Ticks at powers of ten, or at round numbers where there are few.
export function logTicks(from, to, most) {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  if (last - first < 1) return ticks(from, to, most).values.filter((value) => value > 0);
  const stride = Math.ceil((last - first + 1) / most);
  const values = [];
  for (let power = first; power <= last; power += stride) values.push(10 ** power);
  return values;
}
