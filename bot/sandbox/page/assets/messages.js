// Draws conversations: message rows with blocks, reactions, thread links and what one can do to a message.
import { drawAttachments, drawBlocks } from "./blocks.js";
import { ask, avatar, el, keyed, menu } from "./dom.js";
import { day, emoji, mrkdwn, typed } from "./mrkdwn.js";

const PICKS = ["eyes", "thumbsup", "tada", "pray", "fire", "heart", "x", "rotating_light"];
const TOGETHER = 5 * 60; // seconds within which messages of one person share one heading

/**
 * Shows `messages` in `list`. `room` carries what rows need: {world, names, channel, thread, act, openThread}; `room.thread`
 * is true in the thread pane, where replies stand by themselves.
 */
export function drawMessages(list, messages, room) {
  const below = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const replies = room.thread ? new Map() : repliesByRoot(messages);
  const shown = room.thread ? messages : messages.filter((message) => !isReply(message));
  const items = [];
  let last = null;
  for (const message of shown) {
    if (!last || dayOf(last) !== dayOf(message)) items.push(separator(message));
    items.push(item(message, { compact: together(last, message), replies: replies.get(message.ts) ?? [], room }));
    last = message;
  }
  if (shown.length === 0) items.push({ key: "empty", sign: room.channel, draw: () => el("p", { class: "empty" }, room.empty) });
  const busy = room.thread && room.world.statuses[room.channel]?.[room.thread];
  if (busy) items.push({ key: "status", sign: busy, draw: () => working(busy, room) });
  keyed(list, items);
  if (below) list.scrollTop = list.scrollHeight;
}

/** True for a message that stands in a thread below another one. */
export const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

/** The text of a message for a reader of unread counts: does it speak to this person? */
export const mentions = (message, user) => JSON.stringify([message.text, message.blocks, message.attachments]).includes(`<@${user}`);

function repliesByRoot(messages) {
  const roots = new Map();
  for (const message of messages) {
    if (isReply(message) && !message.ephemeral) roots.set(message.thread_ts, [...(roots.get(message.thread_ts) ?? []), message]);
  }
  return roots;
}

const dayOf = (message) => new Date(message.ts * 1000).toDateString();

function separator(message) {
  const when = new Date(message.ts * 1000);
  const name = day(when) ?? when.toLocaleDateString("en", { weekday: "long", month: "long", day: "numeric" });
  return { key: `day-${dayOf(message)}`, sign: name, draw: () => el("div", { class: "day" }, el("span", {}, name)) };
}

function together(last, message) {
  return Boolean(last) && last.user === message.user && message.ts - last.ts < TOGETHER && dayOf(last) === dayOf(message)
    && last.ephemeral === message.ephemeral && !last.subtype && !message.subtype && !last.replied;
}

function item(message, { compact, replies, room }) {
  const status = !room.thread && room.world.statuses[room.channel]?.[message.ts];
  message.replied = replies.length > 0;
  return {
    key: `${message.ephemeral ? "e" : "m"}${message.ts}`,
    sign: JSON.stringify([message, compact, replies.length, replies.at(-1)?.ts, status, room.world.me, room.readOnly]),
    draw: () => row(message, { compact, replies, status, room }),
  };
}

function row(message, { compact, replies, status, room }) {
  const { world, names } = room;
  const who = world.people.find(({ id }) => id === message.user);
  const when = new Date(message.ts * 1000);
  if (["channel_join", "channel_leave", "channel_archive", "channel_name"].includes(message.subtype)) {
    return el("article", { class: "note" }, avatar(who), el("div", {}, mrkdwn(message.text, names)));
  }
  const body = el("div", { class: "message-body" }, content(message, room));
  const node = el("article", {
    class: ["message", compact && "compact", message.ephemeral && "ephemeral"].filter(Boolean).join(" "),
    "data-ts": message.ts, tabindex: -1, "aria-label": `${who?.real_name ?? message.user_name}, ${clock(when)}`,
  },
  compact ? el("time", { class: "aside-time", datetime: when.toISOString() }, clock(when)) : avatar(who),
  el("div", { class: "message-main" },
    message.ephemeral && el("p", { class: "only-you" }, "◉ Only visible to you"),
    !compact && el("header", {},
      el("strong", {}, who?.real_name ?? message.user_name), who?.is_bot && el("span", { class: "app-tag" }, "APP"),
      el("time", { datetime: when.toISOString(), title: when.toLocaleString() }, clock(when))),
    body,
    reactions(message, room),
    replies.length > 0 && replyBar(message, replies, room),
    status && working(status, room)));
  if (!message.ephemeral && !room.readOnly) node.append(toolbar(message, node, body, room));
  return node;
}

