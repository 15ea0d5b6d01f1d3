// Papers dropped anywhere on the page, or chosen: three go up at a time, each with a bar of its own.
import { changed, say } from "./parts.js";
import { OFFLINE, Problem, read } from "./requests.js";

const AT_ONCE = 3;

class DropZone extends HTMLElement {
  waiting = [];
  under_way = 0;

  connectedCallback() {
    this.input = this.querySelector("input");
    this.list = document.querySelector("#uploads");
    this.input.addEventListener("change", () => this.take(this.input.files));
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(kind, (event) => this.dragged(event));
  }

  // Also beside the zone: the browser would open the file there, and leave the page.
  dragged(event) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    const gone = event.type === "drop" || (event.type === "dragleave" && event.relatedTarget === null);
    this.classList.toggle("over", !gone);
    if (event.type === "drop") this.take(event.dataTransfer.files);
  }

  take(files) {
    for (const file of files) this.waiting.push(this.show(file));
    this.input.value = "";
    while (this.under_way < AT_ONCE && this.waiting.length) this.next();
  }

  show(file) {
    const item = document.createElement("li");
    const bar = document.createElement("progress");
    const [name, state] = [document.createElement("span"), document.createElement("span")];
    name.textContent = file.name;
    state.textContent = "waiting";
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `Upload of ${file.name}`);
    item.append(name, state, bar);
    this.list.append(item);
    return { file, item, bar, state };
  }

  async next() {
    const upload = this.waiting.shift();
    this.under_way += 1;
    try {
      await this.send(upload);
      upload.item.remove();
      say(`${upload.file.name} is read`);
    } catch (problem) {
      this.fail(upload, problem.words);
    }
    this.under_way -= 1;
    if (this.waiting.length) this.next();
    await changed(this.dataset.refresh);
  }

  send({ file, bar, state }) {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("files", file, file.name);
    return new Promise((done, failed) => {
      request.upload.onprogress = ({ loaded, total }) => {
        bar.value = total ? loaded / total : 0;
        state.textContent = loaded < total ? `${Math.floor((100 * loaded) / total)} %` : "being read";
        if (loaded === total) bar.removeAttribute("value");
      };
      request.onerror = () => failed(new Problem(0, { detail: OFFLINE }));
      request.onload = () => {
        try {
          done(read(request.status, request.responseText));
        } catch (problem) {
          failed(problem);
        }
      };
      request.open("POST", this.dataset.action);
      request.setRequestHeader("Accept", "application/json");
      request.send(form);
    });
  }

  fail({ file, item, bar, state }, words) {
    bar.remove();
    state.replaceChildren(this.button("Again", () => { item.remove(); this.take([file]); }), this.button("Dismiss", () => item.remove()));
    const why = document.createElement("p");
    why.className = "why bad";
    why.setAttribute("role", "alert");
    why.textContent = words;
    item.append(why);
  }

  button(text, action) {
    const button = document.createElement("button");
    button.className = "bare";
    button.textContent = text;
    button.addEventListener("click", action);
    return button;
  }
}

customElements.define("drop-zone", DropZone);
