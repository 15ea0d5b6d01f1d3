// Times: <local-time> in the reader's zone; <tick-time> that goes on counting. Neither is announced.

// Made once: a formatter takes longer than all else that an event changes.
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const ticking = new Set();
let timer = 0;

class LocalTime extends HTMLElement {
  connectedCallback() {
    const moment = new Date(this.getAttribute("datetime"));
    this.title = WHOLE.format(moment);
    this.textContent = ("timeOnly" in this.dataset ? TIME : MOMENT).format(moment);
  }
}

// data-from: seconds that had passed when the server wrote it; data-until: the moment that is waited for.
class TickTime extends HTMLElement {
  connectedCallback() {
    const { from, until } = this.dataset;
    if (from === undefined && until === undefined) return;
    this.start = performance.now() - Number(from ?? 0) * 1000;
    ticking.add(this);
    timer ||= setInterval(() => ticking.forEach((each) => each.tick()), 250);
    this.tick();
  }

  disconnectedCallback() {
    ticking.delete(this);
    if (ticking.size === 0) timer = clearInterval(timer) ?? 0;
  }

  tick() {
    const { until } = this.dataset;
    const passed = until ? (new Date(until) - Date.now()) / 1000 : (performance.now() - this.start) / 1000;
    const text = spell(Math.max(0, until ? Math.ceil(passed) : Math.floor(passed)));
    if (this.textContent !== text) this.textContent = text;
  }
}

function spell(seconds) {
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

customElements.define("local-time", LocalTime);
customElements.define("tick-time", TickTime);