const clock = (when) => when.toLocaleTimeString("en", { hour: "numeric", minute: "2-digit" });

function content(message, room) {
  const context = {
    names: room.names,
    press: (element, block, choice, node) => room.press(message, element, block, { choice, node }),
  };
  const hasText = message.text && !message.blocks?.length;
  return [
    hasText && el("div", { class: "section" }, mrkdwn(message.text, room.names)),
    ...drawBlocks(message.blocks, context),
    ...drawAttachments(message.attachments, context),
    ...(message.files ?? []).map((file) => el("div", { class: "file" },  file.title ?? file.name ?? "file")),
    message.edited_ts && !message.bot_id && el("small", { class: "edited" }, "(edited)"),
  ].filter(Boolean);
}

function reactions(message, { world, names, act, channel, readOnly }) {
  const given = Object.entries(message.reactions ?? {});
  if (given.length === 0) return null;
  return el("div", { class: "reactions" }, given.map(([name, users]) => {
    const mine = users.includes(world.me);
    return el("button", {
      type: "button", class: "reaction", "aria-pressed": String(mine), disabled: readOnly,
      title: `${users.map((id) => names.user(id)).join(", ")} reacted with :${name}:`,
      "aria-label": `${name}, ${users.length}`,
      onclick: () => act("react", { channel, ts: message.ts, name, on: !mine }),
    }, el("span", { class: "emoji" }, emoji(name)), el("b", {}, users.length));
  }));
}

function replyBar(message, replies, { world, openThread }) {
  const authors = [...new Set(replies.map(({ user }) => user))].slice(0, 4).map((id) => world.people.find((person) => person.id === id));
  const last = new Date(replies.at(-1).ts * 1000);
  return el("button", { type: "button", class: "replies", onclick: () => openThread(message.ts) },
    authors.map(avatar), el("b", {}, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`),
    el("span", {}, `last ${day(last) ?? last.toLocaleDateString("en")} at ${clock(last)}`));
}

function toolbar(message, node, body, room) {
  const { world, act, channel } = room;
  const mine = message.user === world.me && !message.bot_id;
  const tool = (label, sign, onclick) => el("button", { type: "button", "aria-label": label, title: label, onclick }, sign);
  const pick = menu("Add a reaction", "☺", PICKS.map((name) => el("button", {
    type: "button", role: "menuitem", "aria-label": name, title: `:${name}:`,
    onclick: () => act("react", { channel, ts: message.ts, name, on: !message.reactions?.[name]?.includes(world.me) }),
  }, emoji(name))), { class: "menu picks" });
  const remove = async () => {
    const sure = await ask({ title: "Delete this message?", text: "This cannot be undone.", confirm: "Delete", danger: true });
    if (sure) act("delete", { channel, ts: message.ts });
  };
  return el("div", { class: "tools", role: "toolbar", "aria-label": "Message actions" },
    pick,
    menu("Message shortcuts", "⋯", world.shortcuts.filter(({ kind }) => kind === "message").map(({ id, name }) => el("button", {
      type: "button", role: "menuitem", onclick: () => act("shortcut", { name: id, channel, ts: message.ts }),
    }, name)), { class: "menu more" }),
    !room.thread && tool("Reply in thread", "↩", () => room.openThread(message.ts)),
    mine && tool("Edit message", "✎", () => edit(message, node, body, room)),
    mine && tool("Delete message", "⌫", remove));
}

/** Swaps the text for an edit box; Enter saves, Escape leaves it as it was. */
function edit(message, node, body, room) {
  const before = [...body.childNodes];
  const box = el("textarea", { "aria-label": "Edit message", rows: 2 });
  box.value = typed(message.text, room.names);
  const done = () => { delete node.dataset.busy; body.replaceChildren(...before); };
  const save = async () => {
    if (await room.act("edit", { channel: room.channel, ts: message.ts, text: box.value })) done();
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") done();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
  });
  node.dataset.busy = "";
  body.replaceChildren(box, el("div", { class: "actions" },
    el("button", { type: "button", onclick: done }, "Cancel"),
    el("button", { type: "button", class: "primary", onclick: save }, "Save")));
  box.focus();
}

const working = (text, { world, names }) => el("p", { class: "working", role: "status" },
  el("span", { class: "dots", "aria-hidden": true }), `${names.user(world.bot)} ${text}`);
