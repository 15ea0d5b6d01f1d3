// A run as it goes: the server sends what each event changes, as HTML; its id is the event's sequence number.
import { morph } from "./morph.js";
import { refresh, say } from "./parts.js";

const RETRY = 1000;

class RunBoard extends HTMLElement {
  connectedCallback() {
    this.last = Number(this.dataset.sequence);
    this.addEventListener("sent", () => this.follow());
    window.addEventListener("online", () => this.follow());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.source.close() : this.follow()));
    document.addEventListener("toggle", (event) => this.toggled(event), true);
    this.follow();
  }

  // A native EventSource gives up after an answer such as 503: then we open another.
  follow() {
    this.source?.close();
    clearTimeout(this.again);
    const { session, run } = this.dataset;
    const source = new EventSource(`/jobs/${session}/run/events?run=${run}&last_event_id=${this.last}`);
    source.onopen = () => this.lost(false);
    source.onmessage = (event) => this.take(Number(event.lastEventId), event.data);
    source.addEventListener("rest", () => (this.resting = true));
    source.addEventListener("newer", () => location.reload());
    source.onerror = () => this.broken(source);
    this.source = source;
  }

  broken(source) {
    this.lost(!this.resting);
    this.resting = false;
    if (source.readyState === EventSource.CLOSED) this.again = setTimeout(() => this.follow(), RETRY);
  }

  lost(yes) {
    document.querySelector("#lost").hidden = !yes;
  }

  take(sequence, html) {
    if (sequence <= this.last) return;
    this.last = sequence;
    const template = document.createElement("template");
    template.innerHTML = html;
    for (const part of [...template.content.children]) this.place(part);
  }

  place(part) {
    const old = document.getElementById(part.id);
    if (part.dataset.into) {
      document.querySelector(part.dataset.into).prepend(part);
      return;
    }
    const { state, attempt, announce } = part.dataset;
    const goesOn = state === old.dataset.state && attempt === old.dataset.attempt;
    morph(old, part);
    if (goesOn) return;
    say(announce);
    refresh("#results");
  }

  toggled(event) {
    if (event.target.id === "checkpoints" && event.newState === "open") refresh("#checkpoint-list");
  }
}

customElements.define("run-board", RunBoard);
