// Puts the page together: what comes from the server, what is drawn, what a hand does.

import * as data from './data.js';
import { cross, draw, LABELS, picture, tiles } from './draw.js';
import { fetchCake, fetchMap, fetchRow, fetchStrip, forget, move } from './fetched.js';
import { actions, all, number, pointer, set, theme } from './hand.js';
import { keys } from './keys.js';
import { Pattern, title } from './pattern.js';
import { $, failedCard, head, keep, keptCard, make, readout, runCard, settingsCard } from './side.js';
import { change, on, recipe, shownRows, state, touch } from './state.js';
import { count } from './units.js';
import { edges, whole } from './waterfall.js';

const pattern = new Pattern($('pattern'), picture);
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
  forget();
  delete $('picture').dataset.of;
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

let describing = null;

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
    const { id } = state;
    if (describing === id) return;
    describing = id;
    try { await describe(value, id); } catch (error) { trouble(error.message); return; } finally { if (describing === id) describing = null; }
    // Another result may have been chosen meanwhile.
    if (id !== state.id) return;
  }
  const [from, to] = value.changed;
  if (to > from) tiles.changed(from, to, state.about.tile.rows);
  change({ news: value });
  grow(before);
}

async function describe(value, id) {
  const about = await data.json(`/api/results/${id}`);
  if (id !== state.id) return;
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
  forget();
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

pointer(pattern);
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
