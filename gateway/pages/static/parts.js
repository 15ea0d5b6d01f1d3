// Parts of a page that the server renders again: elements with data-src. Other tabs hear of changes too.

const channel = new BroadcastChannel("buildplan");
const asked = new WeakMap();

export async function refresh(selector) {
  await Promise.all([...document.querySelectorAll(selector)].map(renew));
}

// To be called after a change: renews `selector` here and everything in other tabs.
export async function changed(selector) {
  channel.postMessage("changed");
  if (selector) await refresh(selector);
}

// The HTML of a part, or null when the server does not give it now.
export async function fetchPart(url) {
  try {
    const answer = await fetch(url, { headers: { "X-Part": "1" } });
    if (answer.status === 401) location.reload();
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

export function say(text) {
  document.querySelector("#announcer").textContent = text;
}

export function warn(text) {
  const toast = document.querySelector("#toast");
  toast.textContent = text;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => (toast.textContent = ""), 8000);
}

async function renew(element) {
  const turn = (asked.get(element) ?? 0) + 1;
  asked.set(element, turn);
  const html = await fetchPart(element.dataset.src);
  if (html === null || asked.get(element) !== turn) return;
  const held = hold(element);
  element.innerHTML = html;
  held();
}

// Remembers where the user is in `element`; the returned function puts them back.
function hold(element) {
  const active = element.contains(document.activeElement) ? document.activeElement : null;
  const label = active?.getAttribute("aria-label") ?? active?.id;
  const unsaved = active && "defaultValue" in active && active.value !== active.defaultValue ? active.value : null;
  const open = [...element.querySelectorAll("details[open] > summary")].map(place);
  return () => {
    for (const summary of element.querySelectorAll("details > summary")) {
      if (open.includes(place(summary))) summary.parentElement.open = true;
    }
    if (!label) return;
    const again = element.querySelector(`[aria-label="${CSS.escape(label)}"], #${CSS.escape(label)}`);
    again?.focus({ preventScroll: true });
    if (again && unsaved !== null) again.value = unsaved;
  };
}

function place(summary) {
  return (summary.closest("[aria-labelledby]")?.getAttribute("aria-labelledby") ?? "") + summary.textContent;
}

function everything() {
  refresh("[data-src]:not([popover] *)");
}

channel.addEventListener("message", everything);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && everything());
