"use strict";

// Makes one executable file of main.js and of all that it needs: that file is what the hub trusts, copies and runs.
const fs = require("node:fs");
const { buildSync } = require("esbuild");

const file = "recado-connector-chat";
buildSync({
  entryPoints: ["main.js"],
  outfile: file,
  bundle: true,
  platform: "node",
  target: "node20",
  banner: { js: "#!/usr/bin/env node" },
  logLevel: "warning",
});
fs.chmodSync(file, 0o755);
