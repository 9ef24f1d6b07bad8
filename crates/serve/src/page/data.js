// What comes from the server.

export async function json(path, signal) {
  const answer = await fetch(path, { signal });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error ?? `the server answers ${answer.status}`);
  return value;
}

async function binary(path, signal) {
  const answer = await fetch(path, { signal });
  if (!answer.ok) throw new Error((await answer.json()).error ?? `the server answers ${answer.status}`);
  return answer.arrayBuffer();
}

export async function row(id, recipe, number, signal) {
  const bytes = await binary(`/api/results/${id}/row?recipe=${recipe}&row=${number}`, signal);
  const [status, length, errors] = new Uint32Array(bytes, 0, 4);
  const line = new Float32Array(bytes, 16, length);
  return { row: number, status, line, errors: errors ? new Float32Array(bytes, 16 + 4 * length, length) : null };
}

export async function cake(id, recipe, number, signal) {
  const bytes = await binary(`/api/results/${id}/cake?recipe=${recipe}&row=${number}`, signal);
  const [status, rows, columns, high, wide] = new Uint32Array(bytes, 0, 8);
  return { row: number, status, rows, columns, high, wide, values: new Float32Array(bytes, 32, rows * columns) };
}

export async function map(id, recipe, from, to, signal) {
  const bytes = await binary(`/api/results/${id}/map?recipe=${recipe}&from=${from}&to=${to}`, signal);
  return new Float32Array(bytes, 4, new Uint32Array(bytes, 0, 1)[0]);
}

export async function strip(id, from, to, parts, signal) {
  return new Uint8Array(await binary(`/api/results/${id}/strip?from=${from}&to=${to}&parts=${parts}`, signal));
}

export async function failed(id, from) {
  return (await json(`/api/results/${id}/failed?from=${from}`)).failed;
}

// Tiles of the waterfall that are kept, the latest ones, and those on their way.
export class Tiles {
  constructor(then) {
    this.then = then;
    this.kept = new Map();
    this.wanted = new Map();
    this.running = new Map();
    // Of those on their way, what has changed since they were asked for.
    this.changedMeanwhile = new Set();
    this.most = 200;
  }

  key(level, row, binLevel, column) {
    return `${level}/${row}/${binLevel}/${column}`;
  }

  get(level, row, binLevel, column) {
    const tile = this.kept.get(this.key(level, row, binLevel, column));
    if (tile) tile.used = performance.now();
    return tile;
  }

  // Of another result, or other values of it.
  begin(id, recipe, which) {
    for (const request of this.running.values()) request.abort();
    this.kept.clear();
    this.running.clear();
    this.wanted.clear();
    this.base = `/api/results/${id}/tile?recipe=${recipe}&low=${which === 'low' ? 1 : 0}`;
  }

  // These are wanted now, and no others.
  want(list) {
    const names = new Set(list.map((of) => this.key(...of)));
    this.wanted.clear();
    for (const [name, request] of this.running) if (!names.has(name)) { request.abort(); this.running.delete(name); }
    for (const of of list) {
      const name = this.key(...of);
      const tile = this.kept.get(name);
      if ((!tile || tile.stale) && !this.running.has(name)) this.wanted.set(name, of);
    }
    this.next();
  }

  next() {
    for (const [name, of] of this.wanted) {
      if (this.running.size >= 4) return;
      this.wanted.delete(name);
      this.fetch(name, of);
    }
  }

  async fetch(name, [level, row, binLevel, column]) {
    const request = new AbortController();
    this.running.set(name, request);
    this.changedMeanwhile.delete(name);
    const before = this.kept.get(name);
    if (before) before.stale = false;
    try {
      const path = `${this.base}&level=${level}&row=${row}&bin_level=${binLevel}&column=${column}`;
      const bytes = await binary(path, request.signal);
      // Another result may be shown by now.
      if (this.running.get(name) !== request) return;
      const [rows, columns, sampled] = new Uint32Array(bytes, 0, 4);
      const tile = { level, row, binLevel, column, rows, columns, sampled: sampled === 1, values: new Uint16Array(bytes, 16), stale: this.changedMeanwhile.has(name), used: performance.now() };
      this.kept.set(name, tile);
      // What was made of a part of the frames may be had better soon.
      if (tile.sampled) setTimeout(() => { tile.stale = true; this.then(); }, 400);
      this.tidy();
    } catch (error) {
      if (before) before.stale = true;
      if (error.name === 'AbortError') return;
      await new Promise((done) => setTimeout(done, 300));
    } finally {
      if (this.running.get(name) === request) this.running.delete(name);
    }
    this.then();
    this.next();
  }

  // Frames from..to have changed.
  changed(from, to, rows) {
    const reaches = (level, row) => row * rows * 2 ** level < to && (row + 1) * rows * 2 ** level > from;
    for (const tile of this.kept.values()) if (reaches(tile.level, tile.row)) tile.stale = true;
    for (const name of this.running.keys()) {
      const [level, row] = name.split('/').map(Number);
      if (reaches(level, row)) this.changedMeanwhile.add(name);
    }
  }

  tidy() {
    if (this.kept.size <= this.most) return;
    const oldest = [...this.kept].sort((a, b) => a[1].used - b[1].used).slice(0, this.kept.size - this.most);
    for (const [name] of oldest) this.kept.delete(name);
  }
}
