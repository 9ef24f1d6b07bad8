// An image with axes and a colour bar on a canvas, which can be moved and zoomed.

import { ends, paint, scaling, table, STEPS } from './colours.js';
import { logTicks, tick, ticks } from './units.js';

export class Picture {
  constructor(box) {
    this.box = box;
    this.canvas = box.querySelector('#canvas');
    this.overlay = box.querySelector('#overlay');
    this.area = { x: 0, y: 0, w: 1, h: 1 };
    this.buffer = document.createElement('canvas');
    this.scaled = scaling('linear', 0, 1);
  }

  // Where the image lies, in pixels of the page. The strip is at its left.
  layout() {
    const { width, height } = this.box.getBoundingClientRect();
    this.small = width < 560;
    const left = this.small ? 60 : 78;
    const right = this.small ? 56 : 84;
    const density = Math.min(window.devicePixelRatio || 1, 2);
    for (const canvas of [this.canvas, this.overlay]) {
      const size = [Math.round(width * density), Math.round(height * density)];
      if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
    }
    this.density = density;
    this.gutters = { left, right };
    this.area = { x: left, y: 8, w: Math.max(20, width - left - right), h: Math.max(20, height - 8 - 44) };
    this.size = { width, height };
    return [Math.round(this.area.w * density), Math.round(this.area.h * density)];
  }

  // `draw` has: view {x0,x1,y0,y1}, xlog, xLabel, yLabel, valueLabel, fill(values, w, h), strip, scale, low, high, colours; where they
  // differ from numbers, textX and textY of ticks, and how far these lie from their values: middleX, middleY.
  draw(draw) {
    const [w, h] = this.layout();
    this.drawn = draw;
    if (this.values?.length !== w * h) this.values = new Float32Array(w * h);
    this.values.fill(NaN);
    draw.fill(this.values, w, h);
    const auto = ends(this.values, draw.scale);
    const low = draw.low !== null && (draw.scale !== 'log' || draw.low > 0) ? draw.low : auto.low;
    let high = draw.high ?? auto.high;
    if (!(high > low)) high = draw.scale === 'log' ? low * 10 : low + 1;
    this.scaled = scaling(draw.scale, low, high);
    this.style = getComputedStyle(document.documentElement);
    const context = this.canvas.getContext('2d');
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.image(context, w, h, table(draw.colours));
    context.setTransform(this.density, 0, 0, this.density, 0, 0);
    this.axes(context);
    this.bar(context, table(draw.colours));
    if (draw.strip) this.strip(context, draw.strip);
  }

  colour(name) {
    return this.style.getPropertyValue(`--${name}`).trim();
  }

