// Dialogs: a button with data-open opens one and hands it what it is about; data-close closes it.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) open(document.querySelector(opener.dataset.open), opener.dataset);
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  if (event.target.closest("[data-print]")) print();
  if (event.target.tagName === "DIALOG") event.target.close();
});

function print() {
  document.querySelector("#take-away")?.hidePopover();
  window.print();
}

function open(dialog, { action, name, values }) {
  const form = dialog.querySelector("form");
  form.reset();
  if (action) form.action = action;
  for (const place of dialog.querySelectorAll("[data-fill]")) place.textContent = name;
  for (const [field, value] of Object.entries(JSON.parse(values ?? "{}"))) form.elements[field].value = value;
  for (const problem of dialog.querySelectorAll(".problem")) problem.textContent = "";
  dialog.showModal();
}
