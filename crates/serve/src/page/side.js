// The cards at the side: cursor, kept patterns, failed frames, the run, settings. Text from files is only ever put in as text.

import { CURVES } from './colours.js';
import * as data from './data.js';
import { valueText } from './pattern.js';
import { change, frameOf, recipe, state } from './state.js';
import { count, digits, places, unitText } from './units.js';

export const $ = (id) => document.getElementById(id);

// An element with text, or with other elements, in it.
export function make(tag, inside = '', more = {}) {
  const element = Object.assign(document.createElement(tag), more);
  element.append(...(Array.isArray(inside) ? inside : [inside]));
  return element;
}

function list(id, pairs) {
  $(id).replaceChildren(...pairs.flatMap(([name, ...value]) => [make('dt', name), make('dd', value)]));
}

export function readout() {
  const described = recipe();
  if (!described || !state.news) return;
  const { cursor, pattern } = state;
  // At the latest frame, the last one whose pattern is here.
  const row = state.follow && pattern ? pattern.row : cursor.row;
  const bin = Math.min(cursor.bin, described.radial.centres.length - 1);
  const at = described.radial.centres[bin];
  const { q, tth, d } = places(described.unit, at, state.about.wavelength);
  const angstrom = described.unit.includes('_A');
  const small = (text) => make('small', text);
  const pairs = [['Frame', count(frameOf(row))]];
  if (Number.isNaN(q)) pairs.push([described.radial.long_name || described.unit, digits(at), small(` ${unitText(described.radial.units)}`)]);
  else pairs.push(['q', digits(angstrom ? q / 10 : q), small(angstrom ? ' Å⁻¹' : ' nm⁻¹')]);
  if (!Number.isNaN(tth)) pairs.push(['2θ', digits(tth), small(' °')]);
  if (!Number.isNaN(d)) pairs.push(['d', digits(d), small(' Å')]);
  const here = pattern?.row === row ? pattern : null;
  if (here?.status === 1) {
    const [value, error] = valueText(here, bin);
    pairs.push(['I', value, small(error)]);
  } else {
    pairs.push(['I', { 2: 'failed', 0: 'not done' }[here?.status] ?? '…']);
  }
  list('readout', pairs);
  const map = state.about.map;
  if (map) {
    const point = map.rows.indexOf(row);
    const many = map.fast.centres.length;
    const of = (axis, nth) => [axis.long_name || 'position', digits(axis.centres[nth]), small(axis.units ? ` ${unitText(axis.units)}` : '')];
    if (point >= 0) $('readout').append(...[of(map.slow, Math.floor(point / many)), of(map.fast, point % many)].flatMap(([name, ...value]) => [make('dt', name), make('dd', value)]));
  }
}

// What a reader of the screen is told after a key.
export function say() {
  const parts = [...$('readout').children].map((of) => of.textContent.trim());
  const pairs = [];
  for (let nth = 0; nth < parts.length; nth += 2) pairs.push(`${parts[nth]} ${parts[nth + 1]}`);
  $('said').textContent = pairs.join(', ');
}

export function keep() {
  const { pattern, kept } = state;
  if (!pattern || pattern.status !== 1 || kept.some((of) => of.row === pattern.row) || kept.length >= CURVES.length) return;
  const colour = CURVES.find((of) => !kept.some((other) => other.colour === of));
  change({ kept: [...kept, { ...pattern, colour, minus: false }] });
}

export function keptCard() {
  $('kept-card').hidden = state.kept.length === 0;
  $('pin').disabled = state.kept.length >= CURVES.length;
  $('kept').replaceChildren(...state.kept.map((kept, nth) => {
    const name = `frame ${count(frameOf(kept.row))}`;
    const swatch = make('i');
    swatch.style.background = kept.colour;
    const minus = make('button', 'subtract', { type: 'button', title: 'Draw the pattern under the cursor minus this one' });
    minus.setAttribute('aria-pressed', kept.minus);
    minus.setAttribute('aria-label', `Subtract ${name}`);
    minus.addEventListener('click', () => subtract(nth));
    const drop = make('button', '×', { type: 'button' });
    drop.setAttribute('aria-label', `Drop ${name}`);
    drop.addEventListener('click', () => change({ kept: state.kept.filter((of) => of !== kept) }));
    return make('li', [swatch, make('span', name), minus, drop]);
  }));
}

// Subtracts a kept pattern from the one under the cursor, or does so no longer.
export function subtract(nth) {
  change({ kept: state.kept.map((of, at) => ({ ...of, minus: at === nth && !of.minus })) });
}

let failedShown = [];
let asking = false;

// Failed frames with the reasons, the first hundred and more on demand.
export async function failedCard(anew = false, more = false) {
  const { news, id } = state;
  $('failed-card').hidden = !news?.failed;
  $('failed-count').textContent = news?.failed ? count(news.failed) : '';
  if (anew) failedShown = [];
  if (!news?.failed || asking) return;
  const enough = failedShown.length >= Math.min(news.failed, 100) && !more;
  if (!enough) {
    asking = true;
    try {
      const from = failedShown.length ? failedShown[failedShown.length - 1].row + 1 : 0;
      const found = await data.failed(id, from);
      if (id === state.id) failedShown = failedShown.concat(found);
    } catch { /* the next news bring another try */ } finally { asking = false; }
  }
  $('failed').replaceChildren(...failedShown.map((of) => {
    const button = make('button', [make('b', `Frame ${count(of.frame)}`), make('span', of.reason || 'the file gives no reason')], { type: 'button' });
    button.addEventListener('click', () => change({ cursor: { ...state.cursor, row: of.row }, follow: false }));
    const item = make('li', [button]);
    if (of.row === state.cursor.row) item.setAttribute('aria-current', 'true');
    return item;
  }));
  $('failed-more').hidden = failedShown.length >= news.failed;
}

