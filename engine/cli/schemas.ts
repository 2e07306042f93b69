/** `npm run schemas`: writes the JSON Schemas of every wire body, and AsyncAPI, to contracts/schemas/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { exportedSchemas } from './exported-schemas.ts';
import { featurePage } from './feature-page.ts';

mkdirSync('contracts/schemas', { recursive: true });
for (const [name, schema] of Object.entries(exportedSchemas())) {
  writeFileSync(`contracts/schemas/${name}.json`, `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`contracts/schemas/${name}.json`);
}
writeFileSync('contracts/spec/features.md', featurePage());
console.log('contracts/spec/features.md');
