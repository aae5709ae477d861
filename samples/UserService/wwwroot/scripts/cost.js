import { create, find } from "./dom.js";

const panel = find("#cost");
let current = null;
let inMemory = false;

/** Starts an action of the user. What its requests cost replaces what the panel showed. */
export function beginAction(title) {
  const action = {
    title,
    steps: [],
    add(step, requests) {
      this.steps.push({ step, requests });
      if (this === current) show();
    },
  };
  current = action;
  return action;
}

export function setInMemory(value) {
  inMemory = value;
  if (current) show();
}

/**
 * Reads the standard header Server-Timing: `GetItem;dur=3.2;table="demo-Users";attempts=1;capacity=0.5, ...`.
 */
export function parseServerTiming(header) {
  if (!header) return [];
  const entries = header.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  return entries.map(entry => {
    const [name, ...parameters] = (entry.match(/(?:[^;"]|"(?:[^"\\]|\\.)*")+/g) ?? []).map(part => part.trim());
    const values = {};
    for (const parameter of parameters) {
      const at = parameter.indexOf("=");
      const value = parameter.slice(at + 1).trim();
      values[parameter.slice(0, at).trim().toLowerCase()] = value.startsWith("\"") ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
    }
    return {
      operation: name,
      table: (values.table ?? "").split(" ").join(", "),
      attempts: number(values.attempts),
      capacity: number(values.capacity),
      milliseconds: number(values.dur),
      note: name === "more" ? values.desc : null,
    };
  });
}

function number(text) {
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) ? null : value;
}

function show() {
  const steps = current.steps.filter(({ requests }) => requests.length > 0);
  const requests = steps.flatMap(step => step.requests).filter(request => !request.note);
  panel.dataset.empty = String(requests.length === 0);
  if (requests.length === 0) {
    find("#cost-summary").textContent = inMemory ? "None: users are in memory" : "None";
    find("#cost-details").replaceChildren(create("p", {}, inMemory
      ? "Start the service with DynamoDB to see here what each action costs."
      : `${current.title}: no requests to DynamoDB were reported.`));
    return;
  }

  const more = steps.some(step => step.requests.some(request => request.note));
  const total = {
    attempts: sum(requests, "attempts"), capacity: sum(requests, "capacity"), milliseconds: sum(requests, "milliseconds"),
  };
  const count = requests.length === 1 ? "1 request" : `${requests.length} requests`;
  find("#cost-summary").textContent = `${current.title}: ${more ? "more than " : ""}${count}, ${units(total.capacity)}, ${time(total.milliseconds)}`;
  find("#cost-details").replaceChildren(create("table", { className: "cost-table" },
    create("caption", { className: "for-readers" }, `Requests to DynamoDB: ${current.title}`),
    create("thead", {}, create("tr", {},
      ...["Request", "Attempts", "Capacity", "Time"].map(text => create("th", { scope: "col" }, text)))),
    ...steps.map(group),
    create("tfoot", {}, row(create("th", { scope: "row" }, "Total"), total))));
}

const group = ({ step, requests }) => create("tbody", {},
  create("tr", { className: "step" }, create("th", { scope: "rowgroup", colSpan: 4 }, step)),
  ...requests.map(request => request.note
    ? create("tr", {}, create("td", { colSpan: 4 }, request.note))
    : row(create("th", { scope: "row" }, ...words(request.operation), create("small", {}, request.table)), request)));

const row = (head, { attempts, capacity, milliseconds }) => create("tr", {}, head,
  create("td", {}, attempts === null ? "–" : String(attempts)),
  create("td", {}, capacity === null ? "–" : rounded(capacity)),
  create("td", {}, milliseconds === null ? "–" : time(milliseconds)));

// A long operation, such as TransactWriteItems, may continue on a new line between its words.
const words = operation => operation.split(/(?=[A-Z])/).flatMap((word, index) => (index ? [create("wbr"), word] : [word]));

const rounded = value => value.toLocaleString("en", { maximumFractionDigits: 1 });
const time = milliseconds => `${rounded(milliseconds)} ms`;
const units = value => (value === 1 ? "1 capacity unit" : `${rounded(value)} capacity units`);
const sum = (requests, name) => requests.reduce((total, request) => total + (request[name] ?? 0), 0);
