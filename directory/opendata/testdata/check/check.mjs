// Reads files as other people's programs do, without the network, and says what
// they object to and how much they have read.
//
//   node check.mjs < files.json      an object of texts by file name
//
// It prints {"coops.csv": {"wrong": ["…"], "rows": [{…}]}}; rows are those of CSV
// and NDJSON, the features of GeoJSON and the expanded items of JSON-LD.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { Readable } from "node:stream";
import { check } from "@placemarkio/check-geojson";
import { parse } from "csv-parse/sync";
import jsonld from "jsonld";
import ndjson from "ndjson";

// Strict: every line ends in CRLF and has as many cells as the header.
const csv = (text) => parse(text, { columns: true, record_delimiter: "\r\n", relax_quotes: false, relax_column_count: false });

const geojson = (text) => check(text).features;

// Nothing may be dropped, and no context may be looked up.
async function linked(text) {
  const documentLoader = (url) => { throw new Error(`${url} would have to be looked up`); };
  const [dataset] = await jsonld.expand(JSON.parse(text), { documentLoader, safe: true });
  schema(JSON.parse(text));
  const list = dataset["https://schema.org/mainEntity"];
  return list ? list[0]["https://schema.org/itemListElement"] ?? [] : [dataset];
}

// schema has a compiler compare a document with the types of schema.org's
// vocabulary: what each thing may have, and what may stand there.
function schema({ "@context": _, ...whole }) {
  const items = whole.mainEntity?.itemListElement ?? [];
  if (whole.mainEntity) whole = { ...whole, mainEntity: { ...whole.mainEntity, itemListElement: [] } };
  const folder = mkdtempSync(join(import.meta.dirname, "node_modules", "checked-"));
  try {
    const typed = [whole, ...items].map((item, i) => `export const item${i}: ${item["@type"]} = ${JSON.stringify(item)};`);
    writeFileSync(join(folder, "checked.mts"), `import type { Cooperative, Dataset } from "schema-dts";\n${typed.join("\n")}\n`);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { strict: true, noEmit: true, skipLibCheck: true, module: "nodenext", types: [] }, files: ["checked.mts"] }));
    execFileSync(process.execPath, [join(import.meta.dirname, "node_modules", "typescript", "bin", "tsc"), "--pretty", "false", "-p", folder], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (e) {
    throw new Error(e.stdout || e.stderr || e.message);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function lines(text) {
  const rows = [];
  for await (const row of Readable.from([text]).pipe(ndjson.parse({ strict: true }))) rows.push(row);
  return rows;
}

const readers = { ".csv": csv, ".geojson": geojson, ".jsonld": linked, ".ndjson": lines };

const answer = {};
for (const [name, text] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  try {
    answer[name] = { wrong: [], rows: await readers[extname(name)](text) };
  } catch (e) {
    answer[name] = { wrong: [...(e.issues ?? []).map((issue) => issue.message), String(e.message)], rows: [] };
  }
}
console.log(JSON.stringify(answer));
