// Times: <local-time> in the reader's zone; <tick-time> that goes on counting. Neither is announced.

// Made once: a formatter takes longer than all else that an event changes.
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const NEAR = 0.5;
const ticking = new Set();
let timer = 0;

class LocalTime extends HTMLElement {
  connectedCallback() {
    const moment = new Date(this.getAttribute("datetime"));
    this.title = WHOLE.format(moment);
    this.textContent = ("timeOnly" in this.dataset ? TIME : MOMENT).format(moment);
  }

  shows(fresh) {
    return this.localName === fresh.localName && this.getAttribute("datetime") === fresh.getAttribute("datetime");
  }
}

// data-from: seconds that had passed when the server wrote it; data-until: the moment that is waited for.
class TickTime extends HTMLElement {
  connectedCallback() {
    const { from, until } = this.dataset;
    if (from === undefined && until === undefined) return;
    this.start = performance.now() - Number(from ?? 0) * 1000;
    ticking.add(this);
    timer ||= setTimeout(beat);
    this.tick(0);
  }

  disconnectedCallback() {
    ticking.delete(this);
  }

  // One that goes on shows what the server would write anew, but for what the server's clock is ahead or behind.
  shows(fresh) {
    if (this.localName !== fresh.localName || !this.dataset.from || !fresh.dataset.from) return false;
    return Math.abs((performance.now() - this.start) / 1000 - Number(fresh.dataset.from)) < NEAR;
  }

  // late: milliseconds since the second was full.
  tick(late) {
    const { until } = this.dataset;
    const passed = until ? new Date(until) - Date.now() + late : performance.now() - late - this.start;
    const text = spell(Math.max(0, until ? Math.ceil(passed / 1000) : Math.floor(passed / 1000)));
    if (this.textContent !== text) this.textContent = text;
  }
}

// All at once: every change of its own would have the page drawn again.
function beat() {
  const late = performance.now() % 1000;
  for (const each of ticking) each.tick(late);
  timer = ticking.size ? setTimeout(beat, 1000 - late) : 0;
}

function spell(seconds) {
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

customElements.define("local-time", LocalTime);
customElements.define("tick-time", TickTime);
