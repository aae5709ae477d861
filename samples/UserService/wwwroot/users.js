"use strict";

const find = selector => document.querySelector(selector);
const filter = find("#filter");
const editor = find("#editor");
const form = editor.querySelector("form");
const fields = ["name", "email", "status", "age", "tags"];

// The tokens of the previous pages; the first page has none.
let trail = [null];
let next = null;
// The user in the editor, as it was read; null for a new user.
let edited = null;

async function send(method, path, body, version) {
  const headers = {};
  if (body) headers["Content-Type"] = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  if (version) headers["If-Match"] = `"${version}"`;
  try {
    const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    const content = response.status === 204 ? null : await response.json();
    return { ok: response.ok, status: response.status, content };
  } catch {
    return { ok: false, status: 0, content: { title: "The service does not answer. Try again." } };
  }
}

function say(text) {
  find("#message").textContent = text;
}

function show(users) {
  find("#users").replaceChildren(...users.map(user => {
    const row = find("#row").content.firstElementChild.cloneNode(true);
    row.dataset.userId = user.userId;
    for (const cell of row.querySelectorAll("[data-field]")) {
      const value = user[cell.dataset.field];
      cell.textContent = Array.isArray(value) ? value.join(", ") : value ?? "";
    }
    row.querySelector("[name=edit]").addEventListener("click", () => edit(user));
    row.querySelector("[name=delete]").addEventListener("click", () => remove(user));
    return row;
  }));
}

async function load() {
  const email = filter.email.value.trim();
  let users = [];
  let answer;
  if (email) {
    answer = await send("GET", `/users/by-email/${encodeURIComponent(email)}`);
    users = answer.ok ? [answer.content] : [];
    next = null;
  } else {
    const query = new URLSearchParams();
    if (filter.status.value) query.set("status", filter.status.value);
    if (trail.at(-1)) query.set("token", trail.at(-1));
    answer = await send("GET", `/users?${query}`);
    users = answer.ok ? answer.content.users : [];
    next = answer.ok ? answer.content.token : null;
  }
  show(users);
  if (!answer.ok) say(answer.content.title);
  find("#previous").disabled = trail.length === 1;
  find("#next").disabled = !next;
  find("#page").textContent = email ? "" : `Page ${trail.length}`;
}

function start() {
  trail = [null];
  say("");
  return load();
}

function fill(user) {
  edited = user;
  form.querySelector("h2").textContent = user ? `Edit ${user.userId}` : "New user";
  for (const name of fields) form[name].value = (name === "tags" ? user?.tags.join(", ") : user?.[name]) ?? "";
  if (!user) form.status.value = "active";
  form.reload.hidden = true;
  tell({});
}

function edit(user) {
  fill(user);
  editor.showModal();
}

// Shows each error at its field, and all other errors below.
function tell(errors, title) {
  const rest = [];
  for (const span of form.querySelectorAll(".error")) span.textContent = "";
  for (const name of fields) form[name].removeAttribute("aria-invalid");
  for (const [name, rules] of Object.entries(errors)) {
    const span = form.querySelector(`.error[data-for="${CSS.escape(name)}"]`);
    if (!fields.includes(name) || !span) rest.push(`${name} ${rules.join(", ")}`);
    else {
      span.textContent = rules.join(", ");
      form[name].setAttribute("aria-invalid", "true");
    }
  }
  if (title && Object.keys(errors).length === rest.length) rest.unshift(title);
  form.querySelector("[data-for=other]").textContent = rest.join(" ");
}

function read() {
  const tags = form.tags.value.split(",").map(tag => tag.trim()).filter(tag => tag);
  const age = form.age.value.trim();
  return {
    name: form.name.value,
    email: form.email.value,
    status: form.status.value,
    // An invalid number is sent unchanged, so that the service reports the error.
    age: age === "" ? null : Number.isInteger(Number(age)) ? Number(age) : age,
    tags,
  };
}

async function save() {
  const body = read();
  if (edited) {
    // A patch contains only the fields that have changed.
    for (const name of fields) {
      if (JSON.stringify(body[name]) === JSON.stringify(edited[name] ?? null)) delete body[name];
    }
    if (Object.keys(body).length === 0) return editor.close();
  }
  const answer = edited
    ? await send("PATCH", `/users/${encodeURIComponent(edited.userId)}`, body, edited.version)
    : await send("POST", "/users", body);
  if (!answer.ok) {
    form.reload.hidden = answer.status !== 412;
    tell(answer.content.errors ?? {}, answer.content.title);
    return;
  }
  editor.close();
  await load();
  say(`${edited ? "Saved" : "Created"} ${answer.content.userId}.`);
}

async function reload() {
  const answer = await send("GET", `/users/${encodeURIComponent(edited.userId)}`);
  if (answer.ok) fill(answer.content);
  else tell({}, answer.content.title);
}

async function remove(user) {
  if (!confirm(`Delete ${user.userId}?`)) return;
  const answer = await send("DELETE", `/users/${encodeURIComponent(user.userId)}`, null, user.version);
  await load();
  say(answer.ok ? `Deleted ${user.userId}.` : answer.content.title);
}

filter.addEventListener("submit", event => {
  event.preventDefault();
  start();
});
filter.status.addEventListener("change", () => {
  filter.email.value = "";
  start();
});
find("#new").addEventListener("click", () => edit(null));
find("#next").addEventListener("click", () => {
  trail.push(next);
  load();
});
find("#previous").addEventListener("click", () => {
  trail.pop();
  load();
});
form.addEventListener("submit", event => {
  event.preventDefault();
  save();
});
form.reload.addEventListener("click", reload);
form.cancel.addEventListener("click", () => editor.close());
load();
