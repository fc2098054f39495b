// Another server of the fediverse, built on Fedify (https://fedify.dev), for
// the tests of federation: it looks our actors up, follows them, verifies and
// records what it is sent, and does what it is told on a control port. It
// neither listens nor connects anywhere but on this machine.
//
//   node peer.mjs --origin https://alice.test --actor alice --port 9101 --control 9201 \
//     --tls-cert leaf.pem --tls-key leaf.key --ca ca.pem --connect-to coops.test:443:127.0.0.1:8443
//
// It prints one line of JSON when it is ready. Port 0 picks a free one.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { installDispatcher, parseConnectTo } from "./lib/net.mjs";

const { values: o } = parseArgs({
  options: {
    origin: { type: "string" }, actor: { type: "string", multiple: true },
    port: { type: "string" }, control: { type: "string" },
    "tls-cert": { type: "string" }, "tls-key": { type: "string" }, ca: { type: "string" },
    "connect-to": { type: "string", multiple: true, default: [] },
  },
});
installDispatcher({ connectTo: o["connect-to"].map(parseConnectTo), ca: readFileSync(o.ca) });

const { makePeer } = await import("./lib/federation.mjs");
const { controlServer, listen, publicServer } = await import("./lib/server.mjs");
const peer = await makePeer({ origin: o.origin, actors: o.actor });
const tls = { cert: readFileSync(o["tls-cert"]), key: readFileSync(o["tls-key"]) };
const port = await listen(publicServer(peer, tls), Number(o.port));
const control = await listen(controlServer(peer), Number(o.control));
console.log(JSON.stringify({ port, control }));
