export const find = (selector, root = document) => root.querySelector(selector);

/** Creates an element. Children are elements or strings; a string is always text, never markup. */
export function create(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** Isolates a name or an email, so that its direction does not reorder the text around it. */
export const isolated = text => create("bdi", {}, visible(text));

/** Shows characters that would be invisible, or would reorder a text so that it reads like another. */
export const visible = text => text.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, "\uFFFD");

/**
 * Marks a button as unavailable without the attribute that would take the focus away from it. Its handlers check `isUnavailable`.
 */
export function setUnavailable(button, unavailable) {
  if (unavailable) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}

export const isUnavailable = button => button.getAttribute("aria-disabled") === "true";

/** Shows that a button is working. */
export function setBusy(button, busy, label) {
  setUnavailable(button, busy);
  button.ariaBusy = String(busy);
  button.dataset.label ??= button.textContent;
  button.textContent = busy ? label : button.dataset.label;
}
