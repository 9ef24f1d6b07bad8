// What a hand does: on the plots, with the keys, with buttons.

import * as data from './data.js';
import { LABELS, picture } from './draw.js';
import { got, move } from './fetched.js';
import { gestures, zoomed } from './image.js';
import { peakNear } from './pattern.js';
import { $, keep, reasonOf, say, subtract } from './side.js';
import { change, frameOf, recipe, state, touch } from './state.js';
import { count } from './units.js';
import { binAt, whole } from './waterfall.js';

function view(across, up) {
  if (!state.view || state.tab === 'map') return;
  const full = whole(state.about, state.recipe);
  const xlog = state.about.log[state.recipe];
  const { x0, x1, y0, y1 } = state.view;
  const [low, high] = xlog ? across.map((part) => Math.log(x0) + part * Math.log(x1 / x0)) : across.map((part) => x0 + part * (x1 - x0));
  const [least, most] = xlog ? [Math.log(full.x0), Math.log(full.x1)] : [full.x0, full.x1];
  const x = within(low, high, least, most, (most - least) / recipe().radial.centres.length * 4).map((of) => (xlog ? Math.exp(of) : of));
  const y = state.tab === 'stack' ? within(y0 + up[0] * (y1 - y0), y0 + up[1] * (y1 - y0), full.y0, full.y1, Math.min(4, full.y1)) : [y0, y1];
  change({ view: { x0: x[0], x1: x[1], y0: y[0], y1: y[1] }, fitted: y[0] <= 0 && y[1] >= full.y1 });
}

// A range that is moved and widened so that it lies within another one.
function within(from, to, least, most, shortest) {
  const span = Math.min(most - least, Math.max(shortest, to - from));
  const middle = (from + to) / 2;
  const start = Math.min(Math.max(middle - span / 2, least), most - span);
  return [start, start + span];
}

export function all() {
  if (state.about) change({ view: whole(state.about, state.recipe), fitted: true, mapBins: [0, recipe().radial.centres.length] });
}

function hover(part) {
  if (!picture.drawn || !state.about) return;
  $('tip').hidden = true;
  if (part.y < 0 || part.y > 1 || part.x > 1) return;
  if (part.x < 0) return tip(part);
  if (state.tab === 'map') {
    const { map } = state.about;
    const many = map.fast.centres.length;
    const point = Math.min(map.slow.centres.length - 1, Math.floor(part.y * map.slow.centres.length)) * many + Math.min(many - 1, Math.floor(part.x * many));
    if (map.rows[point] !== null) stay({ row: map.rows[point] });
    return;
  }
  const bin = binAt(state.about.edges[state.recipe], picture.across(part.x));
  stay(state.tab === 'stack' ? { row: Math.floor(picture.up(part.y)), bin } : { bin });
}

// A hand that takes the cursor elsewhere ends the stay at the latest frame.
function stay(to) {
  if (state.follow && to.row !== undefined) delete to.row;
  move(to);
}

// Over the strip of states: which frame, and why it failed.
async function tip(part) {
  if (state.tab !== 'stack' || part.x * picture.area.w < -14 || !got.strip) return;
  const row = nearFailed(part);
  const element = $('tip');
  if (row === null) return;
  const known = reasonOf(row) ?? (await data.failed(state.id, row).catch(() => []))[0];
  element.textContent = `Frame ${count(frameOf(row))} failed${known?.reason ? `: ${known.reason}` : ''}`;
  element.style.left = `${picture.area.x + 6}px`;
  element.style.top = `${Math.min(picture.area.y + (1 - part.y) * picture.area.h, picture.area.h - 24)}px`;
  element.hidden = false;
}

// The failed frame nearest to a place of the strip, a few points of the screen away at most.
function nearFailed(part) {
  const at = Math.floor(part.y * got.strip.length);
  const reach = Math.max(1, Math.ceil(4 * got.strip.length / picture.area.h));
  for (let away = 0; away <= reach; away++) {
    for (const nth of [at - away, at + away]) {
      if (got.strip[nth] !== 2) continue;
      const from = Math.max(0, Math.floor(state.view.y0));
      const to = Math.max(from + 1, Math.ceil(state.view.y1));
      return from + Math.floor(nth * (to - from) / got.strip.length);
    }
  }
  return null;
}

