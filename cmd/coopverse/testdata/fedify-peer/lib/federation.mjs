// One Fedify federation: actors with an RSA and an Ed25519 key, whom they
// follow, what they do and write, and ways of sending that a well-behaved server
// does not have.
import { createFederation, generateCryptoKeyPair, MemoryKvStore, signRequest } from "@fedify/fedify";
import { Accept, Activity, Endpoints, Follow, Person, Reject, Undo } from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { randomUUID } from "node:crypto";
import { RFC, specName } from "./inspect.mjs";

export async function makePeer({ origin, actors }) {
  const state = { actors: new Map(), documents: new Map(), dispatched: [] };
  for (const name of actors) state.actors.set(name, await newActor(name));

  const federation = createFederation({
    kv: new MemoryKvStore(), // no queue: deliveries happen in the call and are not retried
    origin, allowPrivateAddress: true,
    userAgent: { software: "fedify-peer/0.1.0", url: new URL(origin) },
  });
  federation.setActorDispatcher("/users/{identifier}", async (ctx, id) => {
    const a = state.actors.get(id);
    if (!a) return null;
    const keys = await ctx.getActorKeyPairs(id);
    return new Person({
      id: ctx.getActorUri(id), preferredUsername: id, name: id,
      inbox: ctx.getInboxUri(id), outbox: ctx.getOutboxUri(id), followers: ctx.getFollowersUri(id), following: ctx.getFollowingUri(id),
      endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
      publicKey: keys[0].cryptographicKey, assertionMethods: keys.map((k) => k.multikey),
      aliases: a.alsoKnownAs.map((id) => new URL(id)), successor: a.movedTo ? new URL(a.movedTo) : null,
    });
  }).setKeyPairsDispatcher((_ctx, id) => state.actors.get(id)?.keys ?? []);
  federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [] }));
  federation.setFollowingDispatcher("/users/{identifier}/following", (_ctx, id) => ({ items: accepted(state.actors.get(id)) }));
  federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));

  const note = (ctx, activity) => state.dispatched.push({ recipient: ctx.recipient, type: activity.constructor.name, id: activity.id?.href ?? null });
  federation.setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .setSharedKeyDispatcher(() => ({ identifier: actors[0] }))
    .onError((_ctx, error) => { state.lastInboxError = String(error?.stack ?? error); })
    .on(Accept, async (ctx, accept) => { note(ctx, accept); await settle(ctx, accept, "accepted"); })
    .on(Reject, async (ctx, reject) => { note(ctx, reject); await settle(ctx, reject, "rejected"); })
    .on(Activity, note);

  async function settle(ctx, reply, to) {
    // The embedded Follow is ours, so its id is on another origin than the Accept: match on ids, trust nothing else.
    const object = await reply.getObject({ ...ctx, crossOrigin: "trust" }).catch(() => null);
    for (const a of state.actors.values()) for (const [followed, f] of a.following) {
      const fits = f.followId === reply.objectId?.href || (object instanceof Follow && object.objectId?.href === followed);
      if (fits && reply.actorId?.href === followed) f.state = to;
    }
  }

  const newId = (actor, kind) => new URL(`/users/${actor}#${kind}/${randomUUID()}`, origin);
  const ctxOf = () => federation.createContext(new URL(origin), undefined);
  const keyOf = async (name, algorithm) => (await ctxOf().getActorKeyPairs(actor(name).name)).find((k) => k.privateKey.algorithm.name === algorithm);
  const actor = (name) => { const a = state.actors.get(name); if (!a) throw new Error(`no local actor ${name}`); return a; };

  /** Delivers bytes, or a value as JSON, signed with one signature spec or, with unsigned, not at all. */
  async function deliver({ from, inbox, body, spec, unsigned = false, contentType = "application/activity+json" }) {
    const bytes = new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
    let req = new Request(inbox, { method: "POST", headers: { "content-type": contentType, accept: "application/activity+json", "user-agent": "fedify-peer/0.1.0", host: new URL(inbox).host }, body: bytes, redirect: "manual" });
    if (!unsigned) {
      const key = await keyOf(from, "RSASSA-PKCS1-v1_5");
      req = await signRequest(req, key.privateKey, key.keyId, { spec: specName(spec), currentTime: Temporal.Now.instant() });
    }
    const r = await fetch(inbox, { method: "POST", headers: req.headers, body: bytes, redirect: "manual" });
    return { status: r.status, body: (await r.text()).slice(0, 2000) };
  }
  const send = async ({ from, inbox, activity, spec }) => deliver({ from, inbox, spec, body: await activity.toJsonLd({ contextLoader: ctxOf().contextLoader }) });

  /** Fetches documents with a signature, and keeps none. */
  const signedLoader = () => ctxOf().getDocumentLoader({ identifier: actors[0] });

  async function resolve(target) {
    const object = await ctxOf().lookupObject(target, { documentLoader: await signedLoader() });
    if (!object) throw new Error(`could not resolve ${target}`);
    return object;
  }

  return {
    state, federation, deliver, resolve, signedLoader, ctxOf,
    async follow({ from, target, spec }) {
      const remote = await resolve(target);
      const id = newId(from, "follow");
      actor(from).following.set(remote.id.href, { state: "pending", followId: id.href, inbox: remote.inboxId.href });
      const activity = new Follow({ id, actor: ctxOf().getActorUri(from), object: remote.id, to: remote.id });
      return { id: id.href, ...await send({ from, inbox: remote.inboxId.href, activity, spec }) };
    },
    async unfollow({ from, target, spec }) {
      const f = actor(from).following.get(target);
      if (!f) throw new Error(`${from} does not follow ${target}`);
      actor(from).following.delete(target);
      const me = ctxOf().getActorUri(from);
      const activity = new Undo({ id: newId(from, "undo"), actor: me, to: new URL(target), object: new Follow({ id: new URL(f.followId), actor: me, object: new URL(target) }) });
      return { id: activity.id.href, ...await send({ from, inbox: f.inbox, activity, spec }) };
    },
    /** Does what an activity says that has neither id nor actor yet: as Fedify does, with a proof and an LD signature, if its vocabulary knows the type. */
    async act({ from, inbox, activity }) {
      const id = newId(from, activity.type.toLowerCase()).href;
      const body = { "@context": CONTEXT, ...activity, id, actor: ctxOf().getActorUri(from).href };
      const documentLoader = await signedLoader();
      const known = await Activity.fromJsonLd(body, { documentLoader, contextLoader: ctxOf().contextLoader }).catch(() => null);
      if (!known) return { id, ...await deliver({ from, inbox, body, spec: "draft-cavage" }) };
      try {
        await ctxOf().sendActivity({ identifier: actor(from).name }, { id: new URL(inbox), inboxId: new URL(inbox) }, known);
        return { id, status: 202 };
      } catch (e) {
        if (!e.statusCode) throw e;
        return { id, status: e.statusCode, body: e.responseBody };
      }
    },
    /** Serves a document at its id, or none any more. */
    put({ id, document }) {
      if (document) state.documents.set(id, { "@context": CONTEXT, ...document, id });
      else state.documents.delete(id);
    },
    /** Says who an actor also is, and where it has gone. */
    profile({ from, alsoKnownAs, movedTo }) { Object.assign(actor(from), { alsoKnownAs: alsoKnownAs ?? [], movedTo }); },
    /** Asks for anything by a signed GET and tells what came. */
    async get({ url, accept = "application/activity+json" }) {
      const key = await keyOf(actors[0], "RSASSA-PKCS1-v1_5");
      const { headers } = await signRequest(new Request(url, { headers: { accept, host: new URL(url).host } }), key.privateKey, key.keyId, { spec: specName("draft-cavage") });
      const r = await fetch(url, { headers, redirect: "manual" });
      return { status: r.status, type: r.headers.get("content-type"), body: await r.text() };
    },
  };
}

// CONTEXT defines what the tests write.
const CONTEXT = ["https://www.w3.org/ns/activitystreams", {
  Hashtag: "as:Hashtag", EmojiReact: "http://litepub.social/ns#EmojiReact",
  QuoteRequest: "https://w3id.org/fep/044f#QuoteRequest", quote: { "@id": "https://w3id.org/fep/044f#quote", "@type": "@id" },
  FeatureRequest: "https://w3id.org/fep/7aa9#FeatureRequest",
}];

const accepted = (a) => [...a?.following ?? []].filter(([, f]) => f.state === "accepted").map(([id]) => new URL(id));
async function newActor(name) {
  const keys = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
  return { name, keys, following: new Map(), alsoKnownAs: [], movedTo: null };
}
