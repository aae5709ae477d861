import { create, find } from "./dom.js";
import { differ, fields, labels, statuses, statusName, textsOf, toDate } from "./fields.js";

/** The form of the editor: between its inputs and texts by the name of the field. */
export const form = find("#editor-form");

let base = textsOf(null);

for (const { name } of fields) {
  const hint = find(`#hint-${name}`);
  form[name].setAttribute("aria-describedby", hint ? `${hint.id} error-${name}` : `error-${name}`);
}

/** Fills the form. Changes are relative to the user; a new user has none. */
export function fillForm(user, texts = textsOf(user ?? { status: "active" })) {
  base = textsOf(user);
  const known = Object.keys(statuses);
  // A status that other programs have set stays a choice.
  const values = known.includes(texts.status) || !texts.status ? known : [...known, texts.status];
  form.status.replaceChildren(...values.map(value => create("option", { value }, statusName(value))));
  writeTexts(texts);
  showDetails(user);
  showErrors({});
}

export function writeTexts(texts) {
  for (const { name } of fields) form[name].value = texts[name];
}

export const readTexts = () => Object.fromEntries(fields.map(({ name }) => [name, form[name].value]));

/** Returns the values that differ between two texts of the form. */
export const changesBetween = (from, to) => Object.fromEntries(fields
  .filter(field => differ(field, from[field.name], to[field.name]))
  .map(field => [field.name, field.toValue(to[field.name])]));

export const changes = () => changesBetween(base, readTexts());

/** Returns all values, for a new user. */
export const values = () => Object.fromEntries(fields.map(field => [field.name, field.toValue(form[field.name].value)]));

/** Returns the errors that the service cannot see. */
export const ownErrors = () => (form.expiresAt.validity.badInput ? { expiresAt: "Enter a complete date and time, or none." } : {});

/** Replaces the rule of a field that is required and empty by what is missing. */
export const withMissing = errors => Object.fromEntries(Object.entries(errors).map(([name, text]) =>
  [name, form[name]?.required && form[name].value.trim() === "" ? `${labels[name]} is required.` : text]));

/** Shows each error at its field, moves the focus to the first, and returns the errors of no field. */
export function showErrors(errors) {
  let first = null;
  for (const { name } of fields) {
    const input = form[name];
    find(`#error-${name}`).textContent = errors[name] ?? "";
    if (errors[name]) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (errors[name]) first ??= input;
  }
  first?.focus();
  const others = Object.keys(errors).filter(name => !fields.some(field => field.name === name)).map(name => errors[name]);
  return { found: first !== null, others };
}

function showDetails(user) {
  const details = find("#editor-details");
  details.hidden = !user;
  details.replaceChildren(...user ? [
    detail("Created", toDate(user.createdAt)), detail("Changed", toDate(user.updatedAt)), detail("Version", user.version), detail("ID", user.userId),
  ] : []);
}

const detail = (label, text) => create("div", {}, create("dt", {}, label), create("dd", {}, String(text ?? "–")));
