// The time of the demo, and buttons that let it pass: what is due on the way comes at its own time.
import { el } from "./dom.js";

const STEPS = [["+1 h", "+1h"], ["Next morning", "next morning"]];
const shown = new Intl.DateTimeFormat("en", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false });

let ahead = 0; // milliseconds that the demo's clock is ahead of this browser's

/** Shows the clock (`now` in seconds, null for none); `act` lets time pass until the moment asked for. */
export function drawClock(section, now, act) {
  section.hidden = now === null;
  if (section.hidden) return;
  ahead = now * 1000 - Date.now();
  tell(section);
  const form = section.querySelector("form");
  if (form.children.length) return;
  setInterval(() => tell(section), 1000);
  const jump = el("input", { "aria-label": "Jump to", placeholder: "Fri 17:50", size: 9, required: true, autocomplete: "off" });
  form.append(
    ...STEPS.map(([label, until]) => el("button", { type: "button", onclick: () => pass(until, form, act) }, label)),
    jump, el("button", { type: "submit" }, "Jump"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    pass(jump.value, form, act);
  });
}

function tell(section) {
  const moment = new Date(Date.now() + ahead);
  section.querySelector("time").textContent = shown.format(moment);
  section.querySelector("time").dateTime = moment.toISOString();
}

async function pass(until, form, act) {
  for (const one of form.elements) one.disabled = true;
  await act("clock", { until });
  for (const one of form.elements) one.disabled = false;
}
