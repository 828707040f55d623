// Shows the topmost form that the app opened for this person; Slack's checks and the app's own appear at the fields.
import { drawBlocks } from "./blocks.js";
import { read, write } from "./controls.js";
import { el } from "./dom.js";
import { plain } from "./mrkdwn.js";

/** Keeps `dialog` in step with `view` (null: no form). `room` carries {names, press, act, call}. */
export function drawModal(dialog, view, room) {
  const sign = view && JSON.stringify([view.id, view.title, view.blocks, view.submit, view.close, room.names.me]);
  if (dialog.dataset.sign === (sign ?? "")) return;
  const kept = view && dialog.dataset.view === view.id ? values(dialog) : {};
  dialog.dataset.sign = sign ?? "";
  dialog.dataset.view = view?.id ?? "";
  if (!view) {
    if (dialog.open) dialog.close();
    return;
  }
  dialog.replaceChildren(form(dialog, view, room));
  for (const [block, value] of Object.entries(kept)) {
    const field = dialog.querySelector(`[data-field="${CSS.escape(block)}"]`);
    if (field) write(field, value);
  }
  if (!dialog.open) dialog.showModal();
}

function form(dialog, view, room) {
  const close = () => room.act("close", {});
  dialog.oncancel = (event) => { event.preventDefault(); close(); };
  const submit = el("button", { type: "submit", class: "primary" }, plain(view.submit) || "Submit");
  const context = { names: room.names, press: (element, block, choice, node) => room.press(null, element, block, { choice, node, on: "modal" }) };
  const needsSubmit = view.submit || view.blocks.some((block) => block.type === "input");
  return el("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); send(dialog, submit, room); } },
    el("header", {},
      el("h2", { id: "modal-title" }, plain(view.title)),
      el("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: close }, "✕")),
    el("div", { class: "modal-body" }, drawBlocks(view.blocks, context)),
    el("footer", {},
      el("button", { type: "button", onclick: close }, plain(view.close) || "Cancel"),
      needsSubmit && submit));
}

function values(dialog) {
  return Object.fromEntries([...dialog.querySelectorAll("[data-field]")].map((node) => [node.dataset.field, read(node)]));
}

async function send(dialog, button, room) {
  const filled = Object.fromEntries(Object.entries(values(dialog)).map(([block, value]) => [block, value ?? ""]));
  button.disabled = true;
  const answer = await room.call("submit", { values: filled });
  button.disabled = false;
  const errors = answer?.errors ?? {};
  for (const field of dialog.querySelectorAll("[data-field]")) {
    const error = errors[field.dataset.field];
    field.setAttribute("aria-invalid", String(Boolean(error)));
    document.getElementById(`${field.id}-error`).textContent = error ?? "";
  }
  dialog.querySelector('[aria-invalid="true"]')?.focus();
}
