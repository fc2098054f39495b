// A second opinion that shares no code with Fedify: plain JSON (no JSON-LD) for
// the key, and the npm module http-message-signatures for both signature specs.
// Where this and Fedify disagree, the sender is likely to meet servers of both
// kinds in the wild.
import { createPublicKey, verify as cryptoVerify } from "node:crypto";
import { cavage, httpbis } from "http-message-signatures";

/** Fetches the document at a key id and picks the key whose id matches, reading it as plain JSON. */
async function plainKey(keyId) {
  const url = new URL(keyId);
  url.hash = "";
  const r = await fetch(url, { headers: { accept: "application/activity+json" }, redirect: "manual" });
  if (!r.ok) throw new Error(`key document ${url}: ${r.status}`);
  const doc = await r.json();
  const k = doc.publicKey;
  if (k?.id !== keyId || !k.publicKeyPem) throw new Error(`no key ${keyId} in ${url}`);
  return { key: createPublicKey(k.publicKeyPem), owner: k.owner };
}

export async function secondOpinion(request) {
  const out = { http: null, keyOwner: null };
  const headers = Object.fromEntries(request.headers);
  if (!headers.signature) return out;
  try {
    const spec = headers["signature-input"] ? httpbis : cavage;
    const ok = await spec.verifyMessage({
      tolerance: 3600,
      keyLookup: async (params) => {
        const { key, owner } = await plainKey(params.keyid);
        out.keyOwner = owner;
        return { id: params.keyid, verify: async (data, signature) => cryptoVerify("sha256", data, key, signature) };
      },
    }, { method: request.method, url: request.url, headers });
    out.http = { verified: ok === true };
  } catch (e) { out.http = { verified: false, error: String(e?.message ?? e) }; }
  return out;
}
