// Makes `old` equal to `fresh` and touches only what differs: an icon that stays is not loaded and drawn anew, a button
// keeps its focus. Parts with a source look after their content themselves, and so do elements of our own: they are
// replaced unless they say (`shows`) what the fresh one would.

export function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName || old.localName?.includes("-")) {
    if (!old.shows?.(fresh)) old.replaceWith(fresh);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.data = fresh.data;
    return;
  }
  attributes(old, fresh);
  if (!old.dataset.src) children(old, fresh);
}

function attributes(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

function children(old, fresh) {
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  after.forEach((node, place) => (place < before.length ? morph(before[place], node) : old.append(node)));
  for (const node of before.slice(after.length)) node.remove();
}
