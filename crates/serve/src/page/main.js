// Puts the page together: what comes from the server, what is drawn, what a hand does.

import * as data from './data.js';
import { gestures, Picture, zoomed } from './image.js';
import { keys } from './keys.js';
import { Pattern, peakNear, title } from './pattern.js';
import { $, failedCard, head, keep, keptCard, make, readout, reasonOf, runCard, say, settingsCard, subtract } from './side.js';
import { change, frameOf, on, recipe, shownRows, state, touch } from './state.js';
import { axisText, count, digits, unitText } from './units.js';
import { binAt, edges, Waterfall, whole } from './waterfall.js';

const picture = new Picture($('picture'));
const tiles = new data.Tiles(() => touch('tiles'));
const waterfall = new Waterfall(tiles);
const pattern = new Pattern($('pattern'), picture);
let strip = null;
let cake = null;
let mapped = null;
let source = null;

// ---- What is shown

// The results that there are; the one that was shown stays.
async function results() {
  const { of, folder, results } = await data.json('/api/results');
  document.title = `${of} · Aureole`;
  const select = $('result');
  const names = results.map(({ id, name }) => `${id} ${name}`).join('\n');
  if (select.dataset.names !== names) {
    select.dataset.names = names;
    select.replaceChildren(...results.map(({ id, name }) => make('option', name, { value: id, selected: id === state.id })));
  }
  select.disabled = results.length < 2;
  if (state.id === null && results.length) open(results[0].id);
  if (!results.length) trouble(folder ? `There is no result in ${of} yet.` : 'There is no result yet.');
  if (folder || !results.length) setTimeout(() => results_again(), 3000);
}

function results_again() {
  results().catch(() => setTimeout(results_again, 3000));
}

function trouble(text) {
  $('trouble').hidden = !text;
  $('trouble').textContent = text ?? '';
}

// Shows another result.
function open(id) {
  change({ id, about: null, news: null, recipe: 0, view: null, fitted: true, kept: [], pattern: null, tab: 'stack', mapBins: null, cursor: { row: 0, bin: 0 } });
  strip = cake = mapped = null;
  listen();
}

// News of the result that is shown.
function listen() {
  source?.close();
  source = new EventSource(`/api/results/${state.id}/live`);
  const { id } = state;
  source.onmessage = (event) => {
    if (id === state.id) news(JSON.parse(event.data));
  };
  source.onerror = () => {
    $('state').dataset.state = 'lost';
    $('state-text').textContent = state.news?.run ? 'the run has ended, and its page with it' : 'the server does not answer';
    if (source.readyState === EventSource.CLOSED) setTimeout(() => id === state.id && listen(), 2000);
  };
}

let describing = false;

async function news(value) {
  if (value.closed) {
    source.close();
    $('state').dataset.state = 'lost';
    $('state-text').textContent = 'other results are looked at; choose this one again';
    return;
  }
  if (value.waiting) {
    $('state').dataset.state = 'live';
    $('state-text').textContent = value.run?.phase || 'waiting';
    $('counts').textContent = '';
    return trouble(value.run ? null : value.waiting);
  }
  const before = state.news;
  const { about } = state;
  if (!about || about.generation !== value.generation || Boolean(about.ended) !== value.ended) {
    if (describing) return;
    describing = true;
    try { await describe(value); } catch (error) { trouble(error.message); return; } finally { describing = false; }
  }
  const [from, to] = value.changed;
  if (to > from) tiles.changed(from, to, state.about.tile.rows);
  if (before && before.covered !== value.covered) better(value.covered === value.covering);
  change({ news: value });
  grow(before);
}

let improved = 0;

// Tiles that show a part of their frames are asked for again, not too often.
function better(all) {
  if (!all && performance.now() - improved < 400) return;
  improved = performance.now();
  tiles.better();
}

async function describe(value) {
  const about = await data.json(`/api/results/${state.id}`);
  const made = about.recipes.map((of) => edges(of.radial.centres));
  about.edges = made.map((of) => of.edges);
  about.log = made.map((of) => of.log);
  const another = !state.about || state.about.generation !== about.generation;
  state.news = value;
  change({ about });
  if (another) begin();
}

// A recipe is shown from the start.
function begin() {
  const { about } = state;
  tiles.begin(state.id, state.recipe, state.which);
  strip = cake = mapped = null;
  const select = $('recipe');
  select.replaceChildren(...about.recipes.map((of, nth) => make('option', of.name, { value: nth, selected: nth === state.recipe })));
  $('recipe-pick').hidden = about.recipes.length < 2;
  $('tab-cake').hidden = !recipe().azimuthal;
  $('tab-map').hidden = !about.map;
  const bins = recipe().radial.centres.length;
  const row = state.news.last_done ?? 0;
  change({ view: whole(about, state.recipe), fitted: true, kept: [], pattern: null, mapBins: [0, bins], cursor: { row, bin: Math.floor(bins / 3) } });
  failedCard(true);
  settingsCard();
}

