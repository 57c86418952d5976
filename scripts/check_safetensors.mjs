// Reads with npm's safetensors what xgrad wrote.
//
//   node scripts/check_safetensors.mjs FOLDER
//
// FOLDER holds what tests/serialize/safetensors_node_test.cpp saved: `all.safetensors`, and `expected.json` with each tensor's
// dtype, shape and bytes in hexadecimal digits. Exits with 77 without the package (scripts/install-npm-packages.sh).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'build', 'npm', 'package.json');
let SafeTensor;
try {
  ({ SafeTensor } = createRequire(root)('safetensors'));
} catch (error) {
  console.log(`no safetensors of npm here: ${error.code}`);
  process.exit(77);
}

const folder = process.argv[2];
const expected = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8'));
const file = new SafeTensor(new Uint8Array(readFileSync(path.join(folder, 'all.safetensors'))));
const wrong = [];
const names = [...file.metadata.keys()].sort().join();
if (names !== Object.keys(expected).sort().join()) wrong.push(`tensors ${names}`);
for (const [name, { dtype, shape, bytes }] of Object.entries(expected)) {
  const found = file.metadata.get(name);
  if (!found) continue;
  const hex = Buffer.from(file.getTensor(name)).toString('hex');
  if (found.dtype !== dtype) wrong.push(`${name}: dtype ${found.dtype} instead of ${dtype}`);
  if (found.shape.join() !== shape.join()) wrong.push(`${name}: shape [${found.shape}] instead of [${shape}]`);
  if (hex !== bytes) wrong.push(`${name}: bytes ${hex} instead of ${bytes}`);
}
wrong.forEach((line) => console.log(line));
console.log(`npm's safetensors reads ${Object.keys(expected).length} tensors, ${wrong.length} differences`);
process.exit(wrong.length ? 1 : 0);
