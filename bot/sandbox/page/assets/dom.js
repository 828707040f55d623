// Builds DOM nodes: what people write always becomes text nodes, never markup.

/** A node from a tag, its attributes and `on…` listeners, and its children (strings become text; null is left out). */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const drawn = new WeakMap();

/**
 * Shows `items` ({key, sign, draw}) in `parent`. A node whose sign did not change stays the same node, so focus, open
 * menus and half-made edits survive the many redraws; one with data-busy (being edited) waits.
 */
export function keyed(parent, items) {
  const before = drawn.get(parent) ?? new Map();
  const after = new Map();
  let cursor = parent.firstChild;
  for (const { key, sign, draw } of items) {
    const old = before.get(key);
    const kept = old && (old.sign === sign || "busy" in old.node.dataset);
    const entry = kept ? old : { sign, node: draw() };
    if (old && !kept) {
      if (cursor === old.node) cursor = old.node.nextSibling;
      old.node.remove();
    }
    if (entry.node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(entry.node, cursor);
    after.set(key, entry);
    before.delete(key);
  }
  for (const { node } of before.values()) node.remove();
  drawn.set(parent, after);
}

/** A square with initials, coloured by whose it is; the bot's is its mark. */
export function avatar(person) {
  if (person?.is_bot) return el("img", { class: "avatar", src: "/page/static/mark.svg", alt: "" });
  const name = person?.real_name || person?.name || "?";
  const initials = name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
  const node = el("span", { class: "avatar", "aria-hidden": true }, initials);
  const hue = [...(person?.id ?? name)].reduce((sum, letter) => (sum * 137 + letter.charCodeAt(0)) % 360, 7);
  node.style.setProperty("--hue", hue);
  return node;
}

/** A menu behind a button: closes on Escape, on a click elsewhere and after a choice. */
export function menu(label, sign, items, props = {}) {
  const list = el("div", { class: "menu-list", role: "menu" }, items);
  const node = el("details", { class: "menu", ...props },
    el("summary", { "aria-label": label, title: label, role: "button" }, sign), list);
  list.addEventListener("click", () => { node.open = false; });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !node.open) return;
    event.stopPropagation();
    node.open = false;
    node.querySelector("summary").focus();
  });
  node.addEventListener("toggle", () => {
    if (node.open) node.dataset.busy = ""; else delete node.dataset.busy;
    if (node.open) list.scrollIntoView({ block: "nearest" });
  });
  return node;
}

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.menu[open]")) if (!open.contains(event.target)) open.open = false;
});

/** Asks before something that cannot be undone; resolves to true or false. `texts` is Slack's confirm object, as plain strings. */
export function ask({ title, text, confirm, deny, danger }) {
  return new Promise((resolve) => {
    const dialog = el("dialog", { class: "ask", "aria-label": title, onclose: () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    } },
    el("form", { method: "dialog" },
      el("h2", {}, title), el("p", {}, text),
      el("footer", {},
        el("button", { value: "no" }, deny ?? "Cancel"),
        el("button", { value: "yes", class: danger ? "danger" : "primary" }, confirm ?? "Yes"))));
    document.body.append(dialog);
    dialog.showModal();
  });
}
