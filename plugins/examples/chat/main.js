"use strict";

// The program that the hub starts. `npm run build` makes one file of it and of all that it needs: ./recado-connector-chat.
require("./recado").serve(require("./connector"));
