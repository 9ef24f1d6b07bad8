// The pattern under the cursor with its errors, patterns that were kept, and differences from them.

import { frameOf, recipe, state } from './state.js';
import { axisText, digits, logTicks, tick, ticks } from './units.js';

const { uPlot } = window;

export class Pattern {
  constructor(box, picture) {
    this.box = box;
    this.picture = picture;
    this.shape = '';
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(box);
  }

  size() {
    return { width: Math.max(120, this.box.clientWidth), height: this.box.clientHeight };
  }

  // Draws what the state has.
  draw() {
    const { about, pattern, view } = state;
    if (!about || !view) return;
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    const minus = state.kept.find((kept) => kept.minus);
    const shape = [about.generation, state.id, state.recipe, state.scale, document.documentElement.dataset.theme, this.picture.small, state.kept.map((kept) => kept.colour + kept.row).join(), minus?.row].join('|');
    if (shape !== this.shape) {
      this.plot?.destroy();
      this.plot = new uPlot(this.options(of, minus), this.data(minus), this.box);
      this.shape = shape;
    } else {
      this.plot.setData(this.data(minus), false);
    }
    this.zoom(pattern);
    this.line();
  }

  // The part of the axis that the waterfall shows, and the height of what is drawn there.
  zoom() {
    const { view } = state;
    const log = state.scale === 'log';
    let [low, high] = [Infinity, -Infinity];
    const [axis, ...curves] = this.plot.data;
    // The many small differences would leave no room for the patterns.
    if (log && state.kept.some((kept) => kept.minus)) curves.pop();
    for (const curve of curves) {
      for (let nth = 0; nth < axis.length; nth++) {
        const value = curve[nth];
        if (axis[nth] < view.x0 || axis[nth] > view.x1 || value === null || value === undefined || !Number.isFinite(value)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    if (!(high >= low)) [low, high] = log ? [0.1, 1] : [0, 1];
    if (log) {
      [low, high] = [low / 1.2, high * 1.3];
    } else {
      const room = (high - low || Math.abs(high) || 1) * 0.06;
      [low, high] = [low - room, high + room];
      if (state.scale === 'sqrt') low = Math.max(0, low);
    }
    this.plot.batch(() => {
      this.plot.setScale('x', { min: view.x0, max: view.x1 });
      this.plot.setScale('y', { min: low, max: high });
    });
  }

  // The line of the cursor.
  line() {
    const at = state.about && recipe().radial.centres[state.cursor.bin];
    if (!this.plot || at === undefined) return;
    this.plot.setCursor({ left: this.plot.valToPos(at, 'x'), top: -10 }, false);
  }

  data(minus) {
    const centres = recipe().radial.centres;
    const falling = centres.length > 1 && centres[centres.length - 1] < centres[0];
    const order = (line) => (falling ? Array.from(line).reverse() : Array.from(line));
    const fits = (value) => Number.isFinite(value) && (state.scale !== 'log' || value > 0) && (state.scale !== 'sqrt' || value >= 0);
    const curve = (of) => order(Array.from({ length: centres.length }, (_, nth) => { const value = of(nth); return fits(value) ? value : null; }));
    const { pattern } = state;
    const shown = pattern && pattern.status !== 2 && pattern.line.length === centres.length ? pattern : null;
    const floor = (value) => (state.scale === 'log' && !(value > 0) ? shown.smallest : state.scale === 'sqrt' ? Math.max(0, value) : value);
    if (shown && shown.smallest === undefined) shown.smallest = shown.line.reduce((least, value) => (value > 0 && value < least ? value : least), Infinity);
    const errors = shown?.errors;
    const empty = () => new Array(centres.length).fill(null);
    const all = [
      order(centres),
      errors ? curve((nth) => shown.line[nth] + errors[nth]) : empty(),
      errors ? curve((nth) => floor(shown.line[nth] - errors[nth])) : empty(),
      ...state.kept.map((kept) => curve((nth) => kept.line[nth])),
      shown ? curve((nth) => shown.line[nth]) : empty(),
    ];
    if (minus) all.push(shown ? curve((nth) => shown.line[nth] - minus.line[nth]) : empty());
    return all;
  }

  options(of, minus) {
    const { picture } = this;
    const log = state.scale === 'log';
    const sqrt = state.scale === 'sqrt';
    const line = (stroke, width = 1.5, more = {}) => ({ stroke, width: width, points: { show: false }, ...more });
    const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
    const grid = { stroke: of('grid'), width: 1 };
    const marks = { stroke: of('faint'), width: 1, size: 4 };
    const axis = { stroke: of('soft'), font, labelFont: font, grid, ticks: marks };
    const step = (splits) => (splits.length > 1 ? Math.abs(splits[1] - splits[0]) : 1);
    // All of them are drawn: on scales that are not linear uPlot would leave some out.
    const filter = (_, splits) => splits;
    const logY = { filter, splits: (_, __, from, to) => logTicks(from, to, 6), values: (_, splits) => splits.map((value) => tick(value)) };
    const sqrtY = { filter, splits: (_, __, from, to) => ticks(from, to, 6).values, values: (_, splits) => splits.map((value) => tick(value)) };
    const plainY = { values: (_, splits) => splits.map((value) => tick(value, step(splits))) };
    return {
      ...this.size(),
      padding: [8, picture.gutters.right, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false }, bind: this.bind() },
      select: { show: true },
      scales: {
        x: { time: false, distr: state.about.log[state.recipe] ? 3 : 1, auto: false },
        y: { auto: false, distr: log ? 3 : sqrt ? 100 : 1, fwd: (x) => Math.sqrt(Math.max(0, x)), bwd: (y) => y * y },
      },
      axes: [
        { ...axis, label: axisText(recipe().radial), labelSize: 20, size: 30, space: 90, values: (_, splits) => splits.map((value) => tick(value, step(splits))) },
        { ...axis, size: picture.gutters.left - 18, label: 'Intensity', labelSize: 18, space: 34, ...(log ? logY : sqrt ? sqrtY : plainY) },
      ],
      series: [
        {},
        line('transparent', 0), line('transparent', 0),
        ...state.kept.map((kept) => line(kept.colour, 1.25)),
        line(of('pattern')),
        ...(minus ? [line(of('text'), 1.25, { dash: [5, 3] })] : []),
      ],
      bands: [{ series: [1, 2], fill: of('band') }],
      hooks: { setSelect: [(plot) => this.selected(plot)] },
    };
  }

  // The pointer over the pattern moves the cursor of all plots; the place of its own line follows from that.
  bind() {
    const moved = (plot) => (event) => {
      const bounds = plot.over.getBoundingClientRect();
      const value = plot.posToVal(event.clientX - bounds.left, 'x');
      if (!event.buttons) this.hover?.(value);
    };
    return {
      mousemove: (plot, _, then) => { const own = moved(plot); return (event) => { own(event); if (event.buttons) then(event); }; },
      mouseleave: () => () => {},
      dblclick: () => () => { this.all?.(); },
    };
  }

  // A part of the axis was drawn over.
  selected(plot) {
    const { left, width } = plot.select;
    if (width < 8) return;
    const [x0, x1] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')];
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.chosen?.(x0, x1);
  }
}

// `Frame 12`, and what is drawn of it.
export function title() {
  const { pattern, kept } = state;
  if (!pattern) return 'Pattern';
  const minus = kept.find((of) => of.minus);
  const of = recipe()?.azimuthal ? ', mean over the azimuth' : '';
  const band = pattern.errors ? ` · band: ${recipe().errors_are || 'errors'}` : '';
  const less = minus ? ` · dashed: frame ${frameOf(pattern.row)} − frame ${frameOf(minus.row)}` : '';
  const failed = pattern.status === 2 ? ' failed, there is no pattern' : pattern.status === 0 ? ' is not done yet' : '';
  return `Frame ${frameOf(pattern.row)}${failed || of + band + less}`;
}

// The bin of the peak to which the pattern rises from a bin; values are taken with their neighbours.
export function peakNear(line, bin) {
  const smooth = (nth) => {
    let [sum, many] = [0, 0];
    for (let at = nth - 1; at <= nth + 1; at++) if (Number.isFinite(line[at])) { sum += line[at]; many++; }
    return many ? sum / many : -Infinity;
  };
  const reach = Math.max(3, Math.round(line.length / 50));
  let best = bin;
  for (let nth = Math.max(0, bin - reach); nth <= Math.min(line.length - 1, bin + reach); nth++) {
    if (smooth(nth) > smooth(best)) best = nth;
  }
  for (;;) {
    const next = [best - 1, best + 1].filter((nth) => nth >= 0 && nth < line.length).sort((a, b) => smooth(b) - smooth(a))[0];
    if (next === undefined || !(smooth(next) > smooth(best))) break;
    best = next;
  }
  for (const nth of [best - 1, best + 1]) if (line[nth] > line[best]) best = nth;
  return best;
}

export function valueText(pattern, bin) {
  const value = pattern.line[bin];
  if (!Number.isFinite(value)) return ['no pixels', ''];
  const error = pattern.errors?.[bin];
  return [digits(value), Number.isFinite(error) ? ` ± ${digits(error, 2)}` : ''];
}
