// Asks the authenticator for a passkey, and submits what it returns with the form.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const alert = form.querySelector("[role=alert]");
    alert.textContent = "";
    try {
      const response = await fetch(form.dataset.options, { method: "POST", body: new FormData(form) });
      if (response.redirected) {
        throw new Error("Sign in again.");
      }
      if (!response.ok) {
        throw new Error(`The service responded with status ${response.status}.`);
      }
      const options = await response.json();
      const credential = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch (error) {
      alert.textContent = `No passkey was used. ${error.message}`;
    }
  });
}
