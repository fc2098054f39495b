// Makes a passkey, or signs in with one, where a form says so. Without this
// file, or where the browser cannot, the page says that in words.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

// Browsers of before 2025 do not read and write JSON by themselves.
const toCreate = (o) => PublicKeyCredential.parseCreationOptionsFromJSON?.(o) ??
  { ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: named(o.excludeCredentials) };
const toGet = (o) => PublicKeyCredential.parseRequestOptionsFromJSON?.(o) ??
  { ...o, challenge: bytes(o.challenge), allowCredentials: named(o.allowCredentials) };
const toJSON = (key) => {
  if (key.toJSON) return key.toJSON();
  const response = { transports: key.response.getTransports?.() };
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (key.response[part]) response[part] = text(key.response[part]);
  }
  return { id: key.id, rawId: text(key.rawId), type: key.type, response, clientExtensionResults: key.getClientExtensionResults() };
};

// send returns what the answer says. What went wrong is a sentence of ours, or
// the name of one that the page has.
async function send(path, body) {
  const answer = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
  const said = await answer.json();
  if (answer.ok) return said;
  throw said.detail || { 401: "refused", 403: "late", 429: "slow" }[answer.status] || "failed";
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  const wrong = form.querySelector("[data-refused]");
  const button = form.querySelector("button");
  const say = (what) => { wrong.textContent = wrong.dataset[what] ?? what; wrong.hidden = false; };
  form.hidden = false;
  if (!window.PublicKeyCredential) {
    say("cannot");
    button.disabled = true;
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    wrong.hidden = true;
    button.disabled = true;
    try {
      const { publicKey } = await send(form.dataset.begin, new URLSearchParams(new FormData(form)));
      const key = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: toCreate(publicKey) })
        : await navigator.credentials.get({ publicKey: toGet(publicKey) });
      location.assign((await send(form.dataset.finish, JSON.stringify(toJSON(key)))).next);
    } catch (trouble) {
      say(typeof trouble === "string" ? trouble : { NotAllowedError: "stopped", InvalidStateError: "known" }[trouble.name] ?? "failed");
      button.disabled = false;
    }
  });
}
