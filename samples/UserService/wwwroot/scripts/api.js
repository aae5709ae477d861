import { parseServerTiming } from "./cost.js";

// Longer than the service itself waits for DynamoDB.
const TimeoutMilliseconds = 60_000;

/**
 * Sends a request and returns its outcome. Never throws: without a response, the status is 0 and the problem "no-response" or "offline".
 * @param options.body the JSON to send
 * @param options.etag the entity tag of the user as it was read: the request changes no other version
 * @param options.action the action whose requests to DynamoDB the page shows
 * @param options.step what the request does in the action
 */
export async function send(method, path, { body, etag, action, step, signal } = {}) {
  const headers = {};
  if (body) headers["Content-Type"] = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  if (etag) headers["If-Match"] = etag;
  const timeout = AbortSignal.timeout(TimeoutMilliseconds);
  try {
    const response = await fetch(path, {
      method,
      headers,
      // The page shows what each request costs, so no response is a copy.
      cache: "no-store",
      body: body && JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    action?.add(step, parseServerTiming(response.headers.get("Server-Timing")));
    return { ok: response.ok, status: response.status, ...(await read(response)) };
  } catch {
    return { ok: false, status: 0, problem: navigator.onLine ? "no-response" : "offline", content: {} };
  }
}

async function read(response) {
  const text = await response.text();
  let content = {};
  try {
    content = text ? JSON.parse(text) : {};
  } catch {
    // A proxy can respond with a page of its own. Only a status remains, and a success without its content is no success.
    return { content, ok: false, problem: "not-understood" };
  }
  const seconds = Number(response.headers.get("Retry-After"));
  return {
    content,
    problem: response.ok ? null : String(content.type ?? "").replace("urn:user-service:", ""),
    retryAfter: Number.isFinite(seconds) && seconds > 0 ? seconds : null,
  };
}

const userPath = id => `/users/${encodeURIComponent(id)}`;

export const listUsers = (status, token, options) => {
  const query = new URLSearchParams();
  if (status) query.set("status", status);
  if (token) query.set("token", token);
  return send("GET", `/users${query.size ? `?${query}` : ""}`, options);
};
export const findByEmail = (email, options) => send("GET", `/users/by-email/${encodeURIComponent(email)}`, options);
export const readUser = (id, options) => send("GET", userPath(id), options);
export const createUser = (user, options) => send("POST", "/users", { ...options, body: user });
export const changeUser = (user, changes, options) => send("PATCH", userPath(user.userId), { ...options, body: changes, etag: user.etag });
export const deleteUser = (user, options) => send("DELETE", userPath(user.userId), { ...options, etag: user.etag });
