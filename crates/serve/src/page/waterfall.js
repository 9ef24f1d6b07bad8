// The waterfall: frames upwards, the radial axis to the right, put together of tiles.

import { recipe, shownRows, state } from './state.js';

// Edges of bins around their centres, and whether they are spaced by factors.
export function edges(centres) {
  const many = centres.length;
  if (many === 1) return { edges: Float64Array.of(centres[0] - 0.5, centres[0] + 0.5), log: false };
  const log = centres[0] > 0 && many > 3 && spread(centres, Math.log) < 0.02 && spread(centres, (x) => x) > 0.2;
  const [forth, back] = log ? [Math.log, Math.exp] : [(x) => x, (x) => x];
  const all = new Float64Array(many + 1);
  for (let nth = 1; nth < many; nth++) all[nth] = back((forth(centres[nth - 1]) + forth(centres[nth])) / 2);
  all[0] = back(2 * forth(centres[0]) - forth(all[1]));
  all[many] = back(2 * forth(centres[many - 1]) - forth(all[many - 1]));
  return { edges: all, log };
}

// How much the steps of an axis differ, as a share of their mean.
function spread(centres, of) {
  const steps = [];
  for (let nth = 1; nth < centres.length; nth++) steps.push(of(centres[nth]) - of(centres[nth - 1]));
  const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
  return Math.max(...steps.map((step) => Math.abs(step / mean - 1)));
}

// The bin at a place; -1 outside.
export function binAt(edges, x) {
  const many = edges.length - 1;
  const rising = edges[many] > edges[0];
  if (rising ? !(x >= edges[0] && x <= edges[many]) : !(x <= edges[0] && x >= edges[many])) return -1;
  let [low, high] = [0, many];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (rising ? edges[middle] <= x : edges[middle] >= x) low = middle;
    else high = middle;
  }
  return low;
}

// For each of w columns the first and the last bin that reach into it.
export function columns(edges, across, w) {
  const [first, last] = [new Int32Array(w).fill(-1), new Int32Array(w).fill(-2)];
  const many = edges.length - 1;
  const [least, most] = [Math.min(edges[0], edges[many]), Math.max(edges[0], edges[many])];
  let before = across(0);
  for (let column = 0; column < w; column++) {
    const after = across((column + 1) / w);
    if (after > least && before < most) {
      const a = binAt(edges, Math.max(before, least));
      const b = binAt(edges, Math.min(after - (after - before) * 1e-6, most));
      [first[column], last[column]] = [Math.min(a, b), Math.max(a, b)];
    }
    before = after;
  }
  return { first, last };
}

// Everything that there is, or will be while the run goes on.
export function whole(about, nth) {
  const all = about.edges[nth];
  const rows = Math.max(1, shownRows());
  return { x0: Math.min(all[0], all[all.length - 1]), x1: Math.max(all[0], all[all.length - 1]), y0: 0, y1: rows };
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

export class Waterfall {
  constructor(tiles) {
    this.tiles = tiles;
  }

  // Levels of the tiles that suit a view on w x h points, and the tiles themselves.
  wanted(view, w, h) {
    const { tile } = state.about;
    const rows = state.news?.rows ?? 0;
    const bins = recipe().radial.centres.length;
    const level = Math.min(tile.most_level, Math.max(0, Math.ceil(Math.log2((view.y1 - view.y0) / h) - 1e-9)));
    const shown = columns(state.about.edges[state.recipe], this.across, w);
    const [from, to] = range(shown, bins);
    const binLevel = Math.max(0, Math.floor(Math.log2(Math.max(1, (to - from) / w)) + 1e-9));
    const part = (from, to, size, most) => [Math.max(0, Math.floor(from / size)), Math.min(Math.ceil(most / size), Math.ceil(to / size))];
    const [row0, row1] = part(view.y0, view.y1, tile.rows * 2 ** level, rows);
    const [column0, column1] = part(from, to, tile.columns * 2 ** binLevel, bins);
    const list = [];
    for (let row = row0; row < row1; row++) for (let column = column0; column < column1; column++) list.push([level, row, binLevel, column]);
    return { level, binLevel, list, shown };
  }

  // Fills values of w x h points, the highest frame first; true when a part is preliminary.
  fill(values, w, h, view, across) {
    this.across = across;
    const { level, binLevel, list, shown } = this.wanted(view, w, h);
    this.list = list;
    const size = 2 ** level;
    const rows = state.news?.rows ?? 0;
    const bins = recipe().radial.centres.length;
    const cells = Math.ceil(bins / 2 ** binLevel);
    const line = new Float32Array(cells);
    const low = state.which === 'low';
    let preliminary = false;
    let [before0, before1] = [-1, -1];
    for (let y = 0; y < h; y++) {
      const top = view.y1 - (view.y1 - view.y0) * y / h;
      const bottom = view.y1 - (view.y1 - view.y0) * (y + 1) / h;
      const first = Math.max(0, Math.floor(bottom / size));
      const last = Math.ceil(Math.min(top, rows) / size - 1e-9) - 1;
      const place = y * w;
      if (last < first || top <= 0) { before0 = -1; continue; }
      if (first === before0 && last === before1) {
        values.copyWithin(place, place - w, place);
        continue;
      }
      [before0, before1] = [first, last];
      line.fill(NaN);
      for (let cell = first; cell <= last; cell++) preliminary = this.add(line, level, cell, binLevel, low) || preliminary;
      for (let x = 0; x < w; x++) {
        let kept = NaN;
        for (let cell = shown.first[x] >> binLevel; cell <= shown.last[x] >> binLevel; cell++) {
          const value = line[cell];
          if (!(low ? value >= kept : value <= kept) && value === value) kept = value;
        }
        values[place + x] = kept;
      }
    }
    return preliminary;
  }

  // Takes a row of cells into a line; from coarser tiles where there are none yet.
  add(line, level, cell, binLevel, low) {
    const { tile: shape } = state.about;
    let preliminary = false;
    const many = Math.ceil(line.length / shape.columns);
    for (let column = 0; column < many; column++) {
      let [found, at] = [null, cell];
      for (let up = level; up <= level + 10 && !found; up++) {
        const row = Math.floor(at / shape.rows);
        found = this.tiles.get(up, row, binLevel, column);
        if (found && at - row * shape.rows >= found.rows) found = null;
        if (!found) { at = Math.floor(at / 2); preliminary = true; }
      }
      if (!found) continue;
      preliminary ||= found.sampled;
      const start = (at - found.row * shape.rows) * found.columns;
      for (let nth = 0; nth < found.columns; nth++) {
        word[0] = found.values[start + nth] << 16;
        const value = float[0];
        const place = column * shape.columns + nth;
        if (value === value && !(low ? line[place] <= value : line[place] >= value)) line[place] = value;
      }
    }
    return preliminary;
  }
}

function range({ first, last }, bins) {
  let [from, to] = [bins, 0];
  for (let column = 0; column < first.length; column++) {
    if (first[column] < 0) continue;
    from = Math.min(from, first[column]);
    to = Math.max(to, last[column] + 1);
  }
  return from < to ? [from, to] : [0, 1];
}
