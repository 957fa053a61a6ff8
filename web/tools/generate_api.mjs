// SPDX-License-Identifier: Apache-2.0
// Writes src/lib/api/schema.d.ts from api/openapi.yaml; with --check only says whether it is current.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const contract = new URL('../../api/openapi.yaml', import.meta.url);
const target = fileURLToPath(new URL('../src/lib/api/schema.d.ts', import.meta.url));

const header =
  '// SPDX-License-Identifier: Apache-2.0\n// Generated from api/openapi.yaml by `npm run api`. Do not edit.\n\n';
const wanted = header + astToString(await openapiTS(contract));

if (!process.argv.includes('--check')) {
  writeFileSync(target, wanted);
} else if (!existsSync(target) || readFileSync(target, 'utf8') !== wanted) {
  console.error(
    'src/lib/api/schema.d.ts does not agree with api/openapi.yaml: run "npm run api" and commit the result.',
  );
  process.exit(1);
}
