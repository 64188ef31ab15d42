// Builds every Motoko program of this folder into a module beside it.
//
//   npm install --ignore-scripts
//   npm run build        writes NAME.wasm and NAME.eop.wasm for each NAME.mo
//   npm run check        compares instead, and fails if a module differs from its source
//
// NAME.wasm has classical persistence and 32-bit memory, NAME.eop.wasm enhanced orthogonal
// persistence and 64-bit memory.
"use strict";

const fs = require("fs");
const path = require("path");

const check = process.argv.includes("--check");
const sources = fs.readdirSync(__dirname).filter((name) => name.endsWith(".mo"));
// Only part of another program.
const parts = ["Child.mo"];
// Without `persistent` in front of the actor, which only classical persistence has.
const legacy = ["LegacyV1.mo"];

// The compiler keeps state from one program to the next that shows in the module, so each program
// gets a compiler of its own.
function freshCompiler(persistence) {
  for (const name of Object.keys(require.cache)) {
    if (name.includes("motoko")) delete require.cache[name];
  }
  const motoko = require("motoko").default;
  motoko.loadPackage(require("motoko/packages/latest/core.json"));
  motoko.compiler.gcFlags(persistence);
  return motoko;
}

function build(source, persistence) {
  const motoko = freshCompiler(persistence);
  for (const name of sources) {
    motoko.write(name, fs.readFileSync(path.join(__dirname, name), "utf8"));
  }
  if (legacy.includes(source)) motoko.setExtraFlags(["--legacy-actors"]);
  return Buffer.from(motoko.wasm(source, "ic").wasm);
}

function make(source, ending, persistence) {
  const target = path.join(__dirname, source.replace(/\.mo$/, ending));
  const module = build(source, persistence);
  if (!check) {
    fs.writeFileSync(target, module);
    console.log(`${path.basename(target)}: ${module.length} bytes`);
  } else if (fs.existsSync(target) && module.equals(fs.readFileSync(target))) {
    console.log(`${path.basename(target)}: up to date`);
  } else {
    console.error(`${path.basename(target)}: differs from ${source}`);
    process.exitCode = 1;
  }
}

for (const source of sources.filter((name) => !parts.includes(name))) {
  make(source, ".wasm", "classicOP");
  if (!legacy.includes(source)) make(source, ".eop.wasm", "enhancedOP");
}
