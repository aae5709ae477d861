import { beginAction } from "./cost.js";
import { create, find, setBusy } from "./dom.js";
import { labels } from "./fields.js";
import { reload } from "./list.js";
import { alertIn, clear } from "./messages.js";
import { errorsByField, explain } from "./problems.js";

// A browser reads a response only after it has sent the request. So a large file is sent in parts, and each part reports its progress.
const PartLines = 1000;
const PartCharacters = 4 * 1024 * 1024;
const MaxRefusedShown = 100;

const dialog = find("#importer");
const form = find("form", dialog);
const alert = find("#importer-alert");

let running = null;

export function openImporter() {
  clear();
  form.reset();
  alertIn(alert);
  find("#importer-progress").hidden = true;
  dialog.showModal();
}

async function start() {
  if (running) return;
  const [file] = form.file.files;
  if (!file) return alertIn(alert, "Choose a file first.", "");
  alertIn(alert);
  const mine = running = new AbortController();
  const state = { written: 0, failed: 0, refused: [], refusedCount: 0 };
  find("#importer-refused").replaceChildren();
  find("#importer-progress").hidden = false;
  find("progress", dialog).value = 0;
  form.stop.hidden = false;
  setBusy(form.start, true, "Importing…");
  try {
    await importFile(file, state, mine.signal);
    show(state, 1, "Import finished.");
  } catch (failure) {
    show(state, null, mine.signal.aborted ? "Import stopped." : "Import interrupted.");
    if (!mine.signal.aborted) {
      const { title, text } = failure.result ? explain(failure.result) : explain({ problem: "no-response" });
      const rules = Object.values(errorsByField(failure.result ?? {}, { body: "The file" })).join(" ");
      alertIn(alert, title, [rules || text, " Users of the file that are already stored are not imported twice."]);
    }
  } finally {
    running = null;
    form.stop.hidden = true;
    setBusy(form.start, false);
    if (document.activeElement === document.body) form.start.focus();
    await reload(beginAction("List of users"));
  }
}

async function importFile(file, state, signal) {
  let line = 0;
  let sent = 0;
  for await (const part of partsOf(file)) {
    const before = { written: state.written, failed: state.failed };
    await sendPart(part.lines, signal, event => {
      if (event.event === "not-written") {
        state.refusedCount++;
        if (state.refused.length < MaxRefusedShown) state.refused.push({ line: line + event.line, problem: event.problem });
      } else {
        state.written = before.written + event.written;
        state.failed = before.failed + event.failed;
      }
      show(state, sent / file.size, "Importing…");
    });
    line += part.lines.length;
    sent += part.bytes;
  }
}

async function* partsOf(file) {
  let [lines, size, rest] = [[], 0, ""];
  const encoder = new TextEncoder();
  const take = () => {
    const part = { lines, bytes: encoder.encode(lines.join("\n")).length + lines.length };
    [lines, size] = [[], 0];
    return part;
  };
  for await (const text of textOf(file)) {
    const complete = (rest + text).split("\n");
    rest = complete.pop();
    for (const line of complete) {
      lines.push(line);
      size += line.length;
      if (lines.length === PartLines || size > PartCharacters) yield take();
    }
  }
  if (rest) lines.push(rest);
  if (lines.length) yield take();
}

async function* textOf(file) {
  try {
    yield* file.stream().pipeThrough(new TextDecoderStream("utf-8", { fatal: true }));
  } catch {
    throw Object.assign(new Error(), { result: { problem: "file-not-readable" } });
  }
}

async function sendPart(lines, signal, report) {
  const response = await fetch("/users/import", {
    method: "POST", headers: { "Content-Type": "application/x-ndjson" }, body: lines.join("\n"), signal,
  });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw Object.assign(new Error(), { result: { status: response.status, problem: problem.type?.replace("urn:user-service:", ""), content: problem } });
  }
  let rest = "";
  let end = null;
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const complete = (rest + text).split("\n");
    rest = complete.pop();
    for (const line of complete.filter(each => each)) {
      const event = JSON.parse(line);
      report(event);
      if (event.event === "end") end = event;
    }
  }
  // Without its last line, the response was cut off. If the service stops, it has not read all lines.
  if (end?.problem) throw Object.assign(new Error(), { result: { problem: "", status: end.problem.status, content: end.problem } });
  if (end?.endedBy !== "Completed") throw Object.assign(new Error(), { result: { problem: "no-response" } });
}

function show({ written, failed, refused, refusedCount }, part, title) {
  if (part !== null) find("progress", dialog).value = part;
  const count = written === 1 ? "1 user was imported" : `${written} users were imported`;
  find("#importer-result").textContent = `${title} ${count}, ${failed} ${failed === 1 ? "was" : "were"} not.`;
  // A file can have any number of such lines, and each is reported: only what is new is added.
  const list = find("#importer-refused");
  find(".more", list)?.remove();
  list.append(...refused.slice(list.childElementCount).map(toItem));
  if (refusedCount > refused.length) list.append(create("li", { className: "more" }, `and ${refusedCount - refused.length} more`));
}

function toItem({ line, problem }) {
  const rules = Object.values(errorsByField({ content: problem }, { ...labels, body: "The line", userId: "ID" })).join(" ");
  return create("li", {}, `Line ${line}: ${rules || problem.title}`);
}

function close() {
  running?.abort();
  dialog.close();
}

form.addEventListener("submit", event => {
  event.preventDefault();
  start();
});
form.stop.addEventListener("click", () => running?.abort());
form.close.addEventListener("click", close);
dialog.addEventListener("cancel", event => {
  event.preventDefault();
  close();
});
