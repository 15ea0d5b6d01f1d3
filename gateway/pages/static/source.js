// A citation opens its page beside the plan, scrolled to the marked words. Escape closes it.
import { fetchPart, warn } from "./parts.js";

const READABLE = 9;
const pane = document.querySelector("#source");
let opener = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-beside]");
  if (pane && link && !(event.metaKey || event.ctrlKey || event.shiftKey)) {
    event.preventDefault();
    open(link);
  }
  if (event.target.closest("[data-close-source]")) leave();
  if (event.target.closest("[data-enlarge]")) enlarge(event.target.closest("[data-enlarge]"));
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && pane && !pane.hidden && !document.querySelector("dialog[open], :popover-open")) close();
});

async function open(link) {
  const html = await fetchPart(link.href);
  if (html === null) {
    warn("The page cannot be shown now. The paper may have been removed since.");
    return;
  }
  if (!pane.contains(link)) choose(link);
  pane.innerHTML = html;
  pane.hidden = false;
  document.querySelector("#plan")?.classList.add("beside");
  if (pane.tagName === "DIALOG" && !pane.open) pane.showModal();
  pane.focus({ preventScroll: true });
  await pane.querySelector("img")?.decode().catch(() => null);
  fit();
  show();
  opener?.scrollIntoView({ block: "nearest" });
}

function enlarge(button) {
  const large = document.querySelector(".picture").classList.toggle("large");
  button.setAttribute("aria-pressed", large);
  show();
}

// Words of a large drawing that nobody could read at the pane's width are shown larger at once.
function fit() {
  const box = document.querySelector(".picture:not(.large) .box");
  if (box && box.getBoundingClientRect().height < READABLE) enlarge(document.querySelector("[data-enlarge]"));
}

function show() {
  document.querySelector(".box, mark, .cited")?.scrollIntoView({ block: "center", inline: "center" });
}

function choose(link) {
  opener?.removeAttribute("aria-current");
  opener = link;
  link.setAttribute("aria-current", "true");
}

function leave() {
  if (pane) close();
  else history.back();
}

function close() {
  if (pane.tagName === "DIALOG") pane.close();
  pane.hidden = pane.tagName !== "DIALOG";
  pane.replaceChildren();
  document.querySelector("#plan")?.classList.remove("beside");
  opener?.removeAttribute("aria-current");
  opener?.focus();
  opener = null;
}
