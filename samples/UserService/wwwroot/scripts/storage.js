import { setInMemory } from "./cost.js";
import { create, find } from "./dom.js";
import { send } from "./api.js";

/** Says in the header of the page where the users are stored. */
export async function showStorage() {
  const result = await send("GET", "/storage");
  if (!result.ok) return;
  const { kind, table, location } = result.content;
  setInMemory(kind === "memory");
  const [label, ...text] = describe(kind, table, location);
  find("#storage").replaceChildren(create("span", { className: `storage-kind ${kind}` }, label), create("span", {}, ...text));
}

function describe(kind, table, location) {
  const name = create("strong", {}, table);
  if (kind === "memory") return ["In memory", "Users are in memory and lost when the service stops."];
  if (kind === "local") return ["Local DynamoDB", "Table ", name, ...(location ? [", stored in the file ", create("code", {}, location)] : [])];
  if (!location) return ["DynamoDB", "Table ", name];
  return ["DynamoDB", "Table ", name, location.includes("://") ? " at " : " in Region ", create("code", {}, location)];
}
