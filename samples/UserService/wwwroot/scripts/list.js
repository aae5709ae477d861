import { findByEmail, listUsers } from "./api.js";
import { readView, writeView } from "./address.js";
import { beginAction } from "./cost.js";
import { create, find, isolated, isUnavailable, setUnavailable } from "./dom.js";
import { nameOf, statusLabel, statusName, statuses, tagList, timeAgo } from "./fields.js";
import { announce, clear } from "./messages.js";
import { explain } from "./problems.js";

const section = find("#list");
const title = find("#list-title");
const rows = find("#users");
const filter = find("#filter");
const pages = { first: find("#first"), previous: find("#previous"), next: find("#next") };

let view = readView();
let shown = [];
let nextToken = null;
let running = null;
let handlers;

/** Starts the list. The handlers edit a user, delete one and create one. */
export function startList(listHandlers) {
  handlers = listHandlers;
  filter.status.append(...Object.entries(statuses).map(([value, label]) => create("option", { value }, label)));
  filter.addEventListener("submit", event => {
    event.preventDefault();
    search();
  });
  filter.status.addEventListener("change", search);
  filter.clear.addEventListener("click", () => {
    filter.email.focus();
    showUsers({});
  });
  addEventListener("popstate", () => {
    view = readView();
    load(beginAction("List of users"));
  });
  pages.next.addEventListener("click", () => turn(pages.next, nextToken, [...view.trail ?? [], view.token], view.page + 1));
  pages.previous.addEventListener("click", () => turn(pages.previous, view.trail?.at(-1), view.trail?.slice(0, -1), view.page - 1));
  pages.first.addEventListener("click", () => turn(pages.first, null, [], 1));
  return load(beginAction("List of users"));
}

/** Shows the first page of the users with a status, an email, or both. */
export function showUsers({ status = "", email = "" }) {
  return go({ status, email, token: null, page: 1, trail: [] });
}

/** Reads the page again, after a change. */
export const reload = action => load(action);

/** Moves the focus to a button of a user, or to the title of the list if the user is not there. */
export function focusUser(id, button) {
  const row = [...rows.children].find(each => each.dataset.userId === id);
  (row ? find(`[name=${button}]`, row) : title).focus();
}

/** Returns the user beside a user, to which the focus moves when that is deleted. */
export function neighbourOf(id) {
  const index = shown.findIndex(user => user.userId === id);
  return shown[index + 1]?.userId ?? shown[index - 1]?.userId;
}

function search() {
  clear();
  return showUsers({ status: filter.status.value, email: filter.email.value.trim() });
}

function go(target) {
  view = target;
  writeView(view);
  return load(beginAction("List of users"));
}

async function turn(button, token, trail, page) {
  if (isUnavailable(button)) return;
  clear();
  // Without the tokens of the pages before, a page in the middle knows only the way forward and to the start.
  const known = view.trail || page === 1 ? trail : null;
  if (!await go({ ...view, token, page, trail: known })) return;
  section.scrollIntoView({ block: "start" });
  const usable = find("#pages").hidden ? null : [button, pages.next, pages.previous].find(each => !each.hidden && !isUnavailable(each));
  (usable ?? find("#notice button") ?? title).focus({ preventScroll: true });
}

async function load(action) {
  running?.abort();
  const mine = running = new AbortController();
  showFilter();
  setLoading(true);
  const options = { action, step: "Read the list", signal: mine.signal };
  const result = view.email ? await findEmail(view.email, options) : await listUsers(view.status, view.token, options);
  // Another view was asked for meanwhile.
  if (mine !== running) return false;
  running = null;
  const found = usersOf(result);
  nextToken = found.token;
  setLoading(false);
  show(found.users);
  showNotice(result, found);
  showPages(result.ok || found.absent);
  return true;
}

// A text without an @ is no email, and could be a path of its own, such as "..".
const findEmail = (email, options) => email.includes("@") ? findByEmail(email, options) : { ok: false, problem: "user-not-found", content: {} };

function usersOf(result) {
  if (!view.email) return result.ok ? result.content : { users: [], token: null };
  if (!result.ok) return { users: [], token: null, absent: result.problem === "user-not-found" };
  const fits = !view.status || result.content.status === view.status;
  return { users: fits ? [result.content] : [], token: null, other: fits ? null : result.content };
}

function showFilter() {
  if (![...filter.status.options].some(option => option.value === view.status))
    filter.status.append(create("option", { value: view.status }, view.status));
  filter.status.value = view.status;
  filter.email.value = view.email;
  filter.clear.hidden = !view.status && !view.email;
  title.replaceChildren(...view.email
    ? [view.status ? `${statusName(view.status)} user with the email ` : "User with the email ", isolated(view.email)]
    : [view.status ? `${statusName(view.status)} users` : "All users"]);
  document.title = `${title.textContent} · User service`;
}

