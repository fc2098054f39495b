// What is to be thought of a request that came in: whether the body is the one
// that was signed, and what Fedify's verifiers and a second opinion say.
import { createHash } from "node:crypto";
import { doesActorOwnKey, getKeyOwner, verifyRequestDetailed } from "@fedify/fedify";
import { Activity } from "@fedify/vocab";
import { getDocumentLoader } from "@fedify/vocab-runtime";
import { secondOpinion } from "./second.mjs";

export const RFC = "rfc9421";
export const DRAFT = "draft-cavage-http-signatures-12";
export const specName = (s) => {
  if (s === RFC) return RFC;
  if (s === "draft-cavage") return DRAFT;
  throw new Error(`unknown signature spec ${s}`);
};

/** Says whether the body has the SHA-256 that its Digest or Content-Digest header promises. */
function digestFits(headers, body) {
  const sum = createHash("sha256").update(body).digest("base64");
  return headers.get("digest") === `SHA-256=${sum}` || headers.get("content-digest") === `sha-256=:${sum}:`;
}

/** Verifies the HTTP signature with a freshly fetched key (no key cache). */
export async function verifyIncoming(request, body, activity, ctx) {
  // Fedify's own loader keeps documents for five minutes; this verdict must not depend on that.
  const loaders = { documentLoader: getDocumentLoader({ allowPrivateAddress: true }), contextLoader: ctx.contextLoader };
  const out = { digest: digestFits(request.headers, body), http: null, keyOwner: null, actorOwnsKey: null, second: await secondOpinion(request) };
  try {
    const r = await verifyRequestDetailed(request.clone(), loaders);
    out.http = { verified: r.verified, reason: r.verified ? undefined : String(r.reason?.result?.error ?? r.reason?.type) };
    if (!r.verified) return out;
    out.keyOwner = (await getKeyOwner(r.key, loaders))?.id?.href ?? null;
    out.actorOwnsKey = await doesActorOwnKey(await Activity.fromJsonLd(activity, loaders), r.key, loaders);
  } catch (e) {
    out.error = String(e);
  }
  return out;
}
