import { create, find } from "./dom.js";

const toast = find("#toast");

/** Shows a message until the next action, with one more button if an action is given. */
export function say(content, action) {
  toast.replaceChildren(create("p", {}, ...[content].flat()));
  if (action) toast.append(create("button", { type: "button", className: "quiet", onclick: action.run }, action.label));
  toast.append(create("button", { type: "button", className: "quiet close", ariaLabel: "Hide this message", onclick: clear }, "✕"));
}

export function clear() {
  // The focus must not fall to the start of the page with the button that had it.
  if (toast.contains(document.activeElement)) find("#list-title").focus({ preventScroll: true });
  toast.replaceChildren();
}

/** Tells users of screen readers what everybody else sees. */
export function announce(text) {
  find("#announcement").textContent = text;
}

/** Shows something in a dialog that needs a decision, not a correction. */
export const askIn = (element, ...content) => showIn(element, "attention", ...content);

/** Shows an error in a dialog and moves the focus there. Without a title, hides it. */
export const alertIn = (element, ...content) => showIn(element, "error", ...content);

function showIn(element, kind, title, text, ...buttons) {
  element.hidden = !title;
  element.dataset.kind = kind;
  element.replaceChildren();
  if (!title) return;
  element.append(create("p", {}, create("strong", {}, ...[title].flat())));
  if (text) element.append(create("p", {}, ...[text].flat()));
  if (buttons.length) {
    element.append(create("div", { className: "buttons" },
      ...buttons.map(({ label, run }) => create("button", { type: "button", onclick: run }, label))));
  }
  element.focus();
}
