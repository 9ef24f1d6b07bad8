// What is drawn: waterfall, cake or map.

import { Tiles } from './data.js';
import { got } from './fetched.js';
import { Picture, whole } from './image.js';
import { $ } from './side.js';
import { recipe, state, touch } from './state.js';
import { axisText, digits, unitText } from './units.js';
import { binAt, edges, Waterfall } from './waterfall.js';

export const picture = new Picture($('picture'));
export const tiles = new Tiles(() => touch('tiles'));
const waterfall = new Waterfall(tiles);

export const LABELS = { stack: 'Waterfall', cake: 'Cake', map: 'Map' };

// Draws the picture of the tab.
export function draw() {
  const described = recipe();
  const ready = described && state.view && state.news;
  $('note').hidden = true;
  if (!ready) return;
  const { scale, colours, low, high, tab } = state;
  const common = { scale, colours, low, high, valueLabel: 'Intensity' };
  const view = { ...state.view };
  const xlog = state.about.log[state.recipe];
  let preliminary = false;
  if (tab === 'map') drawMap(common);
  else if (tab === 'cake') drawCake(common, view, xlog);
  else {
    const across = (part) => (xlog ? view.x0 * (view.x1 / view.x0) ** part : view.x0 + part * (view.x1 - view.x0));
    picture.draw({
      ...common, view, xlog, strip: got.strip ?? [], textY: frames, middleY: view.y1 - view.y0 < 60 ? 0.5 : 0,
      xLabel: axisText(described.radial), yLabel: 'Frame',
      fill: (values, w, h) => { preliminary = waterfall.fill(values, w, h, view, across); },
    });
    tiles.want(waterfall.list ?? []);
    got.points = Math.round(picture.area.h * picture.density);
  }
  $('picture').dataset.of = state.about.name;
  $('note').hidden = !preliminary;
  const { covered, covering } = state.news;
  const part = covering > covered ? `${Math.floor(100 * covered / covering)} % of them read` : 'more is coming';
  $('note').textContent = `a part of the frames; ${part}`;
  cross();
}

function drawCake(common, view, xlog) {
  const { azimuthal, radial } = recipe();
  const all = edges(azimuthal.centres).edges;
  const around = { y0: Math.min(all[0], all[all.length - 1]), y1: Math.max(all[0], all[all.length - 1]) };
  const bins = state.about.edges[state.recipe];
  picture.draw({
    ...common, view: { ...view, ...around }, xlog, strip: null,
    xLabel: axisText(radial), yLabel: axisText(azimuthal),
    fill: (values, w, h) => {
      const { cake } = got;
      if (!cake || cake.status !== 1) return;
      for (let y = 0; y < h; y++) {
        const row = Math.floor(binAt(all, around.y1 - (around.y1 - around.y0) * (y + 0.5) / h) / cake.high);
        for (let x = 0; row >= 0 && x < w; x++) {
          const bin = binAt(bins, picture.drawn ? picture.across((x + 0.5) / w) : view.x0);
          if (bin >= 0) values[y * w + x] = cake.values[row * cake.columns + Math.floor(bin / cake.wide)];
        }
      }
    },
  });
}

// The text of a tick at a row or column of a map: where the motor was.
function positions(centres) {
  return (nth) => (Number.isInteger(nth) && Number.isFinite(centres[nth]) ? String(Number(centres[nth].toPrecision(5))).replace('-', '−') : null);
}

// The text of a tick at a row: the frame's number in the stack.
function frames(row) {
  return whole(row + (Number.isInteger(row) ? state.about.first_frame : 0));
}

function drawMap(common) {
  const { map } = state.about;
  const [rows, many] = [map.slow.centres.length, map.fast.centres.length];
  const label = (axis, other) => (axis.long_name ? axisText(axis) : other);
  const [from, to] = state.mapBins;
  const centres = recipe().radial.centres;
  const unit = unitText(recipe().radial.units);
  const part = to - from < centres.length ? `, ${digits(centres[from], 4)} to ${digits(centres[to - 1], 4)} ${unit}` : '';
  picture.draw({
    ...common, view: { x0: 0, x1: many, y0: 0, y1: rows }, xlog: false, strip: null, cell: true, middleX: 0.5, middleY: 0.5,
    textX: positions(map.fast.centres), textY: positions(map.slow.centres),
    xLabel: label(map.fast, 'Point'), yLabel: label(map.slow, 'Row'), valueLabel: `Mean intensity${part}`,
    fill: (values, w, h) => {
      const { mapped } = got;
      for (let y = 0; mapped && y < h; y++) {
        const row = Math.floor((1 - (y + 0.5) / h) * rows);
        for (let x = 0; x < w; x++) values[y * w + x] = mapped[row * many + Math.floor(((x + 0.5) / w) * many)];
      }
    },
  });
}

// Draws the lines of the cursor.
export function cross() {
  if (!picture.drawn || !recipe()) return;
  const { cursor, tab, about } = state;
  const at = recipe().radial.centres[cursor.bin];
  if (tab === 'stack') picture.cross(at, cursor.row, cursor.row + 1);
  else if (tab === 'cake') picture.cross(at);
  else {
    const point = about.map.rows.indexOf(cursor.row);
    const many = about.map.fast.centres.length;
    if (point < 0) picture.cross(null);
    else picture.cross(point % many + 0.5, Math.floor(point / many), Math.floor(point / many) + 1);
  }
}
