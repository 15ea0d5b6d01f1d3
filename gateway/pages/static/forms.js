// Forms that speak JSON: data-method and action say what is sent; data-go, data-reload or data-refresh what follows.
// A field's name is its path in the body: "metadata.customer", "edits.0.text".
import { changed, warn } from "./parts.js";
import { send } from "./requests.js";

const keys = new WeakMap();

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.method) return;
  event.preventDefault();
  const button = event.submitter;
  const body = content(form, button);
  if (form.hasAttribute("data-autosave") && Object.keys(body).length === 0) return;
  tell(form, "");
  if (button) button.disabled = true;
  try {
    const method = form.dataset.method;
    const answer = await send(method, form.action, method === "DELETE" ? undefined : body, headers(form));
    keys.delete(form);
    await follow(form, answer);
  } catch (problem) {
    if (problem.status !== 0) keys.delete(form);
    tell(form, problem.words ?? String(problem));
  } finally {
    if (button) button.disabled = false;
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-autosave") && form.reportValidity()) form.requestSubmit();
});

// The same key until an answer has come: a repeated click after a lost answer does nothing twice.
function headers(form) {
  if (form.dataset.ifMatch) return { "If-Match": `"${form.dataset.ifMatch}"` };
  if (form.dataset.method !== "POST") return {};
  if (!keys.has(form)) keys.set(form, [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16)).join(""));
  return { "Idempotency-Key": keys.get(form) };
}

function content(form, button) {
  const partly = form.hasAttribute("data-autosave");
  const body = {};
  for (const field of form.elements) {
    if (!field.name || (field.type === "submit" && field !== button)) continue;
    if (partly ? !isChanged(field) : field.value === "") continue;
    put(body, field.name.split("."), field.value === "true" ? true : field.value);
  }
  if (button?.name?.endsWith(".remove")) delete body.edits[0].text;
  return body;
}

function isChanged(field) {
  if (field.tagName === "SELECT") return !field.selectedOptions[0]?.defaultSelected;
  return field.value !== field.defaultValue;
}

function put(into, [name, ...rest], value) {
  if (rest.length === 0) into[name] = value;
  else put((into[name] ??= /^\d+$/.test(rest[0]) ? [] : {}), rest, value);
}

async function follow(form, answer) {
  const { go, refresh, reload } = form.dataset;
  form.closest("dialog")?.close();
  form.closest("[popover]")?.hidePopover();
  for (const field of form.elements) settle(field);
  await changed(refresh);
  form.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: answer }));
  if (go) location.assign(go.replace("{id}", String(answer?.name ?? "").split("/").pop()));
  if (reload !== undefined) location.assign(location.pathname);
}

// What was saved is what further changes are held against.
function settle(field) {
  if (field.tagName === "SELECT") for (const option of field.options) option.defaultSelected = option.selected;
  else if ("defaultValue" in field && field.type !== "hidden") field.defaultValue = field.value;
}

function tell(form, text) {
  const place = form.querySelector(".problem");
  if (place) place.textContent = text;
  else if (text) warn(text);
}