async function click(part) {
  if (part.x < 0 && state.tab === 'stack' && got.strip) {
    const row = nearFailed(part);
    if (row === null) return;
    const [found] = await data.failed(state.id, row).catch(() => []);
    if (found) { change({ follow: false }); move({ row: found.row }); }
    return;
  }
  if (state.follow) { change({ follow: false }); $('follow').checked = false; }
  hover(part);
}

// What the pointer does on the plots.
export function pointer(pattern) {
  gestures(picture, { view, hover, leave: () => { $('tip').hidden = true; }, click, all });
  pattern.hover = (x) => { const bin = state.about ? binAt(state.about.edges[state.recipe], x) : -1; if (bin >= 0) move({ bin }); };
  pattern.all = all;
  // In a map, a part of the axis that is drawn over is what the mean is taken of; else it is what is shown.
  pattern.chosen = (x0, x1) => {
    const of = state.about.edges[state.recipe];
    const bins = [binAt(of, x0), binAt(of, x1)].sort((a, b) => a - b);
    if (state.tab !== 'map') change({ view: { ...state.view, x0, x1 } });
    else if (bins[0] >= 0) change({ mapBins: [bins[0], bins[1] + 1] });
  };
}

const COLOURS = ['viridis', 'cividis', 'grey'];

export function set(name, value) {
  $(name).value = value;
  change({ [name]: value });
}

export function theme(chosen) {
  const root = document.documentElement;
  root.dataset.theme = chosen ?? (root.dataset.theme === 'dark' ? 'light' : 'dark');
  touch('theme');
}

export function number(id) {
  const text = $(id).value.trim().replace('−', '-');
  const value = text === '' ? null : Number(text);
  $(id).setAttribute('aria-invalid', value !== null && !Number.isFinite(value));
  change({ [id]: Number.isFinite(value) ? value : null });
}

// What keys and buttons do.
export const actions = {
  move(bins, rows) {
    if (!state.about) return;
    if (rows && state.follow) { $('follow').checked = false; change({ follow: false }); }
    move({ bin: state.cursor.bin + bins, row: state.cursor.row + rows });
    setTimeout(say, 150);
  },
  page(way) { actions.move(0, way * Math.max(1, Math.round((state.view.y1 - state.view.y0) / 10))); },
  zoom(axis, factor) {
    if (!state.view || !picture.drawn) return;
    const { cursor, view: of } = state;
    const y = Math.min(1, Math.max(0, (cursor.row + 0.5 - of.y0) / (of.y1 - of.y0)));
    const x = Math.min(1, Math.max(0, (picture.toX(recipe().radial.centres[cursor.bin]) - picture.area.x) / picture.area.w));
    view(axis === 'x' ? zoomed(x, factor) : [0, 1], axis === 'y' ? zoomed(y, factor) : [0, 1]);
  },
  all,
  log: () => set('scale', state.scale === 'log' ? 'linear' : 'log'),
  sqrt: () => set('scale', state.scale === 'sqrt' ? 'linear' : 'sqrt'),
  colours: () => set('colours', COLOURS[(COLOURS.indexOf(state.colours) + 1) % COLOURS.length]),
  keep,
  subtract: () => { if (state.kept.length) subtract(state.kept.length - 1); },
  peak() { if (state.pattern?.status === 1) { move({ bin: peakNear(state.pattern.line, state.cursor.bin) }); setTimeout(say, 150); } },
  follow() { $('follow').checked = !state.follow; $('follow').dispatchEvent(new Event('change')); },
  async failed() {
    if (!state.about) return;
    const [next] = await data.failed(state.id, state.cursor.row + 1).catch(() => []);
    const [first] = next ? [next] : await data.failed(state.id, 0).catch(() => []);
    if (first) { move({ row: first.row }); setTimeout(say, 250); }
  },
  tab() {
    const there = Object.keys(LABELS).filter((name) => !$(`tab-${name}`).hidden);
    change({ tab: there[(there.indexOf(state.tab) + 1) % there.length] });
  },
  theme,
  help: () => $('keys').showModal(),
};
