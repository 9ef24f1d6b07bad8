// Colour maps that colour-blind eyes can read, and scales of intensity.

// Points of the maps, evenly spaced: viridis (S. van der Walt, N. Smith), cividis (J. Nuñez, C. Anderton, R. Renslow).
const POINTS = {
  viridis: ['440154', '482475', '414487', '355f8d', '2a788e', '21918c', '22a884', '44bf70', '7ad151', 'bddf26', 'fde725'],
  cividis: ['00224e', '123570', '3b496c', '575d6d', '707173', '8a8678', 'a59c74', 'c3b369', 'e1cc55', 'fee838'],
  grey: ['101010', 'f4f4f4'],
};

export const STEPS = 1024;

const tables = new Map();

// 1024 colours as the canvas has them in memory (ABGR).
export function table(name) {
  if (!tables.has(name)) {
    const points = POINTS[name].map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));
    const colours = new Uint32Array(STEPS);
    for (let step = 0; step < STEPS; step++) {
      const place = (step / (STEPS - 1)) * (points.length - 1);
      const below = Math.min(Math.floor(place), points.length - 2);
      const part = place - below;
      const [r, g, b] = [0, 1, 2].map((c) => Math.round(points[below][c] * (1 - part) + points[below + 1][c] * part));
      colours[step] = (255 << 24 | b << 16 | g << 8 | r) >>> 0;
    }
    tables.set(name, colours);
  }
  return tables.get(name);
}

// Curves of patterns that are told apart (M. Okabe, K. Ito).
export const CURVES = ['#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#0072b2'];

// Between values and 0..1; the scale's ends are `low` and `high`.
export function scaling(scale, low, high) {
  const forth = { linear: (x) => x, log: (x) => Math.log10(x), sqrt: (x) => Math.sqrt(Math.max(0, x)) }[scale];
  const back = { linear: (y) => y, log: (y) => 10 ** y, sqrt: (y) => y * y }[scale];
  const [from, to] = [forth(low), forth(high)];
  const span = to - from || 1;
  return { of: (x) => (forth(x) - from) / span, at: (y) => back(from + y * span), low, high, scale };
}

// The ends of the scale that suit the values: all but a few of them lie within.
export function ends(values, scale) {
  // An odd stride, so that not the same columns are taken of each row.
  const stride = Math.max(1, Math.floor(values.length / 16000)) | 1;
  const taken = new Float32Array(Math.ceil(values.length / stride));
  let many = 0;
  for (let at = 0; at < values.length; at += stride) {
    const value = values[at];
    if (value === value && (scale !== 'log' || value > 0)) taken[many++] = value;
  }
  if (many === 0) return { low: scale === 'log' ? 0.1 : 0, high: 1 };
  const some = taken.subarray(0, many).sort();
  const at = (part) => some[Math.min(some.length - 1, Math.floor(part * some.length))];
  let [low, high] = [at(0.005), at(0.998)];
  if (scale === 'sqrt') low = Math.max(0, low);
  if (!(high > low)) [low, high] = [some[0], some[some.length - 1]];
  if (!(high > low)) [low, high] = scale === 'log' ? [low / 2, low * 2] : [low - 0.5, low + 0.5];
  return { low, high };
}

// Fills `pixels` with the colours of `values`; what is not a number gets `empty`.
export function paint(values, pixels, colours, scaled, empty) {
  const { low, high, scale } = scaled;
  const top = STEPS - 1;
  if (scale === 'linear') {
    const factor = top / (high - low);
    for (let at = 0; at < values.length; at++) {
      const value = values[at];
      const step = (value - low) * factor;
      pixels[at] = value !== value ? empty : colours[step < 0 ? 0 : step > top ? top : step | 0];
    }
    return;
  }
  const log = scale === 'log';
  const from = log ? Math.log(low) : Math.sqrt(Math.max(0, low));
  const factor = top / ((log ? Math.log(high) : Math.sqrt(high)) - from);
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    const step = value > 0 ? ((log ? Math.log(value) : Math.sqrt(value)) - from) * factor : 0;
    pixels[at] = value !== value ? empty : colours[step < 0 ? 0 : step > top ? top : step | 0];
  }
}
