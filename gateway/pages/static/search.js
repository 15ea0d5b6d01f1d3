// The list of jobs narrows while the user types; the address keeps the words.
import { refresh, say } from "./parts.js";

let pending;

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.dataset.search) return;
  clearTimeout(pending);
  pending = setTimeout(() => search(form), 150);
});

async function search(form) {
  const query = new URLSearchParams(new FormData(form)).toString();
  const list = document.querySelector(form.dataset.search);
  list.dataset.src = `/jobs?${query}`;
  history.replaceState(null, "", `/?${query}`);
  await refresh(form.dataset.search);
  const found = list.querySelectorAll("tbody tr").length;
  say(found === 1 ? "1 job" : `${found} jobs`);
}
