import { changeUser, createUser, findByEmail, readUser } from "./api.js";
import { chosenTexts, conflictForm, showConflict } from "./conflict.js";
import { beginAction } from "./cost.js";
import { find, isolated, setBusy } from "./dom.js";
import { labels, nameOf, textsOf } from "./fields.js";
import { changes, changesBetween, fillForm, form, ownErrors, readTexts, showErrors, values, withMissing, writeTexts } from "./form.js";
import { focusUser, reload, showUsers } from "./list.js";
import { alertIn, askIn, clear, say } from "./messages.js";
import { errorsByField, explain, isUncertain } from "./problems.js";

const dialog = find("#editor");
const alert = find("#editor-alert");

// The user as it was read; null for a new one. Its version is the one that a change replaces.
let edited = null;
let isBusy = false;
let initial = "";

export function editUser(user) {
  open(user, "Edit user", nameOf(user));
}

export function newUser(start = {}) {
  open(null, "", "New user");
  if (start.email) {
    form.email.value = start.email;
    form.name.focus();
  }
}

function open(user, kind, title) {
  clear();
  edited = user;
  find("#editor-kind").textContent = kind;
  find("#editor-title").textContent = title;
  fillForm(user);
  initial = JSON.stringify(readTexts());
  form.save.textContent = form.save.dataset.label = user ? "Save" : "Create";
  alertIn(alert);
  showPart(form);
  dialog.showModal();
}

function showPart(part) {
  form.hidden = part !== form;
  conflictForm.hidden = part !== conflictForm;
  dialog.classList.toggle("broad", part === conflictForm);
}

async function save() {
  if (isBusy) return;
  alertIn(alert);
  const errors = ownErrors();
  if (showErrors(errors).found) return;
  const body = edited ? changes() : values();
  if (edited && Object.keys(body).length === 0) return end(edited, ["Nothing was changed."]);
  await write(body);
}

async function write(body) {
  const action = beginAction(edited ? "Save user" : "Create user");
  const button = conflictForm.hidden ? form.save : conflictForm.save;
  await whileBusy(button, "Saving…", async () => {
    const options = { action, step: edited ? "Save the user" : "Create the user" };
    const result = edited ? await changeUser(edited, body, options) : await createUser(body, options);
    if (result.ok) return finish(result.content, action);
    if (result.status === 412) return compare(action);
    if (edited && result.problem === "user-not-found") return offerAgain();
    if (result.problem === "write-applied") return end(edited, [explain(result).title], action);
    showPart(form);
    if (isUncertain(result)) return offerCheck(result, body);
    const { found, others } = showErrors(withMissing(errorsByField(result, labels)));
    const { title, text } = explain(result);
    if (!found || others.length) alertIn(alert, title, [text, ...others].filter(Boolean).join(" "));
  });
}

async function whileBusy(button, label, work) {
  isBusy = true;
  setBusy(button, true, label);
  try {
    await work();
  } finally {
    isBusy = false;
    setBusy(button, false);
  }
}

const finish = (user, action) => end(user, [edited ? "Saved " : "Created ", isolated(nameOf(user)), "."], action);

/** Closes the editor, reads the list again if an action changed it, and moves the focus to the user. */
async function end(user, message, action) {
  const isNew = !edited;
  dialog.close();
  if (action) await reload(action);
  if (isNew) find("#new").focus();
  else focusUser(user.userId, "edit");
  say(message, isNew ? { label: "Show", run: () => showAndFocus(user) } : undefined);
}

async function showAndFocus(user) {
  clear();
  await showUsers({ email: user.email });
  focusUser(user.userId, "edit");
}

/** Shows what was typed beside what is stored now. Nothing that was typed is lost. */
async function compare(action) {
  const typed = conflictForm.hidden ? readTexts() : chosenTexts();
  const result = await readUser(edited.userId, { action, step: "Read what is stored now" });
  if (result.problem === "user-not-found") return offerAgain(typed);
  if (!result.ok) {
    showPart(form);
    writeTexts(typed);
    return alertIn(alert, "Someone else has changed this user meanwhile.", ["What they saved cannot be shown now. ", explain(result).text]);
  }
  const base = textsOf(edited);
  edited = result.content;
  fillForm(edited, typed);
  if (!showConflict(base, typed, textsOf(edited)))
    return end(edited, ["Someone else has saved the same values for ", isolated(nameOf(edited)), "."], action);
  showPart(conflictForm);
  askIn(alert, "Someone else has changed this user while you were editing.",
    "Choose what to keep in each field. Nothing is saved until you choose.");
}

