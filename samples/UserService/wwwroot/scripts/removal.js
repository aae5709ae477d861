import { deleteUser, readUser } from "./api.js";
import { beginAction } from "./cost.js";
import { create, find, isolated, setBusy } from "./dom.js";
import { differ, fields, nameOf, textsOf, viewOf } from "./fields.js";
import { focusUser, neighbourOf, reload } from "./list.js";
import { alertIn, askIn, clear, say } from "./messages.js";
import { explain, isUncertain } from "./problems.js";

const dialog = find("#removal");
const form = find("form", dialog);
const alert = find("#removal-alert");

// The user as it was shown when the deletion was confirmed: another version is not deleted without asking again.
let doomed = null;
let isBusy = false;

export function removeUser(user) {
  clear();
  doomed = user;
  find("#removal-title").replaceChildren("Delete ", isolated(nameOf(user)), "?");
  find("#removal-text").replaceChildren(...user.email ? ["The user with the email ", isolated(user.email), " will be deleted."] : ["The user will be deleted."],
    " This cannot be undone.");
  form.delete.textContent = form.delete.dataset.label = "Delete user";
  alertIn(alert);
  dialog.showModal();
}

async function remove() {
  if (isBusy) return;
  isBusy = true;
  alertIn(alert);
  setBusy(form.delete, true, "Deleting…");
  try {
    await send(beginAction("Delete user"));
  } finally {
    isBusy = false;
    setBusy(form.delete, false);
  }
}

async function send(action) {
  const result = await deleteUser(doomed, { action, step: "Delete the user" });
  if (result.ok || result.problem === "write-applied") return end("Deleted ", ".", action);
  if (result.problem === "user-not-found") return end("Someone else has already deleted ", ".", action);
  if (result.status === 412) return askAgain(action);
  if (isUncertain(result)) return check(result, action);
  const { title, text } = explain(result);
  alertIn(alert, title, text);
}

async function end(before, after, action) {
  const beside = neighbourOf(doomed.userId);
  const message = [before, isolated(nameOf(doomed)), after];
  dialog.close();
  await reload(action);
  focusUser(beside, "delete");
  say(message);
}

async function askAgain(action) {
  const result = await readUser(doomed.userId, { action, step: "Read what is stored now" });
  if (result.problem === "user-not-found") return end("Someone else has already deleted ", ".", action);
  if (!result.ok) {
    const { title, text } = explain(result);
    return alertIn(alert, title, text);
  }
  const [before, now] = [textsOf(doomed), textsOf(result.content)];
  const changed = fields.filter(field => differ(field, before[field.name], now[field.name]));
  doomed = result.content;
  form.delete.textContent = form.delete.dataset.label = "Delete anyway";
  askIn(alert, "Someone else has changed this user after the list was read.", "");
  alert.append(create("ul", {}, ...changed.map(field => create("li", {}, `${field.label}: `,
    isolated(viewOf(field, before[field.name]) || "empty"), " is now ", isolated(viewOf(field, now[field.name]) || "empty")))));
}

/** Finds out whether a deletion whose outcome is unknown was applied. */
async function check(result, action) {
  const now = await readUser(doomed.userId, { action, step: "Read what is stored now" });
  if (now.problem === "user-not-found") return end("Deleted ", ".", action);
  if (now.ok) return askIn(alert, "The user was not deleted.", "You can try again.");
  const { title, text } = explain(result);
  alertIn(alert, title, ["The user may have been deleted nevertheless. ", text]);
}

function close() {
  if (isBusy) return;
  dialog.close();
  focusUser(doomed.userId, "delete");
}

form.addEventListener("submit", event => {
  event.preventDefault();
  remove();
});
form.cancel.addEventListener("click", close);
dialog.addEventListener("cancel", event => {
  event.preventDefault();
  close();
});
