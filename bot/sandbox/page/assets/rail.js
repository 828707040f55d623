// The left rail: channels, direct messages and people to speak as, with what each of them has not read yet.
import { avatar, el, keyed } from "./dom.js";
import { isReply, mentions } from "./messages.js";

export const DM = "dm"; // the person's conversation with the app, whoever the person is

const markKey = (person, channel) => `read:${person}:${channel}`;
const lastRead = (person, channel) => Number(localStorage.getItem(markKey(person, channel)) ?? 0);

/** Remembers that the person spoken as has seen these messages of the open conversation. */
export function markRead(place, messages) {
  const newest = messages.at(-1)?.ts;
  if (newest && document.visibilityState === "visible") localStorage.setItem(markKey(place.as, place.channel), newest);
}

/** Draws the rail; `go` is called with where a press leads. */
export function drawRail({ world, rooms, place, go }) {
  const line = (room) => {
    const news = unread(world, room);
    const loud = room.key === DM ? news.length : news.filter((message) => mentions(message, world.me)).length;
    const state = [place.channel === room.key, news.length, loud, room.name, room.joined, room.archived];
    return { key: room.key, sign: JSON.stringify(state), draw: () => roomLine(room, { world, place, go, news: news.length, loud }) };
  };
  keyed(document.getElementById("channels"), rooms.filter(({ key }) => key !== DM).map(line));
  keyed(document.getElementById("dms"), rooms.filter(({ key }) => key === DM).map(line));
  keyed(document.getElementById("people"), world.people.filter((one) => !one.is_bot && !one.deleted).map((one) => {
    const waiting = one.id !== world.me && Number(one.dm_latest ?? 0) > lastRead(one.id, DM);
    const sign = JSON.stringify([one, one.id === world.me, waiting]);
    return { key: one.id, sign, draw: () => personLine(one, { world, go, waiting }) };
  }));
}

const unread = (world, room) => room.messages.filter((message) => (
  Number(message.ts) > lastRead(world.me, room.key) && message.user !== world.me
  && (!isReply(message) || room.key === DM || mentions(message, world.me))));

function roomLine(room, { world, place, go, news, loud }) {
  const sigil = room.private ? el("img", { src: "/page/static/lock.svg", alt: "", width: 14 }) : "#";
  const bot = world.people.find(({ id }) => id === world.bot);
  return el("li", {}, el("button", {
    type: "button", onclick: () => go({ channel: room.key }), "aria-current": place.channel === room.key ? "page" : null,
    class: [news > 0 && "unread", (room.archived || !room.joined) && "faint"].filter(Boolean).join(" "),
    "aria-label": `${room.key === DM ? "" : "#"}${room.name}${news ? `, ${news} unread` : ""}`,
  },
  room.key === DM ? avatar(bot) : el("span", { class: "sigil", "aria-hidden": true }, sigil),
  el("span", { class: "name" }, room.name), loud > 0 && el("span", { class: "badge" }, loud)));
}

function personLine(one, { world, go, waiting }) {
  const kind = one.is_stranger ? "other workspace" : one.is_restricted ? "guest" : "";
  return el("li", {}, el("button", {
    type: "button", "aria-pressed": String(one.id === world.me), class: waiting ? "unread" : "",
    "aria-label": `Speak as ${one.real_name}${waiting ? ", has a new direct message" : ""}`,
    onclick: () => go({ as: one.id, ...(waiting ? { channel: DM } : {}) }),
  }, avatar(one), el("span", { class: "name" }, one.real_name, kind && el("small", {}, kind)),
  waiting && el("span", { class: "badge", title: "New direct message" }, "DM")));
}
