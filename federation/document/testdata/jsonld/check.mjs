// Reads documents as JSON-LD does and says what such a reader would not see: a
// member or a type that no @context defines, an address that is none.
//
//   node check.mjs note.json …           files
//   node check.mjs < documents.json      an object of documents by name
//
// It prints what was lost, as {"note.json": [{"at": "/object/foo", "why": "…"}]},
// and ends with 1 if anything was.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import dataIntegrity from "@digitalbazaar/data-integrity-context";
import multikey from "@digitalbazaar/multikey-context";
import security from "@digitalbazaar/security-context";
import jsonld from "jsonld";

// The contexts as many servers have them built in. That of ActivityStreams is
// without what was added to it in later years, which not all of them know.
const contexts = new Map([
  ["https://www.w3.org/ns/activitystreams", createRequire(import.meta.url)("activitystreams-context")],
  ...security.contexts, ...multikey.contexts, ...dataIntegrity.contexts,
]);

async function documentLoader(url) {
  if (!contexts.has(url)) throw new Error(`${url} is not a context that readers have at hand`);
  return { contextUrl: null, documentUrl: url, document: contexts.get(url) };
}

// expand returns a document with its terms replaced by what they stand for.
// The processor tells notice what it has left out.
function expand(document, notice = () => {}) {
  return jsonld.expand(document, { documentLoader, eventHandler: ({ event }) => notice(event) });
}

// members yields every member and every item of a list, at any depth, as a
// path. The definitions of terms are no members.
function* members(value, path = []) {
  if (value === null || typeof value !== "object") return;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    if (key === "@context") continue;
    yield [...path, key];
    yield* members(value[key], [...path, key]);
  }
}

// without copies a document, all but one member.
function without(document, path) {
  const copy = structuredClone(document);
  const parent = path.slice(0, -1).reduce((o, key) => o[key], copy);
  if (Array.isArray(parent)) parent.splice(path.at(-1), 1);
  else delete parent[path.at(-1)];
  return copy;
}

// isAddress says whether a reader can tell what is meant: terms without a
// definition become relative or blank, and so do those whose prefix has none,
// which then looks like a scheme.
const isAddress = (iri) => /^https?:\/\//.test(iri);

// names yields what an expanded document names, with where it does: the
// members, types and ids.
function* names(value, at = "") {
  if (Array.isArray(value)) {
    for (const item of value) yield* names(item, at);
  } else if (value !== null && typeof value === "object") {
    for (const [key, member] of Object.entries(value)) {
      if (key === "@id" || key === "@type") {
        for (const iri of [member].flat()) yield { at: `${at}/${key}`, iri };
        continue;
      }
      const inside = `${at}/${key.replace(/^.*[#/:]/, "")}`;
      if (!key.startsWith("@")) yield { at: inside, iri: key };
      yield* names(member, inside);
    }
  }
}

// check lists what is lost of a document: what the processor says itself, what
// names nothing, and each member that could as well not be there.
async function check(document) {
  const losses = [];
  const lose = (at, why) => losses.push({ at, why });
  try {
    const expanded = await expand(document, ({ code, details: d }) => lose("/", `${code} ${d.property ?? d.language ?? d.id ?? ""}`.trim()));
    for (const { at, iri } of names(expanded)) if (!isAddress(iri)) lose(at, `"${iri}" is no address`);
    for (const path of members(document)) {
      if (isDeepStrictEqual(await expand(without(document, path)), expanded)) lose(`/${path.join("/")}`, "lost");
    }
  } catch (e) {
    lose("/", [e.message, e.details?.cause?.message].filter(Boolean).join(" "));
  }
  return losses;
}

const files = process.argv.slice(2);
const documents = files.length > 0
  ? Object.fromEntries(files.map((file) => [file, JSON.parse(readFileSync(file))]))
  : JSON.parse(readFileSync(0));
const report = {};
for (const [name, document] of Object.entries(documents)) {
  const losses = await check(document);
  if (losses.length > 0) report[name] = losses;
}
console.log(JSON.stringify(report, null, 2));
process.exitCode = Object.keys(report).length > 0 ? 1 : 0;
