// Mutates mails of the corpus (or of test/fixtures/mail) and reads them: never a throw, never more than linear time,
// positions always inside the document. `npm run fuzz:mail -- --seconds 60 [--seed N]`
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadModule } from "./load.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at >= 0 ? Number(process.argv[at + 1]) : fallback;
};
const seconds = option("seconds", 20);
let seed = option("seed", 1);
const only = process.argv.indexOf("--seed") >= 0 && process.argv.includes("--one");
const { mutateMail, checkMail, makeRandom } = await loadModule("test/support/fuzz_mail.ts");

function files(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? files(join(dir, e.name)) : [join(dir, e.name)],
  );
}
const corpus = process.env.FOLIOSCOPE_CORPUS ?? resolve(root, "../shared/corpus");
const inputs = [
  ...files(join(corpus, "seeds")),
  ...files(join(corpus, "cases")),
  ...files(join(corpus, "zoo")),
  ...files(join(root, "test/fixtures/mail")),
]
  .filter((f) => !/\.txt$/.test(f) || f.includes("seeds"))
  .sort();
if (inputs.length === 0) {
  console.error("nothing to mutate: neither the corpus nor test/fixtures/mail is here");
  process.exit(2);
}
const texts = inputs.map((f) => readFileSync(f));
const end = Date.now() + seconds * 1000;
let runs = 0;
let bytes = 0;
let slowest = 0;
while (Date.now() < end || (only && runs === 0)) {
  const random = makeRandom(seed);
  const mail = mutateMail(texts[random(texts.length)], texts[random(texts.length)], random);
  const error = checkMail(mail);
  if (error.failure) {
    const out = join(root, ".cache", `fuzz-${seed}.eml`);
    writeFileSync(out, mail);
    console.error(
      `seed ${seed}: ${error.failure}\nthe input is in ${out}; repeat with: npm run fuzz:mail -- --one --seed ${seed} --seconds 0`,
    );
    process.exit(1);
  }
  slowest = Math.max(slowest, error.nsPerByte);
  runs++;
  bytes += mail.length;
  seed++;
  if (only) break;
}
console.log(
  `${runs} mutated mails, ${(bytes / 1e6).toFixed(1)} MB, no failure; slowest ${slowest.toFixed(0)} ns a byte`,
);