async function saveChoice() {
  if (isBusy) return;
  const chosen = chosenTexts();
  const body = changesBetween(textsOf(edited), chosen);
  if (Object.keys(body).length === 0)
    return end(edited, ["Kept what someone else saved for ", isolated(nameOf(edited)), "."], beginAction("Take theirs"));
  alertIn(alert);
  writeTexts(chosen);
  await write(body);
}

function backToEditing() {
  const chosen = chosenTexts();
  fillForm(edited, chosen);
  alertIn(alert);
  showPart(form);
  form.name.focus();
}

function offerAgain(typed = conflictForm.hidden ? readTexts() : chosenTexts()) {
  fillForm(edited, typed);
  showPart(form);
  askIn(alert, "Someone else has deleted this user while you were editing.",
    "You can create the user again with what you typed, or close this window.",
    { label: "Create again", run: () => {
      edited = null;
      find("#editor-kind").textContent = "New user";
      fillForm(null, typed);
      form.save.textContent = form.save.dataset.label = "Create";
      save();
    } },
    { label: "Close", run: async () => {
      dialog.close();
      await reload(beginAction("List of users"));
      find("#list-title").focus();
    } });
}

function offerCheck(result, body) {
  const { title, text } = explain(result);
  const lead = result.problem === "outcome-unknown" ? "" : "The change may have been saved nevertheless. ";
  askIn(alert, title, [lead, text], { label: "Check whether it was saved", run: event => check(event.currentTarget, body) });
}

/** Finds out whether a change whose outcome is unknown was saved. */
async function check(button, body) {
  if (isBusy) return;
  const action = beginAction("Check the change");
  const options = { action, step: "Read what is stored now" };
  await whileBusy(button, "Checking…", async () => {
    const result = edited ? await readUser(edited.userId, options) : await findByEmail(body.email, options);
    const isAbsent = result.problem === "user-not-found";
    if (!result.ok && !isAbsent) return offerCheck(result, body);
    if (isAbsent && edited) return offerAgain();
    if (isAbsent) return askIn(alert, "The user was not created.", "You can save again.");
    const stored = textsOf(result.content);
    if (Object.keys(changesBetween(stored, readTexts())).length === 0) return finish(result.content, action);
    if (!edited) return showErrors({ email: "Email is in use by another user." });
    if (result.content.etag === edited.etag) return askIn(alert, "The change was not saved.", "You can save again.");
    await compare(action);
  });
}

function isChanged() {
  return !conflictForm.hidden || JSON.stringify(readTexts()) !== initial;
}

function askToClose() {
  if (isBusy) return;
  if (!isChanged()) return close();
  askIn(alert, "Your changes are not saved.", "",
    { label: "Discard changes", run: close },
    { label: "Continue editing", run: () => {
      alertIn(alert);
      find(conflictForm.hidden ? "[name=name]" : "[name=save]", conflictForm.hidden ? form : conflictForm).focus();
    } });
}

function close() {
  dialog.close();
  if (edited) focusUser(edited.userId, "edit");
}

dialog.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  askToClose();
});
dialog.addEventListener("cancel", event => {
  event.preventDefault();
  askToClose();
});
form.addEventListener("submit", event => {
  event.preventDefault();
  save();
});
conflictForm.addEventListener("submit", event => {
  event.preventDefault();
  saveChoice();
});
conflictForm.edit.addEventListener("click", backToEditing);
for (const button of [find("[name=close]", dialog), form.cancel, conflictForm.cancel]) button.addEventListener("click", askToClose);
addEventListener("beforeunload", event => {
  if (dialog.open && isChanged()) event.preventDefault();
});