// The view and the cursor go with a stack that grows.
function grow(before) {
  if (!state.view) return;
  if (state.fitted) {
    const rows = Math.max(1, shownRows());
    if (state.view.y1 !== rows || state.view.y0 !== 0) change({ view: { ...state.view, y0: 0, y1: rows } });
  }
  const last = state.news.last_done;
  const first = !before || before.last_done === null;
  if ((state.follow || first) && last !== null && last !== state.cursor.row) move({ row: last });
  if (!state.pattern) fetchRow();
}

// ---- The cursor, and what is under it

function move({ row, bin }) {
  const most = Math.max(0, shownRows() - 1);
  const cursor = {
    row: Math.min(most, Math.max(0, row ?? state.cursor.row)),
    bin: Math.min(recipe().radial.centres.length - 1, Math.max(0, bin ?? state.cursor.bin)),
  };
  if (cursor.row !== state.cursor.row || cursor.bin !== state.cursor.bin) change({ cursor });
}

// At most one question is under way for each kind; the last one wins.
function latest(ask, then) {
  let [running, again] = [false, false];
  return async function question() {
    if (running) { again = true; return; }
    running = true;
    try { then(await ask()); } catch { /* asked again with the next change */ }
    running = false;
    if (again) { again = false; question(); }
  };
}

const rowsKept = new Map();

const fetchRow = latest(async () => {
  const { id, recipe: nth, cursor, about } = state;
  const key = `${id}/${about.generation}/${nth}/${cursor.row}`;
  let found = rowsKept.get(key);
  if (!found || found.status === 0) {
    found = await data.row(id, nth, cursor.row);
    rowsKept.set(key, found);
    if (rowsKept.size > 300) rowsKept.delete(rowsKept.keys().next().value);
  }
  return { key, found };
}, ({ key, found }) => {
  if (key.startsWith(`${state.id}/${state.about?.generation}/${state.recipe}/`)) change({ pattern: found });
});

const fetchStrip = latest(async () => {
  const { id, view } = state;
  const from = Math.max(0, Math.floor(view.y0));
  const to = Math.max(from + 1, Math.ceil(view.y1));
  const parts = Math.max(1, Math.min(to - from, Math.round(picture.area.h * picture.density)));
  return { id, states: await data.strip(id, from, to, parts) };
}, ({ id, states }) => {
  if (id === state.id) { strip = states; touch('tiles'); }
});

const fetchCake = latest(() => data.cake(state.id, state.recipe, state.cursor.row), (found) => { cake = found; touch('tiles'); });

const fetchMap = latest(async () => {
  const { id, recipe: nth, mapBins: [from, to] } = state;
  return { id, values: await data.map(id, nth, from, to) };
}, ({ id, values }) => { if (id === state.id) { mapped = values; touch('tiles'); } });

// ---- Drawing

function draw() {
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
      ...common, view, xlog, strip: strip ?? [], wholeY: true, middleY: view.y1 - view.y0 < 60 ? 0.5 : 0,
      xLabel: axisText(described.radial), yLabel: 'Frame',
      fill: (values, w, h) => { preliminary = waterfall.fill(values, w, h, view, across); },
    });
    tiles.want(waterfall.list ?? []);
  }
  $('note').hidden = !preliminary;
  $('note').textContent = 'a part of the frames; more is coming';
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

function drawMap(common) {
  const { map } = state.about;
  const [rows, many] = [map.slow.centres.length, map.fast.centres.length];
  const label = (axis, other) => (axis.long_name ? axisText(axis) : other);
  const [from, to] = state.mapBins;
  const centres = recipe().radial.centres;
  const unit = unitText(recipe().radial.units);
  const part = to - from < centres.length ? `, ${digits(centres[from], 4)} to ${digits(centres[to - 1], 4)} ${unit}` : '';
  picture.draw({
    ...common, view: { x0: 0, x1: many, y0: 0, y1: rows }, xlog: false, strip: null, wholeY: true, middleY: 0.5,
    xLabel: label({ ...map.fast, units: '' }, 'Point'), yLabel: label({ ...map.slow, units: '' }, 'Row'), valueLabel: `Mean intensity${part}`,
    fill: (values, w, h) => {
      for (let y = 0; mapped && y < h; y++) {
        const row = Math.floor((1 - (y + 0.5) / h) * rows);
        for (let x = 0; x < w; x++) values[y * w + x] = mapped[row * many + Math.floor(((x + 0.5) / w) * many)];
      }
    },
  });
}

function cross() {
  if (!picture.drawn) return;
  const { cursor, tab, about } = state;
  const at = recipe().radial.centres[cursor.bin];
  if (tab === 'stack') picture.cross(at, cursor.row, cursor.row + 1);
  else if (tab === 'cake') picture.cross(at, picture.drawn.view.y0 - 1e9, picture.drawn.view.y1 + 1e9);
  else {
    const point = about.map.rows.indexOf(cursor.row);
    const many = about.map.fast.centres.length;
    if (point < 0) picture.cross(null);
    else picture.cross(point % many + 0.5, Math.floor(point / many), Math.floor(point / many) + 1);
  }
}

