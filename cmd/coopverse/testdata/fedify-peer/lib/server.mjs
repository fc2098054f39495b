// The public (federated) port and the control port.
import http from "node:http";
import https from "node:https";
import { once } from "node:events";
import { verifyIncoming } from "./inspect.mjs";
import { read, walk } from "./walk.mjs";

async function readBody(req) {
  const chunks = [];
  for await (const c of req) chunks.push(c);
  return Buffer.concat(chunks);
}
function toRequest(req, body) {
  const headers = new Headers();
  for (let i = 0; i < req.rawHeaders.length; i += 2) headers.append(req.rawHeaders[i], req.rawHeaders[i + 1]);
  const url = `https://${req.headers.host}${req.url}`;
  return new Request(url, { method: req.method, headers, body: ["GET", "HEAD"].includes(req.method) ? undefined : body });
}

/** Serves ActivityPub; every inbox POST is inspected and verified before Fedify sees it, and recorded with both verdicts. */
export function publicServer(peer, tls) {
  const { state, federation } = peer;
  state.deliveries = [];
  let seq = 0;
  const handle = async (req, res) => {
    const body = await readBody(req);
    const request = toRequest(req, body);
    if (req.method !== "POST") return answer(res, stored(request) ?? await ask(request));
    const entry = { seq: ++seq, at: new Date().toISOString(), inbox: request.url, headers: Object.fromEntries(request.headers), activity: null };
    try { entry.activity = JSON.parse(body.toString("utf8")); } catch (e) { entry.error = String(e); }
    entry.verification = await verifyIncoming(request, body, entry.activity, peer.ctxOf());
    state.lastInboxError = undefined;
    const before = state.dispatched.length;
    const r = entry.verification.known ? await ask(request) : take(state, entry);
    entry.status = r.status;
    entry.answer = (await r.clone().text()).slice(0, 500);
    entry.dispatched = state.dispatched.slice(before);
    entry.error ??= state.lastInboxError;
    state.deliveries.push(entry);
    await answer(res, r);
  };
  // Fedify refuses an activity about something that is not in its vocabulary, such as a FeatureRequest; who sends those can read the answer.
  const take = (state, { activity, verification: v }) => {
    if (!v.http?.verified || !v.actorOwnsKey || !v.proof) return new Response("not verified", { status: 401 });
    state.dispatched.push({ type: activity.type, id: activity.id });
    return new Response(null, { status: 202 });
  };
  const stored = (request) => {
    const document = state.documents.get(request.url);
    return document && new Response(JSON.stringify(document), { headers: { "content-type": "application/activity+json" } });
  };
  const ask = (request) => federation.fetch(request, { contextData: undefined, onNotFound: () => new Response("not found", { status: 404 }) });
  const answer = async (res, r) => {
    res.writeHead(r.status, Object.fromEntries(r.headers));
    res.end(Buffer.from(await r.arrayBuffer()));
  };
  return https.createServer(tls, (req, res) => handle(req, res).catch((e) => { if (!res.headersSent) res.writeHead(500); res.end(String(e)); }));
}

/** The control port: plain HTTP, JSON in, JSON out. */
export function controlServer(peer) {
  const { state } = peer;
  const routes = {
    "GET /deliveries": () => state.deliveries, // what reached an inbox, oldest first
    "GET /following": (q) => Object.fromEntries(state.actors.get(q.actor).following),
    "POST /webfinger": (_q, b) => peer.ctxOf().lookupWebFinger(b.resource),
    "POST /lookup": async (_q, b) => {
      const o = await peer.resolve(b.id);
      return { class: o.constructor.name, id: o.id?.href, jsonld: await o.toJsonLd({ format: "compact", contextLoader: peer.ctxOf().contextLoader }) };
    },
    "POST /collection": (_q, b) => walk(peer, b.id),
    "POST /read": (_q, b) => read(peer, b.id),
    "POST /follow": (_q, b) => peer.follow(b),
    "POST /unfollow": (_q, b) => peer.unfollow(b),
    "POST /deliver": (_q, b) => peer.deliver(b),
    "POST /act": (_q, b) => peer.act(b),
    "POST /put": (_q, b) => peer.put(b),
    "POST /profile": (_q, b) => peer.profile(b),
    "POST /get": (_q, b) => peer.get(b),
  };
  return http.createServer(async (req, res) => {
    const url = new URL(req.url, "http://control");
    const reply = (status, value) => { res.writeHead(status, { "content-type": "application/json" }); res.end(JSON.stringify(value)); };
    try {
      const text = (await readBody(req)).toString("utf8");
      reply(200, (await routes[`${req.method} ${url.pathname}`](Object.fromEntries(url.searchParams), text ? JSON.parse(text) : {})) ?? null);
    } catch (e) {
      reply(502, { error: String(e?.stack ?? e) });
    }
  });
}

export async function listen(server, port) {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}
