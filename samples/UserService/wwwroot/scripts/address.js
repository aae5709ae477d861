/**
 * The part of the list that is shown, as the address of the page has it, so that reloading, going back and bookmarks work. It is in the
 * fragment, which browsers do not send: an email does not belong in the logs of servers.
 */
export function readView() {
  const values = new URLSearchParams(location.hash.slice(1));
  const token = values.get("token");
  return {
    status: values.get("status") ?? "",
    email: values.get("email") ?? "",
    token,
    page: token ? Math.max(2, Number.parseInt(values.get("page"), 10) || 2) : 1,
    // The tokens of the pages before; null if only the token of this page is known.
    trail: token ? history.state?.trail ?? null : [],
  };
}

export function writeView({ status, email, token, page, trail }, replace) {
  const values = new URLSearchParams();
  if (status) values.set("status", status);
  if (email) values.set("email", email);
  if (token) values.set("page", page);
  if (token) values.set("token", token);
  const address = values.size ? `#${values}` : location.pathname;
  history[replace ? "replaceState" : "pushState"]({ trail }, "", address);
}