  image(context, w, h, colours) {
    if (this.buffer.width !== w || this.buffer.height !== h) [this.buffer.width, this.buffer.height] = [w, h];
    const inner = this.buffer.getContext('2d');
    const image = inner.createImageData(w, h);
    const hex = this.colour('empty').slice(1);
    const [r, g, b] = [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
    paint(this.values, new Uint32Array(image.data.buffer), colours, this.scaled, (255 << 24 | b << 16 | g << 8 | r) >>> 0);
    inner.putImageData(image, 0, 0);
    context.drawImage(this.buffer, Math.round(this.area.x * this.density), Math.round(this.area.y * this.density));
  }

  text(context) {
    context.font = '12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
    context.fillStyle = this.colour('soft');
    context.strokeStyle = this.colour('faint');
    context.lineWidth = 1;
  }

  axes(context) {
    const { x, y, w, h } = this.area;
    const { view, xlog, xLabel, yLabel } = this.drawn;
    this.text(context);
    context.strokeRect(x - 0.5, y - 0.5, w + 1, h + 1);
    context.textAlign = 'center';
    context.textBaseline = 'top';
    const many = Math.max(2, Math.floor(w / 90));
    const across = xlog ? { values: logTicks(view.x0, view.x1, many) } : ticks(view.x0, view.x1, many);
    const { textX, textY } = this.drawn;
    for (const value of across.values) {
      const text = textX ? textX(value) : tick(value, across.step);
      if (text === null) continue;
      const at = Math.round(this.toX(value + (this.drawn.middleX ?? 0))) + 0.5;
      this.line(context, at, y + h + 1, at, y + h + 5);
      context.fillText(text, at, y + h + 8);
    }
    context.fillStyle = this.colour('text');
    context.fillText(xLabel, x + w / 2, y + h + 26);
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.fillStyle = this.colour('soft');
    const edge = this.drawn.strip ? x - 12 : x;
    const up = ticks(view.y0, view.y1, Math.max(2, Math.floor(h / 44)));
    for (const value of up.values) {
      const text = textY ? textY(value) : tick(value, up.step);
      if (text === null) continue;
      const at = Math.round(this.toY(value + (this.drawn.middleY ?? 0))) + 0.5;
      if (at < y - 1 || at > y + h + 1) continue;
      this.line(context, edge - 5, at, edge - 1, at);
      context.fillText(text, edge - 8, at);
    }
    context.save();
    context.translate(11, y + h / 2);
    context.rotate(-Math.PI / 2);
    context.textAlign = 'center';
    context.fillStyle = this.colour('text');
    context.fillText(yLabel, 0, 0);
    context.restore();
  }

  line(context, x0, y0, x1, y1) {
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
  }

  bar(context, colours) {
    const { x, y, w, h } = this.area;
    const left = x + w + 12;
    const wide = this.small ? 8 : 12;
    for (let at = 0; at < h; at++) {
      const colour = colours[Math.round((1 - at / h) * (STEPS - 1))];
      context.fillStyle = `rgb(${colour & 255},${(colour >> 8) & 255},${(colour >> 16) & 255})`;
      context.fillRect(left, y + at, wide, 1.5);
    }
    this.text(context);
    context.strokeRect(left - 0.5, y - 0.5, wide + 1, h + 1);
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    const { low, high, scale } = this.scaled;
    const many = Math.max(2, Math.floor(h / 50));
    const marks = scale === 'log' ? { values: logTicks(low, high, many) } : ticks(low, high, many);
    for (const value of marks.values) {
      const at = y + h * (1 - this.scaled.of(value));
      if (at < y - 0.5 || at > y + h + 0.5) continue;
      this.line(context, left + wide + 1, at, left + wide + 4, at);
      context.fillText(tick(value, marks.step), left + wide + 7, Math.min(Math.max(at, y + 6), y + h - 6));
    }
    if (this.small) return;
    context.save();
    context.translate(this.size.width - 8, y + h / 2);
    context.rotate(-Math.PI / 2);
    context.textAlign = 'center';
    context.fillStyle = this.colour('text');
    context.fillText(this.drawn.valueLabel, 0, 0);
    context.restore();
  }

  // States of frames at the left of the image: done, failed, not done.
  strip(context, states) {
    const { x, y, h } = this.area;
    const colours = [null, this.colour('strip'), this.colour('bad'), this.colour('strip')];
    context.fillStyle = this.colour('empty');
    context.fillRect(x - 9, y, 7, h);
    const each = h / states.length;
    for (const wanted of [1, 3, 2]) {
      context.fillStyle = colours[wanted];
      context.globalAlpha = wanted === 3 ? 0.5 : 1;
      for (let nth = 0; nth < states.length; nth++) {
        if (states[nth] !== wanted) continue;
        let end = nth;
        while (end + 1 < states.length && states[end + 1] === wanted) end++;
        // A failed frame among thousands is still to be seen.
        const high = Math.max((end - nth + 1) * each, wanted === 2 ? 2.5 : 0);
        context.fillRect(x - 9, y + h - nth * each - high, 7, high);
        nth = end;
      }
    }
    context.globalAlpha = 1;
  }

  along(value) {
    return this.drawn.xlog ? Math.log(value) : value;
  }

  toX(value) {
    const { view } = this.drawn;
    return this.area.x + this.area.w * (this.along(value) - this.along(view.x0)) / (this.along(view.x1) - this.along(view.x0));
  }

  toY(value) {
    const { view } = this.drawn;
    return this.area.y + this.area.h * (1 - (value - view.y0) / (view.y1 - view.y0));
  }

  // The value on the axis at a part (0..1) of the image's width.
  across(part) {
    const { x0, x1 } = this.drawn.view;
    return this.drawn.xlog ? x0 * (x1 / x0) ** part : x0 + part * (x1 - x0);
  }

  up(part) {
    const { y0, y1 } = this.drawn.view;
    return y0 + part * (y1 - y0);
  }

  // Lines through a point of the image: down, and along the row from y0 to y1, where there is one.
  cross(x, y0 = null, y1 = null) {
    const context = this.overlay.getContext('2d');
    context.setTransform(this.density, 0, 0, this.density, 0, 0);
    context.clearRect(0, 0, this.size.width, this.size.height);
    if (x === null || !this.drawn) return;
    const { area } = this;
    const left = this.toX(x);
    const [top, bottom] = y0 === null ? [0, 0] : [this.toY(y1), this.toY(y0)];
    context.save();
    if (this.drawn.cell) return this.frame(context, x, top, bottom);
    context.beginPath();
    context.rect(area.x - 12, area.y, area.w + 12, area.h);
    context.clip();
    for (const [colour, wide] of [['rgba(0,0,0,.55)', 3], ['rgba(255,255,255,.95)', 1]]) {
      context.strokeStyle = colour;
      context.lineWidth = wide;
      this.line(context, left, area.y, left, area.y + area.h);
      if (y0 === null) continue;
      // A row that is high enough to be seen is framed.
      if (bottom - top > 6) context.strokeRect(area.x, top, area.w, bottom - top);
      else this.line(context, area.x - 12, (top + bottom) / 2, area.x + area.w, (top + bottom) / 2);
    }
    context.restore();
  }

  // A frame around a cell of a map.
  frame(context, x, top, bottom) {
    const [left, right] = [this.toX(x - 0.5), this.toX(x + 0.5)];
    for (const [colour, wide] of [['rgba(0,0,0,.7)', 4], ['rgba(255,255,255,.95)', 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = wide;
      context.strokeRect(left, top, Math.max(right - left, 4), Math.max(bottom - top, 4));
    }
    context.restore();
  }
}

// A number of frames; what is no whole number is none.
export function whole(value) {
  if (!Number.isInteger(value)) return null;
  return Math.abs(value) >= 1e6 ? `${Number((value / 1e6).toPrecision(6))}M` : value.toLocaleString('en-US');
}

// Moves and zooms: `then` is told the view's new ends as parts of the old ones, `hover` the part under the pointer.
export function gestures(picture, { view, hover, leave, click, all }) {
  const { box } = picture;
  const pointers = new Map();
  let moved = false;
  const part = (event) => {
    const bounds = box.getBoundingClientRect();
    const { area } = picture;
    return {
      x: (event.clientX - bounds.left - area.x) / area.w,
      y: 1 - (event.clientY - bounds.top - area.y) / area.h,
    };
  };
  box.addEventListener('wheel', (event) => {
    const at = part(event);
    if (at.x < -0.2 || at.x > 1.2) return;
    event.preventDefault();
    const turned = event.deltaY || event.deltaX;
    const factor = Math.exp(Math.max(-1, Math.min(1, turned * (event.deltaMode ? 0.05 : 0.0018))));
    const both = event.ctrlKey;
    view(event.shiftKey || both ? zoomed(at.x, factor) : [0, 1], event.shiftKey && !both ? [0, 1] : zoomed(at.y, factor));
  }, { passive: false });
  box.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, part(event));
    box.setPointerCapture(event.pointerId);
    moved = false;
  });
  box.addEventListener('pointermove', (event) => {
    const now = part(event);
    const before = pointers.get(event.pointerId);
    if (!before) return hover(now);
    const { area } = picture;
    if (!moved && Math.hypot((now.x - before.x) * area.w, (now.y - before.y) * area.h) < 4) return;
    moved = true;
    if (pointers.size === 1) {
      view([before.x - now.x, 1 + before.x - now.x], [before.y - now.y, 1 + before.y - now.y]);
      pointers.set(event.pointerId, now);
      return;
    }
    const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
    view(pinched(other.x, before.x, now.x), pinched(other.y, before.y, now.y));
    pointers.set(event.pointerId, now);
  });
  const end = (event) => {
    const held = pointers.delete(event.pointerId);
    if (held && !moved && event.type === 'pointerup') click(part(event));
  };
  box.addEventListener('pointerup', end);
  box.addEventListener('pointercancel', end);
  box.addEventListener('pointerleave', leave);
  box.addEventListener('dblclick', all);
}

// A range around a place, larger or smaller by a factor.
export function zoomed(at, factor) {
  return [at - at * factor, at + (1 - at) * factor];
}

// A range in which what was at `before` is at `now`, and `still` stays.
function pinched(still, before, now) {
  if (Math.abs(before - still) < 0.08 || Math.abs(now - still) < 0.04) return [0, 1];
  return zoomed(still, Math.max(0.5, Math.min(2, (before - still) / (now - still))));
}
