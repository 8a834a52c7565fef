// Bundles the page: node build.mjs DIRECTORY. Every file gets its hash into its name and is compressed, since that is how it is embedded and
// mostly sent; index.json says which of them the page has to name. The licences of what is bundled are a file among them.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const into = process.argv[2];
const editorModule = "node_modules/monaco-graphql/esm/monaco-editor.js";
const workers = {
  editor: "node_modules/monaco-editor/esm/vs/editor/editor.worker.js",
  graphql: "node_modules/monaco-graphql/esm/graphql.worker.js",
  json: "node_modules/monaco-editor/esm/vs/language/json/json.worker.js",
};

const { outputFiles, metafile } = await esbuild.build({
  entryPoints: ["src/main.jsx", ...Object.values(workers)],
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none", // they are in the licences, as a whole
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".ttf": "file" },
  entryNames: "[name]-[hash]",
  chunkNames: "part-[hash]",
  assetNames: "[name]-[hash]",
  outdir: "built",
  write: false,
  metafile: true,
});

const nameOf = (file) => path.basename(file);
const importsOf = (name) => metafile.outputs[`built/${name}`]?.imports.filter((i) => !i.external) ?? [];
const outputOf = (source) => Object.entries(metafile.outputs).find(([file, o]) => o.entryPoint === source && file.endsWith(".js"))[0];
const stylesOf = (source) => nameOf(metafile.outputs[outputOf(source)].cssBundle);

// What nothing leads to is left out: style sheets of parts that are loaded later, which are in the two that are linked, and parts whose only
// reader was not needed.
const styles = [stylesOf(editorModule), stylesOf("src/main.jsx")];
const reached = new Set();
function reach(name) {
  if (reached.has(name)) return;
  reached.add(name);
  for (const part of importsOf(name)) reach(nameOf(part.path));
}
for (const name of [...styles, ...["src/main.jsx", ...Object.values(workers)].map((source) => nameOf(outputOf(source)))]) reach(name);
const files = outputFiles.map((f) => ({ name: nameOf(f.path), contents: f.contents })).filter((f) => reached.has(f.name));

const licences = Buffer.from(licencesOf(Object.keys(metafile.inputs)));
const licencesName = `licences-${createHash("sha256").update(licences).digest("hex").slice(0, 8)}.txt`;
files.push({ name: licencesName, contents: licences });

rmSync(into, { recursive: true, force: true });
mkdirSync(into, { recursive: true });
for (const f of files) writeFileSync(path.join(into, `${f.name}.gz`), gzipSync(f.contents, { level: 9 }));
const index = {
  script: nameOf(outputOf("src/main.jsx")),
  styles,
  workers: Object.fromEntries(Object.entries(workers).map(([label, source]) => [label, nameOf(outputOf(source))])),
  licences: licencesName,
};
writeFileSync(path.join(into, "index.json"), JSON.stringify(index, null, 2) + "\n");

// licencesOf is the text of the licence of every package of which something is bundled.
function licencesOf(inputs) {
  const packages = new Set(inputs.map((i) => i.match(/^(node_modules\/(?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean));
  const texts = [...packages].sort().map((dir) => {
    const { name, version, license, author, repository } = JSON.parse(readFileSync(path.join(dir, "package.json"), "utf8"));
    const own = readdirSync(dir).filter((f) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(f)).sort();
    const text = own.map((f) => readFileSync(path.join(dir, f), "utf8").trim()).join("\n\n");
    const by = author?.name ?? author ?? repository?.url ?? repository;
    const elsewhere = `By ${by}. The package brings no text; the terms of the licence ${license} stand with graphiql.`;
    if (!text && license !== "MIT") throw new Error(`${name} has no text of its licence, which is ${license}`);
    return `${name} ${version} (${license})\n\n${text || elsewhere}\n`;
  });
  return `What the page at /graphql is made of, and under which licences.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`;
}
