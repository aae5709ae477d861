import { create, find, isolated } from "./dom.js";
import { differ, fields, viewOf } from "./fields.js";

export const conflictForm = find("#conflict");

let compared = [];
let texts = {};

/**
 * Shows what the user typed beside what somebody else saved meanwhile. A field that only one of the two has changed starts with that change;
 * a field that both have changed starts with what was typed.
 * @param base the texts that the editor started with
 * @param mine the texts that were typed
 * @param theirs the texts that are stored now
 * @returns whether there is anything to choose
 */
export function showConflict(base, mine, theirs) {
  texts = { ...theirs };
  compared = fields.filter(field => differ(field, mine[field.name], theirs[field.name])).map(field => ({
    field,
    mine: mine[field.name],
    theirs: theirs[field.name],
    isMine: differ(field, base[field.name], mine[field.name]),
  }));
  find("#choices").replaceChildren(...compared.map(choice));
  return compared.length > 0;
}

/** Returns the texts that are chosen. */
export function chosenTexts() {
  const chosen = { ...texts };
  for (const { field, mine } of compared) {
    if (conflictForm[`choice-${field.name}`].value === "mine") chosen[field.name] = mine;
  }
  return chosen;
}

conflictForm.mine.addEventListener("click", () => choose(each => each.isMine));
conflictForm.theirs.addEventListener("click", () => choose(() => false));

function choose(isMine) {
  for (const each of compared) conflictForm[`choice-${each.field.name}`].value = isMine(each) ? "mine" : "theirs";
}

function choice({ field, mine, theirs, isMine }) {
  return create("fieldset", {}, create("legend", {}, field.label), create("div", { className: "sides" },
    side(field, "mine", isMine ? "Yours" : "Yours (unchanged)", mine, isMine),
    side(field, "theirs", "Theirs", theirs, !isMine)));
}

function side(field, value, title, text, checked) {
  const input = create("input", { type: "radio", name: `choice-${field.name}`, value, defaultChecked: checked });
  const view = viewOf(field, text);
  return create("label", { className: "side" }, input, create("span", {}, create("span", { className: "side-title" }, title),
    view === "" ? create("span", { className: "none" }, "Empty") : create("span", { className: "side-text" }, isolated(view))));
}
