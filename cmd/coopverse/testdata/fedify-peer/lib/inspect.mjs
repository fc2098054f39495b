// What is to be thought of a request that came in: whether the body is the one
// that was signed, and what Fedify's verifiers and a second opinion say.
import { createHash } from "node:crypto";
import { doesActorOwnKey, getKeyOwner, verifyObject, verifyProof, verifyRequestDetailed } from "@fedify/fedify";
import { Activity, DataIntegrityProof } from "@fedify/vocab";
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

/** Says whether the actor of an activity has made the proof in it. What is not in Fedify's vocabulary can be looked at only as plain JSON. */
async function proven(activity, known, loaders) {
  if (known) return (await verifyObject(Activity, activity, loaders)) != null; // null without a proof as well
  const proof = await DataIntegrityProof.fromJsonLd({ "@context": activity["@context"], ...activity.proof }, loaders);
  const key = await verifyProof(activity, proof, loaders);
  return key?.controllerId?.href === activity.actor;
}

/** Verifies the HTTP signature and the integrity proof with freshly fetched keys (no key cache). */
export async function verifyIncoming(request, body, activity, ctx) {
  // Fedify's own loader keeps documents for five minutes; this verdict must not depend on that.
  const loaders = { documentLoader: getDocumentLoader({ allowPrivateAddress: true }), contextLoader: ctx.contextLoader };
  const out = { digest: digestFits(request.headers, body), http: null, keyOwner: null, actorOwnsKey: null, proof: false, second: await secondOpinion(request) };
  const read = await Activity.fromJsonLd(activity, loaders).catch(() => null);
  out.known = read != null;
  try {
    out.proof = await proven(activity, out.known, loaders);
  } catch (e) {
    out.proofError = String(e);
  }
  try {
    const r = await verifyRequestDetailed(request.clone(), loaders);
    out.http = { verified: r.verified, reason: r.verified ? undefined : String(r.reason?.result?.error ?? r.reason?.type) };
    if (!r.verified) return out;
    out.keyOwner = (await getKeyOwner(r.key, loaders))?.id?.href ?? null;
    out.actorOwnsKey = read ? await doesActorOwnKey(read, r.key, loaders) : out.keyOwner === activity.actor;
  } catch (e) {
    out.error = String(e);
  }
  return out;
}
