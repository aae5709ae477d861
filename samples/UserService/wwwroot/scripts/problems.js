/** Returns a title and an advice for a request that failed, in words for the people who use the page. */
export function explain(result) {
  const wait = result.retryAfter ? `Wait ${seconds(result.retryAfter)}, then try again.` : "";
  switch (result.problem) {
    case "offline":
      return { title: "You are offline.", text: "Check your network connection, then try again." };
    case "no-response":
      return { title: "The service does not respond.", text: "It may be stopped or restarting. Try again in a moment." };
    case "throttled":
    case "too-many-requests":
      return { title: "There are too many requests at the moment.", text: wait || "Wait a moment, then try again." };
    case "unavailable":
      return {
        title: "The users cannot be reached at the moment.",
        text: wait || "This does not end by itself: ask the people who run the service to look at it.",
      };
    case "outcome-unknown":
      return { title: "It is not known whether the change was saved.", text: "Check before you try again." };
    case "write-applied":
      return { title: "The change was saved, but its result cannot be shown.", text: "Do not repeat it." };
    case "invalid-token":
      return { title: "This page of the list is no longer available.", text: "Start again at the first page." };
    case "user-not-found":
      return { title: "This user does not exist.", text: "Someone may have deleted it." };
    case "user-restricted":
      return { title: "The processing of this user is restricted.", text: "It can be changed or deleted when the restriction has ended." };
    case "too-large":
    case "address-too-long":
      return { title: "This is too much text.", text: "Shorten it, then try again." };
    case "file-not-readable":
      return { title: "The file cannot be read.", text: "It must still exist, and its text must be in UTF-8." };
    case "email-in-use":
    case "user-exists":
    case "user-erased":
    case "invalid-request":
      return { title: "Some fields need a correction.", text: "" };
    default:
      return {
        title: "Something went wrong.",
        text: result.status ? `The service reported an error (${result.status}). ${wait || "Try again in a moment."}` : wait,
      };
  }
}

/** Returns whether a write may have been applied although no success was reported. */
export const isUncertain = result => ["outcome-unknown", "no-response", "offline", "not-understood"].includes(result.problem);

/** Returns the errors of a response as sentences, by the name of the field. */
export function errorsByField(result, labels) {
  const errors = {};
  for (const [name, rules] of Object.entries(result.content?.errors ?? {}))
    errors[name] = rules.map(rule => sentence(labels[name] ?? name, rule)).join(" ");
  return errors;
}

// A rule is either a sentence, or the end of one that starts with the field.
function sentence(label, rule) {
  const text = /^\p{Lu}/u.test(rule) ? rule : `${label} ${rule}`;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

const seconds = count => (count === 1 ? "1 second" : `${count} seconds`);