function setLoading(loading) {
  section.ariaBusy = String(loading);
  find("#loading").hidden = !loading;
  for (const button of Object.values(pages)) {
    setUnavailable(button, loading);
    button.ariaBusy = String(loading);
  }
  if (loading && shown.length === 0 && find("#notice").hidden) find("#count").textContent = "Loading…";
}

function show(users) {
  const focused = rows.contains(document.activeElement) ? document.activeElement : null;
  const id = focused?.closest("tr").dataset.userId;
  shown = users;
  rows.replaceChildren(...users.map(toRow));
  find("#table").hidden = users.length === 0;
  if (focused) focusUser(id, focused.name);
}

function toRow(user) {
  const row = find("#row").content.firstElementChild.cloneNode(true);
  row.dataset.userId = user.userId;
  const cell = name => find(`[data-field=${name}]`, row);
  const name = nameOf(user);
  cell("name").append(create("span", { className: "name", dir: "auto", title: name }, name));
  if (user.expiresAt) cell("name").append(create("span", { className: "expires" }, "Expires ", timeAgo(user.expiresAt)));
  cell("email").append(isolated(user.email ?? ""));
  cell("status").append(statusLabel(user.status));
  cell("age").append(...user.age === null ? [] : [create("span", { className: "age-word" }, "Age "), String(user.age)]);
  if (user.tags.length) cell("tags").append(tagList(user.tags));
  cell("updatedAt").append(create("span", { className: "changed-word" }, "Changed "), timeAgo(user.updatedAt));
  for (const [button, verb] of [["edit", "Edit"], ["delete", "Delete"]]) {
    const element = find(`[name=${button}]`, row);
    element.ariaLabel = `${verb} ${name}`;
    element.addEventListener("click", () => handlers[button](user));
  }
  return row;
}

function showNotice(result, found) {
  const notice = find("#notice");
  const [heading, text, ...buttons] = noticeOf(result, found) ?? [];
  const hadFocus = notice.contains(document.activeElement);
  notice.hidden = !heading;
  notice.dataset.kind = result.ok || found.absent ? "empty" : "error";
  notice.replaceChildren();
  if (heading) {
    notice.append(create("h3", {}, ...[heading].flat()), create("p", {}, ...[text].flat()), create("div", { className: "buttons" },
      ...buttons.filter(Boolean).map(({ label, run, primary }) =>
        create("button", { type: "button", className: primary ? "primary" : "", onclick: run }, label))));
  }
  if (hadFocus) (find("button", notice) ?? title).focus();
  const count = found.users.length === 1 ? "1 user" : `${found.users.length} users`;
  const isWhole = view.page === 1 && !found.token;
  find("#count").textContent = found.users.length ? `${count}${isWhole ? "" : " on this page"}` : "";
  announce(heading ? notice.querySelector("h3").textContent : `${count}, page ${view.page}`);
}

function noticeOf(result, { users, token, absent, other }) {
  const all = { label: "Show all users", run: () => showUsers({}) };
  const create = { label: "New user", run: () => handlers.create(), primary: true };
  if (absent) {
    return [["No user has the email ", isolated(view.email), "."], "Emails are found only if they are complete.", all,
      { label: "New user with this email", run: () => handlers.create({ email: view.email }) }];
  }
  if (!result.ok) return errorOf(result);
  if (users.length) return null;
  if (other) {
    return [[isolated(nameOf(other)), " has this email, but another status: ", statusName(other.status).toLowerCase(), "."],
      "The status and the email are searched together.", { label: "Show this user", run: () => showUsers({ email: view.email }) }, all];
  }
  if (token) return ["There are no users on this page.", "The list continues on the next page."];
  if (view.page > 1) return ["There are no more users.", "The list ended on the page before.", { label: "Go to the first page", run: () => first() }];
  if (view.status) return [`There are no ${statusName(view.status).toLowerCase()} users.`, "Users with another status may exist.", all];
  return ["There are no users yet.", "Create the first one, or import a file.", create];
}

function errorOf(result) {
  const { title: heading, text } = explain(result);
  if (result.problem === "invalid-token") return [heading, text, { label: "Go to the first page", run: () => first(), primary: true }];
  if (result.problem === "invalid-request")
    return ["These users cannot be searched.", "The status or the email is not valid.", { label: "Show all users", run: () => showUsers({}), primary: true }];
  return [heading, text, { label: "Try again", run: () => load(beginAction("List of users")), primary: true }];
}

const first = () => go({ ...view, token: null, page: 1, trail: [] });

function showPages(ok) {
  pages.first.hidden = view.page === 1;
  setUnavailable(pages.previous, view.page === 1 || !view.trail);
  setUnavailable(pages.next, !nextToken);
  find("#pages").hidden = !ok || (view.page === 1 && !nextToken);
  find("#page").textContent = `Page ${view.page}`;
}