// Why a row failed, where that is known on the page.
export function reasonOf(row) {
  return failedShown.find((of) => of.row === row);
}

export function head() {
  const { news } = state;
  if (!news) return;
  const run = news.run;
  const known = news.planned ?? (news.ended ? news.rows : null);
  const done = news.done + news.failed;
  const live = !news.ended && !run?.ended;
  $('state').dataset.state = live ? 'live' : 'ended';
  $('state-text').textContent = live ? (news.rate === null && !run ? 'open, nothing new' : 'live') : run?.phase || 'ended';
  const parts = [make('b', count(news.done)), known && known !== news.done ? ` of ${count(known)} frames` : ' frames'];
  if (news.rate) parts.push(` · ${count(news.rate)} frames/s`);
  if (news.failed) parts.push(' · ', make('span', `${count(news.failed)} failed`, { className: 'bad' }));
  $('counts').replaceChildren(...parts);
  const part = known ? Math.min(100, 100 * done / known) : 0;
  $('progress').firstElementChild.style.width = `${live ? part : 0}%`;
  $('progress').setAttribute('aria-valuenow', Math.round(part));
  $('trouble').hidden = !news.trouble;
  $('trouble').textContent = news.trouble ?? '';
}

const STAGES = [['decode', '#0072b2'], ['accumulate', '#e69f00'], ['read', '#009e73'], ['write', '#cc79a7']];

export function runCard() {
  const { news, about } = state;
  const run = news?.run;
  $('run-text').textContent = run?.header || about?.title || '';
  const total = (run?.stages ?? []).reduce((sum, [, seconds]) => sum + seconds, 0);
  $('stages').hidden = !total;
  if (total) {
    const shares = STAGES.map(([name, colour]) => [name, colour, (run.stages.find(([of]) => of === name)?.[1] ?? 0) / total]);
    const bar = make('div', shares.map(([, colour, share]) => {
      const part = make('i');
      part.style.background = colour;
      part.style.width = `${100 * share}%`;
      return part;
    }));
    const words = make('p', shares.map(([name, colour, share]) => {
      const swatch = make('i');
      swatch.style.background = colour;
      return make('span', [swatch, `${name} ${Math.round(100 * share)} %`]);
    }));
    $('stages').replaceChildren(bar, words);
  }
  if (!about) return;
  const time = (text) => (text && !Number.isNaN(Date.parse(text)) ? new Date(text).toLocaleString() : text);
  const pairs = [];
  if (about.started) pairs.push(['Began', time(about.started)]);
  if (about.ended) pairs.push(['Ended', time(about.ended)]);
  const seconds = (Date.parse(about.ended) - Date.parse(about.started)) / 1000;
  const rate = run?.rate ?? (seconds >= 5 ? news.done / seconds : null);
  if (rate && news.ended) pairs.push(['Mean rate', `${count(rate)} frames/s`]);
  if (about.record) pairs.push(['By', `${about.record.program} ${about.record.version}`]);
  if (about.record?.frames_of) pairs.push(['Frames of', about.record.frames_of]);
  list('run', pairs);
}

// Settings of a recipe that are worth a line, by their names in the job.
const TOLD = [
  ['bins', 'Bins'], ['unit', 'Unit'], ['split', 'Splitting'], ['mode', 'Mode'], ['error_model', 'Error model'], ['radial_range', 'Radial range'],
  ['azimuth_range', 'Azimuth range'], ['polarization', 'Polarization'], ['solid_angle', 'Solid angle'], ['mask', 'Mask'], ['dark', 'Dark'],
  ['flat', 'Flat field'], ['absorption', 'Absorption'], ['normalization', 'Normalization'], ['dummy', 'Dummy'],
];

export function settingsCard() {
  const { about } = state;
  const record = about?.record;
  $('settings-card').hidden = !record;
  if (!record) return;
  const job = record.job ?? {};
  const described = job.recipes?.[state.recipe] ?? {};
  const text = (value) => (value === true ? 'yes' : value === false ? 'no' : typeof value === 'object' ? JSON.stringify(value) : String(value));
  const pairs = TOLD.filter(([name]) => described[name] !== undefined && described[name] !== null && described[name] !== '' && String(described[name]) !== '')
    .map(([name, words]) => [words, text(described[name])]);
  if (about.wavelength) pairs.push(['Wavelength', `${digits(about.wavelength * 1e10)} Å`]);
  list('settings', pairs);
  const files = record.files.map((of) => make('li', [`${of.role}: ${of.name}`, make('code', of.sha256 ? `SHA-256 ${of.sha256}` : '')]));
  const sources = record.sources.map((of) => make('li', `frames: ${of}`));
  $('files').replaceChildren(...files, ...sources);
  $('job').textContent = typeof job === 'string' ? job : JSON.stringify(job, null, 2);
}