const LABELS = { stack: 'Waterfall', cake: 'Cake', map: 'Map' };

on('about view news scale colours low high which tab tiles size theme cursor mapBins', (changed) => {
  // The cursor alone lies on top.
  if ([...changed].every((name) => name === 'cursor' || name === 'pattern')) cross();
  else draw();
  $('canvas').setAttribute('aria-label', `${LABELS[state.tab]}: ${count(shownRows())} frames, ${recipe()?.radial.centres.length ?? 0} bins`);
});
on('about view pattern kept scale theme recipe size', () => {
  if (!recipe() || !state.view) return;
  if (picture.area.w < 2) picture.layout();
  pattern.draw();
  $('pattern-title').textContent = title();
});
on('cursor', () => { pattern.line(); fetchRow(); failedMark(); if (state.tab === 'cake') fetchCake(); });
on('cursor pattern about news', readout);
on('kept', keptCard);
on('news', () => { head(); failedCard(); fetchRowIfOpen(); if (state.view && state.tab === 'stack') fetchStrip(); if (state.tab === 'map') fetchMap(); });
on('news about', runCard);
on('about recipe', settingsCard);
on('view size', () => { if (state.view && state.news) fetchStrip(); });
on('tab', () => {
  for (const name of Object.keys(LABELS)) $(`tab-${name}`).setAttribute('aria-selected', name === state.tab);
  $('picture').setAttribute('aria-label', LABELS[state.tab]);
  $('which-pick').hidden = state.tab !== 'stack';
  if (state.tab === 'cake') fetchCake();
  if (state.tab === 'map') fetchMap();
});
on('mapBins', () => { if (state.tab === 'map') fetchMap(); });

function fetchRowIfOpen() {
  if (state.about && (!state.pattern || state.pattern.status === 0)) fetchRow();
}

function failedMark() {
  if (state.news?.failed) failedCard();
}

// ---- What a hand does

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

function all() {
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
  if (state.tab !== 'stack' || part.x * picture.area.w < -14 || !strip) return;
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
  const at = Math.floor(part.y * strip.length);
  const reach = Math.max(1, Math.ceil(4 * strip.length / picture.area.h));
  for (let away = 0; away <= reach; away++) {
    for (const nth of [at - away, at + away]) {
      if (strip[nth] !== 2) continue;
      const from = Math.max(0, Math.floor(state.view.y0));
      const to = Math.max(from + 1, Math.ceil(state.view.y1));
      return from + Math.floor(nth * (to - from) / strip.length);
    }
  }
  return null;
}

async function click(part) {
  if (part.x < 0 && state.tab === 'stack' && strip) {
    const row = nearFailed(part);
    if (row === null) return;
    const [found] = await data.failed(state.id, row).catch(() => []);
    if (found) { change({ follow: false }); move({ row: found.row }); }
    return;
  }
  if (state.follow) { change({ follow: false }); $('follow').checked = false; }
  hover(part);
}

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

const COLOURS = ['viridis', 'cividis', 'grey'];

function set(name, value) {
  $(name).value = value;
  change({ [name]: value });
}

function theme(chosen) {
  const root = document.documentElement;
  root.dataset.theme = chosen ?? (root.dataset.theme === 'dark' ? 'light' : 'dark');
  touch('theme');
}

function number(id) {
  const text = $(id).value.trim().replace('−', '-');
  const value = text === '' ? null : Number(text);
  $(id).setAttribute('aria-invalid', value !== null && !Number.isFinite(value));
  change({ [id]: Number.isFinite(value) ? value : null });
}

const actions = {
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
keys(actions);

for (const name of Object.keys(LABELS)) $(`tab-${name}`).addEventListener('click', () => change({ tab: name }));
for (const name of ['scale', 'colours']) $(name).addEventListener('change', () => set(name, $(name).value));
$('which').addEventListener('change', () => { change({ which: $('which').value }); tiles.begin(state.id, state.recipe, state.which); });
for (const name of ['low', 'high']) $(name).addEventListener('change', () => number(name));
$('follow').addEventListener('change', () => {
  change({ follow: $('follow').checked });
  if (state.follow && state.news && state.news.last_done !== null) move({ row: state.news.last_done });
});
$('reset').addEventListener('click', all);
$('theme').addEventListener('click', () => theme());
$('help').addEventListener('click', actions.help);
$('pin').addEventListener('click', keep);
$('peak').addEventListener('click', actions.peak);
$('failed-more').addEventListener('click', () => failedCard(false, true));
$('result').addEventListener('change', () => open(Number($('result').value)));
$('recipe').addEventListener('change', () => { change({ recipe: Number($('recipe').value), tab: 'stack' }); begin(); });

const dark = matchMedia('(prefers-color-scheme: dark)');
theme(dark.matches ? 'dark' : 'light');
dark.addEventListener('change', () => theme(dark.matches ? 'dark' : 'light'));
new ResizeObserver(() => touch('size')).observe($('picture'));
results_again();
