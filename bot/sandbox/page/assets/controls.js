// Draws the controls of Block Kit (text, menus, boxes, dates) and reads what a person put into them.
import { el } from "./dom.js";
import { plain, words } from "./mrkdwn.js";

/** One control. `changed(choice, node)` is called after each choice; `id` ties it to its label. */
export function control(element, { id, names, changed }) {
  const draw = CONTROLS[element.type];
  if (!draw) return el("span", { class: "unknown" }, `(${element.type})`);
  const node = draw(element, names);
  if (id) node.id = id;
  node.dataset.action = element.action_id ?? "";
  if (!id || node.tagName === "FIELDSET") {
    node.setAttribute("aria-label", plain(element.placeholder) || element.action_id || element.type);
  }
  if (element.focus_on_load) node.autofocus = true;
  node.addEventListener("change", () => changed(read(node), node));
  return node;
}

/** What a control holds: text, an option's value, a list of values, or null when nothing was chosen. */
export function read(node) {
  if (node.tagName === "FIELDSET") {
    const values = [...node.querySelectorAll("input:checked")].map((box) => box.value);
    return node.dataset.many === undefined ? values[0] ?? null : values;
  }
  if (node.multiple) return [...node.selectedOptions].map((option) => option.value);
  return node.value === "" ? null : node.value;
}

/** Puts a value that read() gave back into a control of the same kind. */
export function write(node, value) {
  const values = [value].flat();
  if (node.tagName === "FIELDSET") for (const box of node.querySelectorAll("input")) box.checked = values.includes(box.value);
  else if (node.multiple) for (const option of node.options) option.selected = values.includes(option.value);
  else node.value = value ?? "";
}

const CONTROLS = {
  plain_text_input: (element) => {
    const node = el(element.multiline ? "textarea" : "input", {
      placeholder: plain(element.placeholder) || null, maxlength: element.max_length, rows: element.multiline ? 4 : null,
    });
    node.value = element.initial_value ?? "";
    return node;
  },
  number_input: (element) => input("number", element, element.initial_value, { min: element.min_value, max: element.max_value, step: element.is_decimal_allowed ? "any" : 1 }),
  email_text_input: (element) => input("email", element, element.initial_value),
  url_text_input: (element) => input("url", element, element.initial_value),
  datepicker: (element) => input("date", element, element.initial_date),
  timepicker: (element) => input("time", element, element.initial_time),
  datetimepicker: (element) => input("datetime-local", element, null),
  static_select: (element) => select(element, options(element), [element.initial_option?.value]),
  multi_static_select: (element) => select(element, options(element), (element.initial_options ?? []).map(({ value }) => value)),
  external_select: (element) => select(element, [], []),
  users_select: (element, names) => select(element, people(names), [element.initial_user]),
  multi_users_select: (element, names) => select(element, people(names), element.initial_users ?? []),
  channels_select: (element, names) => select(element, places(names), [element.initial_channel]),
  conversations_select: (element, names) => select(element, places(names), [element.initial_conversation]),
  multi_channels_select: (element, names) => select(element, places(names), element.initial_channels ?? []),
  multi_conversations_select: (element, names) => select(element, places(names), element.initial_conversations ?? []),
  radio_buttons: (element, names) => boxes("radio", element, names, [element.initial_option?.value]),
  checkboxes: (element, names) => boxes("checkbox", element, names, (element.initial_options ?? []).map(({ value }) => value)),
};

function input(type, element, value, props = {}) {
  const node = el("input", { type, placeholder: plain(element.placeholder) || null, ...props });
  node.value = value ?? "";
  return node;
}

const people = (names) => names.people.map(({ id, name }) => el("option", { value: id }, `@${name}`));
const places = (names) => names.channels.map(({ id, name }) => el("option", { value: id }, `#${name}`));
const options = (element) => (element.options ? element.options.map(option)
  : (element.option_groups ?? []).map((group) => el("optgroup", { label: plain(group.label) }, group.options.map(option))));
const option = (choice) => el("option", { value: choice.value }, plain(choice.text));

function select(element, choices, initial) {
  const many = element.type.startsWith("multi_");
  const chosen = initial.filter(Boolean);
  const nothing = many ? null : el("option", { value: "", disabled: chosen.length > 0 ? true : null }, plain(element.placeholder) || "Choose…");
  const node = el("select", { multiple: many, size: many ? 8 : null }, nothing, choices);
  for (const choice of node.options) choice.selected = chosen.includes(choice.value);
  if (!many && chosen.length === 0) node.selectedIndex = 0;
  return node;
}

let groups = 0;
function boxes(type, element, names, chosen) {
  groups += 1;
  const node = el("fieldset", { "data-many": type === "checkbox" }, element.options.map((choice) => {
    const box = el("input", { type, name: `group-${groups}`, value: choice.value });
    box.checked = chosen.includes(choice.value);
    return el("label", { class: "choice" }, box, el("span", {}, words(choice.text, names),
      choice.description && el("small", {}, words(choice.description, names))));
  }));
  return node;
}
