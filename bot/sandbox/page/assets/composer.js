// The box one writes in: Enter sends, @ and / suggest, and each place keeps its own draft for each person.
import { avatar, el } from "./dom.js";

const drafts = new Map();

/**
 * A composer in `parent`. `about()` gives {key, label, people, commands}: the key tells drafts apart. `send(text)`
 * resolves to true when the text was taken; only then is the draft dropped.
 */
export function composer(parent, { id, about, send }) {
  const box = el("textarea", {
    id, rows: 1, role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`, spellcheck: "true",
  });
  const list = el("ul", { id: `${id}-list`, class: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });
  const button = el("button", { type: "submit", class: "send", "aria-label": "Send" }, "➤");
  const form = el("form", { class: "composer", autocomplete: "off" }, list, box, button);
  const hint = el("p", { class: "keys", "aria-hidden": true }, "Enter to send · Shift+Enter for a new line · @ for people · / for commands");
  parent.append(form, hint);
  let key = null;
  let offered = [];
  let chosen = 0;

  const close = () => offer([]);
  function offer(items) {
    offered = items;
    chosen = items[0]?.waits ? -1 : 0;
    list.hidden = items.length === 0;
    box.setAttribute("aria-expanded", String(items.length > 0));
    drawOffer();
  }
  function drawOffer() {
    list.replaceChildren(...offered.map((one, index) => el("li", {
      id: `${id}-${index}`, role: "option", "aria-selected": String(index === chosen),
      onmousedown: (event) => { event.preventDefault(); take(one); },
    }, one.draw())));
    if (offered.length && chosen >= 0) box.setAttribute("aria-activedescendant", `${id}-${chosen}`);
    else box.removeAttribute("aria-activedescendant");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  }
  function take({ from, text }) {
    const rest = box.value.slice(box.selectionStart);
    box.value = box.value.slice(0, from) + text + rest;
    box.selectionStart = box.selectionEnd = from + text.length;
    changed();
    close();
  }
  function changed() {
    drafts.set(key, box.value);
    button.disabled = box.value.trim() === "";
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 240)}px`;
  }
  async function submit() {
    const text = box.value.trim();
    if (!text || button.disabled) return;
    const from = key;
    close();
    button.disabled = true;
    box.readOnly = true;
    const taken = await send(text);
    box.readOnly = false;
    if (taken) drafts.delete(from);
    if (taken && key === from) box.value = "";
    changed();
  }
  box.addEventListener("input", () => {
    changed();
    offer(suggest(box.value.slice(0, box.selectionStart), about()));
  });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (offered.length && step) {
      event.preventDefault();
      chosen = chosen < 0 && step < 0 ? offered.length - 1 : (chosen + step + offered.length) % offered.length;
      drawOffer();
    } else if (offered.length && (event.key === "Tab" || (event.key === "Enter" && chosen >= 0))) {
      event.preventDefault();
      take(offered[Math.max(chosen, 0)]);
    } else if (offered.length && event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });

  return {
    /** Follows the place and person: shows their draft and label. */
    draw() {
      const { key: now, label, closed } = about();
      form.classList.toggle("closed", Boolean(closed));
      box.disabled = Boolean(closed);
      box.placeholder = closed || label;
      box.setAttribute("aria-label", label);
      if (now === key) return;
      key = now;
      box.value = drafts.get(key) ?? "";
      changed();
      close();
    },
    /** Puts a text in, ready to send or change. */
    fill(text) {
      box.value = text;
      changed();
      box.focus();
    },
    focus: () => box.focus(),
  };
}

/** What could stand at the caret, given the text before it. */
export function suggest(before, { people, commands }) {
  const name = /(?:^|[\s(])@([\w.-]*)$/.exec(before);
  if (name) {
    const start = name[1].toLowerCase();
    const from = before.length - name[1].length - 1;
    return people
      .filter((one) => !one.deleted && [one.name, ...one.real_name.split(" ")].some((part) => part.toLowerCase().startsWith(start)))
      .slice(0, 8)
      .map((one) => ({ from, text: `@${one.name} `, draw: () => [avatar(one), el("b", {}, one.real_name), el("span", {}, `@${one.name}`)] }));
  }
  if (!before.startsWith("/") || before.includes("\n")) return [];
  return commands
    .filter(({ usage }) => usage.startsWith(before) || (before.trim() === "/" && usage.startsWith("/")))
    .map(({ usage, hint }) => ({
      from: 0, text: usage.split(/[<[]/)[0], waits: true, // Enter sends what is typed; only Tab, arrows or a click take this
      draw: () => [el("code", {}, usage), el("span", {}, hint)],
    }));
}
