// How others find their way through what we serve: with Fedify's vocabulary, or
// with nothing but JSON-LD.
import jsonld from "@fedify/vocab-runtime/jsonld";

/** Walks every page of a collection, and looks up what is only named. */
export async function walk(peer, id) {
  const loaders = { documentLoader: await peer.signedLoader(), contextLoader: peer.ctxOf().contextLoader };
  const collection = await peer.resolve(id);
  const items = [];
  for await (const o of peer.ctxOf().traverseCollection(collection, loaders)) {
    items.push({ class: o.constructor.name, id: o.id?.href, object: o.objectId?.href, content: o.content?.toString() });
  }
  return { class: collection.constructor.name, total: collection.totalItems, items };
}

/** Fetches a document and says it in the words of ActivityStreams; what has none there keeps its whole address. */
export async function read(peer, id) {
  const { document } = await (await peer.signedLoader())(id);
  return jsonld.compact(document, "https://www.w3.org/ns/activitystreams", { documentLoader: peer.ctxOf().contextLoader });
}
