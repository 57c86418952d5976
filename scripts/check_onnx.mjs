// Runs what tests/onnx/ wrote in onnxruntime and compares its results with xgrad's.
//
//   node scripts/check_onnx.mjs FOLDER/models [--list]     FOLDER/models.jsonl and .bin; --list shows what has no kernel
//
// Fails when a result differs, when a model does not load, or when nothing was compared. That the runtime has no kernel
// for a dtype (of doubles it has few) is counted; such a case has a twin in float32.
import { createReadStream, readFileSync, openSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'build', 'npm');
const ort = createRequire(path.join(root, 'package.json'))('onnxruntime-web');
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = path.join(root, 'node_modules', 'onnxruntime-web', 'dist') + path.sep;
ort.env.logLevel = 'fatal';

const base = process.argv[2];
const list = process.argv.includes('--list');
const bytes = openSync(base + '.bin', 'r');
const read = ({ at, bytes: n }) => {
  const buffer = Buffer.alloc(n);
  readSync(bytes, buffer, 0, n, at);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, n).slice();
};

const types = {
  uint8: ['uint8', Uint8Array], int8: ['int8', Int8Array], int16: ['int16', Int16Array], int32: ['int32', Int32Array],
  int64: ['int64', BigInt64Array], float32: ['float32', Float32Array], float64: ['float64', Float64Array],
  bool: ['bool', Uint8Array],
};
const elements = (t) => new types[t.dtype][1](read(t).buffer);
const tensor = (t) => new ort.Tensor(types[t.dtype][0], elements(t), t.sizes);

// What is wrong with `got`, or nothing. Numbers near 0 are sums of larger ones: the largest element counts too.
const difference = (got, wanted, rtol) => {
  if (got.type !== types[wanted.dtype][0]) return `dtype ${got.type} instead of ${wanted.dtype}`;
  if (got.dims.join() !== wanted.sizes.join()) return `shape [${got.dims}] instead of [${wanted.sizes}]`;
  const a = got.data, b = elements(wanted);
  const exact = !wanted.dtype.startsWith('float');
  let scale = 0;
  if (!exact) for (const v of b) if (Number.isFinite(v) && Math.abs(v) > scale) scale = Math.abs(v);
  for (let i = 0; i < b.length; i++) {
    const x = a[i], y = b[i];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    if (exact || !(Math.abs(x - y) <= rtol * Math.max(Math.abs(y), Math.min(scale, 1), 0.1))) {
      return `element ${i}: ${x} instead of ${y}`;
    }
  }
  return '';
};

const lacking = [], agreeing = new Set();
const counts = { agree: 0, differ: 0, 'no kernel': 0, 'not loaded': 0 };
const note = (what, name, words) => {
  counts[what]++;
  if (what === 'agree') agreeing.add(name);
  if (what === 'no kernel') lacking.push(name);
  if (what !== 'agree' && (what !== 'no kernel' || list)) console.log(`${what}: ${name}: ${words}`);
};

for await (const line of createInterface({ input: createReadStream(base + '.jsonl') })) {
  const one = JSON.parse(line);
  let session;
  try {
    session = await ort.InferenceSession.create(read(one.model), { executionProviders: ['wasm'], logSeverityLevel: 4 });
  } catch (e) {
    const words = String(e.message ?? e);
    note(/NOT_IMPLEMENTED|Could not find an implementation|Failed to find kernel/.test(words) ? 'no kernel' : 'not loaded', one.name, words);
    continue;
  }
  let wrong = '';
  for (const run of one.runs) {
    try {
      const feeds = {};
      session.inputNames.forEach((name, i) => { feeds[name] = tensor(run.inputs[i]); });
      const results = await session.run(feeds);
      session.outputNames.forEach((name, i) => {
        wrong ||= difference(results[name], run.outputs[i], one.rtol);
      });
    } catch (e) {
      wrong ||= `error: ${String(e.message ?? e)}`;
    }
  }
  if (/NOT_IMPLEMENTED|not implemented/i.test(wrong)) note('no kernel', one.name, wrong);
  else note(wrong ? 'differ' : 'agree', one.name, wrong);
  await session.release();
}

const alone = lacking.filter((name) => !name.endsWith(' as float32') && !agreeing.has(name + ' as float32'));
if (list) for (const name of alone) console.log(`not run, nor a twin of it: ${name}`);
console.log(`of those without a kernel, ${alone.length} have no twin in float32 that agrees`);
console.log(Object.entries(counts).map(([what, n]) => `${n} ${what}`).join(', '));
process.exit(counts.agree > 0 && counts.differ === 0 && counts['not loaded'] === 0 ? 0 : 1);
