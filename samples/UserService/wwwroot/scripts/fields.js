import { create, isolated, visible } from "./dom.js";

export const statuses = { active: "Active", pending: "Pending", suspended: "Suspended", closed: "Closed" };

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const spans = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3_600], ["minute", 60]];

// An input keeps one line. Without line breaks that other programs stored, a field that nobody changes does not differ from what the input has.
const oneLine = value => (value ?? "").replace(/[\r\n]/g, "");

/** The fields that the editor changes: between the value in JSON and the text of the input. */
export const fields = [
  { name: "name", label: "Name", toText: oneLine, toValue: text => text },
  { name: "email", label: "Email", toText: oneLine, toValue: text => text.trim() },
  { name: "status", label: "Status", toText: value => value ?? "", toValue: text => text, toView: statusName },
  { name: "age", label: "Age", toText: value => (value ?? "").toString(), toValue: toAge },
  { name: "tags", label: "Tags", toText: toTagText, toValue: toTags },
  { name: "expiresAt", label: "Expires", toText: toLocal, toValue: toInstant, toView: text => toDate(toInstant(text)) },
];

export const labels = Object.fromEntries(fields.map(field => [field.name, field.label]));

/** Returns the texts of all inputs for a user. */
export const textsOf = user => Object.fromEntries(fields.map(field => [field.name, field.toText(user?.[field.name])]));

/** Returns whether two texts of a field mean different values. */
export const differ = (field, one, other) => JSON.stringify(field.toValue(one)) !== JSON.stringify(field.toValue(other));

/** Returns the text of a field as it is shown beside other users' text. */
export const viewOf = (field, text) => (text === "" ? "" : field.toView?.(text) ?? text);

/** Returns what to call a user: the name, or else what identifies it. */
export const nameOf = user => visible(user.name || user.email || user.userId);

export function statusName(status) {
  return Object.hasOwn(statuses, status) ? statuses[status] : status;
}

export const statusLabel = status => create("span", { className: `status ${Object.hasOwn(statuses, status) ? status : "other"}` }, statusName(status));

export const toDate = text => dates.format(new Date(text));

/** Returns a time as an element that reads "3 days ago" and gives the date and time as its title. */
export function timeAgo(text) {
  const seconds = (new Date(text) - Date.now()) / 1000;
  const [unit, length] = spans.find(([, length]) => Math.abs(seconds) >= length) ?? [];
  return create("time", { dateTime: text, title: toDate(text) }, unit ? relative.format(Math.round(seconds / length), unit) : "just now");
}

export const tagList = tags => create("span", { className: "tags" }, ...tags.flatMap((tag, index) => [
  ...(index ? [create("span", { className: "for-readers" }, ", ")] : []), create("span", { className: "tag" }, isolated(tag)),
]));

function toAge(text) {
  const trimmed = text.trim();
  // Text that is no number is sent unchanged, so that the service reports the error.
  return trimmed === "" ? null : Number.isInteger(Number(trimmed)) ? Number(trimmed) : trimmed;
}

// A tag that contains a comma is in quotes, so that it stays one tag.
function toTagText(tags) {
  return (tags ?? []).map(oneLine).map(tag => (/[",]/.test(tag) ? `"${tag.replaceAll("\"", "\"\"")}"` : tag)).join(", ");
}

function toTags(text) {
  return [...text.matchAll(/\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(?:,|$)/g)]
    .map(([, quoted, plain]) => (quoted?.replaceAll("\"\"", "\"") ?? plain).trim())
    .filter(tag => tag);
}

// A year after 9999 needs a sign and six digits. A time at the end of 9999 can be in the next year of the browser's time zone.
function toInstant(text) {
  return text ? new Date(text.replace(/^\d{5,}/, year => `+${year.padStart(6, "0")}`)).toISOString() : null;
}

function toLocal(text) {
  if (!text) return "";
  const at = new Date(text);
  const two = number => String(number).padStart(2, "0");
  return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
