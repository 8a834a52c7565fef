// What GraphQL Code Generator writes into generated/: a type for each operation of the screens, with the answer and the variables that it has.
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../*.graphqls",
  documents: "../screens/*.graphql",
  generates: {
    "generated/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: "string",
        onlyOperationTypes: true,
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: { DateTime: "string", Duration: "string", JSON: "unknown", Cursor: "string", Locale: "string", LocalDateTime: "string" },
      },
    },
  },
  emitLegacyCommonJSImports: false,
};

export default config;
